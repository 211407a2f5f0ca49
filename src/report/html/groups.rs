//! The tables of services and teams: each figure with its n, interval and course, sorted by name; no ranking.
//!
//! With many services, the printed pages show only those that changed or failed for long, and the appendix shows all
//! that fit.

use super::cell::short;
use super::view::{self, Spark};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, GroupReport, Metric, Observation, Unit, Verdict};
use crate::report::chart::ChartError;
use crate::report::number;
use crate::report::reading::{self, BandView, Outcome};

/// Below this n a value is marked: chance alone moves it a long way.
const SMALL_SAMPLE: u64 = 20;
/// Services that the body shows; more are in the appendix.
const MOST: usize = 40;
/// Rows of a table on paper: the body has eight pages.
const PRINTED: usize = 20;
/// Services that the appendix shows; more are in summary.csv.
const MOST_OF_ALL: usize = 200;

/// The groups of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GroupTable {
    pub(super) id: &'static str,
    pub(super) caption: String,
    pub(super) kind: &'static str,
    /// The metrics of the columns.
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// What paper leaves out; empty where it has everything.
    pub(super) print_note: String,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    /// Whether it is left out on paper.
    pub(super) is_quiet: bool,
    pub(super) team: Option<String>,
    pub(super) note: String,
    pub(super) cells: Vec<Value>,
}

/// One metric of one group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    /// `None` where there is no figure.
    pub(super) amount: Option<String>,
    pub(super) n: String,
    pub(super) interval: Option<String>,
    pub(super) is_small: bool,
    pub(super) band: Option<BandView>,
    /// Against the period before, where chance does not explain it.
    pub(super) progress: Option<(&'static str, String)>,
    pub(super) spark: Option<Spark>,
    /// The reasons by their number in the notes below the table.
    pub(super) why: Option<usize>,
}

/// The tables of the body and that of the appendix, and the reasons that their empty cells refer to by number.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) body: Vec<GroupTable>,
    pub(super) rest: Option<GroupTable>,
    pub(super) reasons: Vec<String>,
    pub(super) has_small: bool,
}

pub(super) fn tables(analysis: &Analysis) -> Result<Tables, ChartError> {
    let mut found = Tables::default();
    let of_kind = |kind| {
        let mut groups: Vec<&GroupReport> = analysis.groups.iter().filter(|it| it.group.kind == kind).collect();
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        groups
    };
    let (services, teams) = (of_kind(GroupKind::Service), of_kind(GroupKind::Team));
    let shown: Vec<&GroupReport> = if services.len() > MOST {
        services.iter().copied().filter(|it| is_telling(analysis, it)).take(MOST).collect()
    } else {
        services.clone()
    };
    let n = |n: usize| number::count(n as u64);
    let caption = if shown.len() == services.len() {
        "Services, by name.".to_owned()
    } else {
        format!(
            "{} of {} services, by name: those with a change beyond chance or a sustained high failure rate. The appendix has \
             {}.",
            n(shown.len()),
            n(services.len()),
            if services.len() > MOST_OF_ALL { "the first 200, summary.csv all" } else { "all of them" }
        )
    };
    let mut table = |id, kind, caption, groups: &[&GroupReport], is_body: bool| -> Result<GroupTable, ChartError> {
        let mut rows: Vec<Row> =
            groups.iter().map(|it| row(analysis, it, &mut found.reasons, is_body)).collect::<Result<_, _>>()?;
        let mut print_note = String::new();
        if is_body && rows.len() > PRINTED {
            let telling: Vec<bool> = groups.iter().map(|it| is_telling(analysis, it)).collect();
            let quiet = rows.len() - quieten(&mut rows, &telling);
            print_note =
                format!("{} more rows are not printed here; they are in the appendix or in summary.csv.", n(quiet));
        }
        Ok(GroupTable { id, caption, kind, heads: heads(), rows, print_note })
    };
    let mut body = Vec::new();
    if !services.is_empty() {
        body.push(table("services", "Service", caption, &shown, true)?);
    }
    if !teams.is_empty() {
        let few: Vec<&GroupReport> = teams.iter().copied().take(MOST).collect();
        let mut caption = "Teams, by name; each pools the events of its services.".to_owned();
        if few.len() < teams.len() {
            caption += &[" The first ", &n(few.len()), " of ", &n(teams.len()), "; summary.csv has all."].concat();
        }
        body.push(table("teams", "Team", caption, &few, true)?);
    }
    let rest = if services.len() > PRINTED {
        let some: Vec<&GroupReport> = services.iter().copied().take(MOST_OF_ALL).collect();
        let caption = format!("Services, by name: {} of {}.", n(some.len()), n(services.len()));
        Some(table("all-services", "Service", caption, &some, false)?)
    } else {
        None
    };
    found.has_small = body.iter().chain(&rest).flat_map(|it| &it.rows).flat_map(|it| &it.cells).any(|it| it.is_small);
    found.body = body;
    found.rest = rest;
    Ok(found)
}

