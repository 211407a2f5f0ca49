//! "Can these numbers be trusted?": data completeness, and whether each figure is exact or rests on a proxy.

use super::cell::{Grid, text};
use super::view::Panel;
use crate::domain::kind::DeploymentKind;
use crate::metrics::tables::{Analysis, GroupReport, Metric, ReworkRule, Rule};
use crate::report::chart::ChartError;
use crate::report::chart::trust::chart;
use crate::report::completeness::shares;

/// The chart of shares and the table of what is exact.
pub(super) fn panels(analysis: &Analysis, all: &GroupReport) -> Result<Vec<Panel>, ChartError> {
    let mut panels = Vec::new();
    if let Some(chart) = chart(&shares(analysis))? {
        panels.push(Panel::Chart(Box::new(chart)));
    }
    panels.push(Panel::Grid(exactness(analysis, all)));
    Ok(panels)
}

fn exactness(analysis: &Analysis, all: &GroupReport) -> Grid {
    let counted = || analysis.deployments.iter().filter(|it| it.in_period && it.left_out.is_none());
    let stands_in = counted().any(|it| DeploymentKind::of(&it.event.id) != DeploymentKind::Deployments);
    let by_rule = all.figures[Metric::ChangeFailureRate].failures();
    let by_clock = by_rule.and_then(|it| it.get(&Rule::Window)).is_some_and(|count| *count > 0);
    let deployments = if stands_in { "proxy" } else { "exact" };
    let why = if stands_in {
        "builds, runs, releases, tags or merges are counted as deployments"
    } else {
        "from the deployments themselves"
    };
    let row = |metric: Metric, is: &str, why: &str| {
        let is_there = all.figures[metric].value.is_some();
        let (is, why) = if is_there { (is, why) } else { ("no data", "there is no figure") };
        vec![text(metric.title()), text(is), text(why)]
    };
    let linked = if by_clock { "partly a proxy" } else { deployments };
    let link = if by_clock {
        "some failures rest on the time window alone"
    } else if stands_in {
        why
    } else {
        "no failure rests on the time window alone"
    };
    let without_an_incident =
        counted().any(|it| !it.rework_rules.is_empty() && !it.rework_rules.contains(&ReworkRule::Fix));
    let rework = if by_clock {
        ("partly a proxy", "some rest on failures that are linked by the time window alone")
    } else if without_an_incident {
        ("partly a proxy", "some deployments are rework only by a mark or as a rollback, without an incident")
    } else if stands_in {
        (deployments, why)
    } else {
        (deployments, "every rework deployment follows an unresolved incident")
    };
    Grid {
        id: "exactness",
        caption: "What each figure rests on: the events themselves, or a proxy.".to_owned(),
        head: vec!["Metric", "Exact or proxy", "Reason"],
        rows: vec![
            row(Metric::DeploymentFrequency, deployments, why),
            row(
                Metric::LeadTime,
                deployments,
                "from the first commit that a deployment brought to the instant of success",
            ),
            row(Metric::ChangeFailureRate, linked, link),
            row(Metric::TimeToRestore, "exact", "from the incident source alone, never from deployments"),
            row(Metric::RecoveryTime, linked, link),
            row(Metric::ReworkRate, rework.0, rework.1),
        ],
        events: false,
    }
}
