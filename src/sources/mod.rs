//! The sources of events: convert the formats of providers to domain events. They store nothing and compute nothing.

mod argocd;
mod azure_devops;
mod buildkite;
mod commit_walk;
mod deployments;
#[cfg(test)]
mod described;
pub mod estimate;
pub mod event;
pub mod file;
pub mod git;
pub mod github;
pub mod gitlab;
mod grafana_irm;
mod history;
mod http_deployments;
mod http_incidents;
mod incident_io;
pub mod incidents;
mod instants;
mod jenkins;
mod jira;
mod json;
pub mod known;
mod labels;
mod nulls;
pub mod opsgenie;
pub mod pagerduty;
pub mod provider;
pub mod registry;
mod repo_address;
mod rootly;
mod servicenow;
mod subject;
