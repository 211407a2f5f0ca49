//! What is known of every incident, as columns: which services it affects, whether it counts, and its attributions.

use super::attribution::{Attribution, Links};
use super::flat_lists::FlatLists;
use super::ownership::{Mapping, MatchRule, ServiceIndex};
use crate::domain::reason::Reason;

/// What is known of one incident.
#[derive(Debug, Clone, Copy)]
pub struct IncidentFact<'a> {
    /// The services that it affects, in config order; empty where it is unmapped.
    pub services: &'a [ServiceIndex],
    /// How they were found.
    pub rule: MatchRule,
    /// Why it does not count.
    pub left_out: Option<Reason>,
    /// Whether it is over by its status without an end: neither open nor resolved, and without a duration.
    pub is_over_without_an_end: bool,
    /// Whether it refers to an unknown deployment.
    pub refers_to_nothing: bool,
    /// Its attributions, oldest first; empty for one that does not count.
    pub attributions: &'a [Attribution],
    /// The latest deployment of the affected services at or before the opening, under any policy.
    pub latest: Option<usize>,
    /// What its reference names under any policy, oldest first.
    pub named: &'a [Attribution],
}

/// What is known of each incident, by its index.
#[derive(Debug, Default)]
pub struct IncidentFacts {
    services: FlatLists<ServiceIndex>,
    standings: Vec<Standing>,
    pub(super) links: Links,
}

/// How an incident counts.
#[derive(Debug, Clone, Copy)]
struct Standing {
    rule: MatchRule,
    left_out: Option<Reason>,
    is_over_without_an_end: bool,
}

impl IncidentFacts {
    /// Adds an incident, of which no link is known yet.
    pub(super) fn add(&mut self, mapping: Mapping, left_out: Option<Reason>, is_over_without_an_end: bool) {
        self.services.extend(mapping.services);
        self.services.close();
        self.standings.push(Standing { rule: mapping.rule, left_out, is_over_without_an_end });
    }

    /// The services that each incident affects; `None` of one that does not count.
    pub(super) fn affected(&self) -> Vec<Option<&[ServiceIndex]>> {
        let counts = |standing: &Standing| standing.left_out.is_none();
        self.standings.iter().zip(self.services.iter()).map(|(it, services)| counts(it).then_some(services)).collect()
    }

    /// How many incidents.
    pub fn len(&self) -> usize {
        self.standings.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty()
    }

    /// What is known of one.
    pub fn get(&self, incident: usize) -> Option<IncidentFact<'_>> {
        let Standing { rule, left_out, is_over_without_an_end } = *self.standings.get(incident)?;
        Some(IncidentFact {
            services: self.services.get(incident),
            rule,
            left_out,
            is_over_without_an_end,
            refers_to_nothing: self.links.refers_to_nothing(incident),
            attributions: self.links.attributions(incident),
            latest: self.links.latest(incident),
            named: self.links.named(incident),
        })
    }

    /// What is known of each.
    pub fn iter(&self) -> impl Iterator<Item = IncidentFact<'_>> {
        (0..self.len()).filter_map(|incident| self.get(incident))
    }
}
