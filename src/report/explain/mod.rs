//! Explains one figure: the formula with its real numbers, the events in it, what was left out and why.
//!
//! Built from a finished [`Analysis`] alone, so that what is explained is what was reported.

mod events;
mod text;

use serde::Serialize;

use self::events::{Counted, LeftOut};
use super::number;
use super::reading;
use super::words::{progress, sentence};
use crate::domain::band::{Band, Limit, Thresholds};
use crate::domain::group::Group;
use crate::domain::unit::Interval;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::tables::{Analysis, Details, Figure, Metric, ReworkRule, Rule, Unit, Verdict};

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
    /// The band as the page prints it: "too few to place" where the data cannot tell.
    place: Option<String>,
    /// The thresholds, best band first, and their edition.
    thresholds: Option<String>,
    previous: Option<f64>,
    verdict: Option<&'static str>,
    /// The verdict in view of earlier periods, in words.
    progress: Option<String>,
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

/// Explains one metric of one group; `None` where the analysis has no such group.
pub fn explain(analysis: &Analysis, metric: Metric, group: &Group) -> Option<Explanation> {
    let report = analysis.groups.iter().find(|report| report.group == *group)?;
    let zone = analysis.settings.zone;
    let (descriptor, figure) = (metric.descriptor(), &report.figures[metric]);
    let bands = &analysis.settings.bands;
    let thresholds = (descriptor.thresholds)(bands).filter(|it| !it.0.is_empty());
    let range = figure.band.range.map(|(worse, better)| format!("{}–{}", worse.as_str(), better.as_str()));
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
        definition: descriptor.definition,
        formula: figure.known().map(|known| formula(descriptor, known)).unwrap_or_default(),
        value: figure.value,
        unit: descriptor.unit.as_str(),
        n: figure.known().map(|it| it.n),
        ci95: figure.ci95,
        interval: descriptor.interval,
        band: figure.band.band.map(Band::as_str),
        band_range: range,
        place: reading::place(figure, bands),
        thresholds: thresholds.map(|it| format!("{} ({})", limits(it, descriptor.unit), bands.edition)),
        previous: figure.previous.as_deref().and_then(|before| before.value),
        verdict: figure.verdict.map(Verdict::as_str),
        progress: figure.progress.as_ref().map(progress),
        no_data: figure.missing.as_ref().map(|missing| sentence(missing, zone)),
        events,
        left_out,
    })
}

/// The definition with the numbers of the figure.
fn formula(descriptor: &Descriptor, it: &Figure) -> String {
    let counted = number::counted(it.n, descriptor.counts.0, descriptor.counts.1);
    match &it.details {
        Details::Frequency(details) => format!(
            "{counted} ÷ {} = {} a day",
            number::counted(u64::from(details.days), "day", "days"),
            number::decimal(it.value.unwrap_or(0.0))
        ),
        Details::Failures(by_rule) => {
            let by = |rule| by_rule.get(&rule).copied().unwrap_or(0);
            let rules = format!(
                "{} by reference or flag, {} by the clock alone, {} by rollback",
                by(Rule::Explicit),
                by(Rule::Window),
                by(Rule::Rollback)
            );
            let Some(ratio) = it.value else { return "there was no deployment to fail".into() };
            format!("{} failed ÷ {counted} = {} ({rules})", it.k.unwrap_or(0), number::percent(ratio))
        }
        Details::Rework(by_rule) => {
            let by = |rule| by_rule.get(&rule).copied().unwrap_or(0);
            let Some(ratio) = it.value else { return "there was no deployment to be rework".into() };
            format!(
                "{} rework ÷ {counted} = {} ({} marked as rework, {} first after an unresolved incident, {} by rollback)",
                it.k.unwrap_or(0),
                number::percent(ratio),
                by(ReworkRule::Said),
                by(ReworkRule::Fix),
                by(ReworkRule::Rollback)
            )
        }
        Details::Restore(details) => {
            let median = match (details.km_p50, details.km_beyond) {
                (Some(seconds), _) => number::duration(seconds),
                (None, Some(seconds)) => format!("more than {}", number::duration(seconds)),
                (None, None) => "none".into(),
            };
            let open = format!("; {} still open, with which the Kaplan-Meier median is {median}", details.open);
            of_median(it, "times to restore") + &open
        }
        Details::LeadTime(_) | Details::None => of_median(it, "lead times"),
    }
}

fn of_median(it: &Figure, what: &str) -> String {
    let Some(quantiles) = it.quantiles else { return format!("there are no {what}") };
    let (low, high) = (it.n.div_ceil(2), it.n / 2 + 1);
    let middle = if low == high {
        format!("the {}", ordinal(low))
    } else {
        format!("the mean of the {} and {}", ordinal(low), ordinal(high))
    };
    format!(
        "{middle} of {} {what} in order = {} ({} s); p75 {}, p90 {}, mean {}",
        it.n,
        number::duration(quantiles.p50),
        number::decimal(quantiles.p50),
        number::duration(quantiles.p75),
        number::duration(quantiles.p90),
        number::duration(quantiles.mean)
    )
}

fn limits(thresholds: &Thresholds, unit: Unit) -> String {
    let limit = |(band, limit): &(Band, Limit)| {
        format!("{}: {} {}", band.as_str(), limit.operator(), number::value(unit, limit.value()))
    };
    thresholds.0.iter().map(limit).chain(["low: the rest".to_owned()]).collect::<Vec<_>>().join("; ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_those_of_english() {
        let all: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 112, 1003].into_iter().map(ordinal).collect();
        assert_eq!(all, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1,003rd"]);
    }
}
