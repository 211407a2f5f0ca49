//! What the sections of these systems have in common: address, key, and the environment of rows that have none.

use std::sync::Arc;

use serde_json::Value;

use super::System;
use super::account::Account;
use crate::document::{ConfigError, Endpoint, Section, api_url, variable};
use crate::domain::glob::Glob;
use crate::sources::incidents::Plan;
use crate::sources::provider::{self, Connection, Provider, Reader};

/// The environment of what has none of its own.
const ENVIRONMENT: &str = "production";

/// The values of a section.
#[derive(Debug)]
pub(in crate::sources) struct Settings<S> {
    api_url: Endpoint,
    token_env: String,
    system: S,
}

/// Reads address and variable of a section; `address` is that of the API where there is only one.
pub(in crate::sources) fn settings<S: System>(
    section: &Section<'_>,
    provider: &Provider,
    address: Option<&str>,
    system: S,
) -> Result<Reader, ConfigError> {
    if address.is_none() {
        required(section, "api_url", "the address of the server")?;
    }
    let api_url = api_url(section, address.unwrap_or_default())?;
    let default = provider.variable.map_or("", |(variable, _)| variable);
    let token_env = variable(section, "token_env")?.unwrap_or_else(|| default.to_owned());
    Ok(Reader::Account(Arc::new(Settings { api_url, token_env, system })))
}

/// The text under a key that the section needs; `what` is what it is.
pub(in crate::sources) fn required(section: &Section<'_>, key: &str, what: &str) -> Result<String, ConfigError> {
    let text = section.text(key)?;
    text.map(|text| text.value.to_owned()).ok_or_else(|| section.incomplete(&format!("needs `{key}`, {what}")))
}

/// The patterns under a key that the section needs; `what` is what they match.
pub(in crate::sources) fn required_globs(
    section: &Section<'_>,
    key: &str,
    what: &str,
) -> Result<Vec<Glob>, ConfigError> {
    let texts = section.some_texts(key, &format!("write {what}"))?;
    let texts = texts.ok_or_else(|| section.incomplete(&format!("needs `{key}`, {what}")))?;
    texts.iter().map(|text| text.read(Glob::new)).collect()
}

/// The key `environment` of a section.
pub(in crate::sources) fn environment(section: &Section<'_>) -> Result<String, ConfigError> {
    Ok(section.text("environment")?.map_or_else(|| ENVIRONMENT.to_owned(), |text| text.value.to_owned()))
}

impl<S: System> provider::Account for Settings<S> {
    fn source(&self) -> Option<&str> {
        Some(self.system.source())
    }

    fn api_url(&self) -> &Endpoint {
        &self.api_url
    }

    fn token_env(&self) -> &str {
        &self.token_env
    }

    fn digest(&self) -> Value {
        self.system.digest()
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        Box::new(Account { plan, system: self.system.clone() })
    }
}
