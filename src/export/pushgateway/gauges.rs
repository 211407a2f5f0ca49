//! The current values of each group as gauges in the text format: the last event of each kind, and the exact figures of
//! the window that ends with `as_of`. What is missing is left out, never 0. Seconds, ratios from 0 to 1, rates per day.
//!
//! A Pushgateway accepts no timestamps and a scrape adds its own, so these gauges cannot hold history.

use std::fmt::Write as _;

use crate::domain::group::GroupKind;
use crate::domain::unit::Seconds;
use crate::export::event_series::{ENVIRONMENT, seconds};
use crate::export::members::{Deployed, Members, Restored};
use crate::export::{escape, label};
use crate::metrics::tables::{Analysis, DailyRow, GroupReport, Metric};

/// What one group of a Pushgateway is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushGroup {
    /// Its grouping labels besides the job, in the order of their names, which is that of its address.
    pub labels: Vec<(&'static str, String)>,
    /// Its metrics in the text format.
    pub body: String,
}

/// Every group of an analysis, in its order.
pub fn groups(analysis: &Analysis) -> Vec<PushGroup> {
    let members = Members::new(analysis);
    let group = |report| PushGroup { labels: grouping(report), body: body(analysis, report, &members) };
    analysis.groups.iter().map(group).collect()
}

/// Labels of the address: they identify the group for ever, so they contain nothing that may change.
fn grouping(report: &GroupReport) -> Vec<(&'static str, String)> {
    let kind = report.group.kind;
    let mut labels = vec![("scope", kind.as_str().to_owned())];
    if kind != GroupKind::All {
        labels.push((kind.as_str(), label(&report.group.name)));
    }
    // An empty label equals a missing one, and the group would be the same as that of its scope.
    labels.retain(|(_, value)| !value.is_empty());
    labels
}

/// Labels of a group's gauges that its address does not have.
pub(super) fn labels(report: &GroupReport) -> String {
    let mut labels = format!("env=\"{ENVIRONMENT}\"");
    if report.group.kind == GroupKind::Service
        && let Some(team) = report.team.as_ref().filter(|team| !team.0.is_empty())
    {
        let _ = write!(labels, ",team=\"{}\"", escape(&label(&team.0)));
    }
    labels
}

fn body<'a>(analysis: &'a Analysis, report: &'a GroupReport, members: &Members<'a>) -> String {
    let labels = labels(report);
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: Option<f64>, more: &str| {
        if let Some(value) = value {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name}{{{labels}{more}}} {value}");
        }
    };
    let (deployment, lead_time) = last_deployments(members.deployments(&report.group));
    gauge("dora_deployment_timestamp", "Finish of the last production deployment.", deployment, "");
    gauge("dora_lead_time_seconds", "Lead time of the last production deployment that has one.", lead_time, "");
    let last = members.restored(&report.group).iter().max_by_key(|it| it.at);
    let duration = last.map(|it| it.seconds);
    gauge("dora_incident_duration_seconds", "Time to restore of the incident resolved last.", duration, "");
    let caused = last.and_then(|it| caused_by_deploy(analysis, report, it)).map(|it| f64::from(u8::from(it)));
    gauge("dora_incident_caused_by_deploy", "Whether a deployment caused that incident.", caused, "");
    if let Some(now) = report.daily.last() {
        figures(now, analysis.settings.window_days, &mut gauge);
    }
    let as_of = Some(seconds(analysis.as_of));
    gauge("dora_report_as_of_timestamp_seconds", "Up to when things were known.", as_of, "");
    text
}

/// The figures of the window that ends with the row's day.
fn figures(now: &DailyRow, days: u32, gauge: &mut impl FnMut(&str, &str, Option<f64>, &str)) {
    let window = format!(",window=\"{days}d\"");
    let count = |n: Option<u32>| n.map(f64::from);
    gauge("dora_deployments", "Production deployments in the window.", count(now.deployments), &window);
    gauge("dora_rework_deployments", "Rework deployments in the window.", count(now.rework_deployments), &window);
    let timed = count(now.lead_time_n);
    gauge("dora_deployments_with_lead_time", "Deployments in the window that have a lead time.", timed, &window);
    let resolved = count(now.incidents_resolved);
    gauge("dora_resolved_incidents", "Incidents resolved in the window.", resolved, &window);
    for series in Metric::ALL.into_iter().filter_map(|metric| metric.descriptor().prometheus) {
        for own in series.gauges {
            gauge(own.name, own.help, (own.value)(now), "");
        }
    }
    gauge("dora_open_incidents", "Incidents that are open.", count(now.incidents_open), "");
}

/// Finish of the last deployment, and the lead time of the last that has one.
fn last_deployments(deployments: &[Deployed<'_>]) -> (Option<f64>, Option<f64>) {
    let last = deployments.iter().map(|it| it.finished_at).max().map(seconds);
    let timed = deployments.iter().filter(|it| it.record.lead_time.is_some()).max_by_key(|it| it.finished_at);
    (last, timed.and_then(|it| it.record.lead_time).map(Seconds::as_f64))
}

/// Whether a deployment caused an incident; unknown if deployments were not read on its day.
fn caused_by_deploy(analysis: &Analysis, report: &GroupReport, incident: &Restored) -> Option<bool> {
    if incident.caused_by_deploy.is_some() {
        return incident.caused_by_deploy;
    }
    let day = analysis.settings.zone.day_of(incident.opened_at);
    let row = report.daily.iter().find(|row| row.date == day)?;
    row.deployments_on_day.map(|_| false)
}
