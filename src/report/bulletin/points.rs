//! The main points: each a short title and a sentence with the numbers, the most important first.
//!
//! What makes a figure wrong or missing comes before what got worse, that before what waits for someone, and that before
//! what went well or did not change.

use super::{MOST_POINTS, enumerate, metrics, subject};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{
    Analysis, Fault, Figure, GroupReport, IncidentRecord, Metric, NoData, Observation, Progress, Severity,
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
/// Services that a point names before the rest are only counted.
const NAMED: usize = 3;

/// At most six points.
pub(super) fn points(analysis: &Analysis, all: &GroupReport) -> Vec<Point> {
    let mut found: Vec<(Weight, Point)> = missing(analysis, all);
    found.extend(errors(analysis));
    found.extend(movements(analysis, all));
    found.extend(open_incidents(analysis));
    found.extend(sustained(analysis));
    found.extend(proxies(analysis));
    found.extend(by_the_clock(analysis));
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
    reasons.into_iter().map(of).collect()
}

/// Findings that say that a figure is wrong; what is missing is said already.
fn errors(analysis: &Analysis) -> Vec<(Weight, Point)> {
    let is_said = |what: &Observation| {
        matches!(
            what,
            Observation::DeploymentsNotRead { .. }
                | Observation::NoRepos
                | Observation::NoIncidentSource
                | Observation::IncidentsNotRead { .. }
        )
    };
    analysis
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error && !is_said(&it.what))
        .map(|it| point(Weight::Wrong, true, format!("{}:", it.scope()), words(it).message))
        .collect()
}

/// What changed and what did not, metrics that went the same way together.
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
                point(Weight::Worse, true, format!("{who} fell back to the level of {level}."), text)
            }
            Progress::RecoveredTo(_) => {
                point(Weight::Better, false, format!("{who} recovered to the level of {level}."), text)
            }
            Progress::RecoveredInPart(_) => {
                let title = format!("{who} recovered part of the way to the level of {level}.");
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
        }
    };
    groups.into_iter().map(of).collect()
}

/// `lead time 20 h (median of 188 deployments) after 2.9 d in 2026-Q2`.
fn from_to(metric: Metric, figure: &Figure, analysis: &Analysis) -> Option<String> {
    let now = reading::of(metric, figure, &analysis.settings).ok()?;
    let before = reading::before(metric, figure, &analysis.settings).zip(analysis.previous.as_ref());
    let after = before.map(|(before, period)| format!(", after {} in {}", before.value, period_name(period)));
    Some(format!("{} {} ({}){}", subject(metric), now.value, now.basis, after.unwrap_or_default()))
}

/// Incidents that are open at the end of what is known, the oldest named.
fn open_incidents(analysis: &Analysis) -> Option<(Weight, Point)> {
    let is_open = |it: &&IncidentRecord| it.counted && it.event.resolved_at.is_none() && !it.is_over_without_an_end;
    let open: Vec<&IncidentRecord> = analysis.incidents.iter().filter(is_open).collect();
    let oldest = open.iter().min_by_key(|it| it.event.opened_at)?;
    let age = analysis.known.to.since(oldest.event.opened_at).as_f64();
    let whose = match oldest.services.first() {
        Some(service) => format!("{}, {service}", oldest.event.id),
        None => format!("{}, of no known service", oldest.event.id),
    };
    let age_words = number::duration(age);
    let (title, text) = if let [_] = open[..] {
        (format!("One incident has been open for {age_words}."), format!("{whose}. The median leaves it out."))
    } else {
        let n = number::count(open.len() as u64);
        (
            format!("{n} incidents are open, the oldest for {age_words}."),
            format!("The oldest is {whose}. The median leaves them out."),
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
            let title = format!("The change failure rate was above 10 % in three windows in a row ({}).", scope.name);
            Some(point(Weight::Sustained, true, title, format!("{} of deployments failed.", percents(ratios))))
        }
        [(scope, ratios, faults)] => {
            let mut ranked: Vec<_> = faults.iter().filter(|(fault, _)| **fault != Fault::Other).collect();
            ranked.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
            let causes: Vec<String> = ranked.iter().take(2).map(|(fault, _)| fault_name(**fault).to_owned()).collect();
            let mostly = if causes.is_empty() { String::new() } else { format!(", mostly {}", enumerate(&causes)) };
            let title = format!("{} failed above 10 % in three windows of 30 days in a row.", scope.name);
            Some(point(
                Weight::Sustained,
                true,
                title,
                format!("{} of its deployments failed{mostly}.", percents(ratios)),
            ))
        }
        _ => {
            let all: Vec<String> = services.iter().map(|(scope, ..)| scope.name.clone()).collect();
            let title = format!("{} services failed above 10 % in three windows of 30 days in a row.", all.len());
            let (shown, rest) = all.split_at(all.len().min(NAMED));
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            Some(point(Weight::Sustained, true, title, format!("{}{more}.", names(shown, "none"))))
        }
    }
}

fn percents(ratios: &[f64]) -> String {
    enumerate(&ratios.iter().map(|ratio| number::percent(*ratio)).collect::<Vec<_>>())
}

/// Whether something else is counted in place of deployments.
fn proxies(analysis: &Analysis) -> Option<(Weight, Point)> {
    let of_all =
        |what: &Observation| matches!(what, Observation::StandIns { .. } | Observation::CommitsAsDeployments { .. });
    let found = analysis.findings.iter().find(|it| of_all(&it.what))?;
    Some(point(Weight::Proxy, true, "Deployments are counted from a proxy.".to_owned(), words(found).message))
}

/// Failures that nobody confirmed.
fn by_the_clock(analysis: &Analysis) -> Option<(Weight, Point)> {
    analysis.findings.iter().find_map(|it| match it.what {
        Observation::ByTheClock { window, failed, deployments, .. }
            if it.scope.kind == GroupKind::All && window > 0 && deployments > 0 =>
        {
            let ratio = |failed: u64| number::percent(failed as f64 / deployments as f64);
            Some(point(
                Weight::Uncertain,
                false,
                format!(
                    "{} of {} failures rest on the time window alone.",
                    number::count(window),
                    number::count(failed)
                ),
                format!(
                    "Until triage confirms them, the change failure rate lies between {} and {}.",
                    ratio(failed.saturating_sub(window)),
                    ratio(failed)
                ),
            ))
        }
        _ => None,
    })
}
