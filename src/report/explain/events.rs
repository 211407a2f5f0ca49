//! The events behind one figure: those in it, each with its value, link, rule and age; and those left out, by reason.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::group::Group;
use crate::domain::reason::Reason;
use crate::metrics::tables::{Analysis, Cause, DeploymentRecord, IncidentRecord, Metric};
use crate::report::words;

/// An event that is in the figure.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Counted {
    pub(super) source: String,
    pub(super) id: String,
    /// When it happened: finished, or resolved; of an open incident when it was opened.
    pub(super) at: String,
    /// What it adds: seconds, or 1 for a deployment that failed or is rework and 0 for one that did not or is not.
    pub(super) value: Option<f64>,
    /// In words: what it is, its link, the link's rule and age.
    pub(super) note: String,
    /// What a lead time starts at: when, and which commit or pull request.
    pub(super) start_at: Option<String>,
    pub(super) start_sha: Option<String>,
    pub(super) start_pull_request: Option<i64>,
    pub(super) url: Option<String>,
}

/// Events that are not in it, and why.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LeftOut {
    pub(super) reason: String,
    pub(super) count: usize,
    /// The first of them.
    pub(super) ids: Vec<String>,
}

/// Ids that are named of those left out.
const MOST_NAMED: usize = 5;

/// The events of one metric of one group.
pub(super) fn of(analysis: &Analysis, metric: Metric, group: &Group) -> (Vec<Counted>, Vec<LeftOut>) {
    let mut left_out = LeftOuts::default();
    let counted = match metric {
        Metric::DeploymentFrequency | Metric::LeadTime | Metric::ChangeFailureRate | Metric::ReworkRate => {
            deployments(analysis, metric, group, &mut left_out)
        }
        Metric::TimeToRestore | Metric::RecoveryTime => incidents(analysis, metric, group, &mut left_out),
    };
    (counted, left_out.list())
}

#[derive(Default)]
struct LeftOuts(BTreeMap<String, Vec<String>>);

impl LeftOuts {
    fn add(&mut self, reason: &str, id: &str) {
        self.0.entry(reason.to_owned()).or_default().push(id.to_owned());
    }

    fn list(self) -> Vec<LeftOut> {
        let one = |(reason, mut ids): (String, Vec<String>)| {
            let count = ids.len();
            ids.truncate(MOST_NAMED);
            LeftOut { reason, count, ids }
        };
        self.0.into_iter().map(one).collect()
    }
}

fn deployments(analysis: &Analysis, metric: Metric, group: &Group, left_out: &mut LeftOuts) -> Vec<Counted> {
    let own = |record: &DeploymentRecord<'_>| {
        record.in_period && group.has(record.service.as_deref(), record.team.as_deref())
    };
    let causes = match metric {
        Metric::ChangeFailureRate => Causes::of(analysis),
        _ => Causes::default(),
    };
    let mut counted = Vec::new();
    for record in analysis.deployments.iter().filter(own) {
        let id = &record.event.id;
        if let Some(reason) = record.left_out {
            left_out.add(words::left_out(reason), id);
            continue;
        }
        let value = match (metric, record.lead_time, record.lead_time_reason) {
            (Metric::LeadTime, None, reason) => {
                left_out.add(reason.map_or("it has no lead time", words::lead_time_reason), id);
                continue;
            }
            (Metric::LeadTime, Some(seconds), _) => Some(seconds.as_f64()),
            (Metric::ChangeFailureRate, ..) => record.failed.map(f64::from),
            (Metric::ReworkRate, ..) => record.rework.map(f64::from),
            _ => None,
        };
        let start = record.start.as_ref().filter(|_| metric == Metric::LeadTime);
        counted.push(Counted {
            source: record.event.source.to_string(),
            id: id.to_string(),
            at: record.event.finished_at.map(crate::domain::time::Timestamp::to_rfc3339).unwrap_or_default(),
            value,
            note: deployment_note(&causes, metric, &record),
            start_at: start.map(|start| start.at.to_rfc3339()),
            start_sha: start.and_then(|start| start.sha.clone()),
            start_pull_request: start.and_then(|start| start.pull_request),
            url: record.event.url.as_deref().map(str::to_owned),
        });
    }
    if metric == Metric::LeadTime {
        counted.sort_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)).then(a.id.cmp(&b.id)));
    }
    counted
}

/// The incidents that failed a deployment, in words, by source and id. An incident is attributed to one deployment at a
/// time, so its link is to the deployment that names it as a cause.
#[derive(Default)]
struct Causes(BTreeMap<String, BTreeMap<String, String>>);

