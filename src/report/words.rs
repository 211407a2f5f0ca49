//! Sentences that several renderers share. Plain text: whoever prints them escapes them.

use crate::domain::time::{Span, Timestamp, Zone};
use crate::metrics::tables::NoData;

/// Names listed before the rest is only counted.
const NAMED: usize = 5;

/// Why there is no figure, as one sentence.
pub fn sentence(reason: &NoData, zone: Zone) -> String {
    match reason {
        NoData::NotYet => "The period has not begun yet.".into(),
        NoData::NoRepos => "No repo belongs to this group.".into(),
        NoData::NoIncidentSource => "There is no incident source, and nothing else stands in for one.".into(),
        NoData::DeploymentsNotRead { repos, read } => {
            format!("Deployments were not read over the whole period for {}; {}.", list(repos), known(*read, zone))
        }
        NoData::IncidentsNotRead { sources, read } => {
            format!("Incidents were not read over the whole period from {}; {}.", list(sources), known(*read, zone))
        }
    }
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn known(read: Option<Span>, zone: Zone) -> String {
    match read {
        None => "there is no time at which all were".into(),
        // The end is exclusive: the last day with anything read is that of the instant before it.
        Some(Span { from, to }) => {
            format!("all were from {} to {}", zone.day_of(from), zone.day_of(Timestamp(to.0.saturating_sub(1))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_last_day_that_was_read_not_the_one_after() {
        let day = |text| Timestamp::parse(text).expect("an instant");
        let reason = NoData::DeploymentsNotRead {
            repos: ["a", "b", "c", "d", "e", "f"].map(String::from).to_vec(),
            read: Some(Span { from: day("2026-08-01T00:00:00Z"), to: day("2026-09-01T00:00:00Z") }),
        };
        assert_eq!(
            sentence(&reason, Zone::UTC),
            "Deployments were not read over the whole period for a, b, c, d, e and 1 more; \
             all were from 2026-08-01 to 2026-08-31."
        );
    }
}
