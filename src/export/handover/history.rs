//! What is handed over: the deployments and incidents that the report counts, the deployment that caused each incident,
//! and which deployments failed and what remedied them. In order of time; instants of the future are left out.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::reason::Reason;
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::columns::WithoutCase;
use crate::facts::incident_facts::IncidentFact;
use crate::facts::words::{Kind, Rule};

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A deployment that counts.
    Deployment,
    /// An incident that counts.
    Incident,
    /// Whether a deployment failed.
    Failure,
}

impl EventKind {
    /// All kinds, in the order of the output.
    pub const ALL: [Self; 3] = [Self::Deployment, Self::Incident, Self::Failure];

    /// One of them.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::Incident => "incident",
            Self::Failure => "failure",
        }
    }

    /// Several.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::Incident => "incidents",
            Self::Failure => "failures",
        }
    }
}

/// A deployment that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `source:id`.
    pub key: String,
    /// The system it was read from.
    pub source: String,
    /// `owner/name`.
    pub repo: String,
    /// As written.
    pub environment: Option<String>,
    /// Its service.
    pub service: String,
    /// The revision.
    pub sha: Option<String>,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it succeeded.
    pub finished_at: Timestamp,
    /// Where a person can look at it.
    pub url: Option<String>,
    /// Whether it went back to an earlier revision.
    pub is_rollback: bool,
}

/// An incident that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// `source:id`.
    pub key: String,
    /// Its title (hostile text).
    pub title: Option<String>,
    /// The services that it affects.
    pub services: Vec<String>,
    /// As the source calls it.
    pub priority: Option<String>,
    /// Where a person can look at it.
    pub url: Option<String>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When service was restored.
    pub resolved_at: Option<Timestamp>,
    /// Whether it is over at an unknown time.
    pub is_over_without_an_end: bool,
    /// The deployment that caused it.
    pub cause: Option<Cause>,
}

/// The deployment that caused an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `owner/name`.
    pub repo: String,
    /// The revision.
    pub sha: Option<String>,
}

/// Whether a deployment failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The deployment's key.
    pub deployment: String,
    /// When it and its remedy had finished: both must be there before.
    pub at: Timestamp,
    /// Whether it failed. `false` takes back what was said before.
    pub has_failed: bool,
    /// The deployment that remedied it.
    pub remedy: Option<Remedy>,
}

/// The deployment that remedied a failed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Its key.
    pub key: String,
    /// Whether it went back to an earlier revision.
    pub is_rollback: bool,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A deployment.
    Deployment(Deployment),
    /// An incident.
    Incident(Incident),
    /// Whether a deployment failed.
    Failure(Failure),
}

impl Event {
    /// What it is.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Deployment(_) => EventKind::Deployment,
            Self::Incident(_) => EventKind::Incident,
            Self::Failure(_) => EventKind::Failure,
        }
    }

    /// What it is called in messages and in the ledger: `deployment github:123`.
    pub fn name(&self) -> String {
        let key = match self {
            Self::Deployment(it) => &it.key,
            Self::Incident(it) => &it.key,
            Self::Failure(it) => &it.deployment,
        };
        named(self.kind(), key)
    }

    fn at(&self) -> Timestamp {
        match self {
            Self::Deployment(it) => it.finished_at,
            Self::Incident(it) => it.opened_at,
            Self::Failure(it) => it.at,
        }
    }
}

/// The name of an event.
pub(super) fn named(kind: EventKind, key: &str) -> String {
    format!("{} {key}", kind.singular())
}

/// Why an event of the future is left out.
const FUTURE: &str = "in-the-future";

/// What is asked of the history.
pub struct Question<'a> {
    /// Only deployments that finished and incidents that were opened within it.
    pub span: Option<Span>,
    /// Nothing later is known.
    pub now: Timestamp,
    /// Whether the tool was told that a deployment failed, by the name of that event. `None`: failures are not asked for.
    pub was_marked: Option<&'a dyn Fn(&str) -> bool>,
}

/// What is handed over.
#[derive(Debug, Default)]
pub struct History {
    /// In order of time; deployments before incidents before failures.
    pub events: Vec<Event>,
    /// Deployments and incidents that do not count, by kind and reason.
    pub not_counted: BTreeMap<(EventKind, &'static str), usize>,
}

impl History {
    /// Reads it from the facts.
    pub fn new(facts: &Facts, question: &Question<'_>) -> Self {
        let mut history = Self::default();
        let is_asked = |at: Timestamp| question.span.is_none_or(|span| span.contains(at));
        let all = facts.deployments();
        for index in 0..all.len() {
            let at = all.finished_at(index).unwrap_or_else(|| all.created_at(index));
            if let Some(reason) = facts.placement(index).left_out.filter(|_| is_asked(at)) {
                history.leave_out(EventKind::Deployment, reason.as_str());
            }
        }
        let mut given: Vec<usize> = Vec::new();
        for index in facts.counted() {
            let Some(deployment) = deployment(facts, index).filter(|it| is_asked(it.finished_at)) else { continue };
            if deployment.finished_at > question.now {
                history.leave_out(EventKind::Deployment, FUTURE);
                continue;
            }
            given.push(index);
            history.events.push(Event::Deployment(deployment));
        }
        for (index, fact) in facts.incidents.iter().enumerate().filter(|(index, _)| is_asked(facts.opened_at(*index))) {
            let reason = fact.left_out.map(Reason::as_str);
            let is_future = facts.opened_at(index) > question.now;
            match reason.or_else(|| is_future.then_some(FUTURE)) {
                Some(reason) => history.leave_out(EventKind::Incident, reason),
                None => history.events.extend(incident(facts, index, &fact, question.now).map(Event::Incident)),
            }
        }
        if let Some(was_marked) = question.was_marked {
            history.add_failures(facts, &given, question.now, was_marked);
        }
        history.events.sort_by_cached_key(|event| (event.at(), event.kind(), event.name()));
        history
    }

