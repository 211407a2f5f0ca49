//! Groups and the events pooled in each: all, teams, services. Pooled, never averages of averages.

use std::collections::BTreeSet;

use super::filter::Filter;
use crate::domain::group::{Group, GroupKind, TeamName};
use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::attribution::Attribution;
use crate::facts::ownership::{Ownership, ServiceIndex};

/// One group's events.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Whose they are.
    pub group: Group,
    /// The team of a service.
    pub team: Option<TeamName>,
    /// Its services.
    pub services: Vec<ServiceIndex>,
    /// (finish, index) of its counted deployments, in order of finish.
    pub deployments: Vec<(Timestamp, usize)>,
    /// Indices of the counted incidents that affect it.
    pub incidents: Vec<usize>,
    /// Indices of the counted incidents that are attributed to one of its deployments at some time, each with the links
    /// to them. Such an incident may affect another service.
    pub attributed: Vec<(usize, Vec<Attribution>)>,
}

impl Pool {
    /// The counted incidents that are attributed to one of its deployments, as known at `end`.
    pub fn attributed_at(&self, end: Timestamp) -> impl Iterator<Item = usize> {
        let holds = move |links: &[Attribution]| links.iter().any(|link| link.holds_at(end));
        self.attributed.iter().filter(move |(_, links)| holds(links)).map(|(index, _)| *index)
    }
}

/// The pools of all groups in order of kind and name. With a filter, `all` is the pool of what passes it, and
/// unmapped incidents, which belong to nobody, are left out.
pub fn pools(facts: &Facts<'_>, ownership: &Ownership<'_>, filter: &Filter) -> Vec<Pool> {
    let kept = filter.services(ownership);
    let mut pools = vec![whole(facts, ownership, filter)];
    let teams: BTreeSet<&TeamName> = kept.iter().filter_map(|&service| ownership.team(service)).collect();
    for team in teams {
        let services = kept.iter().copied().filter(|&service| ownership.team(service) == Some(team)).collect();
        let group = Group { kind: GroupKind::Team, name: team.0.clone() };
        pools.push(pool(facts, group, None, services, false));
    }
    for &service in &kept {
        let Some(name) = ownership.name(service) else { continue };
        let group = Group { kind: GroupKind::Service, name: name.0.clone() };
        pools.push(pool(facts, group, ownership.team(service).cloned(), vec![service], false));
    }
    pools.sort_by(|a, b| a.group.cmp(&b.group));
    pools
}

/// The pool of `all` alone.
pub fn whole(facts: &Facts<'_>, ownership: &Ownership<'_>, filter: &Filter) -> Pool {
    let kept = filter.services(ownership).into_iter().collect();
    pool(facts, Group::all(), None, kept, filter.is_open())
}

fn pool(facts: &Facts<'_>, group: Group, team: Option<TeamName>, services: Vec<ServiceIndex>, unmapped: bool) -> Pool {
    let mut member = vec![false; services.iter().max().map_or(0, |last| last + 1)];
    for &service in &services {
        member[service] = true;
    }
    let is_member = |service: ServiceIndex| member.get(service).copied().unwrap_or(false);
    let deploys = |index: usize| facts.placements[index].counted().is_some_and(is_member);
    let deployments = facts
        .counted
        .iter()
        .filter(|&&index| deploys(index))
        .filter_map(|&index| Some((facts.deployments[index].finished_at?, index)))
        .collect();
    let affects = |services: &[ServiceIndex]| {
        if services.is_empty() { unmapped } else { services.iter().any(|&service| is_member(service)) }
    };
    let counted = || facts.incident_facts.iter().enumerate().filter(|(_, fact)| fact.left_out.is_none());
    let incidents = counted().filter(|(_, fact)| affects(&fact.services)).map(|(index, _)| index).collect();
    let attributed = counted()
        .filter_map(|(index, fact)| {
            let own: Vec<Attribution> =
                fact.attributions.iter().filter(|link| deploys(link.deployment)).copied().collect();
            (!own.is_empty()).then_some((index, own))
        })
        .collect();
    Pool { group, team, services, deployments, incidents, attributed }
}
