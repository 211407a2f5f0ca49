//! Recording and alerting rules over the samples of events or over pushed gauges, with the limits of the bands in
//! force. The templates are in `templates/prometheus`; this module fills them in.

use super::promql;
use crate::domain::band::{Band, Bands, Limit, Thresholds};
use crate::domain::words::is_obeyed;

/// What the rules read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<'a> {
    /// Samples of events, as `backfill` writes them.
    Events,
    /// Gauges that are pushed under a job and scraped with `honor_labels: true`.
    Pushgateway {
        /// The job label.
        job: &'a str,
    },
}

/// Fewest resolved incidents whose median alerts: with fewer it has no interval of 95 %.
const MIN_INCIDENTS: u64 = 6;

/// The records over samples of events.
const EVENT_RECORDS: &str = include_str!("../../templates/prometheus/events.rules.yml");

/// The records over pushed gauges.
const PUSHED_RECORDS: &str = include_str!("../../templates/prometheus/pushgateway.rules.yml");

/// Name and expression of each recording rule over samples of events.
pub(super) fn event_records() -> Vec<(String, String)> {
    records(EVENT_RECORDS)
}

fn records(rules: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- record: ") {
            found.push((name.to_owned(), String::new()));
        } else if let Some((_, expression)) = found.last_mut().filter(|_| line.starts_with("          ")) {
            expression.push_str(if expression.is_empty() { "" } else { " " });
            expression.push_str(line.trim());
        }
    }
    found
}

/// The rules as YAML: those that record and, where the bands give limits, those that alert.
pub fn render(input: &Input<'_>, bands: &Bands) -> String {
    let (records, alerts, job) = match input {
        Input::Events => (EVENT_RECORDS, include_str!("../../templates/prometheus/events.alerts.yml"), ""),
        Input::Pushgateway { job } => {
            (PUSHED_RECORDS, include_str!("../../templates/prometheus/pushgateway.alerts.yml"), *job)
        }
    };
    let lead_time = worse_than_high(&bands.lead_time, 1.0);
    let frequency = |band: Band| at(&bands.deployment_frequency, band).map(bool_of);
    let failure = worse_than_high(&bands.change_failure_rate, 100.0);
    let restore = worse_than_high(&bands.time_to_restore, 1.0);
    let mut text = records.to_owned();
    for part in parts(alerts) {
        let blanks = [
            ("__DF_ELITE_BOOL__", frequency(Band::Elite)),
            ("__DF_HIGH_BOOL__", frequency(Band::High)),
            ("__DF_MEDIUM_BOOL__", frequency(Band::Medium)),
            ("__LT_WORSE_THAN_HIGH__", lead_time.as_ref().map(|it| it.0.clone())),
            ("__LT_HIGH_TEXT__", lead_time.as_ref().map(|it| format!("{} {}", it.1, length(it.2)))),
            ("__CFR_WORSE_THAN_HIGH__", failure.as_ref().map(|it| it.0.clone())),
            ("__CFR_HIGH_TEXT__", failure.as_ref().map(|it| format!("{} {} %", it.1, it.2))),
            ("__MTTR_WORSE_THAN_HIGH__", restore.as_ref().map(|it| it.0.clone())),
            ("__MTTR_HIGH_TEXT__", restore.as_ref().map(|it| format!("{} {}", it.1, length(it.2)))),
            ("__MIN_DEPLOYMENTS__", Some(bands.min_sample.to_string())),
            ("__MIN_INCIDENTS__", Some(MIN_INCIDENTS.to_string())),
        ];
        let lacks = blanks.iter().any(|(blank, value)| value.is_none() && part.contains(blank));
        if !lacks {
            text.push_str(
                &blanks
                    .iter()
                    .fold(part, |part, (blank, value)| part.replace(blank, value.as_deref().unwrap_or_default())),
            );
        }
    }
    text.replace("__BANDS_EDITION__", &edition(bands)).replace("__JOB__", &promql(job))
}