/// Leaves rows out on paper: those of which nothing is beyond chance first, and the last of them. How many remain.
fn quieten(rows: &mut [Row], telling: &[bool]) -> usize {
    let mut left = rows.len();
    for pass in [false, true] {
        for (row, is_telling) in rows.iter_mut().zip(telling).rev() {
            if left > PRINTED && *is_telling == pass {
                row.is_quiet = true;
                left -= 1;
            }
        }
    }
    left
}

/// Whether something about a service is beyond chance.
fn is_telling(analysis: &Analysis, group: &GroupReport) -> bool {
    let changed = |verdict| matches!(verdict, Some(Verdict::Better | Verdict::Worse));
    group.figures.iter().any(|(_, figure)| changed(figure.verdict))
        || analysis
            .findings
            .iter()
            .any(|it| it.scope == group.group && matches!(it.what, Observation::Sustained { .. }))
}

fn heads() -> Vec<String> {
    let shown = Metric::ALL.into_iter().map(Metric::descriptor).filter(|it| it.section.is_some());
    shown
        .map(|it| if it.unit == Unit::Seconds { format!("{}, median", it.short) } else { it.short.to_owned() })
        .collect()
}

fn row(
    analysis: &Analysis,
    group: &GroupReport,
    reasons: &mut Vec<String>,
    with_sparks: bool,
) -> Result<Row, ChartError> {
    let mut cells = Vec::new();
    for (metric, figure) in group.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some()) {
        let outcome = reading::of(metric, figure, &analysis.settings);
        let spark = if with_sparks { view::spark(&group.daily, metric)? } else { None };
        let mut cell = value(outcome, spark, reasons);
        let changed = matches!(figure.verdict, Some(Verdict::Better | Verdict::Worse)) && cell.amount.is_some();
        let before = reading::before(metric, figure, &analysis.settings);
        cell.progress = figure.progress.as_ref().filter(|_| changed).map(|it| {
            let (mark, word) = super::first::progress(it);
            (mark, before.map_or_else(|| word.clone(), |before| format!("{word}, was {}", before.value)))
        });
        if cell.amount.is_some() {
            cell.n.push_str(&reading::open_too(figure));
        }
        cells.push(cell);
    }
    let note = match (group.group.kind, &group.team) {
        (GroupKind::Service, Some(team)) => short(&team.0),
        (GroupKind::Service, None) => String::new(),
        _ => number::counted(group.services as u64, "service", "services"),
    };
    let team = group.team.as_ref().filter(|_| group.group.kind == GroupKind::Service).map(|team| short(&team.0));
    Ok(Row { name: short(&group.group.name), is_quiet: false, team, note, cells })
}

fn value(outcome: Outcome, spark: Option<Spark>, reasons: &mut Vec<String>) -> Value {
    match outcome {
        Ok(reading) => Value {
            n: if reading.unit == Unit::Ratio {
                reading.basis.split(" deployment").next().unwrap_or_default().to_owned()
            } else {
                format!("n = {}", number::count(reading.n))
            },
            is_small: reading.n < SMALL_SAMPLE,
            amount: Some(reading.value),
            // The unit stands with the value.
            interval: reading.interval.map(|it| it.split(" a ").next().unwrap_or_default().to_owned()),
            band: reading.band,
            progress: None,
            spark,
            why: None,
        },
        Err(why) => {
            let at = reasons.iter().position(|known| *known == why).unwrap_or_else(|| {
                reasons.push(why);
                reasons.len() - 1
            });
            Value {
                amount: None,
                n: String::new(),
                interval: None,
                is_small: false,
                band: None,
                progress: None,
                spark,
                why: Some(at + 1),
            }
        }
    }
}
