//! The main points: each a short title and a sentence with the numbers, the most important first.
//!
//! The order: missing and wrong figures, metrics that got worse, incidents open for over 7 days, sustained failure
//! rates, other open incidents, proxies, unconfirmed failures, and last metrics that improved or did not change.

use std::collections::BTreeMap;

use super::{MOST_POINTS, enumerate, metrics, subject};
use crate::domain::group::{Group, GroupKind};
use crate::metrics::tables::{
    Analysis, Fault, Figure, GroupReport, IncidentRecord, Metric, NoData, Observation, Progress, Rule, Severity,
};
use crate::report::findings::{fault_name, words};
use crate::report::words::{capital, names, period_name, sentence};
use crate::report::{number, reading};

/// One main point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The finding, as a short sentence.
    pub title: String,
    /// The numbers behind it.
    pub text: String,
    /// Whether someone must act on it.
    pub is_alert: bool,
}

/// How much a point matters; the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Unjudged,
    Unchanged,
    Better,
    Uncertain,
    Proxy,
    Open,
    Sustained,
    LongOpen,
    Worse,
    Wrong,
    Missing,
}

/// An incident that is open for longer than this must be closed or explained, seconds.
const LONG_OPEN: f64 = 7.0 * 86_400.0;
/// How many services a point names before it only counts the rest.
const NAMED: usize = 3;

/// At most six points.
pub(super) fn points(analysis: &Analysis, all: &GroupReport) -> Vec<Point> {
    let mut found: Vec<(Weight, Point)> = missing(analysis, all);
    found.extend(errors(analysis));
    found.extend(movements(analysis, all));
    found.extend(open_incidents(analysis));
    found.extend(sustained(analysis));
    found.extend(proxies(analysis));
    found.extend(failures(analysis));
    // The sort is stable: points of one weight stay in the order of their rules.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, point)| point).take(MOST_POINTS).collect()
}

fn point(weight: Weight, is_alert: bool, title: String, text: String) -> (Weight, Point) {
    (weight, Point { title, text, is_alert })
}

/// Metrics without a figure, those with the same reason together.
fn missing(analysis: &Analysis, all: &GroupReport) -> Vec<(Weight, Point)> {
    let mut reasons: Vec<(&NoData, Vec<String>)> = Vec::new();
    for (metric, figure) in metrics(all) {
        let Some(reason) = &figure.missing else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, members)) => members.push(subject(metric)),
            None => reasons.push((reason, vec![subject(metric)])),
        }
    }
    let of = |(reason, members): (&NoData, Vec<String>)| {
        let why = sentence(reason, analysis.settings.zone);
        let why = why.strip_prefix("No figure: ").unwrap_or(&why);
        point(Weight::Missing, true, format!("No figure for {}.", enumerate(&members)), capital(why))
    };
    let empty = metrics(all).filter(|(_, figure)| figure.missing.is_none() && figure.value.is_none());
    let nothing = empty.filter_map(|(metric, figure)| {
        let why = reading::of(metric, figure, &analysis.settings).err()?;
        let why = capital(why.strip_prefix("No figure: ").unwrap_or(&why));
        Some(point(Weight::Unjudged, false, format!("No figure for {}.", subject(metric)), why))
    });
    reasons.into_iter().map(of).chain(nothing).collect()
}

/// Findings that make a figure wrong; [`missing`] already covers missing figures.
fn errors(analysis: &Analysis) -> Vec<(Weight, Point)> {
    let is_said = |what: &Observation| {
        matches!(
            what,
            Observation::DeploymentsNotRead { .. }
                | Observation::NoRepos
                | Observation::NoIncidentSource
                | Observation::IncidentsNotRead { .. }
                | Observation::NothingCounted { .. }
                | Observation::UnmappedIncidents { failures_are_missing: true, .. }
        )
    };
    analysis
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error && !is_said(&it.what))
        .map(|it| {
            let title = format!("{} ({}).", capital(&it.id().replace('-', " ")), it.scope());
            point(Weight::Wrong, true, title, words(it).message)
        })
        .collect()
}

