//! Whether what was read can be counted at all, so that names that match nothing never give a false 0.
//!
//! Deployments of a service's repos, none of them to an environment that counts, or none of those with a status that
//! tells how it ended, make its figures missing. Incidents of which none maps to a service, and none names a deployment, make the
//! failures of every service missing, and the incidents of every service and team. Judged over everything that was read:
//! one event that is recognised shows that the names are right, and a quiet month is then a true 0.

use std::collections::BTreeSet;

use super::pool::Pool;
use super::read_spans::Unusable;
use super::tables::NoData;
use crate::domain::group::GroupKind;
use crate::domain::status::tells_the_end;
use crate::facts::Facts;
use crate::facts::ownership::ServiceIndex;

/// What was recognised of all events.
pub(super) struct Recognised {
    /// Services whose repos have deployments.
    seen: BTreeSet<ServiceIndex>,
    /// Services that have a deployment in an environment that counts, with a status that tells how it ended.
    usable: BTreeSet<ServiceIndex>,
    /// Whether there are incidents, and none of them is linked to any service.
    is_unmapped: bool,
}

impl Recognised {
    pub(super) fn new(facts: &Facts) -> Self {
        let (mut seen, mut usable) = (BTreeSet::new(), BTreeSet::new());
        let deployments = facts.deployments();
        let telling: Vec<bool> = deployments.status.names().iter().map(|status| tells_the_end(status)).collect();
        let tells = |row: usize| deployments.status.of(row).and_then(|status| telling.get(status)) == Some(&true);
        let mut is_usable = vec![false; facts.ownership.services.len()];
        for row in 0..deployments.len() {
            if let Some(usable) = facts.placement(row).service().and_then(|service| is_usable.get_mut(service))
                && tells(row)
            {
                *usable = true;
            }
        }
        usable.extend(is_usable.iter().enumerate().filter(|(_, is)| **is).map(|(service, _)| service));
        let repos = deployments.repo.names();
        for (index, service) in facts.ownership.services.iter().enumerate() {
            if repos.iter().any(|repo| service.repos.iter().any(|glob| glob.matches(repo))) {
                seen.insert(index);
            }
        }
        let mut counted = facts.incidents.iter().filter(|fact| fact.left_out.is_none()).peekable();
        let is_unmapped =
            counted.peek().is_some() && counted.all(|fact| fact.services.is_empty() && fact.attributions.is_empty());
        Self { seen, usable, is_unmapped }
    }

    /// Why figures of a group are missing although everything was read.
    pub(super) fn unusable(&self, pool: &Pool) -> Unusable {
        let has = |set: &BTreeSet<ServiceIndex>| pool.services.iter().any(|service| set.contains(service));
        let deployments = (has(&self.seen) && !has(&self.usable)).then_some(NoData::NothingCounted);
        let unmapped = self.is_unmapped.then_some(NoData::IncidentsUnmapped);
        let incidents = unmapped.clone().filter(|_| pool.group.kind != GroupKind::All);
        Unusable { deployments, incidents, failures: unmapped }
    }
}
