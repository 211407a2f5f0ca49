//! The first page: headline, main points, five tiles, one line of trust, the comment and the actions.

use super::cell::short;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Progress};
use crate::report::chart::columns::{Column, columns};
use crate::report::chart::{ChartError, Drawing};
use crate::report::front_page::{FrontPage, MOST_ACTIONS, Point};
use crate::report::number;
use crate::report::reading::{self, BandView};
use crate::report::words::{self, period_name};

/// Letters of a text by people before it is cut: the first page has one sheet.
const LONGEST: usize = 76;

/// Everything of the first page.
pub(super) struct First {
    pub(super) headline: String,
    pub(super) points: Vec<Point>,
    pub(super) tiles: Vec<Tile>,
    /// Whose answers the figures are compared with; none for an edition with bands.
    pub(super) survey: Option<String>,
    pub(super) trust: String,
    pub(super) comment: Option<String>,
    pub(super) actions: Vec<ActionRow>,
    pub(super) outcomes: Vec<OutcomeRow>,
    /// The actions that did not fit, in a sentence.
    pub(super) more: String,
}

/// One metric at a glance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tile {
    pub(super) name: &'static str,
    /// The part of the page that says more.
    pub(super) section: &'static str,
    /// `None` where there is no figure; then `basis` says why.
    pub(super) value: Option<String>,
    pub(super) basis: String,
    pub(super) interval: Option<String>,
    /// A mark and a word for the change.
    pub(super) progress: Option<(&'static str, String)>,
    /// The values it is compared with.
    pub(super) before: String,
    /// The last eight periods.
    pub(super) columns: Option<Columns>,
    pub(super) band: Option<BandView>,
    /// The figure among the respondents of a survey, and what is shown beside the metric.
    pub(super) remarks: Vec<String>,
}

/// The last eight periods as columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    pub(super) drawing: Drawing,
    pub(super) label: String,
    pub(super) first: String,
    /// Where the first label begins, percent of the width.
    pub(super) from: usize,
    pub(super) last: String,
}

/// An action of this report.
pub(super) struct ActionRow {
    pub(super) what: String,
    pub(super) who: String,
    pub(super) due: String,
    pub(super) now: String,
}

/// An action of the report before.
pub(super) struct OutcomeRow {
    pub(super) what: String,
    pub(super) course: String,
    pub(super) verdict: &'static str,
}

pub(super) fn first(
    analysis: &Analysis,
    all: Option<&GroupReport>,
    front_page: &FrontPage,
) -> Result<First, ChartError> {
    let actions: Vec<ActionRow> = front_page.actions.iter().take(MOST_ACTIONS).map(action).collect();
    let outcomes: Vec<OutcomeRow> = front_page.outcomes.iter().take(MOST_ACTIONS).map(outcome).collect();
    let left = (front_page.actions.len() - actions.len()) + (front_page.outcomes.len() - outcomes.len());
    let cut = |point: &Point| Point {
        title: cut(&point.title, 2 * LONGEST),
        text: cut(&point.text, 6 * LONGEST),
        is_alert: point.is_alert,
    };
    Ok(First {
        headline: front_page.headline.clone(),
        points: front_page.points.iter().map(cut).collect(),
        tiles: all.map(|all| tiles(analysis, all)).transpose()?.unwrap_or_default(),
        survey: analysis.settings.bands.survey.map(|it| words::survey(&it)),
        trust: front_page.trust.clone(),
        comment: front_page.comment.clone(),
        actions,
        outcomes,
        more: match left {
            0 => String::new(),
            left => format!("{} in report.json.", number::counted(left as u64, "more action is", "more actions are")),
        },
    })
}

fn action(it: &crate::report::front_page::ActionNow) -> ActionRow {
    ActionRow {
        what: cut(&it.action.what, LONGEST),
        who: cut(it.action.owner.as_deref().unwrap_or("\u{2013}"), 26),
        due: it.action.due.map_or_else(|| "\u{2013}".to_owned(), number::date),
        now: it.now.as_deref().map_or_else(|| "\u{2013}".to_owned(), |now| cut(now, LONGEST)),
    }
}

fn outcome(it: &crate::report::front_page::Outcome) -> OutcomeRow {
    OutcomeRow {
        what: cut(&it.action.what, LONGEST),
        course: it.course.as_deref().map_or_else(|| "no metric named".to_owned(), |course| cut(course, LONGEST)),
        verdict: it.verdict,
    }
}

