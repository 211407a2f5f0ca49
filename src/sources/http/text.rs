//! Text of others in our messages: without the token, on one line, short.

use std::error::Error;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::words::plain;

const LONGEST: usize = 200;

/// The text with every occurrence of the token replaced.
pub(crate) fn scrub(text: String, token: Option<&SecretString>) -> String {
    match token.map(ExposeSecret::expose_secret).filter(|token| !token.is_empty()) {
        Some(token) if text.contains(token) => text.replace(token, "***"),
        _ => text,
    }
}

/// The text on one line, without control characters, cut after 200 characters.
pub(crate) fn shorten(text: &str) -> String {
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "(nothing)".into();
    }
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// Whether a body is a page for people.
pub(crate) fn is_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

/// The innermost cause of a transport error: it names what the outer ones wrap. Never the address, which may hold more
/// than a host.
pub(super) fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    if error.is_timeout() {
        "no answer in time".into()
    } else if text.contains("InvalidContentType") {
        "it speaks plain http there, or another protocol, and the address says https".into()
    } else {
        shorten(&plain(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_stays_in_a_text() {
        let token = SecretString::from("ghp_secret");
        let text = scrub("Bad credentials: Bearer ghp_secret, ghp_secret".into(), Some(&token));
        assert_eq!(text, "Bad credentials: Bearer ***, ***");
        assert_eq!(scrub("x".into(), Some(&SecretString::from(""))), "x");
    }

    #[test]
    fn a_quoted_body_is_one_short_line() {
        assert_eq!(shorten("<html>\n  <b>502\u{7}</b>\t"), "<html> <b>502 </b>");
        assert_eq!(shorten(" \n"), "(nothing)");
        assert_eq!(shorten(&"ä".repeat(500)).chars().count(), LONGEST + 1);
    }
}
