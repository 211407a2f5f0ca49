//! What is known of every incident: which services it affects, whether it counts, and its attributions.

use polars::prelude::*;

use super::flat_lists::FlatLists;
use super::incident_filter;
use super::incident_links::{Attribution, IncidentLinks};
use super::incidents::Incidents;
use super::numbers::{Word, Words};
use super::owners;
use super::ownership::{MatchRule, Ownership, ServiceIndex};
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;

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
    /// A row for each incident and service that it affects, in order of both; one row for an incident of no service.
    ///
    /// | column | |
    /// |---|---|
    /// | `incident` | its index |
    /// | `opened_at` | milliseconds |
    /// | `left_out` | code of the [`Reason`] why it does not count |
    /// | `service` | index of the service |
    /// | `rule` | code of the [`MatchRule`] that found the service |
    frame: DataFrame,
    /// By index of the incident, as the following columns.
    services: FlatLists<ServiceIndex>,
    rule: Vec<MatchRule>,
    left_out: Words<Reason>,
    is_over_without_an_end: Vec<bool>,
    links: IncidentLinks,
}

impl IncidentFacts {
    /// The facts about some incidents, of which no link is known yet.
    pub(super) fn new(ownership: &Ownership, incidents: &Incidents, settings: &Settings) -> PolarsResult<Self> {
        let rows = || 0..incidents.len();
        let left_out = rows().map(|row| Some(incident_filter::left_out(settings, incidents, row)?.code()));
        let standings = df![
            "opened_at" => incidents.opened().map(|at| at.0).collect::<Vec<i64>>(),
            "left_out" => left_out.collect::<Int8Chunked>(),
        ]?;
        let frame = standings
            .clone()
            .lazy()
            .with_row_index("incident", None)
            .join(
                owners::of_incidents(ownership, incidents)?.lazy(),
                [col("incident")],
                [col("incident")],
                JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..JoinArgs::new(JoinType::Left) },
            )
            .with_column(col("rule").fill_null(lit(MatchRule::Unmapped.code())))
            .collect()?;
        let (incident, service) = (frame.column("incident")?.u32()?, frame.column("service")?.u32()?);
        let (mut services, mut rule, mut last) = (FlatLists::default(), Vec::with_capacity(incidents.len()), None);
        services.reserve(incidents.len(), frame.height());
        for ((incident, service), found_by) in
            incident.iter().zip(service.iter()).zip(Words::of(&frame, "rule")?.iter())
        {
            if last.replace(incident) != Some(incident) {
                if !rule.is_empty() {
                    services.close();
                }
                rule.push(found_by.unwrap_or(MatchRule::Unmapped));
            }
            services.extend(service.map(|service| service as usize));
        }
        services.close();
        Ok(Self {
            services,
            rule,
            left_out: Words::of(&standings, "left_out")?,
            is_over_without_an_end: rows().map(|row| incident_filter::is_over_without_an_end(incidents, row)).collect(),
            links: IncidentLinks::default(),
            frame,
        })
    }

    /// The frame of incidents and services.
    pub(super) fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The services that an incident affects; `None` of one that does not count.
    pub(super) fn affected(&self, incident: usize) -> Option<&[ServiceIndex]> {
        self.left_out.get(incident).is_none().then(|| self.services.get(incident))
    }

    /// Takes over the links of all incidents.
    pub(super) fn with_links(self, links: IncidentLinks) -> Self {
        Self { links, ..self }
    }

    /// How many incidents.
    pub(super) fn len(&self) -> usize {
        self.is_over_without_an_end.len()
    }

    /// Whether an incident is over by its status without an end.
    pub(super) fn is_over_without_an_end(&self, incident: usize) -> bool {
        self.is_over_without_an_end.get(incident) == Some(&true)
    }

    /// What is known of one incident.
    pub fn get(&self, incident: usize) -> Option<IncidentFact<'_>> {
        let is_over_without_an_end = *self.is_over_without_an_end.get(incident)?;
        Some(IncidentFact {
            services: self.services.get(incident),
            rule: self.rule.get(incident).copied()?,
            left_out: self.left_out.get(incident),
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
