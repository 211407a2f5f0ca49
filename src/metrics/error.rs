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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::glob::Glob;
    use crate::domain::settings::Settings;

    #[test]
    fn of_many_services_the_first_twenty_are_named_and_the_rest_counted() {
        let message = |services: usize| {
            let repos: Vec<String> = (1..=services).map(|nth| format!("acme/{nth:02}")).collect();
            let ownership = Ownership::new(&Settings::default(), repos.iter().map(String::as_str));
            let filter = Filter { service: Some(Glob::literal("none")), team: None };
            MetricsError::nothing_left(&filter, &ownership).to_string()
        };
        assert!(message(20).contains("acme/20") && !message(20).contains("more"), "{}", message(20));
        assert!(message(22).contains("acme/20, and 2 more"), "{}", message(22));
        assert!(message(0).contains("there are no services"), "{}", message(0));
    }
}
