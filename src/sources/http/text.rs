//! Text of others in our messages: without secrets, on one line, short.
//!
//! Secrets are removed from what is printed, never from what is parsed.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::{Request, Scheme};
use crate::domain::words::plain;

const LONGEST: usize = 200;

/// A shorter secret is not removed: without every `x` a message says nothing, and no service issues such a token.
const SHORTEST_SECRET: usize = 4;

/// What a request was signed with, in every spelling that was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Those of a request.
    pub(super) fn of(request: &Request<'_>) -> Self {
        let mut secrets: Vec<SecretString> = request.token.into_iter().cloned().collect();
        if let (Some(token), Scheme::PasswordOf(user)) = (request.token, request.scheme) {
            let sent = STANDARD.encode(format!("{user}:{}", token.expose_secret()));
            secrets.push(SecretString::from(sent));
        }
        secrets.extend(request.secret_headers.iter().map(|(_, value)| value.clone()));
        Self(secrets)
    }

    /// The text without secrets.
    pub(crate) fn hide(&self, text: String) -> String {
        let secrets = self.0.iter().map(ExposeSecret::expose_secret);
        secrets
            .filter(|secret| secret.chars().count() >= SHORTEST_SECRET)
            .fold(text, |text, secret| if text.contains(secret) { text.replace(secret, "***") } else { text })
    }

    /// The text without secrets, on one short line.
    pub(crate) fn quote(&self, text: &str) -> String {
        // A text that is shortened first may end in the first half of a secret.
        shorten(&self.hide(text.to_owned()))
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
    use url::Url;

    use crate::sources::http::Method;
    use crate::sources::http::request::BEARER;

    fn secrets(token: &str, scheme: Scheme<'_>) -> Secrets {
        let (url, token) = (Url::parse("https://host").expect("an address"), SecretString::from(token));
        Secrets::of(&Request { token: Some(&token), scheme, ..Request::new(Method::Get, &url) })
    }

    #[test]
    fn a_secret_is_hidden_in_every_spelling_that_was_sent() {
        let token = secrets("ghp_secret", BEARER);
        let text = token.hide("Bad credentials: Bearer ghp_secret, ghp_secret".into());
        assert_eq!(text, "Bad credentials: Bearer ***, ***");
        let password = secrets("pass word", Scheme::PasswordOf("ops"));
        assert_eq!(password.hide("Basic b3BzOnBhc3Mgd29yZA== is `pass word`".into()), "Basic *** is `***`");
    }

    #[test]
    fn a_secret_too_short_to_be_one_leaves_the_words_whole() {
        for token in ["", "x", "abc"] {
            assert_eq!(secrets(token, BEARER).hide("next: abcx".into()), "next: abcx", "{token}");
        }
    }

    #[test]
    fn no_half_of_a_secret_stays_where_a_text_is_cut() {
        let text = format!("{}ghp_secret", "-".repeat(LONGEST - 5));
        assert!(!secrets("ghp_secret", BEARER).quote(&text).contains("ghp"));
    }

    #[test]
    fn a_quoted_body_is_one_short_line() {
        assert_eq!(shorten("<html>\n  <b>502\u{7}</b>\t"), "<html> <b>502 </b>");
        assert_eq!(shorten(" \n"), "(nothing)");
        assert_eq!(shorten(&"ä".repeat(500)).chars().count(), LONGEST + 1);
    }
}
