//! Where events come from: provider formats to domain events at once, nothing stored, nothing computed.

#[cfg(test)]
mod described;
pub mod estimate;
pub mod event;
pub mod file;
pub mod github;
pub mod incidents;
mod instants;
mod labels;
mod nulls;
pub mod opsgenie;
pub mod pagerduty;
