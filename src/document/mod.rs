//! `dora.toml` as a document: sections and keys with their lines, and what is wrong with them in words.
//!
//! It knows no key by name: whoever reads a section describes its keys (`keys`), and the caller passes all descriptions
//! as a schema. Unknown keys, wrong types and secrets are refused when a document is opened and read. This module reads
//! neither the environment nor the disk.
//!
//! | file | owns |
//! |---|---|
//! | `keys` | how a section and its keys are described |
//! | `schema` | which keys are known, and the nearest one to an unknown key |
//! | `opened`, `secret` | TOML with lines; unknown keys, wrong types and secrets are refused |
//! | `endpoint`, `webhook_kind` | addresses |
//! | `quote` | text written as TOML |

mod endpoint;
mod error;
pub(crate) mod keys;
mod opened;
mod quote;
pub(crate) mod schema;
mod secret;
mod webhook_kind;

pub use endpoint::Endpoint;
pub use error::{ConfigError, Place};
pub(crate) use opened::{Document, Section, Text};
pub use quote::{comment, quoted};
pub use secret::is_variable_name;
pub use webhook_kind::WebhookKind;

/// Strings without their places.
pub(crate) fn values(texts: Vec<Text<'_>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value.to_owned()).collect()
}

/// The name of an environment variable. An invalid name is not repeated in the error: it may be the secret itself.
pub(crate) fn variable(section: &Section<'_>, key: &str) -> Result<Option<String>, ConfigError> {
    let Some(text) = section.text(key)? else { return Ok(None) };
    if is_variable_name(text.value) {
        return Ok(Some(text.value.to_owned()));
    }
    Err(text.unusable(
        "not the name of an environment variable, like `GITHUB_TOKEN` (letters, digits and `_`); if the secret \
         itself stands there, take it out of this file",
    ))
}

/// The address of an API to which a token always goes; plain http is for loopback alone.
pub(crate) fn api_url(section: &Section<'_>, default: &str) -> Result<Endpoint, ConfigError> {
    match section.text("api_url")? {
        Some(text) => token_address(&text),
        None => Endpoint::parse(default).map_err(|what| section.unusable("api_url", &what)),
    }
}

/// An address to which a token always goes.
pub(crate) fn token_address(text: &Text<'_>) -> Result<Endpoint, ConfigError> {
    let endpoint = text.read(Endpoint::parse)?.into_base();
    if endpoint.may_carry_a_token() {
        Ok(endpoint)
    } else {
        Err(ConfigError::Unencrypted { at: text.at.clone(), key: text.key.clone() })
    }
}
