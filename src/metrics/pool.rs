//! Groups and the events pooled in each: all, teams, services. Pooled, never averages of averages.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use crate::domain::group::{Group, GroupKind, TeamName};
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::incident_links::Attribution;
use crate::facts::ownership::ServiceIndex;

/// One group's events, as indices into the facts that it was made from; only with these they mean anything.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Whose they are.
    pub group: Group,
    /// The team of a service.
    pub team: Option<TeamName>,
    /// Its services.
    pub services: Vec<ServiceIndex>,
    /// Indices of its counted deployments, in order of finish.
    deployments: Vec<u32>,
    /// Indices of the counted incidents that affect it.
    incidents: Vec<u32>,
    /// Links of counted incidents to deployments of this group: the index of the incident, and the position among the
    /// incident's attributions. Such an incident may affect another service.
    attributed: Vec<(u32, u32)>,
}

impl Pool {
    pub(super) fn of(group: Group, team: Option<TeamName>, services: Vec<ServiceIndex>) -> Self {
        Self { group, team, services, deployments: Vec::new(), incidents: Vec::new(), attributed: Vec::new() }
    }

    /// Instant and index of its counted deployments, in order of finish.
    pub fn deployments<'a>(
        &'a self,
        facts: &'a Facts,
    ) -> impl ExactSizeIterator<Item = (Timestamp, usize)> + Clone + 'a {
        finished(&self.deployments, facts)
    }

    /// The same of those that finished in a span.
    pub fn finished<'a>(
        &'a self,
        facts: &'a Facts,
        span: Span,
    ) -> impl ExactSizeIterator<Item = (Timestamp, usize)> + Clone + 'a {
        let before = |end: Timestamp| self.deployments.partition_point(|index| finish(facts, *index) < end);
        finished(self.deployments.get(before(span.from)..before(span.to)).unwrap_or_default(), facts)
    }

    /// Indices of the counted incidents that affect it.
    pub fn incidents(&self) -> impl Iterator<Item = usize> {
        self.incidents.iter().map(|index| *index as usize)
    }

    /// Indices of the counted incidents that are attributed to one of its deployments at some time, each with the links
    /// to them.
    pub fn attributed<'a>(
        &'a self,
        facts: &'a Facts,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = &'a Attribution>)> {
        self.attributed.chunk_by(|(one, _), (next, _)| one == next).filter_map(|links| {
            let incident = links.first()?.0 as usize;
            let all = facts.incidents.get(incident)?.attributions;
            Some((incident, links.iter().filter_map(|(_, nth)| all.get(*nth as usize))))
        })
    }

    /// The counted incidents that are attributed to one of its deployments, as known at `end`.
    pub fn attributed_at<'a>(&'a self, facts: &'a Facts, end: Timestamp) -> impl Iterator<Item = usize> + 'a {
        self.attributed(facts)
            .filter_map(move |(incident, mut links)| links.any(|link| link.validity.holds_at(end)).then_some(incident))
    }
}

/// The pools of all groups in order of kind and name. With a filter, `all` is the pool of what passes it, and unmapped
/// incidents, which belong to no service, are left out. One pass over the events, however many groups there are.
pub fn pools(facts: &Facts, filter: &Filter) -> Vec<Pool> {
    let ownership = &facts.ownership;
    let kept = filter.services(ownership);
    let mut pools = vec![Pool::of(Group::all(), None, kept.iter().copied().collect())];
    let mut teams: BTreeMap<&TeamName, Vec<ServiceIndex>> = BTreeMap::new();
    for &service in &kept {
        if let Some(team) = ownership.team(service) {
            teams.entry(team).or_default().push(service);
        }
        if let Some(name) = ownership.name(service) {
            let group = Group { kind: GroupKind::Service, name: name.0.clone() };
            pools.push(Pool::of(group, ownership.team(service).cloned(), vec![service]));
        }
    }
    for (team, services) in teams {
        pools.push(Pool::of(Group { kind: GroupKind::Team, name: team.0.clone() }, None, services));
    }
    pools.sort_by(|a, b| a.group.cmp(&b.group));
    fill(&mut pools, facts, filter.is_open());
    pools
}

/// The pool of `all` alone.
pub fn whole(facts: &Facts, filter: &Filter) -> Pool {
    let kept = filter.services(&facts.ownership).into_iter().collect();
    let mut pools = [Pool::of(Group::all(), None, kept)];
    fill(&mut pools, facts, filter.is_open());
    let [pool] = pools;
    pool
}

/// Hands every event to the pools of its services; `unmapped` incidents go to `all`.
fn fill(pools: &mut [Pool], facts: &Facts, unmapped: bool) {
    let mut pools_of: Vec<Vec<usize>> = vec![Vec::new(); facts.ownership.services.len()];
    for (at, pool) in pools.iter().enumerate() {
        for &service in &pool.services {
            if let Some(list) = pools_of.get_mut(service) {
                list.push(at);
            }
        }
    }
    let of = |service: ServiceIndex| pools_of.get(service).map_or(&[][..], Vec::as_slice);
    for index in facts.counted() {
        let (Some(service), Ok(row)) = (facts.placement(index).counted(), u32::try_from(index)) else { continue };
        for &pool in of(service) {
            pools[pool].deployments.push(row);
        }
    }
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    for (index, fact) in (0..).zip(facts.incidents.iter()).filter(|(_, fact)| fact.left_out.is_none()) {
        touched.extend(fact.services.iter().flat_map(|service| of(*service)));
        if fact.services.is_empty() && unmapped {
            touched.extend(pools.iter().position(|pool| pool.group.kind == GroupKind::All));
        }
        while let Some(pool) = touched.pop_first() {
            pools[pool].incidents.push(index);
        }
        for (nth, link) in (0..).zip(fact.attributions) {
            for &pool in facts.placement(link.deployment).counted().map_or(&[][..], of) {
                pools[pool].attributed.push((index, nth));
            }
        }
    }
}

fn finished<'a>(
    deployments: &'a [u32],
    facts: &'a Facts,
) -> impl ExactSizeIterator<Item = (Timestamp, usize)> + Clone + 'a {
    deployments.iter().map(|index| (finish(facts, *index), *index as usize))
}

/// When a counted deployment finished.
fn finish(facts: &Facts, index: u32) -> Timestamp {
    facts.finished_at(index as usize).unwrap_or(Timestamp(i64::MAX))
}