/// The name of the edition as a sentence within YAML and within a template of Prometheus can hold it.
fn edition(bands: &Bands) -> String {
    let is_syntax = |letter: char| matches!(letter, '\'' | '{' | '}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    bands.edition.replace(|letter: char| is_syntax(letter) || is_obeyed(letter), " ")
}

/// The head of the alerts and each alert by itself: one whose limit no band gives is left out.
fn parts(alerts: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in alerts.lines() {
        if line.trim_start().starts_with("- alert:") {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

/// The limit of a band.
fn at(thresholds: &Thresholds, band: Band) -> Option<Limit> {
    thresholds.0.iter().find(|(own, _)| *own == band).map(|(_, limit)| *limit)
}

/// A comparison that gives 1 inside the band and 0 outside.
fn bool_of(limit: Limit) -> String {
    format!("{} bool {}", limit.operator(), limit.value())
}

/// The comparison that holds outside the band "high", or where it has no limit the next better one; with the limit's
/// own operator and value.
fn worse_than_high(thresholds: &Thresholds, scale: f64) -> Option<(String, &'static str, f64)> {
    let limit = at(thresholds, Band::High).or_else(|| at(thresholds, Band::Elite))?;
    let outside = match limit {
        Limit::Below(_) => ">=",
        Limit::AtMost(_) => ">",
        Limit::AtLeast(_) => "<",
        Limit::Above(_) => "<=",
    };
    let value = limit.value() * scale;
    Some((format!("{outside} {value}"), limit.operator(), value))
}

/// A length of time in its largest whole unit.
fn length(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min")];
    let whole = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0.0);
    whole.map_or_else(|| format!("{seconds} s"), |(unit, name)| format!("{} {name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::statistics::median_ranks;
    use crate::metrics::tables::Metric;

    #[test]
    fn both_kinds_of_rules_record_the_series_of_every_metric_that_has_one() {
        let series: Vec<_> = Metric::ALL.into_iter().filter_map(|metric| metric.descriptor().prometheus).collect();
        let wanted: Vec<&str> = series.iter().map(|own| own.record).collect();
        for rules in [EVENT_RECORDS, PUSHED_RECORDS] {
            let names: Vec<String> = records(rules).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, wanted);
        }
        for (own, (_, expression)) in series.iter().zip(records(PUSHED_RECORDS)) {
            let gauge = format!("{}{{", own.gauges[0].name);
            assert!(expression.contains(&gauge), "{expression} reads {gauge}");
        }
    }

    #[test]
    fn a_median_alerts_from_as_many_incidents_as_give_it_an_interval() {
        assert!(median_ranks(MIN_INCIDENTS).is_some() && median_ranks(MIN_INCIDENTS - 1).is_none());
    }

    #[test]
    fn no_blank_is_left_and_an_alert_without_a_limit_is_left_out() {
        for edition in Bands::EDITIONS {
            let bands = Bands::edition(edition).expect("built in");
            for input in [Input::Events, Input::Pushgateway { job: "dora" }] {
                let text = render(&input, &bands);
                assert!(!text.contains("__"), "{edition}: {text}");
                assert!(text.contains("record: dora:change_failure_rate:ratio30d"));
                for alert in ["DoraChangeFailureRateHigh", "DoraLeadTimeHigh"] {
                    assert_eq!(text.contains(alert), !matches!(edition, "none" | "dora-2025"), "{edition}");
                }
                assert!(text.contains("DoraReportMissing"));
            }
        }
        let handbook = render(&Input::Events, &Bands::handbook());
        assert!(handbook.contains("env=\"production\"} >= 86400"), "{handbook}");
        assert!(handbook.contains("[30d]) >= 12") && handbook.contains("[30d]) >= 6"), "{handbook}");
        let bands = Bands { min_sample: 40, ..Bands::handbook() };
        assert!(render(&Input::Events, &bands).contains("[30d]) >= 40"), "the smallest sample is that of the bands");
        assert!(!render(&Input::Pushgateway { job: "a\"b" }, &Bands::handbook()).contains("job=\"dora\""));
    }
}
