//! Names and messages from outside as Markdown that shows them and does nothing else.
//!
//! Markup is escaped, line breaks become spaces, and a zero-width space (written as an entity, so that it can be seen
//! in the source) keeps a code host from turning `@name` into a mention, `#12` into a reference, a URL into a link.

use crate::domain::words::{is_obeyed, turns_text};

/// Longest text taken over, in characters; the rest is cut off with `…`.
const LONGEST: usize = 1_000;

const BREAK: &str = "&#8203;";

/// Text from outside, for a table cell or a list item.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    for (index, (position, letter)) in raw.char_indices().enumerate() {
        if index == LONGEST {
            out.push('…');
            break;
        }
        let rest = raw.get(position..).unwrap_or_default();
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' | '#' => {
                out.push('\\');
                out.push(letter);
                out.push_str(BREAK);
            }
            ':' if rest.starts_with("://") => {
                out.push(':');
                out.push_str(BREAK);
            }
            '.' if ends_with_www(&out) => {
                out.push_str(BREAK);
                out.push('.');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            _ if turns_text(letter) => {}
            _ if is_obeyed(letter) || letter.is_whitespace() => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

fn ends_with_www(out: &str) -> bool {
    out.len().checked_sub(3).and_then(|from| out.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_hostile_name_is_shown_without_effect() {
        for (raw, safe) in [
            ("a|b", "a\\|b"),
            ("a\\|b", "a\\\\\\|b"),
            ("`x`\n# y", "\\`x\\` \\#&#8203; y"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("@octocat", "\\@&#8203;octocat"),
            ("acme/web#12", "acme/web\\#&#8203;12"),
            ("[x](https://evil.example)", "\\[x\\](https:&#8203;//evil.example)"),
            ("WWW.evil.example", "WWW&#8203;.evil.example"),
            ("&lt;", "&amp;lt;"),
            ("\u{202e}txt\u{61c}", "txt"),
            ("a\u{1b}[31mb\0c", "a \\[31mb c"),
            ("plain-name 1.2", "plain-name 1.2"),
        ] {
            assert_eq!(text(raw), safe, "{raw}");
        }
    }

    #[test]
    fn an_endless_text_is_cut_between_characters() {
        assert_eq!(text(&"ü".repeat(5_000)).chars().count(), super::LONGEST + 1);
    }
}
