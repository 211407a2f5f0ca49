//! The history as one sample per event, at the time of the event, so that the `_over_time` functions of PromQL count
//! and rank events and not scrapes.

use super::label;
use super::members::Members;
use crate::domain::group::{Group, GroupKind};
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, DailyRow, GroupReport};

/// The job label of every series.
pub const JOB: &str = "dora-events";
/// The environment that every series and gauge is of.
pub const ENVIRONMENT: &str = "production";

/// What a series says; the order is that of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// At the finish of each counted deployment: that instant.
    Deployment,
    /// At the finish, where there is a lead time: that.
    LeadTime,
    /// When it became known that a deployment failed: 1.
    Failure,
    /// At the resolution of each counted incident: the time to restore.
    Restore,
    /// At the finish of each deployment that is rework: 1.
    Rework,
    /// At the end of each day whose window was wholly read: that instant. It distinguishes "no events" from "not read".
    AsOf,
    /// At the end of each day whether deployments were wholly read in its window: 1 in its last millisecond, or 0 in
    /// the one before that, since a server keeps the first value of an instant and a 0 may become a 1. It invalidates
    /// counts that would be too low.
    DeploymentsRead,
    /// The same of incidents.
    IncidentsRead,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Deployment,
        Self::LeadTime,
        Self::Failure,
        Self::Restore,
        Self::Rework,
        Self::AsOf,
        Self::DeploymentsRead,
        Self::IncidentsRead,
    ];

    /// The metric's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deployment => "dora_deployment_timestamp",
            Self::LeadTime => "dora_lead_time_seconds",
            Self::Failure => "dora_incident_caused_by_deploy",
            Self::Restore => "dora_incident_duration_seconds",
            Self::Rework => "dora_rework_deployment",
            Self::AsOf => "dora_report_as_of_timestamp_seconds",
            Self::DeploymentsRead | Self::IncidentsRead => "dora_window_complete",
        }
    }

    /// Whether it is of what happened, and not of what was read.
    pub fn is_event(self) -> bool {
        !matches!(self, Self::AsOf | Self::DeploymentsRead | Self::IncidentsRead)
    }

    /// What it is, in a sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Deployment => "One sample at the finish of each production deployment, its value that instant.",
            Self::LeadTime => "One sample at the finish of each production deployment that has a lead time.",
            Self::Failure => "One sample of 1 when it became known that a deployment had failed.",
            Self::Restore => "One sample at the resolution of each incident, its value the time from opening to it.",
            Self::Rework => "One sample of 1 at the finish of each production deployment that is rework.",
            Self::AsOf => "One sample at the end of each day whose whole window was read, its value that instant.",
            Self::DeploymentsRead | Self::IncidentsRead => {
                "One sample at the end of each day: 1 if its whole window was read, else 0."
            }
        }
    }

    /// What tells it from another family of the same name.
    fn label(self) -> Option<(&'static str, String)> {
        match self {
            Self::DeploymentsRead => Some(("of", "deployments".to_owned())),
            Self::IncidentsRead => Some(("of", "incidents".to_owned())),
            _ => None,
        }
    }
}

/// Days of the windows that rules over the samples look back.
pub const WINDOW_DAYS: u32 = 30;

/// One series; its samples strictly ascend.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it says.
    pub family: Family,
    /// Of whom.
    pub group: Group,
    /// Its labels besides the name.
    pub labels: Vec<(&'static str, String)>,
    /// Instant and value, in base units (seconds).
    pub samples: Vec<(Timestamp, f64)>,
}

/// Every series of an analysis that has a sample, by family, then group.
pub fn series(analysis: &Analysis) -> Vec<Series> {
    let members = Members::new(analysis);
    let mut all = Vec::new();
    for family in Family::ALL {
        for group in &analysis.groups {
            let samples = apart(samples(analysis, group, family, &members));
            if !samples.is_empty() {
                let labels = labels(group).into_iter().chain(family.label()).collect();
                all.push(Series { family, group: group.group.clone(), labels, samples });
            }
        }
    }
    all
}

impl Series {
    /// The samples from an instant on, for a reader that has none of before `known`: windows that reach back beyond it
    /// are marked as incomplete.
    #[must_use]
    pub fn starting(mut self, from: Timestamp, known: Timestamp) -> Self {
        let partial = known.0.saturating_add(i64::from(WINDOW_DAYS) * 86_400_000);
        self.samples.retain(|(at, _)| *at >= from && (self.family != Family::AsOf || at.0 >= partial));
        if matches!(self.family, Family::DeploymentsRead | Family::IncidentsRead) {
            // The sample at the very start is replaced by a new one.
            self.samples.retain(|(at, _)| *at > from);
            for (at, value) in self.samples.iter_mut().filter(|(at, value)| at.0 < partial && *value > 0.0) {
                (*at, *value) = (Timestamp(at.0 - 1), 0.0);
            }
            if from.0 < partial && !self.samples.is_empty() {
                self.samples.insert(0, (from, 0.0));
            }
        }
        self
    }

    /// The samples before an instant.
    #[must_use]
    pub fn ending(mut self, to: Timestamp) -> Self {
        self.samples.truncate(self.samples.partition_point(|(at, _)| *at < to));
        self
    }
}