/// A text of at most so many letters, cut behind a word; what is cut off ends in an ellipsis.
fn cut(text: &str, most: usize) -> String {
    let Some((at, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let head = text.get(..at).unwrap_or_default();
    let whole = head.rsplit_once(' ').map_or(head, |(words, _)| words);
    format!("{}\u{2026}", whole.trim_end_matches([',', ';', ' ']))
}

/// The tiles of the whole.
fn tiles(analysis: &Analysis, all: &GroupReport) -> Result<Vec<Tile>, ChartError> {
    let mut tiles = Vec::new();
    for (metric, figure) in all.figures.iter() {
        if let Some(section) = metric.descriptor().section {
            tiles.push(tile(analysis, all, (metric, section), figure)?);
        }
    }
    Ok(tiles)
}

fn tile(
    analysis: &Analysis,
    all: &GroupReport,
    (metric, section): (Metric, &'static str),
    figure: &Figure,
) -> Result<Tile, ChartError> {
    let now = reading::of(metric, figure, &analysis.settings);
    let tile = Tile {
        name: metric.title(),
        section,
        value: None,
        basis: String::new(),
        interval: None,
        progress: None,
        before: String::new(),
        columns: history(analysis, all, metric)?,
        band: None,
        remarks: Vec::new(),
    };
    let now = match now {
        Ok(now) => now,
        Err(why) => return Ok(Tile { basis: cut(&why, 2 * LONGEST), ..tile }),
    };
    let beside = Metric::ALL.into_iter().filter(|other| other.descriptor().beside == Some(metric));
    Ok(Tile {
        value: Some(now.value),
        basis: now.basis,
        interval: now.interval,
        progress: figure.progress.as_ref().map(progress),
        before: before(analysis, all, metric, figure),
        band: now.band,
        remarks: with_open(figure)
            .into_iter()
            .chain(surpassed(analysis, metric, figure))
            .chain(beside.filter_map(|other| surpassed(analysis, other, &all.figures[other])))
            .collect(),
        ..tile
    })
}

/// `with the open ones: 49 min`, where incidents are open.
fn with_open(figure: &Figure) -> Option<String> {
    let it = figure.restore().filter(|it| it.open > 0)?;
    let median = match (it.km_p50, it.km_beyond) {
        (Some(median), _) => number::duration(median),
        (None, Some(longest)) => format!("more than {}", number::duration(longest)),
        (None, None) => return None,
    };
    Some(format!("with the open ones: {median}"))
}

/// A mark and a word: colour is not needed to tell them apart.
pub(super) fn progress(progress: &Progress) -> (&'static str, String) {
    let (mark, word) = match progress {
        Progress::Better => ("\u{25b2}", "better"),
        Progress::RecoveredTo(_) => ("\u{25b2}", "recovered"),
        Progress::RecoveredInPart(_) => ("\u{25b2}", "recovered in part"),
        Progress::Worse => ("\u{25bc}", "worse"),
        Progress::FellBackTo(_) => ("\u{25bc}", "worse again"),
        Progress::Unchanged => ("\u{25cf}", "no detectable change"),
        Progress::TooFewData => ("\u{25cb}", "too few data"),
        Progress::NoFigureBefore => ("\u{25cb}", "no figure before"),
    };
    (mark, word.to_owned())
}

/// `2026-Q2 1.2 a day, 2026-Q1 2 a day`.
fn before(analysis: &Analysis, all: &GroupReport, metric: Metric, figure: &Figure) -> String {
    let unit = metric.descriptor().unit;
    let level = figure.progress.as_ref().and_then(Progress::level_of);
    let past = level.and_then(|level| all.earlier.iter().find(|past| past.period == *level));
    let before = figure.previous.as_deref().and_then(|it| it.value).zip(analysis.previous.as_ref());
    let past = past.and_then(|past| Some((past.figures[metric].value?, &past.period)));
    // Rates stand in the unit of the value above them, unless the largest reads better in another.
    let largest = [figure.value, before.map(|it| it.0), past.map(|it| it.0)].into_iter().flatten().fold(0.0, f64::max);
    let rate = number::RateUnit::of(largest);
    let said: Vec<String> = [before, past]
        .into_iter()
        .flatten()
        .map(|(value, period)| format!("{} in {}", number::value_in(unit, rate, value), period_name(period)))
        .collect();
    said.join(", ")
}

/// The last eight periods; none where fewer than two of them have a figure.
fn history(analysis: &Analysis, all: &GroupReport, metric: Metric) -> Result<Option<Columns>, ChartError> {
    let unit = metric.descriptor().unit;
    let now = (&analysis.period, &all.figures);
    let periods: Vec<_> = all.earlier.iter().map(|past| (&past.period, &past.figures)).chain([now]).collect();
    let values: Vec<Column> = periods.iter().map(|(_, figures)| figures[metric].value).collect();
    let is_partial = analysis.as_of < analysis.settings.zone.midnight(analysis.period.to);
    let Some(drawing) = columns(&values, is_partial)? else { return Ok(None) };
    let known = values.iter().position(Option::is_some).unwrap_or(0);
    let said = periods.iter().zip(&values).skip(known).map(|((period, _), value)| {
        format!("{}: {}", period_name(period), value.map_or_else(|| "no data".to_owned(), |it| number::value(unit, it)))
    });
    let named = |at: Option<&(&crate::domain::period::Period, _)>| at.map_or_else(String::new, |(it, _)| ends(it));
    Ok(Some(Columns {
        drawing,
        label: said.collect::<Vec<_>>().join("; "),
        first: named(periods.get(known)),
        // Two labels need more than half of the width.
        from: (100 * known / periods.len().max(1)).min(25),
        last: named(periods.last()),
    }))
}

/// A period's name below a column: a range of days by its last day.
fn ends(period: &crate::domain::period::Period) -> String {
    if period.label.contains('_') {
        format!("to {}", number::date(period.to.pred_opt().unwrap_or(period.to)))
    } else {
        short(&period.label)
    }
}

/// `lead time: faster than 76 % of respondents (44 % to 76 %)`.
fn surpassed(analysis: &Analysis, metric: Metric, figure: &Figure) -> Option<String> {
    let it = figure.surpassed?;
    analysis.settings.bands.survey?;
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let ends = it.ends.map(|(low, high)| (percent(low), percent(high)));
    let ends = ends.map_or_else(String::new, |(low, high)| format!(" (interval: {low} to {high})"));
    let descriptor = metric.descriptor();
    let whose = match descriptor.section {
        Some(_) => String::new(),
        None => format!("{} (n = {}): ", descriptor.short, number::count(figure.n)),
    };
    if figure.n < analysis.settings.bands.min_sample {
        return Some(format!("{whose}{}", reading::TOO_FEW));
    }
    Some(format!("{whose}{} than {} of respondents{ends}", descriptor.better.compared(), percent(it.value)))
}
