//! The headline: every metric of the group `all` in one sentence, those that got worse first.

use super::{enumerate, metrics, no_figure, subject};
use crate::domain::period::Period;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Progress};
use crate::report::reading;
use crate::report::words::{capital, period_name};

/// What one clause of the headline says, in the order of the clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clause {
    Worse,
    FellBackTo(Period),
    RecoveredInPart(Period),
    RecoveredTo(Period),
    Better,
    Unchanged,
    TooFewData,
    NoFigureBefore,
    NoFigure,
}

impl Clause {
    fn of(progress: Option<&Progress>) -> Self {
        match progress {
            Some(Progress::Worse) => Self::Worse,
            Some(Progress::FellBackTo(period)) => Self::FellBackTo(period.clone()),
            Some(Progress::RecoveredInPart(period)) => Self::RecoveredInPart(period.clone()),
            Some(Progress::RecoveredTo(period)) => Self::RecoveredTo(period.clone()),
            Some(Progress::Better) => Self::Better,
            Some(Progress::Unchanged) => Self::Unchanged,
            Some(Progress::TooFewData) => Self::TooFewData,
            Some(Progress::NoFigureBefore) => Self::NoFigureBefore,
            None => Self::NoFigure,
        }
    }

    fn order(&self) -> u8 {
        match self {
            Self::Worse => 0,
            Self::FellBackTo(_) => 1,
            Self::RecoveredInPart(_) => 2,
            Self::RecoveredTo(_) => 3,
            Self::Better => 4,
            Self::Unchanged => 5,
            Self::TooFewData => 6,
            Self::NoFigureBefore => 7,
            Self::NoFigure => 8,
        }
    }

    fn words(&self, metrics: &[Metric], before: &str) -> String {
        let names = enumerate(&metrics.iter().map(|metric| subject(*metric)).collect::<Vec<_>>());
        let one = metrics.len() == 1;
        match self {
            Self::Worse => format!("{names} got worse"),
            Self::FellBackTo(period) => format!("{names} got worse, back to the level of {}", period_name(period)),
            Self::RecoveredInPart(period) => {
                format!("{names} recovered in part, still worse than in {}", period_name(period))
            }
            Self::RecoveredTo(period) => format!("{names} recovered to the level of {}", period_name(period)),
            Self::Better => format!("{names} improved"),
            Self::Unchanged => format!("{names} {} no detectable change", if one { "shows" } else { "show" }),
            Self::TooFewData => format!("there are too few data to judge {names}"),
            Self::NoFigureBefore => format!("{before} has no figure to compare {names} with"),
            Self::NoFigure => format!("there is no figure for {names}"),
        }
    }
}

/// The headline of a report.
pub(super) fn headline(analysis: &Analysis, all: &GroupReport) -> String {
    if !all.figures.has_any() {
        return no_figure(analysis);
    }
    let Some(before) = &analysis.previous else { return values(analysis, all) };
    let is_new = |figure: &Figure| matches!(figure.progress, None | Some(Progress::NoFigureBefore));
    if metrics(all).all(|(_, figure)| is_new(figure)) {
        return format!("{} {} has no figures to compare with.", values(analysis, all), period_name(before));
    }
    let before = period_name(before);
    let mut clauses: Vec<(Clause, Vec<Metric>)> = Vec::new();
    for (metric, figure) in metrics(all) {
        let clause = Clause::of(figure.progress.as_ref().filter(|_| figure.value.is_some()));
        match clauses.iter_mut().find(|(known, _)| *known == clause) {
            Some((_, members)) => members.push(metric),
            None => clauses.push((clause, vec![metric])),
        }
    }
    clauses.sort_by_key(|(clause, _)| clause.order());
    let said: Vec<String> = clauses.iter().map(|(clause, members)| clause.words(members, &before)).collect();
    capital(&said.join("; ")) + "."
}

/// The metric that the headline names first; none without any metric.
pub(super) fn most_telling(report: &GroupReport) -> Option<Metric> {
    let order = |figure: &Figure| Clause::of(figure.progress.as_ref().filter(|_| figure.value.is_some())).order();
    metrics(report).min_by_key(|(_, figure)| (order(figure), figure.value.is_none())).map(|(metric, _)| metric)
}

/// The values alone, where there is nothing to compare with.
fn values(analysis: &Analysis, all: &GroupReport) -> String {
    let said: Vec<String> = metrics(all)
        .filter_map(|(metric, figure)| {
            let now = reading::of(metric, figure, &analysis.settings).ok()?;
            Some(format!("{} {}", subject(metric), now.value))
        })
        .collect();
    if said.is_empty() { no_figure(analysis) } else { capital(&enumerate(&said)) + "." }
}
