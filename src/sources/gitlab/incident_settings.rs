//! `[gitlab_incidents]`: which issues of the projects of `[gitlab]` are incidents.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::INCIDENTS_SOURCE;
use super::incident_keys::SECTIONS;
use super::incidents::Incidents;
use super::issues::Rules;
use super::settings::{Settings, settings};
use crate::document::{ConfigError, Endpoint, Section, values};
use crate::domain::event::Table;
use crate::sources::incidents::Plan;
use crate::sources::provider::{Account, Connection, Provider, Reader};

/// GitLab's incidents in the registry.
pub(in crate::sources) const INCIDENTS_PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Incidents],
    variable: None,
    list: "incidents",
    keys_are_repos: true,
    ..Provider::new(INCIDENTS_SOURCE, "GitLab incidents", read)
};

/// The values of both sections.
#[derive(Debug)]
struct IncidentSettings {
    gitlab: Settings,
    rules: Rules,
}

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let Some(gitlab) = section.beside("gitlab")? else {
        return Err(section.incomplete(
            "reads the incidents of the projects of [gitlab], and there is no such section; add [gitlab] with `groups = \
             [\"acme\"]` or `projects = [\"acme/shop/checkout\"]`",
        ));
    };
    let rules = Rules {
        labels: section.texts("labels")?.map(values).unwrap_or_default(),
        caused_by_deploy: section.text("caused_by_deploy")?.map_or("caused-by-deploy", |text| text.value).to_owned(),
    };
    Ok(Reader::Account(Arc::new(IncidentSettings { gitlab: settings(&gitlab)?, rules })))
}

impl Account for IncidentSettings {
    fn api_url(&self) -> &Endpoint {
        &self.gitlab.api_url
    }

    fn token_env(&self) -> &str {
        &self.gitlab.token_env
    }

    fn key_section(&self) -> Option<&'static str> {
        Some("gitlab")
    }

    fn history_days(&self) -> Option<u32> {
        self.gitlab.history_days()
    }

    fn concurrency(&self) -> Option<u32> {
        self.gitlab.concurrency()
    }

    fn digest(&self) -> Value {
        let labels: BTreeSet<&str> = self.rules.labels.iter().map(String::as_str).collect();
        json!([labels, self.rules.caused_by_deploy])
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        Box::new(Incidents { plan, places: self.gitlab.places.clone(), rules: self.rules.clone() })
    }
}
