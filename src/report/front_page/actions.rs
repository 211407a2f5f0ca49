//! The actions of a report, and the results of the previous report's actions: the target metric of each, before and
//! now.

use super::subject;
use crate::domain::group::{Group, GroupKind};
use crate::metrics::compare::progress;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Progress};
use crate::report::notes::{Action, Aim};
use crate::report::{number, reading};

/// An action, with the figure it aims at.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionNow {
    /// The action.
    pub action: Action,
    /// `lead time 20 h`; none where it names no metric.
    pub now: Option<String>,
    /// The same as a number in the unit of its metric.
    pub value: Option<f64>,
}

/// The result of an earlier action.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The action.
    pub action: Action,
    /// `lead time 2.9 d → 20 h`; none where it names no metric.
    pub course: Option<String>,
    /// The figure of the period before, in the unit of its metric.
    pub before: Option<f64>,
    /// The figure of this period.
    pub value: Option<f64>,
    /// `recovered`, `no detectable change`, `no figure`; empty where it names no metric.
    pub verdict: &'static str,
}

/// The actions of this report.
pub(super) fn now(analysis: &Analysis, actions: &[Action]) -> Vec<ActionNow> {
    let of = |action: &Action| {
        let aim = action.aim.as_ref();
        let figure = aim.and_then(|aim| group(analysis, aim).map(|report| &report.figures[aim.metric]));
        let said = |aim: &Aim| figure.map_or_else(|| "not in this report".to_owned(), |it| words(it, aim));
        ActionNow {
            action: action.clone(),
            now: aim.map(|aim| format!("{} {}", aimed_at(aim), said(aim))),
            value: figure.and_then(|it| it.value),
        }
    };
    actions.iter().map(of).collect()
}

/// The results of the previous period's actions.
pub(super) fn outcomes(analysis: &Analysis, actions: &[Action]) -> Vec<Outcome> {
    actions.iter().map(|action| outcome(analysis, action)).collect()
}

fn outcome(analysis: &Analysis, action: &Action) -> Outcome {
    let Some(aim) = &action.aim else {
        return Outcome { action: action.clone(), course: None, before: None, value: None, verdict: "" };
    };
    let report = group(analysis, aim);
    let figure = report.map(|report| &report.figures[aim.metric]);
    let before = report.and_then(|report| Some(&report.earlier.last()?.figures[aim.metric]));
    let said = |figure: Option<&Figure>| figure.map_or_else(|| "no figure".to_owned(), |it| words(it, aim));
    Outcome {
        action: action.clone(),
        course: Some(format!("{} {} \u{2192} {}", aimed_at(aim), said(before), said(figure))),
        before: before.and_then(|it| it.value),
        value: figure.and_then(|it| it.value),
        verdict: match figure.filter(|it| it.value.is_some()).zip(before) {
            None => "no figure",
            Some((figure, before)) => judged(aim, figure, before, report),
        },
    }
}

/// How the figure changed since the period before, whatever period the report is compared with.
fn judged(aim: &Aim, now: &Figure, before: &Figure, report: Option<&GroupReport>) -> &'static str {
    let older = report.map(|report| report.earlier.iter().rev().skip(1)).into_iter().flatten();
    match progress(aim.metric, now, before, older) {
        None => "no figure",
        Some(Progress::Unchanged) => "no detectable change",
        Some(other) => other.as_str(),
    }
}

fn group<'a>(analysis: &'a Analysis, aim: &Aim) -> Option<&'a GroupReport> {
    let wanted = aim.group.clone().unwrap_or_else(Group::all);
    analysis.groups.iter().find(|report| report.group == wanted)
}

fn aimed_at(aim: &Aim) -> String {
    match aim.group.as_ref().filter(|group| group.kind != GroupKind::All) {
        Some(group) => format!("{}: {}", group.name, subject(aim.metric)),
        None => subject(aim.metric),
    }
}

fn words(figure: &Figure, aim: &Aim) -> String {
    match (&figure.missing, figure.value) {
        (None, Some(value)) => number::value(aim.metric.descriptor().unit, value) + &reading::open_too(figure),
        _ => "no figure".to_owned() + &reading::open_too(figure),
    }
}
