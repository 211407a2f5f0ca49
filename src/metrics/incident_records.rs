//! The incidents that touch the cut, used or left out, as known at the period's end: columns, of which a record is made
//! when it is looked at.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::filter::Filter;
use super::records::RecordBounds;
use super::tables::records::{IncidentEvent, IncidentRecord, Link};
use crate::domain::group::TeamName;
use crate::domain::reason::Reason;
use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::incident_links::Attribution;
use crate::facts::ownership::{MatchRule, Ownership, ServiceIndex};

/// The incidents of the cut, by opening, source, id.
#[derive(Clone, Default)]
pub struct IncidentRecords {
    of: Records,
    /// Last change to each record before it is handed out.
    rename: Option<fn(&mut IncidentRecord<'_>)>,
}

#[derive(Clone)]
enum Records {
    Of {
        facts: Arc<Facts>,
        rows: Vec<u32>,
        /// Nothing at or after this instant is known.
        end: Timestamp,
    },
    List(Vec<IncidentRecord<'static>>),
}

impl Default for Records {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl fmt::Debug for IncidentRecords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl From<Vec<IncidentRecord<'static>>> for IncidentRecords {
    fn from(list: Vec<IncidentRecord<'static>>) -> Self {
        Self { of: Records::List(list), rename: None }
    }
}

impl IncidentRecords {
    pub(super) fn new(facts: &Arc<Facts>, filter: &Filter, cut: RecordBounds) -> Self {
        let kept = filter.services(&facts.ownership);
        let fails_one = |link: &Attribution| {
            facts.placement(link.deployment).counted().is_some_and(|service| kept.contains(&service))
        };
        let mut rows: Vec<(Timestamp, u32)> = Vec::new();
        for (row, fact) in (0..).zip(facts.incidents.iter()) {
            let opened_at = facts.opened_at(row as usize);
            let resolved_at = facts.resolved_at(row as usize);
            let over = resolved_at.is_some_and(|at| at < cut.listed.from) && opened_at < cut.listed.from;
            let listed = filter.is_open()
                || fact.services.iter().any(|service| kept.contains(service))
                || fact.attributions.iter().any(fails_one);
            if opened_at < cut.listed.to && !over && listed {
                rows.push((opened_at, row));
            }
        }
        let events = facts.incident_events();
        rows.sort_unstable_by_key(|(at, row)| (*at, events.key(*row as usize)));
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Self { of: Records::Of { facts: Arc::clone(facts), rows, end: cut.listed.to }, rename: None }
    }

    /// The same records, each changed by a function before it is handed out.
    #[must_use]
    pub fn renamed(self, rename: fn(&mut IncidentRecord<'_>)) -> Self {
        Self { rename: Some(rename), ..self }
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        match &self.of {
            Records::Of { rows, .. } => rows.len(),
            Records::List(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = IncidentRecord<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Why each does not count.
    pub(super) fn left_out(&self) -> impl Iterator<Item = Option<Reason>> + '_ {
        let reason = |at: usize| match &self.of {
            Records::Of { facts, rows, .. } => facts.incidents.get(*rows.get(at)? as usize)?.left_out,
            Records::List(list) => list.get(at)?.reason,
        };
        (0..self.len()).map(reason)
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<IncidentRecord<'_>> {
        let mut record = match &self.of {
            Records::Of { facts, rows, end } => record(facts, *rows.get(at)? as usize, *end)?,
            Records::List(list) => list.get(at)?.clone(),
        };
        if let Some(rename) = self.rename {
            rename(&mut record);
        }
        Some(record)
    }
}

/// The record of an incident, as known at an instant.
fn record(facts: &Facts, index: usize, end: Timestamp) -> Option<IncidentRecord<'_>> {
    let (ownership, fact) = (&facts.ownership, facts.incidents.get(index)?);
    let event = event(facts, index, end)?;
    let unmapped = fact.rule.reason().filter(|_| fact.rule == MatchRule::Unmapped);
    let over = fact.is_over_without_an_end.then_some(Reason::OverWithoutAnEnd);
    let backwards = event.resolved_at.is_some_and(|at| at < event.opened_at).then_some(Reason::Negative);
    let restored = event.resolved_at.map(|at| at.since(event.opened_at));
    let link = fact.attributions.iter().find(|link| link.validity.holds_at(end)).and_then(|link| {
        let service = facts.placement(link.deployment).counted();
        Some(Link {
            deployment_id: Cow::Borrowed(facts.deployments().id.get(link.deployment).unwrap_or_default()),
            service: service.and_then(|service| ownership.name(service)).map(Cow::Borrowed),
            team: service.and_then(|service| ownership.team(service)).map(Cow::Borrowed),
            rule: link.rule,
            age: event.opened_at.since(facts.finished_at(link.deployment)?),
        })
    });
    Some(IncidentRecord {
        services: fact.services.iter().filter_map(|&it| ownership.name(it)).map(Cow::Borrowed).collect(),
        teams: teams(ownership, fact.services),
        counted: fact.left_out.is_none(),
        reason: fact.left_out.or(unmapped).or(over).or(backwards).or(fact.rule.reason()),
        is_over_without_an_end: fact.is_over_without_an_end,
        refers_to_nothing: fact.refers_to_nothing,
        time_to_restore: restored.filter(|restored| fact.left_out.is_none() && restored.0 >= 0),
        link,
        event,
    })
}

/// An incident as known at an instant.
fn event(facts: &Facts, row: usize, end: Timestamp) -> Option<IncidentEvent<'_>> {
    let all = facts.incident_events();
    let (source, id) = all.key(row);
    let is_known = |at: &Timestamp| *at < end;
    let resolved_at = all.resolved_at(row);
    let is_open_again = resolved_at.is_some_and(|at| !is_known(&at));
    Some(IncidentEvent {
        source: Cow::Borrowed(source),
        id: Cow::Borrowed(id),
        title: all.title.get(row).map(Cow::Borrowed),
        service_keys: all.service_keys.get(row).map(Cow::Borrowed).collect(),
        priority: all.priority.get(row).map(Cow::Borrowed),
        urgency: all.urgency.get(row).map(Cow::Borrowed),
        status: if is_open_again { Some(Cow::Borrowed("open")) } else { all.status.get(row).map(Cow::Borrowed) },
        opened_at: all.opened_at(row)?,
        acknowledged_at: all.acknowledged_at.get(row).filter(is_known),
        resolved_at: resolved_at.filter(is_known),
        caused_by_deploy: all.caused_by_deploy(row),
        tags: all.tags.get(row).map(Cow::Borrowed).collect(),
        url: all.url.get(row).map(Cow::Owned),
    })
}

/// The teams of some services, each once.
fn teams<'a>(ownership: &'a Ownership, services: &[ServiceIndex]) -> Vec<Cow<'a, TeamName>> {
    let mut teams: Vec<Cow<'_, TeamName>> = Vec::new();
    for team in services.iter().filter_map(|&service| ownership.team(service)) {
        if !teams.iter().any(|other| **other == *team) {
            teams.push(Cow::Borrowed(team));
        }
    }
    teams
}