/// Labels of a group: `env`, `job`, `scope`, and `service` and `team` where there is one.
fn labels(report: &GroupReport) -> Vec<(&'static str, String)> {
    let Group { kind, name } = &report.group;
    let mut labels =
        vec![("env", ENVIRONMENT.to_owned()), ("job", JOB.to_owned()), ("scope", kind.as_str().to_owned())];
    match kind {
        GroupKind::All => {}
        GroupKind::Team => labels.push(("team", label(name))),
        GroupKind::Service => {
            labels.push(("service", label(name)));
            labels.extend(report.team.as_ref().map(|team| ("team", label(&team.0))));
        }
    }
    // A label with an empty value equals a missing label, and would clash with the series without it.
    labels.retain(|(_, value)| !value.is_empty());
    labels
}

fn samples(analysis: &Analysis, report: &GroupReport, family: Family, members: &Members<'_>) -> Vec<(Timestamp, f64)> {
    let group = &report.group;
    let deployments = || members.deployments(group).iter();
    match family {
        Family::Deployment => deployments().map(|it| (it.finished_at, seconds(it.finished_at))).collect(),
        Family::LeadTime => {
            deployments().filter_map(|it| Some((it.finished_at, it.record.lead_time?.as_f64()))).collect()
        }
        Family::Failure => deployments().filter_map(|it| Some((it.known_to_fail_at?, 1.0))).collect(),
        Family::Rework => {
            deployments().filter(|it| it.record.rework == Some(true)).map(|it| (it.finished_at, 1.0)).collect()
        }
        Family::Restore => members.restored(group).iter().map(|it| (it.at, it.seconds)).collect(),
        Family::AsOf => {
            let complete = ends(analysis, report).filter(|(_, day)| day.deployments.is_some());
            complete.map(|(at, _)| (at, seconds(Timestamp(at.0 + 1)))).collect()
        }
        Family::DeploymentsRead => {
            reading(analysis, ends(analysis, report).map(|(at, day)| (at, day.deployments.is_some())))
        }
        Family::IncidentsRead => {
            reading(analysis, ends(analysis, report).map(|(at, day)| (at, day.incidents_open.is_some())))
        }
    }
}

/// The days of a group with the last millisecond of each, or of what is known of it.
fn ends<'a>(analysis: &Analysis, report: &'a GroupReport) -> impl Iterator<Item = (Timestamp, &'a DailyRow)> {
    let (zone, as_of) = (analysis.settings.zone, analysis.as_of);
    report.daily.iter().filter_map(move |day| {
        let midnight = zone.midnight(day.date.succ_opt()?);
        Some((Timestamp(midnight.0.min(as_of.0) - 1), day))
    })
}

/// Whether all was read, at the end of each day and at the very start.
fn reading(analysis: &Analysis, read: impl Iterator<Item = (Timestamp, bool)>) -> Vec<(Timestamp, f64)> {
    let sample = |(at, is_read): (Timestamp, bool)| if is_read { (at, 1.0) } else { (Timestamp(at.0 - 1), 0.0) };
    let mut read = read.peekable();
    let start = read.peek().map(|(_, is_read)| (analysis.known.from, f64::from(u8::from(*is_read))));
    start.into_iter().chain(read.map(sample)).collect()
}

/// Sorted by time; samples of the same millisecond are moved apart by 1 ms each, because a series has one sample per
/// timestamp.
fn apart(mut samples: Vec<(Timestamp, f64)>) -> Vec<(Timestamp, f64)> {
    samples.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut last = Timestamp(i64::MIN);
    for sample in &mut samples {
        sample.0 = sample.0.max(Timestamp(last.0.saturating_add(1)));
        last = sample.0;
    }
    samples
}

/// Seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into 53 bits for 285,000 years")]
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.0 as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_a_new_server_the_first_windows_are_marked_as_incomplete() {
        const DAY: i64 = 86_400_000;
        let series = |family, samples: &[(i64, f64)]| {
            let samples = samples.iter().map(|&(at, value)| (Timestamp(at), value)).collect();
            Series { family, group: Group::all(), labels: Vec::new(), samples }
        };
        let started = |family, samples: &[(i64, f64)]| {
            let cut = series(family, samples).starting(Timestamp(DAY), Timestamp(DAY)).ending(Timestamp(40 * DAY));
            cut.samples.iter().map(|(at, value)| (at.0, *value)).collect::<Vec<_>>()
        };
        let days = [(DAY - 1, 1.0), (2 * DAY - 1, 1.0), (30 * DAY - 2, 0.0), (31 * DAY - 1, 1.0), (32 * DAY - 1, 1.0)];
        assert_eq!(
            started(Family::IncidentsRead, &days),
            [(DAY, 0.0), (2 * DAY - 2, 0.0), (30 * DAY - 2, 0.0), (31 * DAY - 2, 0.0), (32 * DAY - 1, 1.0)]
        );
        assert_eq!(started(Family::AsOf, &[(2 * DAY, 5.0), (31 * DAY, 7.0)]), [(31 * DAY, 7.0)]);
        assert_eq!(started(Family::Failure, &[(0, 1.0), (DAY, 1.0), (40 * DAY, 1.0)]), [(DAY, 1.0)]);
    }

    #[test]
    fn events_of_one_millisecond_are_moved_apart_forward_and_stay_in_order() {
        let moved = apart([5, 5, 6, 5, 9].map(|at| (Timestamp(at), 1.0)).to_vec());
        assert_eq!(moved.iter().map(|(at, _)| at.0).collect::<Vec<_>>(), [5, 6, 7, 8, 9]);
    }
}
