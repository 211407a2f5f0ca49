//! Which deployment an incident is attributed to, by which rule, and from when that is known.
//!
//! In this order: (1) triage said no: none; (2) a reference names a counted deployment by id, sha, or unique sha prefix
//! of at least 7 characters: one of the affected services, else one of any service, `explicit`; (3) triage said yes: the
//! affected services' latest counted deployment at or before the opening, `explicit`; (4) no flag: that latest one within
//! the attribution window, both ends included, `window`. The policy says which rules apply. An incident without an
//! affected service is attributed by a reference alone.
//!
//! A link can change, since a reference may name a deployment that finishes later, or a prefix may stop being unique.

use polars::prelude::*;

use super::incident_facts::IncidentFacts;
use super::incident_links::{Attribution, IncidentLinks};
use super::incidents::Incidents;
use super::named::{Named, NamedInScope, Place, Scope};
use super::ownership::ServiceIndex;
use super::parallel::both;
use super::placed::Placed;
use super::references::References;
use super::revisions::Revisions;
use super::scan::Deployments;
use super::validity::Validity;
use super::words::Rule;
use crate::domain::settings::{Policy, Settings};
use crate::domain::time::Timestamp;

/// The counted deployments, ready to be joined with.
#[derive(Debug)]
pub(super) struct Attributor<'a> {
    settings: &'a Settings,
    deployments: &'a Deployments,
    revisions: &'a Revisions,
    placed: &'a Placed,
}

impl<'a> Attributor<'a> {
    pub(super) fn new(
        deployments: &'a Deployments,
        revisions: &'a Revisions,
        placed: &'a Placed,
        settings: &'a Settings,
    ) -> Self {
        Self { settings, deployments, revisions, placed }
    }

    /// The links of each incident. Those of one that does not count are empty. `under_any_policy` keeps what other
    /// policies would need too.
    pub(super) fn links(
        &self,
        incidents: &Incidents,
        facts: &IncidentFacts,
        under_any_policy: bool,
    ) -> PolarsResult<IncidentLinks> {
        let (latest, references) = both(|| self.latest(facts), || self.references(incidents, facts));
        let (latest, references) = (latest?, references?);
        // The policy `window` ignores references.
        let heeds_references = self.settings.attribution != Policy::Window;
        let mut links = IncidentLinks::with_room_for(incidents.len());
        for (index, opened) in incidents.opened().enumerate() {
            let Some(services) = facts.affected(index) else {
                links.add(Vec::new(), false, (None, Vec::new()));
                continue;
            };
            let (flag, latest) = (self.flag(incidents, index), latest[index]);
            let named = incidents.deployment_ref(index).map(|reference| references.named(reference));
            let by_name = |otherwise| named.map(|named| self.by_reference(named, services, opened, otherwise));
            let otherwise = self.by_time(flag, opened, latest);
            let by_time = || {
                let link = |(deployment, rule)| Attribution { deployment, rule, validity: Validity::since(opened) };
                otherwise.map(link).into_iter().collect()
            };
            let is_asked = flag != Some(false);
            let attributions = if is_asked {
                by_name(otherwise).filter(|_| heeds_references).unwrap_or_else(by_time)
            } else {
                Vec::new()
            };
            let latest = latest.and_then(|place| self.finished(place)).map(|(_, deployment)| deployment);
            let named_alone = if under_any_policy { by_name(None).unwrap_or_default() } else { Vec::new() };
            let refers_to_nothing = is_asked && heeds_references && named.is_some_and(Named::is_empty);
            links.add(attributions, refers_to_nothing, (latest, named_alone));
        }
        Ok(links)
    }

    fn flag(&self, incidents: &Incidents, row: usize) -> Option<bool> {
        if self.settings.attribution == Policy::Window { None } else { incidents.caused_by_deploy(row) }
    }

    fn finished(&self, place: Place) -> Option<(Timestamp, usize)> {
        let index = *self.placed.counted.get(place as usize)? as usize;
        Some((self.deployments.finished_at(index)?, index))
    }

    /// The place after those of the deployments that finish at or before an instant.
    fn first_after(&self, at: Timestamp) -> Place {
        let is_before = |index: &u32| self.deployments.finished_at(*index as usize).is_some_and(|finish| finish <= at);
        Place::try_from(self.placed.counted.partition_point(is_before)).unwrap_or(Place::MAX)
    }

    /// What flag and clock say: the latest deployment, by the rule that links it.
    fn by_time(&self, flag: Option<bool>, opened: Timestamp, latest: Option<Place>) -> Option<(usize, Rule)> {
        let (at, index) = self.finished(latest?)?;
        let is_close = opened.0 - at.0 <= self.settings.attribution_window.0 * 1_000;
        match flag {
            Some(_) => Some((index, Rule::Explicit)),
            None if self.settings.attribution == Policy::Explicit => None,
            None => is_close.then_some((index, Rule::Window)),
        }
    }

