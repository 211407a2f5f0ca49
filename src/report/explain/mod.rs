//! How one figure came about: the formula with its real numbers, the events in it, what was left out and why.
//!
//! Built from a finished [`Analysis`] alone, so that what is explained is what was reported.

mod events;
mod text;

use serde::Serialize;

use self::events::{Counted, LeftOut};
use super::number;
use super::words::sentence;
use crate::domain::band::Thresholds;
use crate::domain::group::{Group, GroupKind};
use crate::domain::time::Zone;
use crate::domain::unit::Interval;
use crate::metrics::tables::{Analysis, BandReading, Durations, Figure, GroupReport, Metric, Restore, Rule, Verdict};

pub use self::text::render as text;

/// One figure, explained.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    metric: &'static str,
    group_kind: &'static str,
    group: String,
    period: String,
    from: String,
    to: String,
    timezone: &'static str,
    as_of: String,
    /// The definition in a sentence.
    definition: &'static str,
    /// The same with the numbers of this figure.
    formula: String,
    value: Option<f64>,
    unit: &'static str,
    n: Option<u64>,
    ci95: Option<Interval>,
    /// How the interval comes about.
    interval: &'static str,
    band: Option<&'static str>,
    band_range: Option<String>,
    /// The thresholds, best band first, and whose they are.
    thresholds: Option<String>,
    previous: Option<f64>,
    verdict: Option<&'static str>,
    /// Why there is no figure.
    no_data: Option<String>,
    events: Vec<Counted>,
    left_out: Vec<LeftOut>,
}

impl Explanation {
    /// The explanation as JSON, indented.
    ///
    /// # Errors
    /// None that this data can cause; the serialiser's own.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// What a figure comes to, before it is put in words.
#[derive(Default)]
struct Reading {
    formula: String,
    value: Option<f64>,
    n: Option<u64>,
    ci95: Option<Interval>,
    band: BandReading,
    no_data: Option<String>,
}

/// Explains one metric of one group; `None` where the analysis has no such group.
pub fn explain(analysis: &Analysis, metric: Metric, group: &Group) -> Option<Explanation> {
    let report = analysis.groups.iter().find(|report| report.group == *group)?;
    let zone = analysis.settings.zone;
    let reading = read(report, metric, zone);
    let thresholds = thresholds(analysis, metric);
    let range = reading.band.range.map(|(worse, better)| format!("{}–{}", worse.as_str(), better.as_str()));
    let (events, left_out) = events::of(analysis, metric, group);
    Some(Explanation {
        metric: metric.as_str(),
        group_kind: group.kind.as_str(),
        group: group.name.clone(),
        period: analysis.period.label.clone(),
        from: analysis.known.from.to_rfc3339(),
        to: analysis.known.to.to_rfc3339(),
        timezone: zone.name(),
        as_of: analysis.as_of.to_rfc3339(),
        definition: definition(metric),
        formula: reading.formula,
        value: reading.value,
        unit: unit(metric),
        n: reading.n,
        ci95: reading.ci95,
        interval: interval(metric),
        band: reading.band.band.map(crate::domain::band::Band::as_str),
        band_range: range,
        thresholds: thresholds.map(|it| format!("{} ({})", limits(it, metric), analysis.settings.bands.edition)),
        previous: previous(report, metric),
        verdict: verdict(report, metric).map(Verdict::as_str),
        no_data: reading.no_data,
        events,
        left_out,
    })
}

fn definition(metric: Metric) -> &'static str {
    match metric {
        Metric::DeploymentFrequency => {
            "Deployments that succeeded in a production environment, divided by the calendar days of the period."
        }
        Metric::LeadTime => {
            "The median, over deployments, of the time from the first commit of what each brought for the first time \
             (git rev-list SHA --not the revisions of all earlier deployments, and the first commits of its pull \
             requests) to the instant it was live."
        }
        Metric::ChangeFailureRate => "Deployments known to have failed, divided by all of them.",
        Metric::TimeToRestore => {
            "The median, over incidents resolved in the period, of the time from opening to resolution."
        }
        Metric::RecoveryTime => {
            "The median, over incidents that a deployment caused and that were resolved in the period, of the time from \
             opening to resolution."
        }
    }
}

fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::DeploymentFrequency => "per_day",
        Metric::ChangeFailureRate => "ratio",
        _ => "seconds",
    }
}

fn interval(metric: Metric) -> &'static str {
    match metric {
        Metric::DeploymentFrequency => "exact Poisson interval of the count (Garwood), divided by the days",
        Metric::ChangeFailureRate => "Wilson's interval of a share",
        _ => "binomial interval of the order statistics around the median; none below n = 6",
    }
}

fn read(report: &GroupReport, metric: Metric, zone: Zone) -> Reading {
    let figures = &report.figures;
    match metric {
        Metric::DeploymentFrequency => of(&figures.frequency, zone, |it| Reading {
            formula: format!(
                "{} ÷ {} = {} a day",
                number::counted(it.deployments, "deployment", "deployments"),
                number::counted(u64::from(it.days), "day", "days"),
                number::decimal(it.per_day)
            ),
            value: Some(it.per_day),
            n: Some(it.deployments),
            ci95: Some(it.ci95),
            band: it.band,
            no_data: None,
        }),
        Metric::LeadTime => of(&figures.lead_time, zone, |it| of_median(it.durations.as_ref(), it.band, "lead times")),
        Metric::ChangeFailureRate => of(&figures.change_failure, zone, |it| {
            let by = |rule| it.by_rule.get(&rule).copied().unwrap_or(0);
            let rules = format!(
                "{} by reference or flag, {} by the clock alone, {} by rollback",
                by(Rule::Explicit),
                by(Rule::Window),
                by(Rule::Rollback)
            );
            Reading {
                formula: match it.ratio {
                    Some(ratio) => format!(
                        "{} failed ÷ {} = {} ({rules})",
                        it.failed,
                        number::counted(it.deployments, "deployment", "deployments"),
                        number::percent(ratio)
                    ),
                    None => "there was no deployment to fail".into(),
                },
                value: it.ratio,
                n: Some(it.deployments),
                ci95: it.ci95,
                band: it.band,
                no_data: None,
            }
        }),
        Metric::TimeToRestore => of(&figures.restore, zone, of_restore),
        Metric::RecoveryTime => of(&figures.recovery, zone, of_restore),
    }
}

