//! The registry of providers: which services history is read from.
//!
//! Configuration, secrets, `fetch`, `--dry-run`, `doctor`, `init`, coverage and the documentation go through this table,
//! so a new provider needs one folder and one line here.

use super::provider::Provider;
use super::{
    argocd, azure_devops, buildkite, github, gitlab, grafana_irm, http_deployments, http_incidents, incident_io,
    jenkins, jira, opsgenie, pagerduty, rootly, servicenow,
};
use crate::domain::event::Table;

/// Every provider, in the order of the documentation.
static PROVIDERS: &[&Provider] = &[
    &github::PROVIDER,
    &pagerduty::PROVIDER,
    &opsgenie::OPSGENIE_PROVIDER,
    &opsgenie::JSM_PROVIDER,
    &github::ISSUES_PROVIDER,
    &gitlab::PROVIDER,
    &gitlab::INCIDENTS_PROVIDER,
    &incident_io::PROVIDER,
    &rootly::PROVIDER,
    &grafana_irm::PROVIDER,
    &servicenow::PROVIDER,
    &jira::PROVIDER,
    &http_incidents::PROVIDER,
    &azure_devops::PROVIDER,
    &argocd::PROVIDER,
    &buildkite::PROVIDER,
    &jenkins::PROVIDER,
    &http_deployments::PROVIDER,
    #[cfg(test)]
    &super::json::made_up::PROVIDER,
];

/// All providers.
pub fn providers() -> impl Iterator<Item = &'static Provider> {
    PROVIDERS.iter().copied()
}

/// The provider under whose name rows stand.
pub fn provider(id: &str) -> Option<&'static Provider> {
    providers().find(|provider| provider.id == id)
}

/// Whether the scopes of a source are repos, by the name under which it is read.
pub fn scopes_are_repos(name: &str) -> bool {
    provider(name).map_or(name.starts_with(github::READING), |provider| {
        provider.keys_are_repos || provider.gives.contains(&Table::Deployments)
    })
}

/// The sections of those that give a table, as a sentence lists them: `[a], [b] or [c]`.
pub fn sections_that_give(table: Table) -> String {
    let giving = providers().filter(|provider| provider.gives.contains(&table));
    one_of(giving.map(|provider| format!("[{}]", provider.section())).collect())
}

/// The keys of a `[[service]]` that list ids and names of incident services, as a sentence lists them.
pub fn service_lists_in_words(mark: &str) -> String {
    one_of(service_lists().into_iter().map(|list| format!("{mark}{list}{mark}")).collect())
}

fn one_of(mut names: Vec<String>) -> String {
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} or {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// The keys of a `[[service]]` that list ids and names of incident services, each once.
pub fn service_lists() -> Vec<&'static str> {
    let mut lists = Vec::new();
    for provider in providers() {
        if !provider.list.is_empty() && !lists.contains(&provider.list) {
            lists.push(provider.list);
        }
    }
    lists
}