    /// The place of the affected services' latest deployment at or before each incident's opening.
    fn latest(&self, facts: &IncidentFacts) -> PolarsResult<Vec<Option<Place>>> {
        // Both sides must be sorted by time: otherwise the join is silently wrong. Of deployments at one instant the last
        // in their order is joined, so they must stay in it.
        let in_order = SortMultipleOptions::default().with_maintain_order(true);
        let affected = facts
            .frame()
            .clone()
            .lazy()
            .filter(col("left_out").is_null().and(col("service").is_not_null()))
            .select([col("incident"), col("service"), col("opened_at").alias("at")])
            .sort(["at"], in_order.clone());
        let deployments = self.placed.by_finish(self.deployments)?.lazy().sort(["at"], in_order.clone());
        let by_service = AsOfOptions {
            strategy: AsofStrategy::Backward,
            tolerance: None,
            tolerance_str: None,
            left_by: Some(vec!["service".into()]),
            right_by: Some(vec!["service".into()]),
            // One that finishes at the very instant of the opening counts.
            allow_eq: true,
            check_sortedness: false,
        };
        let joined = affected
            .join(deployments, [col("at")], [col("at")], JoinArgs::new(JoinType::AsOf(Box::new(by_service))))
            .select([col("incident"), col("place")])
            .collect()?;
        let mut latest = vec![None; facts.len()];
        for (incident, place) in joined.column("incident")?.u32()?.iter().zip(joined.column("place")?.u32()?.iter()) {
            if let Some(latest) = incident.and_then(|incident| latest.get_mut(incident as usize)) {
                *latest = place.max(*latest);
            }
        }
        Ok(latest)
    }

    /// What the references of the incidents that count can name.
    fn references<'i>(&'i self, incidents: &'i Incidents, facts: &IncidentFacts) -> PolarsResult<References<'i>> {
        let counted = (0..facts.len()).filter(|index| facts.affected(*index).is_some());
        let asked = counted.filter_map(|index| incidents.deployment_ref(index));
        References::new(asked, self.deployments, self.revisions, self.placed)
    }

