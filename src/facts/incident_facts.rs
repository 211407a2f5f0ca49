//! What is known of every incident: which services it affects, whether it counts, and its attributions.

use polars::prelude::*;

use super::flat_lists::FlatLists;
use super::frame_columns::{Coded, CodedColumn};
use super::incident_filter;
use super::incident_links::{Attribution, IncidentLinks};
use super::incidents::Incidents;
use super::owner_joins;
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
    /// The deployments that its reference names under any policy, oldest first; empty unless the facts are made
    /// [in every way](super::LeadTimes::InEveryWay).
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
    left_out: Vec<Option<Reason>>,
    is_over_without_an_end: Vec<bool>,
    links: IncidentLinks,
}

impl IncidentFacts {
    /// The facts about some incidents, of which no link is known yet.
    pub(super) fn new(ownership: &Ownership, incidents: &Incidents, settings: &Settings) -> PolarsResult<Self> {
        let rows = || 0..incidents.len();
        let left_out: Vec<Option<Reason>> =
            rows().map(|row| incident_filter::left_out(settings, incidents, row)).collect();
        let frame = df![
            "opened_at" => incidents.opened().map(|at| at.0).collect::<Vec<i64>>(),
            "left_out" => left_out.iter().map(|reason| reason.map(Coded::code)).collect::<Int8Chunked>(),
        ]?
        .lazy()
        .with_row_index("incident", None)
        .join(
            owner_joins::of_incidents(ownership, incidents)?.lazy(),
            [col("incident")],
            [col("incident")],
            JoinArgs::new(JoinType::Left),
        )
        .with_column(col("rule").fill_null(lit(MatchRule::Unmapped.code())))
        .sort(["incident", "service"], SortMultipleOptions::default())
        .collect()?;
        let (incident, service) = (frame.column("incident")?.u32()?, frame.column("service")?.u32()?);
        let (mut services, mut rule, mut last) = (FlatLists::default(), Vec::with_capacity(incidents.len()), None);
        services.reserve(incidents.len(), frame.height());
        for ((incident, service), found_by) in
            incident.iter().zip(service.iter()).zip(CodedColumn::of(&frame, "rule")?.iter())
        {
            if last.replace(incident) != Some(incident) {
                if !rule.is_empty() {
                    services.close();
                }
                rule.push(found_by.unwrap_or(MatchRule::Unmapped));
            }
            services.extend(service.map(|service| service as usize));
        }
        if !rule.is_empty() {
            services.close();
        }
        Ok(Self {
            services,
            rule,
            left_out,
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
        let counts = self.left_out.get(incident) == Some(&None);
        counts.then(|| self.services.get(incident))
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
            left_out: *self.left_out.get(incident)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Incident;
    use crate::domain::settings::Service;
    use crate::facts::ownership::own_service;

    #[test]
    fn the_services_of_each_of_many_incidents_are_its_own() {
        let service = |nth: usize| Service {
            incident_keys: vec![format!("key {nth}"), "all".into()],
            ..own_service(&format!("service {nth}"))
        };
        let settings = Settings { services: (0..3).map(service).collect(), ..Settings::default() };
        let keys = |nth: usize| match nth % 5 {
            0 => vec!["all".to_owned()],
            1 => vec!["key 2".to_owned(), "key 0".into(), "key 2".into()],
            2 => vec!["nobody".to_owned()],
            3 => vec!["Service 1".to_owned()],
            _ => Vec::new(),
        };
        let row = |nth: usize| Incident {
            id: format!("{nth:06}"),
            service_keys: keys(nth),
            urgency: nth.is_multiple_of(2).then(|| "low".to_owned()),
            ..Incident::default()
        };
        let rows: Vec<Incident> = (0..20_000).map(row).collect();
        let settings = Settings { urgencies: vec!["high".into()], ..settings };
        let ownership = Ownership::new(&settings, []);
        let facts = IncidentFacts::new(&ownership, &rows.iter().collect(), &settings).expect("joined");
        for (nth, incident) in rows.iter().enumerate() {
            let wanted = ownership.of_incident(&incident.source, incident.service_keys.iter().map(String::as_str));
            let fact = facts.get(nth).expect("a fact");
            assert_eq!((fact.services, fact.rule), (wanted.services.as_slice(), wanted.rule), "{nth}");
            let left_out = nth.is_multiple_of(2).then_some(Reason::Urgency);
            assert_eq!((fact.left_out, facts.affected(nth).is_none()), (left_out, left_out.is_some()), "{nth}");
        }
        assert!(facts.get(rows.len()).is_none());
        let none = IncidentFacts::new(&ownership, &Incidents::default(), &settings).expect("joined");
        assert!(none.len() == 0 && none.iter().next().is_none());
    }
}
