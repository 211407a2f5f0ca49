//! Data for other programs. For Prometheus: the history as samples of events, current figures for a Pushgateway, and
//! the rules and dashboards that read them. For DuckDB and Spark: the facts, and the SQL that counts them. For other tools
//! that compute DORA metrics: the history, event by event.
//!
//! The figures are computed in `metrics`; everything computed here can be recomputed from the samples. No file is
//! written but the ledger of what was handed over; servers are asked by `handover`, `notify`, `ping`, `pushgateway` and
//! `remote_write` alone.

pub mod dashboard;
pub mod event_series;
pub mod facts;
pub mod handover;
mod members;
pub mod notify;
pub mod openmetrics;
pub mod ping;
pub mod pushgateway;
pub mod remote_write;
pub mod rules;
pub mod sql;

use std::fmt::Write as _;

use crate::domain::group::GroupKind;
use crate::domain::words::is_obeyed;
use crate::metrics::tables::{Analysis, GroupReport};

/// The longest value of a label, in bytes: servers refuse longer ones (Mimir and Cortex by default), and a value is part
/// of an address of a Pushgateway.
pub const LONGEST_LABEL: usize = 2_048;

/// Removes the groups with a longer label from an analysis, and returns them.
pub fn without_long_names(analysis: &mut Analysis) -> Vec<GroupReport> {
    let is_long = |name: &str| label(name).len() > LONGEST_LABEL;
    let has_long = |report: &GroupReport| {
        let team = report.team.as_ref().filter(|_| report.group.kind == GroupKind::Service);
        is_long(&report.group.name) || team.is_some_and(|team| is_long(&team.0))
    };
    analysis.groups.extract_if(.., |report| has_long(report)).collect()
}

/// A name as the value of a label: control characters other than tabs and line ends are escaped, because a terminal
/// interprets them and YAML cannot contain them.
fn label(name: &str) -> String {
    let is_shown = |letter: &char| !letter.is_control() || matches!(letter, '\t' | '\n');
    name.chars().fold(String::with_capacity(name.len()), |mut value, letter| {
        if is_shown(&letter) {
            value.push(letter);
        } else {
            value.extend(letter.escape_unicode());
        }
        value
    })
}

/// A text in a string of PromQL within YAML, both of which end at some control characters.
fn promql(value: &str) -> String {
    let is_plain = |letter: char| !is_obeyed(letter) && !matches!(letter, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    escape(value).chars().fold(String::with_capacity(value.len()), |mut text, letter| {
        if is_plain(letter) {
            text.push(letter);
        } else {
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        }
        text
    })
}

/// A label's value between quotes, in OpenMetrics text as in PromQL: there are three escapes and no others.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::group::Group;
    use crate::domain::time::Timestamp;
    use crate::export::event_series::{Family, Series};

    /// The value of the one label of a sample, as a reader of OpenMetrics has it.
    fn read_back(line: &str) -> Option<String> {
        let (mut value, mut letters) = (String::new(), line.strip_prefix("dora_lead_time_seconds{service=\"")?.chars());
        loop {
            match letters.next()? {
                '"' => break,
                '\\' => value.push(match letters.next()? {
                    'n' => '\n',
                    other @ ('"' | '\\') => other,
                    _ => return None,
                }),
                other => value.push(other),
            }
        }
        (letters.as_str() == "} 60 1").then_some(value)
    }

    proptest! {
        #[test]
        fn any_name_is_a_label_that_reads_back_and_that_no_terminal_obeys(name in any::<String>()) {
            let value = label(&name);
            prop_assert!(!value.contains(|letter: char| letter.is_control() && !matches!(letter, '\t' | '\n')));
            prop_assert!(name.contains(char::is_control) || value == name);
            let one = Series {
                family: Family::LeadTime,
                group: Group::all(),
                labels: vec![("service", value.clone())],
                samples: vec![(Timestamp(1_000), 60.0)],
            };
            let text = openmetrics::render(&[one]);
            let lines: Vec<&str> = text.split('\n').collect();
            prop_assert_eq!(lines.len(), 5, "{}", text);
            prop_assert_eq!(read_back(lines[2]), Some(value));
        }

        #[test]
        fn any_job_stays_within_its_quotes_and_its_line(job in any::<String>()) {
            let text = promql(&job);
            prop_assert!(!text.contains(is_obeyed), "{text:?}");
            let is_open = text.chars().fold(false, |is_escaped, letter| letter == '\\' && !is_escaped);
            prop_assert!(!is_open, "{text:?} would escape the quote behind it");
            let mut escaped = false;
            for letter in text.chars() {
                prop_assert!(letter != '"' || escaped, "{text:?}");
                escaped = letter == '\\' && !escaped;
            }
        }
    }
}
