//! Errors while computing figures from the facts.

use thiserror::Error;

use super::filter::Filter;
use crate::facts::FactsError;
use crate::facts::ownership::Ownership;

/// An error of the metrics.
#[derive(Debug, Error)]
pub enum MetricsError {
    /// The facts cannot be told.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The filters leave no service.
    #[error("no service passes {asked}; the services are: {there}")]
    NothingLeft {
        /// The flags as given.
        asked: String,
        /// The services that there are.
        there: String,
    },
}

impl MetricsError {
    /// The filters leave no service: names those that there are.
    pub(super) fn nothing_left(filter: &Filter, ownership: &Ownership) -> Self {
        let asked = [("--service", &filter.service), ("--team", &filter.team)]
            .into_iter()
            .filter_map(|(flag, glob)| glob.as_ref().map(|glob| format!("{flag} {}", glob.as_str())))
            .collect::<Vec<_>>()
            .join(" ");
        let mut there: Vec<String> = ownership
            .services
            .iter()
            .map(|service| match &service.team {
                Some(team) => format!("{} (team {team})", service.name),
                None => service.name.to_string(),
            })
            .collect();
        let more = there.len().saturating_sub(20);
        there.truncate(20);
        if more > 0 {
            there.push(format!("and {more} more"));
        }
        let there = if there.is_empty() { "there are no services".to_owned() } else { there.join(", ") };
        Self::NothingLeft { asked, there }
    }
}
