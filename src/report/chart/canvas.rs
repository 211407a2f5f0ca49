//! The only file that uses plotters: draws elements into SVG text and trims the output.
//!
//! Coordinates are pixels of the page, y downward; they are drawn on a grid of half pixels. Text is escaped by
//! plotters. What comes out is the inside of an `<svg>`: the element itself, its title and description are the
//! template's.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::Pos;
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::palette::DASHED_STROKE;
use super::{ChartError, Drawing};
use crate::report::xml_text::letter;

pub(super) use plotters::style::text_anchor::{HPos, VPos};

/// Units of the drawing in one pixel of the page.
pub(super) const GRID: u32 = 2;
/// Size of text that the template sets for the whole drawing, in units of the drawing.
const FONT: u32 = 24;
/// Colour of text that the template sets for the whole drawing: the palette's muted one.
const TEXT_FILL: &str = "#59636E";
/// plotters divides a font's size by this before it writes it.
const FONT_FACTOR: f64 = 1.24;

/// A drawing in progress.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws with `paint` on a canvas of that many pixels.
pub(super) fn draw(
    width: u32,
    height: u32,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), ChartError>,
) -> Result<Drawing, ChartError> {
    let (width, height) = (width * GRID, height * GRID);
    let mut text = String::new();
    {
        let canvas = Canvas { area: SVGBackend::with_string(&mut text, (width, height)).into_drawing_area() };
        paint(&canvas)?;
        canvas.area.present().map_err(failed)?;
    }
    Ok(Drawing { width, height, body: trim(&text) })
}

impl Canvas<'_> {
    /// A line through points, its width in half pixels; a single point becomes a dot.
    pub(super) fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: u32) -> Result<(), ChartError> {
        if let [only] = points {
            return self.circle(*only, width, colour, true);
        }
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        self.area
            .draw(&PathElement::new(without_runs(points.iter().map(|&at| grid(at)).collect()), style))
            .map_err(failed)
    }

    /// A rectangle between two corners, filled or as an outline, with an opacity.
    pub(super) fn rect(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        colour: RGBColor,
        alpha: f64,
        filled: bool,
    ) -> Result<(), ChartError> {
        let style = ShapeStyle { color: colour.mix(alpha), filled, stroke_width: 2 };
        self.area.draw(&Rectangle::new([grid(from), grid(to)], style)).map_err(failed)
    }

    /// The area between an upper and a lower line, with an opacity; both have the same abscissas.
    pub(super) fn area(
        &self,
        upper: &[(f64, f64)],
        lower: &[(f64, f64)],
        colour: RGBColor,
        alpha: f64,
    ) -> Result<(), ChartError> {
        let side = |line: &[(f64, f64)]| without_runs(line.iter().map(|&at| grid(at)).collect());
        let mut outline = side(upper);
        outline.extend(side(lower).into_iter().rev());
        self.area.draw(&Polygon::new(outline, colour.mix(alpha).filled())).map_err(failed)
    }

    /// A dot or a ring, its radius in half pixels.
    pub(super) fn circle(
        &self,
        centre: (f64, f64),
        radius: u32,
        colour: RGBColor,
        filled: bool,
    ) -> Result<(), ChartError> {
        let style = ShapeStyle { color: colour.to_rgba(), filled, stroke_width: 3 };
        self.area.draw(&Circle::new(grid(centre), radius, style)).map_err(failed)
    }

    /// A text by its anchor; `size` in pixels.
    pub(super) fn text(
        &self,
        text: &str,
        at: (f64, f64),
        anchor: (HPos, VPos),
        size: f64,
        colour: RGBColor,
    ) -> Result<(), ChartError> {
        let font = ("sans-serif", size * f64::from(GRID) * FONT_FACTOR).into_font();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(anchor.0, anchor.1));
        let text: String = text.chars().filter_map(letter).collect();
        self.area.draw(&Text::new(text, grid(at), style)).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over by value")]
fn failed(cause: DrawingAreaErrorKind<std::io::Error>) -> ChartError {
    ChartError { cause: cause.to_string() }
}

#[expect(clippy::cast_possible_truncation, reason = "drawings are some thousand units wide; the cast saturates")]
fn grid((x, y): (f64, f64)) -> (i32, i32) {
    let unit = f64::from(GRID);
    ((x * unit).round() as i32, (y * unit).round() as i32)
}

/// Leaves out points in the middle of a level run: they draw nothing.
fn without_runs(points: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::with_capacity(points.len());
    for point in points {
        if let [.., (_, before), (_, last)] = kept[..]
            && before == point.1
            && last == point.1
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

/// Removes the `<svg>` element and attributes that only repeat defaults.
///
/// None of the patterns can occur in drawn text: plotters escapes quotes and angle brackets there.
fn trim(svg: &str) -> String {
    let inside = svg.split_once(">\n").map_or("", |(_, rest)| rest);
    let inside = inside.strip_suffix("</svg>\n").unwrap_or(inside);
    let (stroke, pattern) = DASHED_STROKE;
    inside
        .replace("\n</text>", "</text>")
        .replace(">\n", ">")
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\" stroke-width=\"3\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" stroke-width=\"1\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace(&format!(" fill=\"{TEXT_FILL}\">"), ">")
        .replace(&format!(" font-size=\"{FONT}\""), "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" \"/>", "\"/>")
        .replace(stroke, &format!("{stroke} stroke-dasharray=\"{pattern}\""))
}

#[cfg(test)]
mod tests {
    use super::super::palette::{BAR, INK, LINE};
    use super::*;

    #[test]
    fn text_needs_no_font_of_the_system_and_is_escaped() {
        let drawing =
            draw(100, 50, |canvas| canvas.text("</svg><script>\"&'", (10.0, 10.0), (HPos::Left, VPos::Top), 12.0, INK))
                .expect("drawn");
        assert_eq!(
            drawing.body,
            "<text x=\"20\" y=\"20\" dy=\"0.76em\" fill=\"#1F2328\">\
             \n&lt;/svg&gt;&lt;script&gt;&quot;&amp;&apos;</text>"
                .replace('\n', "")
        );
    }

    #[test]
    fn a_line_keeps_its_colour_its_dashes_and_only_the_points_that_draw_something() {
        let points = [(0.0, 5.0), (1.0, 5.0), (2.0, 5.0), (3.0, 1.0)];
        let drawing = draw(10, 10, |canvas| {
            canvas.line(&points, LINE, 4)?;
            canvas.line(&points, BAR, 4)
        })
        .expect("drawn");
        let expected = "<polyline fill=\"none\" stroke=\"#0072B2\" stroke-width=\"4\" points=\"0,10 4,10 6,2\"/>\
                        <polyline fill=\"none\" stroke=\"#87909A\" stroke-width=\"4\" stroke-dasharray=\"12 7\" \
                        points=\"0,10 4,10 6,2\"/>";
        assert_eq!(drawing.body, expected);
    }
}
