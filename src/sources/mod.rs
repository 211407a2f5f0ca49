//! The sources of events: convert the formats of providers to domain events. They store nothing and compute nothing.

#[cfg(test)]
mod described;
pub mod estimate;
pub mod event;
pub mod file;
pub mod git;
pub mod github;
mod grafana_irm;
mod http_incidents;
mod incident_io;
pub mod incidents;
mod instants;
mod jira;
mod json;
pub mod known;
mod labels;
mod nulls;
pub mod opsgenie;
pub mod pagerduty;
pub mod provider;
pub mod registry;
mod rootly;
mod servicenow;
mod subject;
