//! Text helpers for messages of every layer: errors of the operating system in one form, external text on one line, and
//! the characters that a terminal, page or file would interpret instead of showing.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// An operating system's error within a sentence: without its number, and without a capital.
pub fn plain(error: &str) -> String {
    let text = error.split(" (os error").next().unwrap_or(error);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A text whose first letter is a capital.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text on one line: a name from a file cannot add a line.
pub fn on_one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Letters of a text from outside within a message.
const LONGEST: usize = 600;

/// A text from outside as a part of a message: on one line, without terminal control characters, and cut to a readable
/// length.
pub fn within_a_message(text: &str) -> String {
    let line = on_one_line(text);
    let shown = printable(&line, &[]);
    match shown.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", shown.get(..at).unwrap_or_default()),
        None => shown.into_owned(),
    }
}

/// Whether a character turns the direction of the text around it, so that a name can show something else than it is.
/// These are Unicode's explicit directional formatting characters.
pub fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is interpreted instead of shown: a control character, a separator of lines or paragraphs, or a
/// character that turns the direction of text.
pub fn is_obeyed(letter: char) -> bool {
    letter.is_control() || turns_text(letter) || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// A text with every such character replaced by U+FFFD, except those in `kept`.
pub fn printable<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    // Nearly every text is plain, and this is many times as fast. Without an early exit the compiler can vectorize it.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let is_replaced = |letter: char| is_obeyed(letter) && !kept.contains(&letter);
    if text.contains(is_replaced) { Cow::Owned(text.replace(is_replaced, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// JSON with the same characters, other than the ends of its lines, as escapes: parsers get the same text, and a
/// terminal that shows the file executes nothing.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |letter: char| letter != '\n' && is_obeyed(letter);
    if !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    Cow::Owned(json.chars().fold(String::with_capacity(json.len()), |mut text, letter| {
        if is_escaped(letter) {
            // All of them lie in strings, and in the first plane of Unicode.
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        } else {
            text.push(letter);
        }
        text
    }))
}

/// A stream that makes the JSON written to it [printable](printable_json). Each write must be whole characters, as those of
/// a serialiser are.
pub struct PrintableJson<W>(pub W);

impl<W: io::Write> io::Write for PrintableJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_all(printable_json(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{PrintableJson, plain, printable, printable_json, within_a_message};

    #[test]
    fn an_error_loses_its_number_and_its_capital() {
        assert_eq!(plain("Connection refused (os error 111)"), "connection refused");
        assert_eq!(plain("is a directory"), "is a directory");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn a_text_within_a_message_is_one_line_and_not_without_end() {
        assert_eq!(within_a_message("a\r\nb\u{1b}[31m"), "a  b\u{fffd}[31m");
        assert_eq!(within_a_message(&"ü".repeat(5_000)).chars().count(), super::LONGEST + 1);
    }

    #[test]
    fn json_reads_back_the_same_and_holds_nothing_that_a_terminal_obeys() {
        let value = serde_json::json!({ "a\u{9b}b\u{61c}": ["\u{7f}\u{2028}", "ü\n\u{1b}"] });
        let mut bytes = Vec::new();
        serde_json::to_writer_pretty(PrintableJson(&mut bytes), &value).expect("JSON");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text, printable_json(&serde_json::to_string_pretty(&value).expect("JSON")));
        assert!(!text.contains(|letter: char| letter != '\n' && super::is_obeyed(letter)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }

    #[test]
    fn what_a_reader_would_obey_is_replaced_and_what_it_shows_is_kept() {
        let obeyed = [
            '\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}',
            '\u{2028}', '\u{2029}', '\u{2066}', '\u{2069}',
        ];
        for letter in obeyed {
            assert_eq!(printable(&format!("a{letter}b"), &[]), "a\u{fffd}b", "{letter:?}");
        }
        // Emoji of several parts and Persian names need the joiners.
        for shown in ["acme/web", "ü 日本 \u{1f469}\u{200d}\u{1f4bb}", "می\u{200c}خواهم"] {
            assert_eq!(printable(shown, &[]), shown);
        }
        assert_eq!(printable("a\tb\nc\r", &['\n', '\t']), "a\tb\nc\u{fffd}");
    }
}
