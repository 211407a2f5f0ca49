//! What the findings count of the events: one pass over the deployments and one over the incidents, however many groups
//! there are.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::domain::group::{Group, GroupKind};
use crate::domain::kind::DeploymentKind;
use crate::domain::reason::Reason;
use crate::facts::parallel::{both, in_parallel};
use crate::metrics::tables::{Analysis, DeploymentRecord, IncidentRecord, Kind, LeadTimeReason, ReworkRule, Rule};

/// Chunks in which the cores count the deployments, and deployments of a chunk at least.
const CHUNKS: usize = 64;
const FEWEST: usize = 512;

/// Counts of the deployments in the period, and of the incidents opened in it.
#[derive(Debug, Default)]
pub(in crate::metrics) struct Tally {
    /// Deployments with any result.
    pub(super) deployments: usize,
    /// Those that count, and further records of a roll-out that counts once.
    pub(super) counted: usize,
    /// Counted ones that are real deployments, not proxies.
    pub(super) themselves: usize,
    /// Those of them that finish in the second in which their commit was made.
    pub(super) with_their_commit: usize,
    /// Counted ones that are proxies for deployments.
    pub(super) stand_ins: BTreeMap<DeploymentKind, usize>,
    /// Counted ones without a lead time, by reason.
    pub(super) reasons: BTreeMap<LeadTimeReason, usize>,
    /// Counted ones by what they did.
    pub(super) kinds: BTreeMap<Kind, usize>,
    /// Counted ones by all the rules by which they are rework.
    pub(super) rework: BTreeMap<Vec<ReworkRule>, usize>,
    /// Repos that no service has.
    pub(super) homeless: BTreeSet<String>,
    /// Shas of commits that are dated in the year 1 or 1970, as the deployments list them.
    pub(super) absurd_commits: Vec<String>,
    by_group: FxHashMap<(GroupKind, String), GroupTally>,
}

/// What is counted of each group.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct GroupTally {
    /// Failed deployments that only the attribution window links to an incident.
    pub(super) by_the_clock: u64,
    /// Counted incidents opened in the period.
    pub(super) opened: usize,
    /// Those of low urgency.
    pub(super) of_low_urgency: usize,
}

impl Tally {
    pub(in crate::metrics) fn of(analysis: &Analysis) -> Self {
        let at_once = analysis.deployments.len().div_ceil(CHUNKS).max(FEWEST);
        let chunks: Vec<usize> = (0..analysis.deployments.len()).step_by(at_once).collect();
        let of_chunk = |from: &usize| {
            let mut tally = Self::default();
            let records = analysis.deployments.outlines(*from..from.saturating_add(at_once));
            records.filter(|record| record.in_period).for_each(|record| tally.add(record));
            tally
        };
        let of_incidents = || {
            let mut tally = Self::default();
            let counted = analysis.incidents.iter().filter(|record| record.counted);
            let opened = counted.filter(|record| analysis.known.contains(record.event.opened_at));
            opened.for_each(|record| tally.add_incident(&record));
            tally
        };
        let (chunks, mut tally) = both(|| in_parallel(&chunks, of_chunk), of_incidents);
        for chunk in chunks {
            tally.append(chunk);
        }
        tally
    }

    /// Of one group.
    pub(super) fn group(&self, group: &Group) -> GroupTally {
        self.by_group.get(&(group.kind, group.name.clone())).copied().unwrap_or_default()
    }

    /// Adds what was counted of later deployments.
    fn append(&mut self, other: Self) {
        self.deployments += other.deployments;
        self.counted += other.counted;
        self.themselves += other.themselves;
        self.with_their_commit += other.with_their_commit;
        add_counts(&mut self.stand_ins, other.stand_ins);
        add_counts(&mut self.reasons, other.reasons);
        add_counts(&mut self.kinds, other.kinds);
        add_counts(&mut self.rework, other.rework);
        self.homeless.extend(other.homeless);
        self.absurd_commits.extend(other.absurd_commits);
        for (group, other) in other.by_group {
            let own = self.by_group.entry(group).or_default();
            own.by_the_clock += other.by_the_clock;
            own.opened += other.opened;
            own.of_low_urgency += other.of_low_urgency;
        }
    }

    fn add(&mut self, record: DeploymentRecord<'_>) {
        self.deployments += 1;
        self.counted += usize::from(matches!(record.left_out, None | Some(Reason::SameRollout)));
        if record.left_out == Some(Reason::NoService) && !self.homeless.contains(&*record.event.repo) {
            self.homeless.insert(record.event.repo.clone().into_owned());
        }
        self.absurd_commits.extend(record.absurd_commits);
        if record.left_out.is_some() {
            return;
        }
        let kind = DeploymentKind::of(&record.event.id);
        if kind == DeploymentKind::Deployments {
            self.themselves += 1;
            self.with_their_commit += usize::from(record.finishes_with_its_commit);
        } else if record.event.task.as_deref() == kind.task() {
            *self.stand_ins.entry(kind).or_default() += 1;
        }
        if !record.rework_rules.is_empty() {
            *self.rework.entry(record.rework_rules).or_default() += 1;
        }
        if let Some(reason) = record.lead_time_reason {
            *self.reasons.entry(reason).or_default() += 1;
        }
        if let Some(kind) = record.kind {
            *self.kinds.entry(kind).or_default() += 1;
        }
        if record.failed == Some(true) && record.failed_rules == [Rule::Window] {
            let service = record.service.as_deref().map(|name| (GroupKind::Service, name.0.clone()));
            let team = record.team.as_deref().map(|name| (GroupKind::Team, name.0.clone()));
            for key in [Some(all()), service, team].into_iter().flatten() {
                self.by_group.entry(key).or_default().by_the_clock += 1;
            }
        }
    }

    fn add_incident(&mut self, record: &IncidentRecord<'_>) {
        let is_low = record.event.urgency.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("low"));
        let services = record.services.iter().map(|name| (GroupKind::Service, name.0.clone()));
        let teams = record.teams.iter().map(|name| (GroupKind::Team, name.0.clone()));
        for key in services.chain(teams).chain([all()]) {
            let group = self.by_group.entry(key).or_default();
            group.opened += 1;
            group.of_low_urgency += usize::from(is_low);
        }
    }
}

fn add_counts<K: Ord>(counts: &mut BTreeMap<K, usize>, more: BTreeMap<K, usize>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

fn all() -> (GroupKind, String) {
    let Group { kind, name } = Group::all();
    (kind, name)
}
