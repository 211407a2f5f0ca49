//! How much the change failure rate and the recovery time depend on the attribution: both under each policy and window,
//! with rollbacks and without.
//!
//! One pass over the incidents and one over the deployments serve all ways and all groups: under every way, an incident
//! has at most two candidates, the deployment that its reference names and the latest one before it. As known at the
//! end of the period. The settings in force decide whether anything is known at all.

use super::pool::Pool;
use super::statistics::quantile;
use super::tables::{Kind, Sensitivity};
use crate::domain::settings::Policy;
use crate::domain::time::{Span, Timestamp};
use crate::domain::unit::Seconds;
use crate::facts::Facts;
use crate::facts::incident_facts::IncidentFact;

const POLICIES: [Policy; 3] = [Policy::Explicit, Policy::Window, Policy::ExplicitOrWindow];
const WINDOWS: [Seconds; 4] = [Seconds(900), Seconds::HOUR, Seconds(4 * 3_600), Seconds::DAY];
const WAYS: usize = POLICIES.len() * WINDOWS.len();

/// What each way attributes to the deployments of one service.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributed {
    ways: [AttributionSetting; WAYS],
    /// Deployments of the period that a rollback replaced.
    rolled_back: Vec<usize>,
}

#[derive(Debug, Clone, Default)]
struct AttributionSetting {
    /// Failed deployments of the period; one may come more than once.
    failed: Vec<usize>,
    /// Times to restore of the incidents resolved in the period, seconds.
    recovered: Vec<f64>,
}

/// Policy and window of each way, in order.
fn ways() -> impl Iterator<Item = (Policy, Seconds)> {
    POLICIES.into_iter().flat_map(|policy| WINDOWS.into_iter().map(move |window| (policy, window)))
}

/// What every way attributes over a span, by service.
pub(super) fn by_service(facts: &Facts, span: Span) -> Vec<Attributed> {
    let mut found = vec![Attributed::default(); facts.ownership.services.len()];
    let in_span = |deployment: usize| facts.finished_at(deployment).is_some_and(|at| span.contains(at));
    for (incident, fact) in facts.incidents.iter().enumerate() {
        let Some(candidates) = Candidates::of(facts, incident, &fact, span.to) else { continue };
        let resolved = facts.resolved_at(incident).filter(|at| span.contains(*at));
        let restored = resolved.map(|at| at.since(facts.opened_at(incident)).as_f64()).filter(|time| *time >= 0.0);
        for (way, (policy, window)) in ways().enumerate() {
            let Some(deployment) = candidates.link(policy, window) else { continue };
            let service = facts.placement(deployment).counted();
            let own = service.and_then(|service| found.get_mut(service)).and_then(|own| own.ways.get_mut(way));
            let Some(own) = own else { continue };
            own.failed.extend(in_span(deployment).then_some(deployment));
            own.recovered.extend(restored);
        }
    }
    for deployment in facts.counted() {
        let is_known = facts.finished_at(deployment).is_some_and(|at| at < span.to);
        let Some(replaced) = facts.previous(deployment).filter(|_| is_known) else { continue };
        if facts.kind(deployment) == Some(Kind::Rollback) && in_span(replaced) {
            let service = facts.placement(replaced).counted();
            if let Some(own) = service.and_then(|service| found.get_mut(service)) {
                own.rolled_back.push(replaced);
            }
        }
    }
    found
}

/// The deployments that an incident could be attributed to, as known at an instant.
struct Candidates {
    flag: Option<bool>,
    named: Option<usize>,
    /// The latest deployment of the affected services, and its age in milliseconds.
    latest: Option<(usize, i64)>,
}

impl Candidates {
    fn of(facts: &Facts, incident: usize, fact: &IncidentFact<'_>, end: Timestamp) -> Option<Self> {
        let opened = facts.opened_at(incident);
        if fact.left_out.is_some() || opened >= end {
            return None;
        }
        let age = |deployment: usize| Some(opened.0 - facts.finished_at(deployment)?.0);
        let named = fact.named.iter().find(|link| link.validity.holds_at(end));
        Some(Self {
            flag: facts.incident_events().caused_by_deploy(incident),
            named: named.map(|link| link.deployment),
            latest: fact.latest.and_then(|latest| Some((latest, age(latest)?))),
        })
    }

