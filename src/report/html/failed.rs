//! What failed: the failed deployments and what says so, the incidents that are still open, and how much of the failure
//! rate people confirmed.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Grid, Link, short, text};
use super::view::{Panel, Section};
use crate::metrics::tables::{Analysis, Cause, DeploymentRecord, GroupReport, IncidentRecord, Metric, Rule};
use crate::report::{number, reading, words};

/// Rows of the table of failed deployments; all of them are in the appendix or in the CSV.
const FAILED_ROWS: usize = 16;
/// Open incidents that are listed, the oldest first.
const OPEN_ROWS: usize = 12;

pub(super) fn section(analysis: &Analysis, all: &GroupReport) -> Section {
    let mut panels = Vec::new();
    panels.extend(failed(analysis).map(Panel::Grid));
    panels.extend(open(analysis).map(Panel::Grid));
    panels.extend(by_rule(all).map(Panel::Grid));
    let lead = match reading::of(Metric::ChangeFailureRate, &all.figures[Metric::ChangeFailureRate], &analysis.settings)
    {
        Ok(now) => {
            let interval = now.interval.map(|it| format!(" (95 % interval {it})")).unwrap_or_default();
            format!("{}: {}{interval}.", words::capital(&now.basis), now.value)
        }
        Err(why) => why,
    };
    Section { id: "failed", title: "What failed", lead, texts: Vec::new(), panels }
}

fn failed(analysis: &Analysis) -> Option<Grid> {
    let failed: Vec<DeploymentRecord<'_>> =
        analysis.deployments.iter().filter(|record| record.in_period && record.failed == Some(true)).collect();
    if failed.is_empty() {
        return None;
    }
    let shown = failed.get(failed.len().saturating_sub(FAILED_ROWS)..).unwrap_or_default();
    let zone = analysis.settings.zone;
    let links = CauseLinks::of(analysis, shown);
    let rows = shown.iter().map(|record| {
        let event = &record.event;
        let by = record.failed_by.iter().map(|cause| links.link(cause)).collect();
        let rules: Vec<&str> = record.failed_rules.iter().map(|rule| rule.as_str()).collect();
        vec![
            text(number::instant(event.finished_at.unwrap_or(event.created_at), zone)),
            text(record.service.as_ref().map_or_else(String::new, |name| short(&name.0))),
            vec![Link::to(short(&event.id), event.url.as_deref())],
            by,
            text(rules.join(", ")),
        ]
    });
    let mut caption = "Failed deployments, the incidents behind each, and the rule that linked them.".to_owned();
    if shown.len() < failed.len() {
        let all = number::count(failed.len() as u64);
        caption = format!(
            "{caption} The newest {} of {all}; deployments.csv has all, the appendix the newest of them.",
            shown.len()
        );
    }
    Some(Grid {
        id: "failed-deployments",
        caption,
        head: vec!["Finished", "Service", "Deployment", "Failed by", "Rule"],
        rows: rows.collect(),
        events: true,
    })
}

/// Links to the incidents that failed some deployments, by source and id.
struct CauseLinks(BTreeMap<(String, String), Link>);

impl CauseLinks {
    fn of(analysis: &Analysis, failed: &[DeploymentRecord<'_>]) -> Self {
        let key = |cause: &Cause| match cause {
            Cause::Incident { source, id } => Some((source.clone(), id.clone())),
            Cause::Rollback { .. } => None,
        };
        let wanted: BTreeSet<(String, String)> =
            failed.iter().flat_map(|record| &record.failed_by).filter_map(key).collect();
        let mut links = BTreeMap::new();
        for event in analysis.incidents.iter().map(|record| record.event) {
            let key = (event.source.into_owned(), event.id.into_owned());
            if wanted.contains(&key) && !links.contains_key(&key) {
                let name = event.title.map_or_else(|| key.1.clone(), |title| format!("{}: {title}", key.1));
                links.insert(key, Link::to(short(&name), event.url.as_deref()));
            }
        }
        Self(links)
    }

    /// What failed a deployment: an incident by its title, or the rollback.
    fn link(&self, cause: &Cause) -> Link {
        let known = match cause {
            Cause::Incident { source, id } => self.0.get(&(source.clone(), id.clone())),
            Cause::Rollback { .. } => None,
        };
        known.cloned().unwrap_or_else(|| Link::plain(short(&cause.to_string())))
    }
}

/// Incidents that are open at the end of what is known.
fn open(analysis: &Analysis) -> Option<Grid> {
    let mut open: Vec<IncidentRecord<'_>> = analysis.open_incidents().collect();
    open.sort_by_key(|it| it.event.opened_at);
    if open.is_empty() {
        return None;
    }
    let zone = analysis.settings.zone;
    let rows = open.iter().take(OPEN_ROWS).map(|it| {
        let age = analysis.known.to.since(it.event.opened_at).as_f64();
        let title = it.event.title.as_ref().map_or_else(String::new, |title| format!(": {title}"));
        let services: Vec<&str> = it.services.iter().map(|name| name.0.as_str()).collect();
        vec![
            text(number::instant(it.event.opened_at, zone)),
            text(number::duration(age)),
            text(if services.is_empty() { "no known service".to_owned() } else { short(&services.join(", ")) }),
            vec![Link::to(short(&format!("{}{title}", it.event.id)), it.event.url.as_deref())],
        ]
    });
    let more = match open.len().saturating_sub(OPEN_ROWS) {
        0 => String::new(),
        more => format!(" {more} more are in incidents.csv."),
    };
    Some(Grid {
        id: "open-incidents",
        caption: format!("Incidents that are still open, the oldest first.{more}"),
        head: vec!["Opened", "Open for", "Service", "Incident"],
        rows: rows.collect(),
        events: true,
    })
}

/// The failures by the first rule that says so, with the rate of each.
fn by_rule(all: &GroupReport) -> Option<Grid> {
    let figure = &all.figures[Metric::ChangeFailureRate];
    let counts = figure.failures().filter(|_| figure.n > 0 && figure.k.is_some_and(|failed| failed > 0))?;
    let rows = Rule::ALL.into_iter().filter_map(|rule| {
        let failed = counts.get(&rule).copied().filter(|failed| *failed > 0)?;
        Some(vec![
            text(words::rule(rule)),
            text(number::count(failed)),
            text(number::percent(failed as f64 / figure.n as f64)),
        ])
    });
    Some(Grid {
        id: "by-rule",
        caption:
            "How the failures are known: each under the first rule that applies, and its share of all deployments."
                .to_owned(),
        head: vec!["Rule", "Failures", "Share of deployments"],
        rows: rows.collect(),
        events: false,
    })
}
