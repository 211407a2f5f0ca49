//! The events behind the figures, used or left out, as known at the period's end.
//!
//! From the start of the period's first window on, so that every rolling figure of the period can be counted again.

use super::filter::Filter;
use super::reach::Reach;
use super::tables::{Cause, DeploymentRecord, IncidentRecord, Link, ReworkRule, Rule, Stages};
use crate::domain::event::Deployment;
use crate::domain::group::TeamName;
use crate::domain::reason::Reason;
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::attribution::Attribution;
use crate::facts::ownership::{MatchRule, Ownership, ServiceIndex};

/// What the records are cut to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// From the start of the first window to the known end.
    pub listed: Span,
    /// The period itself, to its known end.
    pub period: Span,
}

/// The deployments of the cut, by time, source, id.
pub(super) fn deployments(
    facts: &Facts<'_>,
    ownership: &Ownership<'_>,
    filter: &Filter,
    reach: &Reach,
    cut: Cut,
) -> Vec<DeploymentRecord> {
    let kept = filter.services(ownership);
    let end = cut.listed.to;
    let mut records: Vec<(Timestamp, DeploymentRecord)> = Vec::new();
    for (index, deployment) in facts.deployments.iter().enumerate() {
        let finished = deployment.finished_at.filter(|at| *at < end);
        let at = finished.unwrap_or(deployment.created_at);
        let placement = facts.placements[index];
        if !cut.listed.contains(at) || !belongs(deployment, placement.service, ownership, filter, &kept) {
            continue;
        }
        let counted = placement.counted().is_some() && finished.is_some();
        let status = if finished.is_none() && deployment.finished_at.is_some() {
            "pending".to_owned()
        } else {
            deployment.status.clone()
        };
        let left_out = if counted { None } else { Some(placement.left_out.unwrap_or(Reason::NotSuccess)) };
        let batch = facts.batch_of[index].as_ref().filter(|_| counted);
        let (failed_by, failed_rules) = if counted { failed_by(facts, index, end) } else { Default::default() };
        let mut rework_rules: Vec<ReworkRule> =
            facts.rework(index).filter(|it| counted && it.holds_at(end)).map(|it| it.rule).collect();
        rework_rules.dedup();
        // Without a rule that holds, only incidents that were read can say no.
        let told = |rules: bool| {
            let can_deny = || reach.has_links(Span { from: at, to: Timestamp(at.0 + 1) });
            (counted && (rules || can_deny())).then_some(rules)
        };
        let record = DeploymentRecord {
            event: Deployment { finished_at: finished, status, ..deployment.clone() },
            service: placement.service.and_then(|service| ownership.name(service)).cloned(),
            team: placement.service.and_then(|service| ownership.team(service)).cloned(),
            in_period: cut.period.contains(at),
            left_out,
            kind: batch.map(|batch| batch.kind),
            lead_time: batch.and_then(|batch| batch.lead_time.ok()),
            lead_time_reason: batch.and_then(|batch| batch.lead_time.err()),
            absurd_commits: absurd_of(facts, index).filter(|_| counted).cloned().collect(),
            finishes_with_its_commit: batch.is_some_and(|batch| batch.finishes_with_its_commit),
            start: batch.and_then(|batch| batch.start.clone()),
            stages: batch.map_or_else(Stages::default, |batch| batch.stages),
            failed: told(!failed_rules.is_empty()),
            failed_by,
            failed_rules,
            rework: told(!rework_rules.is_empty()),
            rework_rules,
        };
        records.push((at, record));
    }
    records.sort_by(|(at, a), (bt, b)| (at, &a.event.source, &a.event.id).cmp(&(bt, &b.event.source, &b.event.id)));
    records.into_iter().map(|(_, record)| record).collect()
}

/// Whether a filtered report lists a deployment: one of its services', or of their repos where it belongs to none.
fn belongs(
    deployment: &Deployment,
    service: Option<usize>,
    ownership: &Ownership<'_>,
    filter: &Filter,
    kept: &std::collections::BTreeSet<usize>,
) -> bool {
    match service {
        _ if filter.is_open() => true,
        Some(service) => kept.contains(&service),
        None => kept
            .iter()
            .any(|&service| ownership.services[service].repos.iter().any(|glob| glob.matches(&deployment.repo))),
    }
}