fn of<T>(figure: &Figure<T>, zone: Zone, read: impl Fn(&T) -> Reading) -> Reading {
    match figure {
        Ok(figure) => read(figure),
        Err(missing) => Reading { no_data: Some(sentence(missing, zone)), ..Reading::default() },
    }
}

fn of_median(durations: Option<&Durations>, band: BandReading, what: &str) -> Reading {
    let Some(it) = durations else {
        return Reading { formula: format!("there are no {what}"), n: Some(0), band, ..Reading::default() };
    };
    let (low, high) = (it.n.div_ceil(2), it.n / 2 + 1);
    let middle = if low == high {
        format!("the {}", ordinal(low))
    } else {
        format!("the mean of the {} and {}", ordinal(low), ordinal(high))
    };
    Reading {
        formula: format!(
            "{middle} of {} {what} in order = {} ({} s); p75 {}, p90 {}, mean {}",
            it.n,
            number::duration(it.p50),
            number::decimal(it.p50),
            number::duration(it.p75),
            number::duration(it.p90),
            number::duration(it.mean)
        ),
        value: Some(it.p50),
        n: Some(it.n),
        ci95: it.ci95,
        band,
        no_data: None,
    }
}

fn of_restore(it: &Restore) -> Reading {
    let mut reading = of_median(it.durations.as_ref(), it.band, "times to restore");
    let median = match (it.km_p50, it.km_beyond) {
        (Some(seconds), _) => number::duration(seconds),
        (None, Some(seconds)) => format!("more than {}", number::duration(seconds)),
        (None, None) => "none".into(),
    };
    let open = format!("; {} still open, with which the Kaplan-Meier median is {median}", it.open);
    reading.formula.push_str(&open);
    reading
}

fn thresholds(analysis: &Analysis, metric: Metric) -> Option<&Thresholds> {
    let bands = &analysis.settings.bands;
    let thresholds = match metric {
        Metric::DeploymentFrequency => &bands.deployment_frequency,
        Metric::LeadTime => &bands.lead_time,
        Metric::ChangeFailureRate => &bands.change_failure_rate,
        Metric::TimeToRestore => &bands.time_to_restore,
        Metric::RecoveryTime => &bands.recovery_time,
    };
    (!thresholds.0.is_empty()).then_some(thresholds)
}

fn limits(thresholds: &Thresholds, metric: Metric) -> String {
    let value = |value: f64| match metric {
        Metric::DeploymentFrequency => number::rate(value),
        Metric::ChangeFailureRate => number::percent(value),
        _ => number::duration(value),
    };
    let stated = thresholds
        .0
        .iter()
        .map(|(band, limit)| format!("{}: {} {}", band.as_str(), limit.operator(), value(limit.value())));
    stated.chain(["low: the rest".to_owned()]).collect::<Vec<_>>().join("; ")
}

fn previous(report: &GroupReport, metric: Metric) -> Option<f64> {
    let before = report.previous.as_ref()?;
    match metric {
        Metric::DeploymentFrequency => Some(before.frequency.as_ref().ok()?.per_day),
        Metric::LeadTime => Some(before.lead_time.as_ref().ok()?.durations?.p50),
        Metric::ChangeFailureRate => before.change_failure.as_ref().ok()?.ratio,
        Metric::TimeToRestore => Some(before.restore.as_ref().ok()?.durations?.p50),
        Metric::RecoveryTime => Some(before.recovery.as_ref().ok()?.durations?.p50),
    }
}

fn verdict(report: &GroupReport, metric: Metric) -> Option<Verdict> {
    let verdicts = report.verdicts;
    match metric {
        Metric::DeploymentFrequency => verdicts.frequency,
        Metric::LeadTime => verdicts.lead_time,
        Metric::ChangeFailureRate => verdicts.change_failure,
        Metric::TimeToRestore => verdicts.restore,
        Metric::RecoveryTime => verdicts.recovery,
    }
}

/// `1st`, `2nd`, `3rd`, `11th`.
fn ordinal(n: u64) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{ending}", number::count(n))
}

/// The command that explains a figure; `span` is the flags that name the period.
pub fn command(metric: Metric, group: &Group, span: &str) -> String {
    let whose = match group.kind {
        GroupKind::All => String::new(),
        GroupKind::Team => format!(" --team {}", quoted(&group.name)),
        GroupKind::Service => format!(" --service {}", quoted(&group.name)),
    };
    format!("dora-report explain {}{whose} {span}", metric.as_str())
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter));
    if plain && !name.is_empty() { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_those_of_english() {
        let all: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 112, 1003].into_iter().map(ordinal).collect();
        assert_eq!(all, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1,003rd"]);
    }
}