    fn link(&self, policy: Policy, window: Seconds) -> Option<usize> {
        let latest = self.latest.map(|(deployment, _)| deployment);
        let by_clock = || self.latest.filter(|(_, age)| *age <= window.0 * 1_000).map(|(deployment, _)| deployment);
        match (policy, self.flag) {
            (Policy::Window, _) => by_clock(),
            (_, Some(false)) => None,
            (_, Some(true)) => self.named.or(latest),
            (Policy::Explicit, None) => self.named,
            (Policy::ExplicitOrWindow, None) => self.named.or_else(by_clock),
        }
    }
}

/// The figures of a group that has so many deployments, under every way.
pub(super) fn of_group(pool: &Pool, by_service: &[Attributed], deployments: u64) -> Vec<Sensitivity> {
    let own = || pool.services.iter().filter_map(|&service| by_service.get(service));
    let mut rows = Vec::new();
    for (way, (policy, window)) in ways().enumerate() {
        let of_way = || own().filter_map(|own| own.ways.get(way));
        let mut recovered: Vec<f64> = of_way().flat_map(|way| &way.recovered).copied().collect();
        recovered.sort_unstable_by(f64::total_cmp);
        for count_rollbacks in [false, true] {
            let rolled_back = own().filter(|_| count_rollbacks).flat_map(|own| &own.rolled_back);
            let mut failed: Vec<usize> = of_way().flat_map(|way| &way.failed).chain(rolled_back).copied().collect();
            failed.sort_unstable();
            failed.dedup();
            let failed = failed.len() as u64;
            rows.push(Sensitivity {
                policy,
                window,
                count_rollbacks,
                failed,
                deployments,
                ratio: (deployments > 0).then(|| failed as f64 / deployments as f64),
                recovery_p50: quantile(&recovered, 0.5),
                recovery_n: recovered.len() as u64,
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Group;

    #[test]
    fn every_way_has_a_place_and_without_deployments_a_row_and_no_ratio() {
        assert_eq!(ways().count(), Attributed::default().ways.len());
        let pool = Pool::of(Group::all(), None, Vec::new());
        let rows = of_group(&pool, &[], 0);
        assert_eq!(rows.len(), 24);
        assert!(rows.iter().all(|row| (row.ratio, row.recovery_p50, row.failed) == (None, None, 0)));
    }

    #[test]
    fn each_policy_links_what_its_rules_say() {
        use Policy::{Explicit, ExplicitOrWindow, Window};
        let hour = 3_600_000;
        let of = |flag, named: Option<usize>, age: i64| Candidates { flag, named, latest: Some((1, age)) };
        for (candidates, policy, window, wanted) in [
            (of(None, None, hour), Window, Seconds::HOUR, Some(1)),
            (of(None, None, hour + 1), Window, Seconds::HOUR, None),
            (of(Some(false), Some(2), 0), Window, Seconds::HOUR, Some(1)),
            (of(Some(false), Some(2), 0), ExplicitOrWindow, Seconds::HOUR, None),
            (of(Some(true), None, 9 * hour), Explicit, Seconds::HOUR, Some(1)),
            (of(Some(true), Some(2), 0), ExplicitOrWindow, Seconds::HOUR, Some(2)),
            (of(None, Some(2), 0), Explicit, Seconds::HOUR, Some(2)),
            (of(None, None, 0), Explicit, Seconds::DAY, None),
            (of(None, None, 3 * hour), ExplicitOrWindow, Seconds(4 * 3_600), Some(1)),
            (of(None, None, 3 * hour), ExplicitOrWindow, Seconds::HOUR, None),
        ] {
            assert_eq!(candidates.link(policy, window), wanted, "{policy:?} {window:?}");
        }
    }
}
