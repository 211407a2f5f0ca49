//! External text for messages: without secrets, on one line, short.
//!
//! Secrets are removed from what is printed, never from what is parsed.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Request, Scheme};
use crate::domain::words::plain;

const LONGEST: usize = 200;

/// A shorter secret is not removed: without every `x` a message says nothing, and no service issues such a token.
const SHORTEST_SECRET: usize = 4;

/// Shorter parts of a secret address are words like `hooks`.
const SHORTEST_KEY: usize = 8;

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
        if request.url_is_secret {
            secrets.extend(parts(request.url));
        }
        Self(secrets)
    }

    /// Others, of what is not sent over HTTP.
    pub(crate) fn new(secrets: Vec<SecretString>) -> Self {
        Self(secrets)
    }

    /// The text without secrets.
    pub(crate) fn hide(&self, text: String) -> String {
        let secrets = self.0.iter().map(ExposeSecret::expose_secret);
        secrets
            .filter(|secret| secret.chars().count() >= SHORTEST_SECRET)
            .fold(text, |text, secret| without(&text, secret))
    }

    /// The text without secrets, on one short line.
    pub(crate) fn quote(&self, text: &str) -> String {
        // A text that is shortened first may end in the first half of a secret.
        shorten(&self.hide(text.to_owned()))
    }
}

/// The secret parts of an address: everything after the host, and each part of path and query that is long enough to be
/// a key. The longest come first, so that no remainder of a removed part is left.
fn parts(url: &Url) -> Vec<SecretString> {
    let behind = url.query().map(|query| format!("{}?{query}", url.path()));
    let segments = url.path_segments().into_iter().flatten().map(str::to_owned);
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    let long = segments.chain(values).filter(|part| part.chars().count() >= SHORTEST_KEY);
    let whole = [Some(url.path().to_owned()), url.query().map(str::to_owned), behind];
    let mut parts: Vec<String> = whole.into_iter().flatten().chain(long).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.into_iter().map(SecretString::from).collect()
}

/// Replaces a secret, in any JSON escape or percent-encoding, with `***`.
fn without(text: &str, secret: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = behind(rest, secret) {
            kept.push_str("***");
            rest = after;
        } else {
            kept.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    kept
}

/// The rest of a text after the secret, if the text starts with it.
fn behind<'t>(text: &'t str, secret: &str) -> Option<&'t str> {
    let mut letters = secret.chars();
    let Some(letter) = letters.next() else { return Some(text) };
    // A backslash is a literal character or starts an escape.
    let spellings = [
        text.strip_prefix(letter),
        text.strip_prefix('+').filter(|_| letter == ' '),
        behind_encoded(text, letter),
        behind_units(text, letter),
        behind_escaped(text, letter),
    ];
    spellings.into_iter().flatten().find_map(|rest| behind(rest, letters.as_str()))
}

/// The rest after one backslash or several, as many as JSON within JSON within JSON writes.
fn behind_backslashes(text: &str) -> Option<&str> {
    let most = text.bytes().take(8).take_while(|byte| *byte == b'\\').count();
    text.get(most..).filter(|_| most > 0)
}

/// The rest after a character that JSON escapes by a letter, within further JSON as well: `\"`, `\/`, `\n`.
fn behind_escaped(text: &str, letter: char) -> Option<&str> {
    let bare = behind_backslashes(text)?;
    match letter {
        '\n' => bare.strip_prefix('n'),
        '\t' => bare.strip_prefix('t'),
        '\r' => bare.strip_prefix('r'),
        '\\' => Some(bare),
        letter => bare.strip_prefix(letter),
    }
}

/// The rest after a character that JSON escapes by its UTF-16 units: `\u003c`.
fn behind_units(text: &str, letter: char) -> Option<&str> {
    let mut units = [0; 2];
    letter.encode_utf16(&mut units).iter().try_fold(text, |text, unit| {
        let (digits, rest) = behind_backslashes(text)?.strip_prefix('u')?.split_at_checked(4)?;
        (u16::from_str_radix(digits, 16) == Ok(*unit)).then_some(rest)
    })
}

/// The rest after a percent-encoded character: `%3C`.
fn behind_encoded(text: &str, letter: char) -> Option<&str> {
    let mut bytes = [0; 4];
    letter.encode_utf8(&mut bytes).bytes().try_fold(text, |text, byte| {
        let (digits, rest) = text.strip_prefix('%')?.split_at_checked(2)?;
        (u8::from_str_radix(digits, 16) == Ok(byte)).then_some(rest)
    })
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
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    let mut is_timeout = false;
    loop {
        is_timeout |= innermost.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout);
        let Some(source) = innermost.source() else { break };
        innermost = source;
    }
    let text = innermost.to_string();
    if is_timeout {
        "no answer in time".into()
    } else if text.contains("InvalidContentType") {
        "the server speaks plain http or another protocol there, but the address says https".into()
    } else {
        shorten(&plain(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;
    use crate::http::request::BEARER;

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
    fn a_secret_is_hidden_in_every_spelling_of_json_and_of_addresses() {
        let secret = "pä\"s/s <w>&\\ 𝄞";
        let json = serde_json::to_string(secret).expect("JSON");
        let twice = serde_json::to_string(&json).expect("JSON");
        let units = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let lower = form.to_lowercase();
        let query = Url::parse_with_params("https://host", [("key", secret)]).expect("an address").to_string();
        let slashes = json.replace('/', "\\/").replace('<', "\\u003C").replace('&', "\\u0026");
        for text in [secret, &json, &twice, &units, &form, &lower, &query, &slashes] {
            let hidden = secrets(secret, BEARER).hide(format!("a {text} z"));
            assert!(hidden.contains("***") && !hidden.contains('w'), "{text}: {hidden}");
            assert!(hidden.starts_with("a ") && hidden.ends_with(" z"), "{hidden}");
        }
        let other = "100 %, a\\b + c \\u00e4 %zz %";
        assert_eq!(secrets("token", BEARER).hide(other.into()), other);
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn a_body_of_backslashes_is_searched_in_one_pass() {
        let text = "\\".repeat(4_000_000);
        assert_eq!(secrets("token", BEARER).hide(text.clone()), text);
    }

    #[test]
    fn a_secret_address_is_hidden_as_a_whole_and_in_parts() {
        let url =
            Url::parse("https://host.example/workflows/0a1b2c3d4e5f/run?v=1&sig=q%2Bw_e-secret").expect("an address");
        let secrets = Secrets::of(&Request { url_is_secret: true, ..Request::new(Method::Post, &url) });
        for text in [url.as_str(), url.path(), "no workflow 0a1b2c3d4e5f", "sig q+w_e-secret", "q%2Bw_e-secret"] {
            let hidden = secrets.hide(text.to_owned());
            assert!(hidden.contains("***"), "{text}: {hidden}");
            assert!(!hidden.contains("0a1b") && !hidden.contains("secret"), "{text}: {hidden}");
        }
        assert_eq!(secrets.hide("host.example says no".into()), "host.example says no");
    }

    #[test]
    fn a_very_short_secret_is_not_removed_from_messages() {
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
