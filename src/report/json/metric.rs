//! The metrics of `report.json`: each with its numbers, interval, band, previous value, verdict, or the reason for no data.

use super::fields::{Fields, counts};
use super::lead_time;
use crate::domain::band::Band;
use crate::domain::time::Zone;
use crate::metrics::tables::{
    Details, Figure, Metric, NoData, Progress, ReworkRule, Rule, Statistic, SurveyShare, Trend, Unit, Verdict,
};
use crate::report::words;

/// A figure under the keys of its unit; all values are `null` if the figure is unknown.
pub(super) fn figure(metric: Metric, figure: &Figure, zone: Zone) -> Fields {
    let mut fields = numbers(metric, figure);
    details(&mut fields, metric, figure);
    fields.push("ci95", figure.ci95);
    fields.push("band", figure.band.band.map(Band::as_str));
    // Worse end first, as in "high–elite".
    let range = figure.band.range.map(|(worse, better)| format!("{}–{}", worse.as_str(), better.as_str()));
    fields.push("band_range", range);
    fields.push("previous", figure.previous.as_deref().and_then(Figure::known).map(|it| before(metric, it)));
    fields.push("verdict", figure.verdict.map(Verdict::as_str));
    fields.push("progress", figure.progress.as_ref().map(Progress::as_str));
    fields.push("level_of", figure.progress.as_ref().and_then(Progress::level_of).map(|period| period.label.as_str()));
    fields.push("surpassed", figure.surpassed.map(surpassed));
    fields.push("no_data", no_data(figure, zone));
    fields
}

/// A figure of an earlier period: the headline, what it rests on and its interval.
pub(super) fn past(metric: Metric, figure: &Figure, zone: Zone) -> Fields {
    let mut fields = numbers(metric, figure);
    fields.push("ci95", figure.ci95);
    fields.push("band", figure.band.band.map(Band::as_str));
    fields.push("no_data", no_data(figure, zone));
    fields
}

fn surpassed(it: SurveyShare) -> Fields {
    let mut fields = Fields::default();
    fields.push("value", Some(it.value));
    fields.push("low", it.ends.map(|ends| ends.0));
    fields.push("high", it.ends.map(|ends| ends.1));
    fields
}

/// The value and what it rests on. `n` is 0 if there was nothing, and null if it is unknown.
fn numbers(metric: Metric, figure: &Figure) -> Fields {
    let n = figure.known().map(|it| it.n);
    let mut fields = Fields::default();
    match metric.descriptor().unit {
        Unit::PerDay => {
            fields.push("per_day", figure.value);
            fields.push("deployments", n);
        }
        Unit::Ratio => {
            fields.push("ratio", figure.value);
            if let Some(part) = metric.descriptor().part {
                fields.push(part.key, figure.k);
            }
            fields.push("deployments", n);
        }
        Unit::Seconds => {
            for (key, statistic) in [
                ("p50_seconds", Statistic::P50),
                ("p75_seconds", Statistic::P75),
                ("p90_seconds", Statistic::P90),
                ("mean_seconds", Statistic::Mean),
            ] {
                fields.push(key, figure.statistic(statistic));
            }
            fields.push("n", n);
        }
    }
    fields
}

/// The headline of the period before, and what it rests on.
fn before(metric: Metric, figure: &Figure) -> Fields {
    if metric.descriptor().unit == Unit::Seconds {
        let mut fields = Fields::default();
        fields.push("p50_seconds", figure.value);
        fields.push("n", Some(figure.n));
        return fields;
    }
    numbers(metric, figure)
}

/// What only one metric has. A figure that is missing has the same keys.
fn details(fields: &mut Fields, metric: Metric, figure: &Figure) {
    let blank;
    let known = figure.missing.is_none();
    let details = if known {
        &figure.details
    } else {
        blank = (metric.descriptor().blank)();
        &blank
    };
    match details {
        Details::None => {}
        Details::Frequency(it) => {
            fields.push("days", known.then_some(it.days));
            fields.push("days_with_deployments", known.then_some(it.days_with_deployments));
            fields.push("median_days_between", it.median_days_between);
        }
        Details::LeadTime(it) => lead_time::details(fields, known.then_some(it)),
        Details::Failures(by_rule) => {
            fields.push("by_rule", known.then(|| counts(Rule::ALL.map(|rule| (rule.as_str(), by_rule.get(&rule))))));
        }
        Details::Rework(by_rule) => {
            let of = |rule: ReworkRule| (rule.as_str(), by_rule.get(&rule));
            fields.push("by_rule", known.then(|| counts(ReworkRule::ALL.map(of))));
        }
        Details::Restore(it) => {
            fields.push("opened", known.then_some(it.opened));
            fields.push("open", known.then_some(it.open));
            fields.push("km_p50_seconds", it.km_p50);
            fields.push("km_beyond_seconds", it.km_beyond);
        }
    }
}

/// Why there is no figure, as a code and a sentence.
pub(super) fn no_data(figure: &Figure, zone: Zone) -> Option<Fields> {
    let reason = figure.missing.as_ref()?;
    let code = match reason {
        NoData::NotYet => "not-yet",
        NoData::NoRepos => "no-repos",
        NoData::DeploymentsNotRead { .. } => "deployments-not-read",
        NoData::NothingCounted => "nothing-counted",
        NoData::IncidentsUnmapped => "incidents-unmapped",
        NoData::NoIncidentSource => "no-incident-source",
        NoData::IncidentsNotRead { .. } => "incidents-not-read",
    };
    let mut fields = Fields::default();
    fields.push("code", Some(code));
    fields.push("message", Some(words::sentence(reason, zone)));
    Some(fields)
}

/// Which way a metric went over the weeks of the period.
pub(super) fn trend(trend: Trend) -> Fields {
    let mut fields = Fields::default();
    fields.push("weeks", Some(trend.weeks));
    fields.push("slope_per_week", trend.slope_per_week);
    fields.push("p", trend.p);
    fields.push("verdict", Some(trend.verdict.as_str()));
    fields
}