/// What failed a deployment, as known at `end`, by rule, then time, then source and id.
fn failed_by(facts: &Facts<'_>, index: usize, end: Timestamp) -> (Vec<Cause>, Vec<Rule>) {
    let mut known: Vec<_> = facts.failures[index].iter().filter(|failure| failure.holds_at(end)).collect();
    known.sort_by_key(|failure| match failure.rule {
        Rule::Rollback => (failure.rule, failure.from, "", facts.deployments[failure.by].id.as_str()),
        rule => {
            let incident = &facts.incidents[failure.by];
            (rule, incident.opened_at, incident.source.as_str(), incident.id.as_str())
        }
    });
    let rules = Rule::ALL.into_iter().filter(|rule| known.iter().any(|failure| failure.rule == *rule)).collect();
    let causes = known.into_iter().map(|failure| {
        if failure.rule == Rule::Rollback {
            return Cause::Rollback { id: facts.deployments[failure.by].id.clone() };
        }
        let incident = &facts.incidents[failure.by];
        Cause::Incident { source: incident.source.clone(), id: incident.id.clone() }
    });
    (causes.collect(), rules)
}

/// The incidents that touch the cut, by opening, source, id.
pub(super) fn incidents(
    facts: &Facts<'_>,
    ownership: &Ownership<'_>,
    filter: &Filter,
    cut: Cut,
) -> Vec<IncidentRecord> {
    let kept = filter.services(ownership);
    let end = cut.listed.to;
    let mut records = Vec::new();
    for (index, incident) in facts.incidents.iter().enumerate() {
        let fact = &facts.incident_facts[index];
        let over = incident.resolved_at.is_some_and(|at| at < cut.listed.from) && incident.opened_at < cut.listed.from;
        let fails_one = |link: &Attribution| {
            facts.placements[link.deployment].counted().is_some_and(|service| kept.contains(&service))
        };
        let listed = filter.is_open()
            || fact.services.iter().any(|service| kept.contains(service))
            || fact.attributions.iter().any(fails_one);
        if incident.opened_at >= end || over || !listed {
            continue;
        }
        let mut event = incident.clone();
        event.acknowledged_at = event.acknowledged_at.filter(|at| *at < end);
        event.resolved_at = event.resolved_at.filter(|at| *at < end);
        if incident.resolved_at.is_some() && event.resolved_at.is_none() {
            event.status = Some("open".into());
        }
        let unmapped = fact.rule.reason().filter(|_| fact.rule == MatchRule::Unmapped);
        let over = fact.is_over_without_an_end.then_some(Reason::OverWithoutAnEnd);
        let backwards = event.resolved_at.is_some_and(|at| at < event.opened_at).then_some(Reason::Negative);
        records.push(IncidentRecord {
            services: fact.services.iter().filter_map(|&service| ownership.name(service)).cloned().collect(),
            teams: teams(ownership, &fact.services),
            counted: fact.left_out.is_none(),
            reason: fact.left_out.or(unmapped).or(over).or(backwards).or(fact.rule.reason()),
            is_over_without_an_end: fact.is_over_without_an_end,
            refers_to_nothing: fact.refers_to_nothing,
            time_to_restore: event
                .resolved_at
                .map(|at| at.since(event.opened_at))
                .filter(|restored| fact.left_out.is_none() && restored.0 >= 0),
            link: fact.attributions.iter().find(|link| link.holds_at(end)).and_then(|link| {
                let deployment = &facts.deployments[link.deployment];
                let service = facts.placements[link.deployment].counted();
                Some(Link {
                    deployment_id: deployment.id.clone(),
                    service: service.and_then(|service| ownership.name(service)).cloned(),
                    team: service.and_then(|service| ownership.team(service)).cloned(),
                    rule: link.rule,
                    age: event.opened_at.since(deployment.finished_at?),
                })
            }),
            event,
        });
    }
    records.sort_by(|a, b| {
        (a.event.opened_at, &a.event.source, &a.event.id).cmp(&(b.event.opened_at, &b.event.source, &b.event.id))
    });
    records
}

/// The commits of a deployment that are dated in the year 1 or 1970; the list is in order of deployment.
fn absurd_of<'a>(facts: &'a Facts<'_>, deployment: usize) -> impl Iterator<Item = &'a String> {
    let absurd = &facts.batches.absurd;
    let from = absurd.partition_point(|(index, _)| *index < deployment);
    absurd.iter().skip(from).take_while(move |(index, _)| *index == deployment).map(|(_, sha)| sha)
}

/// The teams of some services, each once.
fn teams(ownership: &Ownership<'_>, services: &[ServiceIndex]) -> Vec<TeamName> {
    let mut teams: Vec<TeamName> = Vec::new();
    for team in services.iter().filter_map(|&service| ownership.team(service)) {
        if !teams.contains(team) {
            teams.push(team.clone());
        }
    }
    teams
}
