//! Line breaks in text: never between a number and its unit or inside a period's name, but inside a word that is too
//! long for a column. Escapes the text.

use std::fmt::{Display, Write as _};

use askama::filters::Safe;

/// Letters of a word before a line may break inside it.
const LONGEST: usize = 26;
/// What belongs to the number before it.
const UNITS: [&str; 6] = ["%", "s", "min", "h", "d", "points"];

/// The text, escaped, with its line breaks in the right places.
#[askama::filter_fn]
pub(super) fn soft<T: Display>(text: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(marked(&text.to_string(), true)))
}

/// The same without marks around numbers and short names, for tables of many rows.
#[askama::filter_fn]
pub(super) fn breakable<T: Display>(text: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(marked(&text.to_string(), false)))
}

fn marked(text: &str, binds: bool) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let words: Vec<&str> = text.split(' ').collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if at > 0 {
            out.push(' ');
        }
        let unit = words.get(at + 1).filter(|next| binds && is_number(word) && is_unit(next));
        if let Some(unit) = unit {
            out.push_str("<span class=\"nb\">");
            escape(&mut out, word);
            out.push(' ');
            escape(&mut out, unit);
            out.push_str("</span>");
            at += 2;
            continue;
        }
        let letters = word.chars().count();
        if letters > LONGEST {
            let mut left = LONGEST;
            for letter in word.chars() {
                if left == 0 {
                    out.push_str("<wbr>");
                    left = LONGEST;
                }
                left -= 1;
                escape(&mut out, letter.encode_utf8(&mut [0; 4]));
            }
        } else if binds && word.contains('-') {
            out.push_str("<span class=\"nb\">");
            escape(&mut out, word);
            out.push_str("</span>");
        } else {
            escape(&mut out, word);
        }
        at += 1;
    }
    out
}

fn is_number(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '+', '\u{2212}', '\u{2265}', '>']);
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','))
}

fn is_unit(word: &str) -> bool {
    UNITS.contains(&word.trim_end_matches([',', '.', ';', ')', ':']))
}

fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' | '>' | '&' | '"' | '\'' => {
                // Writing to a string does not fail.
                let _ = write!(out, "&#{};", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn a_number_keeps_its_unit_and_a_period_its_name() {
        assert_eq!(
            marked("from 3.5 % to 20 h, after 2026-Q2; 5 of 9", true),
            "from <span class=\"nb\">3.5 %</span> to <span class=\"nb\">20 h,</span> after \
             <span class=\"nb\">2026-Q2;</span> 5 of 9"
        );
        assert_eq!(marked("2026-Q2 3 %", false), "2026-Q2 3 %");
    }

    #[test]
    fn a_long_word_may_break_and_everything_is_escaped() {
        let text = marked(&"<".repeat(60), true);
        assert_eq!(text.matches("<wbr>").count(), 2);
        assert_eq!(text.replace("<wbr>", ""), "&#60;".repeat(60));
        assert_eq!(marked("a&b \"c\" 'd'", true), "a&#38;b &#34;c&#34; &#39;d&#39;");
    }
}
