//! `[pagerduty]`: what is read of an account, and which fields of an incident refer to deployments.
//!
//! If a rule does not match, the flag is absent, not false.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::keys::SECTIONS;
use super::{Field, PagerDuty, SOURCE};
use crate::document::{ConfigError, Endpoint, Section, api_url, values, variable};
use crate::domain::event::Table;
use crate::domain::pattern::Pattern;
use crate::sources::incidents::Plan;

use crate::sources::provider::{Account, Connection, InitKey, Provider, Reader};

/// PagerDuty in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Incidents],
    variable: Some(("PAGERDUTY_TOKEN", "a read-only REST API key")),
    list: "pagerduty",
    scopes_are_services: true,
    regions: &[["https://api.pagerduty.com", "https://api.eu.pagerduty.com"]],
    init: &[InitKey {
        key: "api_url",
        flag: "pagerduty-url",
        help: "The API of PagerDuty [default: of both regions the one that accepts the key]",
        value_name: "URL",
        needed: None,
    }],
    ..Provider::new(SOURCE, super::SERVICE, read)
};

/// What the section says.
#[derive(Debug)]
struct Settings {
    api_url: Endpoint,
    token_env: String,
    services: Vec<String>,
    caused_by_deploy: Field,
    deployment_ref: Option<Field>,
    change_events: bool,
    acknowledgements: bool,
}

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let caused_by_deploy = match section.section("caused_by_deploy")? {
        Some(rule) => field(&rule)?,
        None => Field::CustomField("caused_by_deploy".into()),
    };
    let deployment_ref = match section.section("deployment_ref")? {
        Some(rule) => {
            let field = field(&rule)?;
            if let Field::Title(pattern) | Field::Note(pattern) = &field
                && pattern.captures_len() < 2
            {
                return Err(rule.incomplete("needs a group that catches the deployment, like `sha ([0-9a-f]{7,40})`"));
            }
            Some(field)
        }
        None => None,
    };
    Ok(Reader::Account(Arc::new(Settings {
        api_url: api_url(section, "https://api.pagerduty.com")?,
        token_env: variable(section, "token_env")?.unwrap_or_else(|| "PAGERDUTY_TOKEN".into()),
        services: values(section.texts("services")?.unwrap_or_default()),
        caused_by_deploy,
        deployment_ref,
        change_events: section.flag("change_events")?.unwrap_or(false),
        acknowledgements: section.flag("acknowledgements")?.unwrap_or(false),
    })))
}

fn field(rule: &Section<'_>) -> Result<Field, ConfigError> {
    let field = rule.text("custom_field")?;
    let pattern = |key| {
        let pattern = rule.text(key)?.map(|text| text.read(Pattern::new)).transpose()?;
        Ok(pattern.map(|pattern| pattern.regex().clone()))
    };
    match (field, pattern("title")?, pattern("note")?) {
        (Some(name), None, None) => Ok(Field::CustomField(name.value.to_owned())),
        (None, Some(pattern), None) => Ok(Field::Title(pattern)),
        (None, None, Some(pattern)) => Ok(Field::Note(pattern)),
        _ => Err(rule.incomplete("needs exactly one of `custom_field`, `title` and `note`")),
    }
}

impl Account for Settings {
    fn api_url(&self) -> &Endpoint {
        &self.api_url
    }

    fn token_env(&self) -> &str {
        &self.token_env
    }

    fn digest(&self) -> Value {
        let field = |field: &Field| match field {
            Field::CustomField(name) => json!(["custom_field", name]),
            Field::Title(pattern) => json!(["title", pattern.as_str()]),
            Field::Note(pattern) => json!(["note", pattern.as_str()]),
        };
        let services: BTreeSet<&str> = self.services.iter().map(String::as_str).collect();
        let reference = self.deployment_ref.as_ref().map(field);
        json!([services, field(&self.caused_by_deploy), reference, self.change_events])
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        Box::new(PagerDuty {
            plan,
            services: self.services.clone(),
            caused_by_deploy: self.caused_by_deploy.clone(),
            deployment_ref: self.deployment_ref.clone(),
            change_events: self.change_events,
            acknowledgements: self.acknowledgements,
        })
    }
}
