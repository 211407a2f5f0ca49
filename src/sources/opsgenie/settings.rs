//! `[opsgenie]` and `[jsm]`: what is read of an account, and what says that a deployment caused it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::keys::{JSM_SECTIONS, OPSGENIE_SECTIONS};
use super::{ALERTS, Flag, INCIDENTS, JSM, OPSGENIE, OpsGenie, Product, SHUTDOWN};
use crate::document::{ConfigError, Endpoint, Section, api_url, variable};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::sources::incidents::Plan;
use crate::sources::provider::{Account, Connection, InitKey, Provider, Reader};

/// OpsGenie in the registry.
pub(in crate::sources) const OPSGENIE_PROVIDER: Provider = Provider {
    sections: OPSGENIE_SECTIONS,
    gives: &[Table::Incidents],
    variable: Some(("OPSGENIE_API_KEY", "an API key that may read; OpsGenie is shut down on 2027-04-05")),
    list: "opsgenie",
    regions: &[["https://api.opsgenie.com", "https://api.eu.opsgenie.com"]],
    init: &[InitKey {
        key: "api_url",
        flag: "opsgenie-url",
        help: "The API of OpsGenie [default: of both regions the one that accepts the key]",
        value_name: "URL",
        needed: None,
    }],
    ..Provider::new(OPSGENIE, "OpsGenie", opsgenie)
};

/// Jira Service Management in the registry.
pub(in crate::sources) const JSM_PROVIDER: Provider = Provider {
    sections: JSM_SECTIONS,
    gives: &[Table::Incidents],
    variable: Some(("JSM_TOKEN", "an API token, with `email`, or an OAuth token")),
    list: "incidents",
    init: &[
        InitKey {
            key: "api_url",
            flag: "jsm-url",
            help: "The API of Jira Service Management [default: `https://api.atlassian.com`]",
            value_name: "URL",
            needed: None,
        },
        InitKey {
            key: "cloud_id",
            flag: "jsm-cloud-id",
            help: "The cloud id of the Jira site, which `https://SITE.atlassian.net/_edge/tenant_info` shows.",
            value_name: "ID",
            needed: Some(("id", "https://SITE.atlassian.net/_edge/tenant_info")),
        },
        InitKey {
            key: "email",
            flag: "jsm-email",
            help: "The account of the API token in `JSM_TOKEN`; without it the token is an OAuth token.",
            value_name: "EMAIL",
            needed: None,
        },
    ],
    ..Provider::new(JSM, "Jira Service Management", jsm)
};

/// What either section says.
#[derive(Debug)]
struct Settings {
    api_url: Endpoint,
    token_env: String,
    product: Product,
    caused_by_deploy: Flag,
    deployment_ref: Option<String>,
}

fn opsgenie(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let choices = [INCIDENTS, ALERTS].map(|feed| (feed, feed));
    let read = match section.some_texts("read", "write `incidents`, `alerts` or both")? {
        Some(texts) => texts.iter().map(|text| text.choose(&choices)).collect::<Result<Vec<_>, _>>()?,
        None => vec![INCIDENTS],
    };
    let product = Product::OpsGenie { incidents: read.contains(&INCIDENTS), alerts: read.contains(&ALERTS) };
    settings(section, "https://api.opsgenie.com", OPSGENIE_PROVIDER.variable, product)
}

fn jsm(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let Some(cloud_id) = section.text("cloud_id")? else {
        return Err(section.incomplete("needs `cloud_id`, which https://SITE.atlassian.net/_edge/tenant_info shows"));
    };
    let site = section.text("site")?.map(|text| text.read(site)).transpose()?;
    let product = Product::Jsm {
        cloud_id: cloud_id.value.to_owned(),
        site: site.map(|site| site.as_str().to_owned()),
        user: section.text("email")?.map(|text| text.value.to_owned()),
    };
    settings(section, "https://api.atlassian.com", JSM_PROVIDER.variable, product)
}

fn settings(
    section: &Section<'_>,
    address: &str,
    key: Option<(&str, &str)>,
    product: Product,
) -> Result<Reader, ConfigError> {
    let default = key.map_or_else(String::new, |(variable, _)| variable.to_owned());
    Ok(Reader::Account(Arc::new(Settings {
        api_url: api_url(section, address)?,
        token_env: variable(section, "token_env")?.unwrap_or(default),
        product,
        caused_by_deploy: flag(section)?,
        deployment_ref: property(section)?,
    })))
}

fn flag(section: &Section<'_>) -> Result<Flag, ConfigError> {
    let Some(rule) = section.section("caused_by_deploy")? else { return Ok(Flag::Tag("caused-by-deploy".into())) };
    match (rule.text("tag")?, rule.text("property")?) {
        (Some(tag), None) => Ok(Flag::Tag(tag.value.to_owned())),
        (None, Some(property)) => Ok(Flag::Property(property.value.to_owned())),
        _ => Err(rule.incomplete("needs exactly one of `tag` and `property`")),
    }
}

fn property(section: &Section<'_>) -> Result<Option<String>, ConfigError> {
    let Some(rule) = section.section("deployment_ref")? else { return Ok(None) };
    match rule.text("property")? {
        Some(property) => Ok(Some(property.value.to_owned())),
        None => Err(rule.incomplete("needs `property`")),
    }
}

/// The address of a site that is written as `acme`, `acme.atlassian.net` or whole.
fn site(text: &str) -> Result<Endpoint, String> {
    let text = text.trim_end_matches('/');
    let host = text.split_once("://").map_or(text, |(_, host)| host);
    if host.contains('/') {
        return Err("the address of a site has no path; write it like `acme` or `https://acme.atlassian.net`".into());
    }
    match (text.contains("://"), text.contains('.')) {
        (true, _) => Endpoint::parse(text),
        (false, true) => Endpoint::parse(&format!("https://{text}")),
        (false, false) => Endpoint::parse(&format!("https://{text}.atlassian.net")),
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
        let flag = match &self.caused_by_deploy {
            Flag::Tag(name) => ["tag", name],
            Flag::Property(name) => ["property", name],
        };
        match &self.product {
            Product::OpsGenie { .. } => json!([self.product.scopes(), flag, self.deployment_ref]),
            Product::Jsm { cloud_id, .. } => json!([cloud_id, flag, self.deployment_ref]),
        }
    }

    fn warning(&self, now: Timestamp) -> Option<(String, &'static str)> {
        if matches!(self.product, Product::Jsm { .. }) {
            return None;
        }
        let days = Timestamp::parse(&format!("{SHUTDOWN}T00:00:00Z")).map_or(0, |end| (end.0 - now.0) / 86_400_000);
        Some((
            format!("OpsGenie shuts down on {SHUTDOWN} ({days} days from now) and answers no requests after that"),
            "fetch its whole history before that day, with `fetch --since` and the first day you need; [jsm] reads later \
             alerts",
        ))
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        Box::new(OpsGenie {
            plan,
            product: self.product.clone(),
            caused_by_deploy: self.caused_by_deploy.clone(),
            deployment_ref: self.deployment_ref.clone(),
        })
    }
}
