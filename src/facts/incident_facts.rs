//! What is known of every incident, as columns: which services it affects, whether it counts, and its attributions.

use super::flat_lists::FlatLists;
use super::incident_links::{Attribution, IncidentLinks};
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
    /// The deployments that its reference names under any policy, oldest first.
    pub named: &'a [Attribution],
}

/// What is known of each incident, by its index.
#[derive(Debug, Default)]
pub struct IncidentFacts {
    services: FlatLists<ServiceIndex>,
    standings: Vec<Standing>,
    links: IncidentLinks,
}

/// How an incident counts.
#[derive(Debug, Clone, Copy)]
struct Standing {
    rule: MatchRule,
    left_out: Option<Reason>,
    is_over_without_an_end: bool,
}

impl IncidentFacts {
    pub(super) fn with_room_for(incidents: usize) -> Self {
        let mut all = Self { standings: Vec::with_capacity(incidents), ..Self::default() };
        all.services.reserve(incidents, 0);
        all
    }

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

    /// Takes over the links of all incidents.
    pub(super) fn with_links(self, links: IncidentLinks) -> Self {
        Self { links, ..self }
    }

    /// How many incidents.
    pub(super) fn len(&self) -> usize {
        self.standings.len()
    }

    /// Whether an incident is over by its status without an end.
    pub(super) fn is_over_without_an_end(&self, incident: usize) -> bool {
        self.standings.get(incident).is_some_and(|standing| standing.is_over_without_an_end)
    }

    /// What is known of one incident.
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

    /// What is known of each incident, in order of index.
    pub fn iter(&self) -> impl Iterator<Item = IncidentFact<'_>> {
        (0..self.len()).filter_map(|incident| self.get(incident))
    }
}
