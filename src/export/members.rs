//! The groups of each event, computed once for all groups: what counts, and when it became known.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::domain::group::{Group, GroupKind};
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, Cause, DeploymentRecord, IncidentEvent, IncidentRecord};

/// A counted deployment.
pub(super) struct Deployed<'a> {
    pub(super) record: DeploymentRecord<'a>,
    pub(super) finished_at: Timestamp,
    /// When it became known that it had failed.
    pub(super) known_to_fail_at: Option<Timestamp>,
}

/// A counted incident that has a time to restore.
#[derive(Clone, Copy)]
pub(super) struct Restored {
    pub(super) opened_at: Timestamp,
    /// Whether a deployment caused it, as far as its link or the verdict of triage say.
    pub(super) caused_by_deploy: Option<bool>,
    /// When it was resolved.
    pub(super) at: Timestamp,
    /// From its opening to that.
    pub(super) seconds: f64,
}

/// Kind and name of a group.
type Key<'a> = (GroupKind, &'a str);

/// Events by group.
pub(super) struct Members<'a> {
    deployments: FxHashMap<Key<'a>, Vec<Deployed<'a>>>,
    restored: FxHashMap<Key<'a>, Vec<Restored>>,
}

impl<'a> Members<'a> {
    pub(super) fn new(analysis: &'a Analysis) -> Self {
        let key = |group: &'a Group| (group.kind, group.name.as_str());
        let groups: FxHashMap<Key<'a>, Key<'a>> =
            analysis.groups.iter().map(|report| (key(&report.group), key(&report.group))).collect();
        let mut deployments: FxHashMap<Key<'a>, Vec<Deployed<'a>>> = FxHashMap::default();
        for (record, known_to_fail_at) in analysis.deployments.iter().zip(failures(analysis)) {
            let Some(finished_at) = record.event.finished_at.filter(|_| record.left_out.is_none()) else { continue };
            let service = record.service.as_deref().map(|name| (GroupKind::Service, name.0.as_str()));
            let team = record.team.as_deref().map(|name| (GroupKind::Team, name.0.as_str()));
            // The names of a record live only as long as the record; those of the groups outlive it.
            let keys = [Some((GroupKind::All, "all")), team, service].into_iter().flatten();
            let keys: Vec<Key<'a>> = keys.filter_map(|key| groups.get(&key).copied()).collect();
            for key in keys {
                let record = record.clone();
                deployments.entry(key).or_default().push(Deployed { record, finished_at, known_to_fail_at });
            }
        }
        let mut restored: FxHashMap<Key<'a>, Vec<Restored>> = FxHashMap::default();
        for record in analysis.incidents.iter().filter(|record| record.counted) {
            let time = record.time_to_restore.filter(|time| time.0 >= 0);
            let Some((at, time)) = record.event.resolved_at.zip(time) else { continue };
            let one = Restored {
                opened_at: record.event.opened_at,
                caused_by_deploy: if record.link.is_some() {
                    Some(true)
                } else {
                    record.event.caused_by_deploy.filter(|caused| !caused)
                },
                at,
                seconds: time.as_f64(),
            };
            for key in keys(&record).filter_map(|key| groups.get(&key).copied()) {
                restored.entry(key).or_default().push(one);
            }
        }
        Self { deployments, restored }
    }

    pub(super) fn deployments(&self, group: &'a Group) -> &[Deployed<'a>] {
        self.deployments.get(&(group.kind, group.name.as_str())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn restored(&self, group: &'a Group) -> &[Restored] {
        self.restored.get(&(group.kind, group.name.as_str())).map_or(&[], Vec::as_slice)
    }
}

/// The groups of an event, as [`Group::has_any`] tells them.
fn keys<'r>(record: &'r IncidentRecord<'_>) -> impl Iterator<Item = Key<'r>> {
    let services = record.services.iter().map(|service| (GroupKind::Service, service.0.as_str()));
    let teams = record.teams.iter().map(|team| (GroupKind::Team, team.0.as_str()));
    [(GroupKind::All, "all")].into_iter().chain(teams).chain(services)
}

/// Of each deployment the instant at which it became known to have failed: the opening of the first incident that says
/// so, but not before its own finish, or the finish of the rollback that replaced it.
fn failures(analysis: &Analysis) -> Vec<Option<Timestamp>> {
    let mut opened: BTreeMap<String, BTreeMap<String, Timestamp>> = BTreeMap::new();
    for IncidentEvent { source, id, opened_at, .. } in analysis.incidents.iter().map(|it| it.event) {
        opened.entry(source.into_owned()).or_default().insert(id.into_owned(), opened_at);
    }
    let finished: BTreeMap<String, Timestamp> =
        analysis.deployments.iter().filter_map(|it| Some((it.event.id.into_owned(), it.event.finished_at?))).collect();
    let known = |deployment: &DeploymentRecord<'_>, cause: &Cause| match cause {
        Cause::Incident { source, id } => {
            let opened = opened.get(source)?.get(id)?;
            Some((*opened).max(deployment.event.finished_at?))
        }
        Cause::Rollback { id } => finished.get(id.as_str()).copied(),
    };
    analysis
        .deployments
        .iter()
        .map(|deployment| deployment.failed_by.iter().filter_map(|cause| known(&deployment, cause)).min())
        .collect()
}