/// How the metrics changed: one point for all metrics with the same verdict.
fn movements(analysis: &Analysis, all: &GroupReport) -> Vec<(Weight, Point)> {
    let mut groups: Vec<(&Progress, Vec<Metric>)> = Vec::new();
    for (metric, figure) in metrics(all) {
        let Some(progress) = figure.progress.as_ref().filter(|_| figure.value.is_some()) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == progress) {
            Some((_, members)) => members.push(metric),
            None => groups.push((progress, vec![metric])),
        }
    }
    let said = |metrics: &[Metric]| {
        let each: Vec<String> =
            metrics.iter().filter_map(|&metric| from_to(metric, &all.figures[metric], analysis)).collect();
        capital(&each.join("; ")) + "."
    };
    let of = |(progress, metrics): (&Progress, Vec<Metric>)| {
        let who = capital(&enumerate(&metrics.iter().map(|metric| subject(*metric)).collect::<Vec<_>>()));
        let text = said(&metrics);
        let level = progress.level_of().map(period_name).unwrap_or_default();
        match progress {
            Progress::Worse => point(Weight::Worse, true, format!("{who} got worse."), text),
            Progress::FellBackTo(_) => {
                point(Weight::Worse, true, format!("{who} got worse, back to the level of {level}."), text)
            }
            Progress::RecoveredTo(_) => {
                point(Weight::Better, false, format!("{who} recovered to the level of {level}."), text)
            }
            Progress::RecoveredInPart(_) => {
                let title = format!("{who} recovered in part, still worse than in {level}.");
                point(Weight::Better, false, title, text)
            }
            Progress::Better => point(Weight::Better, false, format!("{who} improved."), text),
            Progress::Unchanged => {
                let verb = if metrics.len() == 1 { "shows" } else { "show" };
                point(Weight::Unchanged, false, format!("{who} {verb} no detectable change."), text)
            }
            Progress::TooFewData => {
                let title = format!("Too few data to judge {}.", who.to_lowercase());
                point(Weight::Unjudged, false, title, text)
            }
            Progress::NoFigureBefore => {
                let title = format!("The previous period has no figure to compare {} with.", who.to_lowercase());
                point(Weight::Unjudged, false, title, text)
            }
        }
    };
    groups.into_iter().map(of).collect()
}

/// `lead time 20 h (18 h to 22 h), after 2.9 d (2.4 d to 3.5 d) in 2026-Q2`: each with its 95 % interval.
fn from_to(metric: Metric, figure: &Figure, analysis: &Analysis) -> Option<String> {
    let unit = metric.descriptor().unit;
    let value = figure.value?;
    let before = figure.previous.as_deref().and_then(|it| Some((it, it.value?))).zip(analysis.previous.as_ref());
    // Both rates use one unit; with different units a decrease could look like an increase.
    let rate = number::RateUnit::of(before.map_or(value, |((_, before), _)| before.max(value)));
    let shown = |figure: &Figure, value: f64| {
        let behind = match figure.ci95 {
            Some(ends) => number::interval_in(unit, rate, ends),
            None => format!("n = {}", number::count(figure.n)),
        };
        format!("{} ({behind})", number::value_in(unit, rate, value))
    };
    let after = before.map(|((it, value), period)| format!(", was {} in {}", shown(it, value), period_name(period)));
    Some(format!("{} {}{}", subject(metric), shown(figure, value), after.unwrap_or_default()))
}

