//! Text written as TOML.

use std::fmt::Write;

/// A text as a TOML string. Invisible characters, and characters that change the direction of text, are escaped.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if is_unseen(letter) => {
                // Writing into a string cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out + "\""
}

/// A text as part of a TOML comment: on one line, and only what can be seen.
pub fn comment(text: &str) -> String {
    text.chars().map(|letter| if is_unseen(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Control characters, and marks that have no width or change the direction.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_as_it_was_and_never_leaves_its_line() {
        for text in
            ["web", "a \"b\" \\ c", "x\ny\r\tz\0\u{7f}", "\u{202e}gnp.exe", "ärger 🙂", "", "]\n[github]\norg = 1"]
        {
            let written = quoted(text);
            let line = format!("key = {written} # {}\n", comment(text));
            assert_eq!(line.lines().count(), 1, "{line}");
            let read: toml::Table = line.parse().expect("TOML");
            assert_eq!(read.get("key").and_then(toml::Value::as_str), Some(text), "{line}");
            assert!(!line.contains('\u{202e}'));
        }
    }
}
