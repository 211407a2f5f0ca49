//! Texts from outside as a cell can hold them: no longer than Excel allows, and without what it or XML refuses.

use crate::report::xml_text;

/// UTF-16 units of a cell.
const LONGEST: usize = 32_767;

/// The text of a cell; what is too long ends in an ellipsis.
pub(super) fn plain(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut units = 0;
    for letter in raw.chars().filter_map(kept) {
        units += letter.len_utf16();
        if units > LONGEST {
            return cut(out);
        }
        out.push(letter);
    }
    // The writer takes a string of this form for markup of its own and would not escape it.
    if out.starts_with("<r>") && out.ends_with("</r>") {
        if units == LONGEST {
            return cut(out);
        }
        out.push(' ');
    }
    out
}

/// Line breaks and tabs are shown in a cell.
fn kept(letter: char) -> Option<char> {
    match letter {
        '\n' | '\t' => Some(letter),
        '\r' => None,
        other => xml_text::letter(other),
    }
}

/// Makes room for an ellipsis in a text that fills the cell.
fn cut(mut text: String) -> String {
    text.pop();
    text.push('\u{2026}');
    text
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, plain};

    #[test]
    fn a_text_keeps_its_lines_and_loses_what_excel_refuses() {
        assert_eq!(plain("=1+1\r\na\tb\u{1}c\u{202e}d\u{ffff}"), "=1+1\na\tb cd");
        assert_eq!(plain("<r>bold</r>"), "<r>bold</r> ");
    }

    #[test]
    fn an_endless_text_is_cut_to_the_size_of_a_cell() {
        for letter in ["x", "ü", "\u{1f600}"] {
            let full = plain(&letter.repeat(40_000));
            let units = full.encode_utf16().count();
            assert!(full.ends_with('\u{2026}') && (LONGEST - 2..=LONGEST).contains(&units), "{letter}: {units}");
        }
        let exact = "x".repeat(LONGEST);
        assert_eq!(plain(&exact), exact);
        let markup = format!("<r>{}</r>", "x".repeat(LONGEST - 7));
        assert_eq!(plain(&markup).encode_utf16().count(), LONGEST);
    }
}