/// Incidents that are open at the end of the known span; names the oldest.
fn open_incidents(analysis: &Analysis) -> Option<(Weight, Point)> {
    let open: Vec<IncidentRecord<'_>> = analysis.open_incidents().collect();
    let oldest = open.iter().min_by_key(|it| it.event.opened_at)?;
    let age = analysis.known.to.since(oldest.event.opened_at).as_f64();
    let title = oldest.event.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let what = title.map_or_else(|| oldest.event.id.to_string(), |title| format!("{} ({title})", oldest.event.id));
    let whose = match oldest.services.first() {
        Some(service) => format!("{what}, {service}"),
        None => format!("{what}, service unknown"),
    };
    let age_words = number::duration(age);
    let (title, text) = if let [_] = open[..] {
        (
            format!("One incident has been open for {age_words}."),
            format!("{whose}. Open incidents do not count in the median."),
        )
    } else {
        let n = number::count(open.len() as u64);
        (
            format!("{n} incidents are open, the oldest for {age_words}."),
            format!("The oldest is {whose}. Open incidents do not count in the median."),
        )
    };
    let (weight, is_alert) = if age > LONG_OPEN { (Weight::LongOpen, true) } else { (Weight::Open, false) };
    Some(point(weight, is_alert, title, text))
}

/// Services whose failure rate stays high.
fn sustained(analysis: &Analysis) -> Option<(Weight, Point)> {
    let found: Vec<_> = analysis
        .findings
        .iter()
        .filter_map(|it| match &it.what {
            Observation::Sustained { ratios, faults } => Some((&it.scope, ratios, faults)),
            _ => None,
        })
        .collect();
    let services: Vec<_> = found.iter().filter(|(scope, ..)| scope.kind == GroupKind::Service).collect();
    match services[..] {
        [] => {
            let (scope, ratios, _) = found.first()?;
            let title =
                format!("The change failure rate was above 10 % in three consecutive 30-day windows ({}).", scope.name);
            Some(point(Weight::Sustained, true, title, format!("{} of deployments failed.", percents(ratios))))
        }
        [(scope, ratios, faults)] => {
            let windows: Vec<&Figure> = analysis
                .groups
                .iter()
                .find(|report| report.group == **scope)
                .map(|report| report.recent.iter().rev().collect())
                .unwrap_or_default();
            let counts: Vec<String> = windows
                .iter()
                .map(|it| format!("{} of {}", number::count(it.k.unwrap_or(0)), number::count(it.n)))
                .collect();
            let failed = if counts.is_empty() { percents(ratios) } else { enumerate(&counts) };
            let title = format!(
                "The change failure rate of {} was above 10 % in three consecutive 30-day windows.",
                scope.name
            );
            let over = over_the_period(analysis, scope);
            let text =
                format!("{failed} of its deployments failed{}{over}.{}", mostly(faults), only_presumed(&windows));
            Some(point(Weight::Sustained, true, title, text))
        }
        _ => {
            let all: Vec<String> = services.iter().map(|(scope, ..)| scope.name.clone()).collect();
            let title = format!(
                "{} services had a change failure rate above 10 % in three consecutive 30-day windows.",
                all.len()
            );
            let (shown, rest) = all.split_at(all.len().min(NAMED));
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            Some(point(Weight::Sustained, true, title, format!("{}{more}.", names(shown, "none"))))
        }
    }
}

/// `; over the period 7 of 47 (14.9 %), after 15 % in 2026-Q2`.
fn over_the_period(analysis: &Analysis, scope: &Group) -> String {
    let report = analysis.groups.iter().find(|report| report.group == *scope);
    let figure = report.and_then(|report| report.figures.iter().map(|(_, it)| it).find(|it| it.failures().is_some()));
    let Some((figure, ratio)) = figure.and_then(|it| Some((it, it.value?))) else { return String::new() };
    let (failed, n) = (number::count(figure.k.unwrap_or(0)), number::count(figure.n));
    let before = figure.previous.as_deref().and_then(|it| it.value).zip(analysis.previous.as_ref());
    let after = before.map(|(before, period)| format!(", was {} in {}", number::percent(before), period_name(period)));
    format!("; over the period {failed} of {n} ({}){}", number::percent(ratio), after.unwrap_or_default())
}