    fn leave_out(&mut self, kind: EventKind, reason: &'static str) {
        *self.not_counted.entry((kind, reason)).or_default() += 1;
    }

    fn add_failures(&mut self, facts: &Facts, given: &[usize], now: Timestamp, was_marked: &dyn Fn(&str) -> bool) {
        let remedies = remedies(facts, now);
        let is_given: FxHashSet<usize> = given.iter().copied().collect();
        for &index in given {
            let (Some(finished_at), deployment) = (facts.finished_at(index), key(facts, index)) else { continue };
            let has_failed = facts.failures(index).iter().any(|failure| failure.validity.holds_at(now));
            if !has_failed && !was_marked(&named(EventKind::Failure, &deployment)) {
                continue;
            }
            let remedy = remedies.get(&index).filter(|remedy| has_failed && is_given.contains(remedy));
            let at = remedy.and_then(|&remedy| facts.finished_at(remedy)).map_or(finished_at, |at| at.max(finished_at));
            let remedy = remedy.map(|&remedy| Remedy {
                key: key(facts, remedy),
                is_rollback: facts.kind(remedy) == Some(Kind::Rollback),
            });
            self.events.push(Event::Failure(Failure { deployment, at, has_failed, remedy }));
        }
    }
}

fn key(facts: &Facts, deployment: usize) -> String {
    let all = facts.deployments();
    let (source, id) = (all.source.get(deployment), all.id.get(deployment));
    format!("{}:{}", source.unwrap_or_default(), id.unwrap_or_default())
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn deployment(facts: &Facts, index: usize) -> Option<Deployment> {
    let all = facts.deployments();
    let service = facts.placement(index).counted()?;
    let finished_at = facts.finished_at(index)?;
    Some(Deployment {
        key: key(facts, index),
        source: all.source.get(index).unwrap_or_default().to_owned(),
        repo: all.repo.get(index)?.to_owned(),
        environment: owned(all.environment.get(index)),
        service: facts.ownership.name(service)?.0.clone(),
        sha: owned(all.sha.get(index).as_deref()),
        // A source may say that it was asked for after it ended.
        started_at: all.created_at(index).min(finished_at),
        finished_at,
        url: all.url.get(index),
        is_rollback: facts.kind(index) == Some(Kind::Rollback),
    })
}

fn incident(facts: &Facts, index: usize, fact: &IncidentFact<'_>, now: Timestamp) -> Option<Incident> {
    let event = facts.incident_events().get(index)?;
    let all = facts.deployments();
    let link = fact.attributions.iter().rev().find(|link| link.validity.holds_at(now));
    let cause = link.and_then(|link| {
        Some(Cause {
            repo: all.repo.get(link.deployment)?.to_owned(),
            sha: owned(all.sha.get(link.deployment).as_deref()),
        })
    });
    let name = |&service: &usize| facts.ownership.name(service).map(|name| name.0.clone());
    Some(Incident {
        key: format!("{}:{}", event.source, event.id),
        title: owned(event.title.as_deref()),
        services: fact.services.iter().filter_map(name).collect(),
        priority: owned(event.priority.as_deref()),
        url: owned(event.url.as_deref()),
        opened_at: event.opened_at,
        // Some sources write an end before the beginning; no tool takes that.
        resolved_at: event.resolved_at.filter(|at| *at >= event.opened_at),
        is_over_without_an_end: fact.is_over_without_an_end,
        cause,
    })
}

/// What remedied each failed deployment: the rollback that failed it, or the first deployment of its repo and environment
/// that was created after the incident was opened and before it was resolved, as the rework rate counts a fix.
fn remedies(facts: &Facts, now: Timestamp) -> FxHashMap<usize, usize> {
    let all = facts.deployments();
    let (repos, environments) = (WithoutCase::new(&all.repo), WithoutCase::new(&all.environment));
    let place = |index: usize| (repos.of(index), environments.of(index));
    let mut by_place: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for index in facts.counted() {
        by_place.entry(place(index)).or_default().push(index);
    }
    let mut found: FxHashMap<usize, usize> = FxHashMap::default();
    for index in facts.counted() {
        let after = by_place.get(&place(index)).map_or(&[][..], Vec::as_slice);
        let after = after.iter().skip_while(|other| **other != index).skip(1);
        let mut first: Option<(Timestamp, usize)> = None;
        for failure in facts.failures(index).iter().filter(|failure| failure.validity.holds_at(now)) {
            let remedy = if failure.rule == Rule::Rollback {
                Some(failure.by)
            } else {
                let (opened, resolved) = (facts.opened_at(failure.by), facts.resolved_at(failure.by));
                let next = after.clone().copied().find(|&other| all.created_at(other) >= opened);
                next.filter(|&other| resolved.is_none_or(|at| at > all.created_at(other)))
            };
            let remedy = remedy.and_then(|remedy| Some((facts.finished_at(remedy).filter(|at| *at <= now)?, remedy)));
            first = first.into_iter().chain(remedy).min();
        }
        if let Some((_, remedy)) = first {
            found.insert(index, remedy);
        }
    }
    found
}
