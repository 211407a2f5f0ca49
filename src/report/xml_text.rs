//! Which characters of external text go into an XML file: those that XML allows and that do not change how other text
//! is shown.

use crate::domain::words::{is_obeyed, turns_text};

/// The character; a space for a control character; none for a mark that changes the direction of text and for code
/// points that XML refuses.
pub(super) fn letter(raw: char) -> Option<char> {
    match raw {
        '\u{fffe}' | '\u{ffff}' => None,
        mark if turns_text(mark) => None,
        control if is_obeyed(control) => Some(' '),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn control_characters_are_spaces_and_marks_are_left_out() {
        let kept = |text: &str| text.chars().filter_map(letter).collect::<String>();
        assert_eq!(kept("a\u{0}b\u{1b}c\u{85}d"), "a b c d");
        assert_eq!(kept("\u{202e}txt\u{2069}\u{fffe}\u{ffff}"), "txt");
        assert_eq!(kept("ü\u{1f600}<&\""), "ü\u{1f600}<&\"");
    }
}
