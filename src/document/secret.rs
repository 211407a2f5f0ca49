//! Finds what looks like a secret in an opened file, so that it is refused before any message could repeat it.
//!
//! Only names of environment variables belong in the file. What counts as a secret: a value under a key that is
//! named like one, and text with the prefix of a known kind of token, wherever it stands.

use toml::de::{DeTable, DeValue};
use url::Url;

use super::schema::{self, Schema};
use super::webhook_kind::WebhookKind;

/// A secret's place and name, never its value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Byte of the text where it begins.
    pub(crate) offset: usize,
    /// The section it stands in.
    pub(crate) section: String,
    /// Its key.
    pub(crate) key: String,
    /// How to name the variable instead.
    pub(crate) way_out: &'static str,
}

/// The first secret of a file.
pub(crate) fn find(root: &DeTable<'_>, known: &Schema) -> Option<Found> {
    let mut found = Vec::new();
    walk(known, "", root, &mut found);
    found.into_iter().min()
}

fn walk(known: &Schema, section: &str, table: &DeTable<'_>, found: &mut Vec<Found>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if is_token(name) {
            found.push(hit(known, key.span().start, section, "a key"));
        } else {
            walk_value(known, section, name, value.span().start, value.get_ref(), found);
        }
    }
}

fn walk_value(known: &Schema, section: &str, key: &str, offset: usize, value: &DeValue<'_>, found: &mut Vec<Found>) {
    match value {
        DeValue::Table(table) if section.is_empty() => walk(known, key, table, found),
        // Its keys are names of headers, and its values are read as names of variables.
        DeValue::Table(table) if key == "header_env" => {
            for (_, value) in table {
                walk_value(known, section, key, value.span().start, value.get_ref(), found);
            }
        }
        DeValue::Table(table) => walk(known, section, table, found),
        DeValue::Array(items) => {
            for item in items {
                walk_value(known, section, key, item.span().start, item.get_ref(), found);
            }
        }
        DeValue::String(text) if is_secret_key(key) || is_token(text) => found.push(hit(known, offset, section, key)),
        DeValue::Integer(_) if is_secret_key(key) => found.push(hit(known, offset, section, key)),
        _ => {}
    }
}

fn hit(known: &Schema, offset: usize, section: &str, key: &str) -> Found {
    let has = |key: &str| schema::keys(known, section).is_some_and(|keys| keys.contains(&key));
    let way_out = match section {
        _ if has("token_env") => "name that with `token_env`",
        "notify" => "name that with `webhook_env`, or `password_env` under `mail`",
        "remote_write" => "name that with `bearer_token_env`",
        _ => "name that in the section that needs it (`token_env`, `bearer_token_env`)",
    };
    Found { offset, section: section.to_owned(), key: key.to_owned(), way_out }
}

/// Whether a key is named like a secret rather than like the variable or the file that holds one.
fn is_secret_key(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    let words = ["token", "api_key", "apikey", "password", "passwd", "secret", "private_key", "access_key"];
    words.iter().any(|word| key == *word || key.ends_with(&format!("_{word}")))
        || matches!(
            key.as_str(),
            "key" | "credentials" | "authorization" | "bearer" | "pat" | "webhook" | "webhook_url"
        )
}

/// Whether a text begins like a token of a known kind.
pub(crate) fn is_token(text: &str) -> bool {
    let text = text.trim();
    let prefixes = [
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "-----BEGIN",
        "Bearer ",
        "GenieKey ",
        "Token token=",
    ];
    let pagerduty = text.strip_prefix("u+").is_some_and(|rest| {
        rest.len() >= 16 && rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_+".contains(letter))
    });
    // Whoever knows the address of a webhook may post to it.
    let webhook = Url::parse(text).is_ok_and(|url| url.host_str().and_then(WebhookKind::of_host).is_some());
    pagerduty || webhook || prefixes.iter().any(|prefix| text.starts_with(prefix))
}

/// Whether a text can be the name of an environment variable and does not look like a token put in its place.
pub fn is_variable_name(text: &str) -> bool {
    let mut letters = text.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    let words = letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let mixed = [char::is_ascii_lowercase, char::is_ascii_uppercase, char::is_ascii_digit as fn(&char) -> bool]
        .iter()
        .all(|kind| text.chars().any(|letter| kind(&letter)));
    let hexadecimal = text.len() >= 32 && text.chars().all(|letter| letter.is_ascii_hexdigit());
    begins && words && !mixed && !hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_name_variables_or_files_are_not_secrets() {
        for key in ["token_env", "bearer_token_env", "private_key_file", "installation_id", "name", "custom_field"] {
            assert!(!is_secret_key(key), "{key}");
        }
        for key in ["token", "api_key", "API-KEY", "password", "bearer_token", "client_secret", "private_key"] {
            assert!(is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn a_token_is_known_by_its_beginning() {
        for text in [
            "ghp_x",
            "github_pat_x",
            "u+abcDEF123456789_-xy",
            "-----BEGIN RSA PRIVATE KEY-----",
            " ghs_x",
            "https://hooks.slack.com/services/T0/B0/x",
        ] {
            assert!(is_token(text), "{text}");
        }
        for text in ["u+", "u+ is a pattern", "checkout", "prod-*", "https://slack.com"] {
            assert!(!is_token(text), "{text}");
        }
    }

    #[test]
    fn a_token_in_place_of_a_variable_name_is_detected() {
        for text in ["GITHUB_TOKEN", "_x", "github_token", "TOKEN2"] {
            assert!(is_variable_name(text), "{text}");
        }
        for text in [
            "y_NbAkKc66ryYTWUXYEu",
            "eb243592-faa2-4ba2-a551-0123456789ab",
            "$TOKEN",
            "",
            "2X",
            "abcdefabcdefabcdefabcdefabcdefab",
        ] {
            assert!(!is_variable_name(text), "{text}");
        }
    }
}
