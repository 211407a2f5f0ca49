//! The sheet of a picture as SVG: white, with texts, rectangles and drawings on it. All text is escaped here.
//!
//! Units are pixels of the picture. Text is wrapped by widths that few letters of the fonts exceed, so that no
//! font has to be read for it.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use crate::domain::words::is_obeyed;
use crate::report::chart::Drawing;
use crate::report::chart::palette::{MUTED, hex};

/// Width of a picture.
pub(super) const WIDTH: u32 = 1600;
/// Height of a picture.
pub(super) const HEIGHT: u32 = 900;
/// From one line of text to the next, in shares of its size.
pub(super) const LINE_HEIGHT: f64 = 1.35;

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    pub(super) is_bold: bool,
    pub(super) colour: RGBColor,
    pub(super) anchor: Anchor,
}

/// Which point of a text its place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A place and its width and height.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A sheet in progress.
pub(super) struct Sheet {
    svg: String,
}

impl Sheet {
    /// An empty sheet.
    pub(super) fn new() -> Self {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
             <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>"
        );
        Self { svg }
    }

    /// The SVG of the whole sheet.
    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }

    /// One line of text; `at` is on its base line.
    pub(super) fn text(&mut self, text: &str, at: (f64, f64), style: Style) {
        let weight = if style.is_bold { "bold" } else { "normal" };
        let anchor = match style.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text x=\"{:.1}\" y=\"{:.1}\" font-family=\"sans-serif\" font-size=\"{:.1}\" font-weight=\"{weight}\" \
             fill=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            at.0,
            at.1,
            style.size,
            hex(style.colour),
            escaped(text)
        ));
    }

    /// Lines of text, the first at `at`; returns the base line of a line after them.
    pub(super) fn lines(&mut self, lines: &[String], at: (f64, f64), style: Style) -> f64 {
        let mut y = at.1;
        for line in lines {
            self.text(line, (at.0, y), style);
            y += style.size * LINE_HEIGHT;
        }
        y
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, area: Area, colour: RGBColor) {
        let Area { left, top, width, height } = area;
        self.push(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{}\"/>",
            hex(colour)
        ));
    }

    /// A drawing, as large as fits into an area, in its middle.
    pub(super) fn drawing(&mut self, drawing: &Drawing, area: Area) {
        let (width, height) = (f64::from(drawing.width.max(1)), f64::from(drawing.height.max(1)));
        let scale = (area.width / width).min(area.height / height);
        let left = area.left + (area.width - width * scale) / 2.0;
        let top = area.top + (area.height - height * scale) / 2.0;
        // The attributes are those that the page's template gives a chart.
        self.push(format_args!(
            "<g transform=\"translate({left:.2} {top:.2}) scale({scale:.5})\" font-family=\"sans-serif\" \
             font-size=\"24\" fill=\"{}\" stroke-linejoin=\"round\">{}</g>",
            hex(MUTED),
            drawing.body
        ));
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string never fails.
        let _ = self.svg.write_fmt(text);
    }
}

/// A text as SVG may hold it: what XML does not know, and what could turn the direction of the text, is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ if letter.is_whitespace() => escaped.push(' '),
            _ if is_obeyed(letter) => escaped.push('\u{fffd}'),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A text in at most `most` lines no wider than `width`, broken at spaces that allow it; what does not fit ends in an ellipsis.
pub(super) fn wrapped(text: &str, style: Style, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let may_break = |letter: char| letter.is_whitespace() && letter != '\u{a0}';
    let mut words = text.split(may_break).filter(|word| !word.is_empty()).peekable();
    while words.peek().is_some() {
        let mut line = String::new();
        while let Some(word) = words.next_if(|word| line.is_empty() || fits(&format!("{line} {word}"), style, width)) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(cut(&line, style, width));
        if lines.len() == most {
            break;
        }
    }
    if words.peek().is_some()
        && let Some(last) = lines.last_mut()
    {
        *last = cut(&format!("{}\u{2026}", last.trim_end_matches('\u{2026}')), style, width);
    }
    lines
}

/// A text on one line; what does not fit ends in an ellipsis.
pub(super) fn cut(text: &str, style: Style, width: f64) -> String {
    if fits(text, style, width) {
        return text.to_owned();
    }
    let mut left = width - wide('\u{2026}', style);
    let kept = text.chars().take_while(|letter| {
        left -= wide(*letter, style);
        left >= 0.0
    });
    let kept: String = kept.collect();
    format!("{}\u{2026}", kept.trim_end_matches(['\u{2026}', ' ']))
}

fn fits(text: &str, style: Style, width: f64) -> bool {
    wide_as(text, style) <= width
}

/// Width of a text, or a little more.
pub(super) fn wide_as(text: &str, style: Style) -> f64 {
    text.chars().map(|letter| wide(letter, style)).sum()
}

fn wide(letter: char, style: Style) -> f64 {
    ems(letter) * style.size * if style.is_bold { 1.0 } else { 0.9 }
}

/// Width of a letter of the bold font, in shares of the font's size; those of the regular one take a tenth less.
fn ems(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | 'J' | ' ' | '\u{a0}' | '\'' | '.' | ',' | '|' | '\u{b7}' => 0.35,
        'f' | 'r' | 't' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | '/' | '\\' | '-' | '"' => 0.47,
        '0'..='9' | 'a'..='l' | 'n'..='v' | 'x'..='z' | '$' | '?' | '{' | '}' | '_' | '*' | '`' => 0.66,
        'A'..='L' | 'N'..='V' | 'X'..='Z' | '&' => 0.79,
        'w' | '+' | '<' | '=' | '>' | '#' | '^' | '~' | '\u{2212}' | '\u{2013}' | '\u{25a0}'..='\u{25d3}' => 0.9,
        '\u{c0}'..='\u{2ff}' => 0.89,
        'm' | 'M' | 'W' | '@' | '%' => 1.0,
        _ => 1.2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::palette::INK;

    const STYLE: Style = Style { size: 10.0, is_bold: false, colour: INK, anchor: Anchor::Start };

    #[test]
    fn text_is_escaped_and_holds_nothing_that_xml_does_not_know() {
        assert_eq!(escaped("<a href=\"x\">&'\u{1}\u{202e}\n\u{ffff}"), "&lt;a href=&quot;x&quot;&gt;&amp;&apos;�� �");
    }

    #[test]
    fn text_is_wrapped_at_words_and_what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(wrapped("aaa bbb ccc", STYLE, 45.0, 3), ["aaa bbb", "ccc"]);
        assert_eq!(wrapped("aaa bbb ccc", STYLE, 45.0, 1), ["aaa bb…"]);
        assert_eq!(wrapped(&"a".repeat(50), STYLE, 45.0, 2), ["aaaaa…"]);
        assert_eq!(wrapped(" \n ", STYLE, 45.0, 2), [""; 0]);
        assert_eq!(cut("aaa bbb", STYLE, 45.0), "aaa bbb");
    }

    #[test]
    fn a_drawing_has_the_attributes_that_the_page_gives_it() {
        let template = include_str!("../../../templates/macros.html");
        let mut sheet = Sheet::new();
        let drawing = Drawing { width: 100, height: 100, body: String::new() };
        sheet.drawing(&drawing, Area { left: 0.0, top: 0.0, width: 300.0, height: 200.0 });
        let svg = sheet.finish();
        assert!(svg.contains("translate(50.00 0.00) scale(2.00000)"), "{svg}");
        let attributes = "font-size=\"24\" fill=\"#59636E\" stroke-linejoin=\"round\"";
        assert!(template.contains(attributes) && svg.contains(attributes));
    }
}