impl Causes {
    fn of(analysis: &Analysis) -> Self {
        let mut all = Self::default();
        for record in analysis.incidents.iter() {
            let (event, Some(link)) = (record.event, record.link) else { continue };
            let words = format!(
                "{} ({}, opened {} after it, rule {})",
                event.id,
                event.title.as_deref().unwrap_or("untitled"),
                crate::report::number::duration(link.age.as_f64()),
                link.rule.as_str()
            );
            all.0.entry(event.source.into_owned()).or_default().insert(event.id.into_owned(), words);
        }
        all
    }

    fn words(&self, cause: &Cause) -> String {
        let known = match cause {
            Cause::Incident { source, id } => self.0.get(source).and_then(|own| own.get(id)),
            Cause::Rollback { .. } => None,
        };
        known.cloned().unwrap_or_else(|| cause.to_string())
    }
}

fn deployment_note(causes: &Causes, metric: Metric, record: &DeploymentRecord<'_>) -> String {
    let event = &record.event;
    let sha = event.sha.as_deref().map_or("no revision", |sha| sha.get(..10).unwrap_or(sha));
    let place = format!("{} {sha} to {}", event.repo, event.environment.as_deref().unwrap_or("no environment"));
    if let (Metric::LeadTime, Some(start)) = (metric, &record.start) {
        let commit = start.sha.as_deref().map(|sha| format!("commit {}", sha.get(..10).unwrap_or(sha)));
        let request = start.pull_request.map(|number| format!("pull request #{number}"));
        let by: Vec<String> = [commit, request].into_iter().flatten().collect();
        return format!("{place}: starts {} with {}", start.at.to_rfc3339(), by.join(" of "));
    }
    if metric == Metric::ReworkRate && !record.rework_rules.is_empty() {
        let rules: Vec<&str> = record.rework_rules.iter().map(|rule| words::rework_rule(*rule)).collect();
        return format!("{place}: {}", rules.join("; "));
    }
    if metric != Metric::ChangeFailureRate {
        return place;
    }
    if record.failed_by.is_empty() {
        return place;
    }
    let links = record.failed_by.iter().map(|cause| causes.words(cause));
    format!("{place}: failed by {}", links.collect::<Vec<_>>().join(", "))
}

fn incidents(analysis: &Analysis, metric: Metric, group: &Group, left_out: &mut LeftOuts) -> Vec<Counted> {
    // Recovery time belongs to the service of the failed deployment, wherever the incident was felt.
    let own = |record: &IncidentRecord<'_>| match &record.link {
        Some(link) if metric == Metric::RecoveryTime => group.has(link.service.as_deref(), link.team.as_deref()),
        _ => group.has_any(&record.services, &record.teams),
    };
    let mut counted = Vec::new();
    for record in analysis.incidents.iter().filter(own) {
        let (event, id) = (&record.event, &record.event.id);
        let resolved = event.resolved_at;
        if resolved.is_some_and(|at| at < analysis.known.from) {
            continue;
        }
        if !record.counted {
            left_out.add(record.reason.map_or("it does not count", words::left_out), id);
            continue;
        }
        if metric == Metric::RecoveryTime && record.link.is_none() {
            left_out.add("no deployment is known to have caused it", id);
            continue;
        }
        let link = record.link.as_ref().map(|link| {
            let age = crate::report::number::duration(link.age.as_f64());
            format!(", by deployment {} {age} before (rule {})", link.deployment_id, link.rule.as_str())
        });
        let note = format!("{}{}", event.title.as_deref().unwrap_or("untitled"), link.unwrap_or_default());
        match (resolved, record.time_to_restore) {
            (None, _) if record.is_over_without_an_end => {
                left_out.add("over by its status, without an end: neither open nor resolved", id);
            }
            (None, _) => left_out.add("still open at the end: only the Kaplan-Meier median counts it", id),
            (Some(_), None) => left_out.add(words::left_out(Reason::Negative), id),
            (Some(at), Some(seconds)) => counted.push(Counted {
                source: event.source.to_string(),
                id: id.to_string(),
                at: at.to_rfc3339(),
                value: Some(seconds.as_f64()),
                note,
                start_at: None,
                start_sha: None,
                start_pull_request: None,
                url: event.url.as_deref().map(str::to_owned),
            }),
        }
    }
    counted.sort_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)).then(a.id.cmp(&b.id)));
    counted
}
