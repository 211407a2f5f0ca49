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