    fn by_reference(
        &self,
        named: Named<'_>,
        affected: &[ServiceIndex],
        opened: Timestamp,
        otherwise: Option<(usize, Rule)>,
    ) -> Vec<Attribution> {
        let scopes = [named.in_scope(Scope::Services(affected)), named.in_scope(Scope::All)];
        let finish = |place: Place| self.finished(place).map(|(at, _)| at);
        let turns = scopes.iter().flat_map(NamedInScope::turns).filter_map(finish);
        let mut turns: Vec<Timestamp> = turns.filter(|&at| at > opened).chain([opened]).collect();
        turns.sort_unstable();
        turns.dedup();
        let end = self.first_after(opened);
        let mut links: Vec<Attribution> = Vec::new();
        for (turn, &from) in turns.iter().enumerate() {
            let is_known = |place: Place| finish(place).is_some_and(|at| at <= from);
            let place = scopes.iter().find_map(|scope| scope.deployment(is_known, end));
            let link =
                place.and_then(|place| self.finished(place)).map(|(_, index)| (index, Rule::Explicit)).or(otherwise);
            let Some((deployment, rule)) = link else { continue };
            let until = turns.get(turn + 1).copied();
            match links.last_mut() {
                Some(last)
                    if last.validity.until == Some(from) && (last.deployment, last.rule) == (deployment, rule) =>
                {
                    last.validity.until = until;
                }
                _ => links.push(Attribution { deployment, rule, validity: Validity { from, until } }),
            }
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Deployment, Incident};
    use crate::domain::settings::Service;
    use crate::domain::unit::Seconds;
    use crate::facts::commit_reader::CommitReader;
    use crate::facts::ownership::{Ownership, own_service};

    fn deployment(id: &str, sha: &str, minute: i64) -> Deployment {
        Deployment {
            id: id.into(),
            sha: Some(sha.into()),
            finished_at: Some(Timestamp(minute * 60_000)),
            ..Deployment::default()
        }
    }

    /// The links of an incident that affects some services of those that `service` gives each deployment.
    fn links(
        rows: &[Deployment],
        service: impl Fn(usize) -> Option<usize>,
        settings: &Settings,
        incident: &Incident,
        affected: &[usize],
    ) -> Vec<Attribution> {
        let deployments: Deployments = rows.iter().collect();
        let revisions = Revisions::new(&deployments, &CommitReader::default()).expect("nothing is read");
        let placed = Placed::in_order((0..rows.len()).map(service));
        // The key of each service is its index.
        let own =
            |nth: usize| Service { incident_keys: vec![nth.to_string()], ..own_service(&format!("service {nth}")) };
        let services = Settings { services: (0..2).map(own).collect(), ..Settings::default() };
        let keys = affected.iter().map(ToString::to_string).collect();
        let incidents: Incidents = [&Incident { service_keys: keys, ..incident.clone() }].into_iter().collect();
        let facts = IncidentFacts::new(&Ownership::new(&services, []), &incidents, settings).expect("facts");
        let links = Attributor::new(&deployments, &revisions, &placed, settings).links(&incidents, &facts, false);
        links.expect("links").attributions(0).to_vec()
    }

    fn incident(minute: i64, flag: Option<bool>, reference: Option<&str>) -> Incident {
        Incident {
            opened_at: Timestamp(minute * 60_000),
            caused_by_deploy: flag,
            deployment_ref: reference.map(str::to_owned),
            ..Incident::default()
        }
    }

    /// Id and rule of the link at the end of all time, under a policy.
    fn link(policy: Policy, incident: &Incident) -> Option<(String, Rule)> {
        let deployments =
            [deployment("1", "aaaaaaa111", 0), deployment("2", "bbbbbbb222", 100), deployment("3", "aaaaaaa111", 200)];
        let settings = Settings { attribution: policy, attribution_window: Seconds::HOUR, ..Settings::default() };
        let links = links(&deployments, |_| Some(0), &settings, incident, &[0]);
        let last = links.last().filter(|last| last.validity.holds_at(Timestamp(i64::MAX)))?;
        Some((deployments[last.deployment].id.clone(), last.rule))
    }

    #[test]
    fn the_rules_apply_in_order_and_the_policy_says_which() {
        use Policy::{Explicit, ExplicitOrWindow, Window};
        let explicit = |id: &str| Some((id.to_owned(), Rule::Explicit));
        let window = |id: &str| Some((id.to_owned(), Rule::Window));
        for (policy, incident, wanted) in [
            (ExplicitOrWindow, incident(130, None, None), window("2")),
            (ExplicitOrWindow, incident(160, None, None), window("2")),
            (ExplicitOrWindow, incident(161, None, None), None),
            (ExplicitOrWindow, incident(161, Some(true), None), explicit("2")),
            (ExplicitOrWindow, incident(130, Some(false), Some("1")), None),
            (ExplicitOrWindow, incident(130, None, Some("1")), explicit("1")),
            (ExplicitOrWindow, incident(130, None, Some("aaaaaaa111")), explicit("1")),
            (ExplicitOrWindow, incident(230, None, Some("aaaaaaa")), explicit("3")),
            (ExplicitOrWindow, incident(130, None, Some("aaaaaa")), window("2")),
            (ExplicitOrWindow, incident(130, None, Some("unheard-of")), window("2")),
            (Explicit, incident(130, None, None), None),
            (Explicit, incident(130, None, Some("2")), explicit("2")),
            (Window, incident(130, Some(false), Some("1")), window("2")),
            (Window, incident(-1, Some(true), None), None),
        ] {
            assert_eq!(link(policy, &incident), wanted, "{policy:?} {incident:?}");
        }
    }

    #[test]
    fn a_reference_to_a_later_deployment_holds_only_once_that_deployment_exists() {
        let deployments = [deployment("1", "aaaaaaa111", 0), deployment("2", "bbbbbbb222", 100)];
        let settings = Settings::default();
        let links = links(&deployments, |_| Some(0), &settings, &incident(10, None, Some("BBBBBBB222")), &[0]);
        let minute = |minute: i64| Timestamp(minute * 60_000);
        let first = Validity { from: minute(10), until: Some(minute(100)) };
        assert_eq!(
            links,
            vec![
                Attribution { deployment: 0, rule: Rule::Window, validity: first },
                Attribution { deployment: 1, rule: Rule::Explicit, validity: Validity::since(minute(100)) },
            ]
        );
    }

    #[test]
    fn a_link_that_a_later_deployment_leaves_as_it_is_stays_one_link() {
        // The id of a later deployment of another service is the revision that the incident names.
        let deployments = [deployment("1", "aaaaaaa111", 0), deployment("aaaaaaa111", "bbbbbbb222", 100)];
        let incident = incident(10, None, Some("aaaaaaa111"));
        let links = links(&deployments, Some, &Settings::default(), &incident, &[0]);
        let validity = Validity::since(Timestamp(10 * 60_000));
        assert_eq!(links, vec![Attribution { deployment: 0, rule: Rule::Explicit, validity }]);
    }

    #[test]
    fn a_reference_names_a_deployment_of_the_affected_services_before_one_of_another() {
        // Deployments 1 of service 0, and 1 and 2 of service 1.
        let deployments = [deployment("1", "a", 0), deployment("1", "b", 5), deployment("2", "c", 6)];
        let settings = Settings::default();
        let service = |index: usize| Some(usize::from(index > 0));
        let of = |reference: &str, affected: &[usize]| {
            let links = links(&deployments, service, &settings, &incident(10, None, Some(reference)), affected);
            links.last().map(|link| (link.deployment, link.rule))
        };
        assert_eq!(of("1", &[0]), Some((0, Rule::Explicit)));
        assert_eq!(of("1", &[1]), Some((1, Rule::Explicit)));
        assert_eq!(of("2", &[0]), Some((2, Rule::Explicit)), "the cause may lie in another service");
        assert_eq!(of("2", &[]), Some((2, Rule::Explicit)), "an unmapped incident has a reference all the same");
        assert_eq!(of("9", &[0]), Some((0, Rule::Window)), "a reference that names nothing falls through");
        assert_eq!(of("9", &[0, 1]), Some((2, Rule::Window)), "the latest of all affected services");
        assert_eq!(of("9", &[]), None);
    }
}
