//! Groups and the events pooled in each: all, teams, services. Pooled, never averages of averages.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use crate::domain::group::{Group, GroupKind, TeamName};
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::attribution::Attribution;
use crate::facts::ownership::ServiceIndex;

/// One group's events.
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
    pub incidents: Vec<usize>,
    /// Indices of the counted incidents that are attributed to one of its deployments at some time, each with the links
    /// to them. Such an incident may affect another service.
    pub attributed: Vec<(usize, Vec<Attribution>)>,
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

    /// The counted incidents that are attributed to one of its deployments, as known at `end`.
    pub fn attributed_at(&self, end: Timestamp) -> impl Iterator<Item = usize> {
        let holds = move |links: &[Attribution]| links.iter().any(|link| link.validity.holds_at(end));
        self.attributed.iter().filter(move |(_, links)| holds(links)).map(|(index, _)| *index)
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
    for (index, fact) in facts.incidents.iter().enumerate().filter(|(_, fact)| fact.left_out.is_none()) {
        touched.extend(fact.services.iter().flat_map(|service| of(*service)));
        if fact.services.is_empty() && unmapped {
            touched.extend(pools.iter().position(|pool| pool.group.kind == GroupKind::All));
        }
        while let Some(pool) = touched.pop_first() {
            pools[pool].incidents.push(index);
        }
        for link in &fact.attributions {
            for &pool in facts.placement(link.deployment).counted().map_or(&[][..], of) {
                match pools[pool].attributed.last_mut() {
                    Some((last, links)) if *last == index => links.push(*link),
                    _ => pools[pool].attributed.push((index, vec![*link])),
                }
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