/// `, mostly memory`: the class of fault that more than half of the incidents have.
fn mostly(faults: &BTreeMap<Fault, usize>) -> String {
    let all: usize = faults.values().sum();
    let named = faults.iter().find(|(fault, n)| **fault != Fault::Other && 2 * **n > all);
    named.map_or_else(String::new, |(fault, _)| format!(", mostly {}", fault_name(*fault)))
}

/// A remark if the failures that triage confirmed are not enough to keep every window above 10 %.
fn only_presumed(windows: &[&Figure]) -> &'static str {
    let is_high = |it: &&&Figure| {
        let confirmed = it.failures().and_then(|by_rule| by_rule.get(&Rule::Explicit)).copied().unwrap_or(0);
        it.n > 0 && confirmed as f64 / it.n as f64 > 0.10
    };
    if windows.is_empty() || windows.iter().filter(is_high).count() == windows.len() {
        ""
    } else {
        " Counting only the failures that triage confirmed, not every window is above 10 %."
    }
}

fn percents(ratios: &[f64]) -> String {
    enumerate(&ratios.iter().map(|ratio| number::percent(*ratio)).collect::<Vec<_>>())
}

/// A point if a proxy is counted instead of deployments.
fn proxies(analysis: &Analysis) -> Option<(Weight, Point)> {
    analysis.findings.iter().find_map(|it| {
        let title = match &it.what {
            Observation::StandIns { kind, n } => format!("{} {} are counted as deployments.", n, kind.plural()),
            Observation::CommitsAsDeployments { with_commit, n } => {
                format!("{with_commit} of {n} deployments are likely commits or merges.")
            }
            _ => return None,
        };
        Some(point(Weight::Proxy, true, title, words(it).message))
    })
}

/// How many deployments failed, in which services, and how many of the failures are not confirmed by triage.
fn failures(analysis: &Analysis) -> Option<(Weight, Point)> {
    let rate = |report: &GroupReport| {
        let figures = report.figures.iter().map(|(_, figure)| figure);
        figures.into_iter().find(|figure| figure.failures().is_some()).and_then(|it| Some((it.k?, it.n, it.value?)))
    };
    let all = analysis.groups.iter().find(|report| report.group.kind == GroupKind::All)?;
    let (failed, deployments, ratio) = rate(all).filter(|(failed, ..)| *failed > 0)?;
    let mut services: Vec<(u64, String)> = analysis
        .groups
        .iter()
        .filter(|report| report.group.kind == GroupKind::Service)
        .filter_map(|report| {
            let (failed, n, _) = rate(report).filter(|(failed, ..)| *failed > 0)?;
            Some((failed, format!("{} {} of {}", report.group.name, number::count(failed), number::count(n))))
        })
        .collect();
    services.sort_by_key(|(failed, _)| std::cmp::Reverse(*failed));
    let more = services.len().saturating_sub(NAMED + 1);
    let mut named: Vec<String> = services.into_iter().take(NAMED + 1).map(|(_, words)| words).collect();
    if more > 0 {
        named.push(number::counted(more as u64, "other service", "other services"));
    }
    let by_clock =
        all.figures.iter().find_map(|(_, figure)| figure.failures()?.get(&Rule::Window).copied()).unwrap_or(0);
    let (weight, presumed) = if by_clock == 0 {
        (Weight::Unchanged, String::new())
    } else {
        let without = number::percent(failed.saturating_sub(by_clock) as f64 / deployments as f64);
        let window = number::duration(analysis.settings.attribution_window.as_f64());
        let said = format!(
            " {} of the {} are only presumed: an incident began within {window} after the deployment. Without them the rate \
             is {without}.",
            number::count(by_clock),
            number::count(failed)
        );
        (Weight::Uncertain, said)
    };
    let title = format!(
        "{} of {} deployments failed ({}).",
        number::count(failed),
        number::count(deployments),
        number::percent(ratio)
    );
    Some(point(weight, by_clock > 0, title, format!("{}.{presumed}", enumerate(&named))))
}
