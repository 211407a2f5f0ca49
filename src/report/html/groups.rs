//! Services and teams: every value with its n and its course, sorted by name; no ranking.

use super::cell::short;
use super::view::{self, Spark};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, GroupReport, Metric, Unit, Verdict};
use crate::report::chart::ChartError;
use crate::report::number;
use crate::report::reading::{self, BandView, Outcome};

/// Below this n a value is marked: chance alone moves it a long way.
const SMALL_SAMPLE: u64 = 20;

/// The groups of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GroupTable {
    pub(super) caption: &'static str,
    pub(super) kind: &'static str,
    /// The metrics of the columns.
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
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
    pub(super) small: bool,
    pub(super) band: Option<BandView>,
    /// Against the period before, where chance does not explain it.
    pub(super) verdict: Option<&'static str>,
    pub(super) spark: Option<Spark>,
    /// The reasons by their number in the notes below the table.
    pub(super) why: Option<usize>,
}

/// The tables, and the reasons that their empty cells refer to by number.
pub(super) fn tables(analysis: &Analysis) -> Result<(Vec<GroupTable>, Vec<String>), ChartError> {
    let mut reasons = Vec::new();
    let mut tables = Vec::new();
    for (kind, title, caption) in [
        (GroupKind::Service, "Service", "Services, by name"),
        (GroupKind::Team, "Team", "Teams, each the pool of its services’ events, by name"),
    ] {
        let mut groups: Vec<&GroupReport> = analysis.groups.iter().filter(|it| it.group.kind == kind).collect();
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        if groups.is_empty() {
            continue;
        }
        let rows = groups.into_iter().map(|group| row(analysis, group, &mut reasons)).collect::<Result<_, _>>()?;
        tables.push(GroupTable { caption, kind: title, heads: heads(), rows });
    }
    Ok((tables, reasons))
}

fn heads() -> Vec<String> {
    let shown = Metric::ALL.into_iter().map(Metric::descriptor).filter(|it| it.section.is_some());
    shown
        .map(|it| if it.unit == Unit::Seconds { format!("{}, median", it.short) } else { it.short.to_owned() })
        .collect()
}

fn row(analysis: &Analysis, group: &GroupReport, reasons: &mut Vec<String>) -> Result<Row, ChartError> {
    let mut cells = Vec::new();
    for (metric, figure) in group.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some()) {
        let outcome = reading::of(metric, figure, analysis.settings.zone);
        let mut cell = value(outcome, view::spark(&group.daily, metric)?, reasons);
        cell.verdict = match figure.verdict {
            Some(Verdict::Better) => Some("better than before"),
            Some(Verdict::Worse) => Some("worse than before"),
            _ => None,
        };
        if let Some(open) = figure.restore().map(|it| it.open).filter(|open| *open > 0 && cell.amount.is_some()) {
            cell.n = format!("{}, {} open", cell.n, number::count(open));
        }
        cells.push(cell);
    }
    let note = match (group.group.kind, &group.team) {
        (GroupKind::Service, Some(team)) => short(&team.0),
        (GroupKind::Service, None) => String::new(),
        _ => number::counted(group.services as u64, "service", "services"),
    };
    let team = group.team.as_ref().filter(|_| group.group.kind == GroupKind::Service).map(|team| short(&team.0));
    Ok(Row { name: short(&group.group.name), team, note, cells })
}

fn value(outcome: Outcome, spark: Option<Spark>, reasons: &mut Vec<String>) -> Value {
    match outcome {
        Ok(reading) => Value {
            n: if reading.unit == Unit::Ratio {
                reading.basis.split(" deployment").next().unwrap_or_default().to_owned()
            } else {
                format!("n = {}", number::count(reading.n))
            },
            small: reading.n < SMALL_SAMPLE,
            amount: Some(reading.value),
            band: reading.band,
            verdict: None,
            spark,
            why: None,
        },
        Err(why) => {
            let at = reasons.iter().position(|known| *known == why).unwrap_or_else(|| {
                reasons.push(why);
                reasons.len() - 1
            });
            Value { amount: None, n: String::new(), small: false, band: None, verdict: None, spark, why: Some(at + 1) }
        }
    }
}
