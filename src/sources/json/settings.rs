//! Converts a section of the configuration to an account of a described service.

use std::sync::Arc;

use serde_json::{Value, json};

use super::described::{Described, Login};
use super::description::{Description, Flag, Flags};
use crate::document::{ConfigError, Endpoint, Section, token_address, variable};
use crate::http::{BEARER, Scheme};
use crate::sources::incidents::Plan;
use crate::sources::incidents::api::Dialect;
use crate::sources::provider::{Account, Connection, Provider, Reader};

/// What a section says, besides the description that its provider made of it.
#[derive(Debug)]
pub(in crate::sources) struct Settings {
    /// The name under which rows and coverage stand, where it is not that of the provider.
    pub(in crate::sources) name: Option<String>,
    provider: &'static Provider,
    api_url: Endpoint,
    token_env: String,
    /// How the key is sent.
    pub(in crate::sources) scheme: Scheme<'static>,
    /// The user, if the key is a password.
    pub(in crate::sources) user: Option<String>,
    /// The header that contains only the key.
    pub(in crate::sources) header: Option<String>,
    /// Additional headers.
    pub(in crate::sources) headers: Vec<(String, String)>,
    description: Description,
    flags: Flags,
    /// What figures depend on besides the flags: the keys of the section that choose incidents or places.
    pub(in crate::sources) chosen: Value,
}

impl Settings {
    /// Reads the keys that all described services have: address, variable of the key, verdict and reference. Without a
    /// usual address the section has to name one.
    pub(in crate::sources) fn read(
        section: &Section<'_>,
        provider: &'static Provider,
        usual: Option<&str>,
        describe: impl FnOnce(&Flags) -> Result<Description, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let api_url = match (section.text("api_url")?, usual) {
            (Some(text), _) => token_address(&text)?,
            (None, Some(usual)) => Endpoint::parse(usual).map_err(|what| section.unusable("api_url", &what))?,
            (None, None) => return Err(section.incomplete("needs `api_url`, the address of the service")),
        };
        let default = provider.variable.map(|(variable, _)| variable.to_owned());
        let Some(token_env) = variable(section, "token_env")?.or(default) else {
            return Err(section.incomplete("needs `token_env`, the name of the variable with the key"));
        };
        let flags = Flags { caused_by_deploy: cause(section)?, deployment_ref: reference(section)? };
        let description = describe(&flags)?;
        Ok(Self {
            name: None,
            provider,
            api_url,
            token_env,
            scheme: BEARER,
            user: None,
            header: None,
            headers: Vec::new(),
            description,
            flags,
            chosen: Value::Null,
        })
    }

    /// The account.
    pub(in crate::sources) fn reader(self) -> Reader {
        Reader::Account(Arc::new(self))
    }

    fn figures(&self) -> Value {
        let flag = match &self.flags.caused_by_deploy {
            Flag::Tag(name) => ["tag", name],
            Flag::CustomField(name) => ["custom_field", name],
        };
        json!([self.name, self.chosen, flag, self.flags.deployment_ref])
    }
}

fn cause(section: &Section<'_>) -> Result<Flag, ConfigError> {
    let Some(rule) = section.section("caused_by_deploy")? else { return Ok(Flag::Tag("caused-by-deploy".into())) };
    match (rule.text("tag")?, rule.text("custom_field")?) {
        (Some(tag), None) => Ok(Flag::Tag(tag.value.to_owned())),
        (None, Some(field)) => Ok(Flag::CustomField(field.value.to_owned())),
        _ => Err(rule.incomplete("needs exactly one of `tag` and `custom_field`")),
    }
}

fn reference(section: &Section<'_>) -> Result<Option<String>, ConfigError> {
    let Some(rule) = section.section("deployment_ref")? else { return Ok(None) };
    match rule.text("custom_field")? {
        Some(field) => Ok(Some(field.value.to_owned())),
        None => Err(rule.incomplete("needs `custom_field`")),
    }
}

impl Account for Settings {
    fn source(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn api_url(&self) -> &Endpoint {
        &self.api_url
    }

    fn token_env(&self) -> &str {
        &self.token_env
    }

    fn digest(&self) -> Value {
        self.figures()
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        // Where no incident can be asked for by itself, only the whole list shows what became of the open ones.
        let full = plan.full || self.description.one.is_none();
        Box::new(Described {
            source: self.name.clone().unwrap_or_else(|| self.provider.id.to_owned()),
            plan: Plan { full, ..plan },
            dialect: Dialect {
                service: self.provider.label,
                scheme: self.scheme,
                or_scheme: None,
                headers: &[("accept", "application/json")],
                scope: |_| "",
            },
            login: Login { user: self.user.clone(), header: self.header.clone(), headers: self.headers.clone() },
            description: self.description.clone(),
            flags: self.flags.clone(),
            asked: self.figures().to_string(),
        })
    }
}
