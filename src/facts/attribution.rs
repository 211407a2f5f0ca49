//! Which deployment an incident is attributed to, by which rule, and from when that is known.
//!
//! In this order: (1) triage said no: none; (2) a reference names a counted deployment by id, sha, or unique sha prefix
//! of at least 7 characters: one of the affected services, else one of any service, `explicit`; (3) triage said yes: the
//! affected services' latest counted deployment at or before the opening, `explicit`; (4) no flag: that latest one within
//! the attribution window, both ends included, `window`. The policy says which rules apply. An incident without an
//! affected service is attributed by a reference alone.
//!
//! A link holds for the window ends E in `(from, until]`: what happens at E itself is not known at E. It can change,
//! since a reference may name a deployment that finishes later, or a prefix may stop being unique.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::ownership::ServiceIndex;
use super::revisions::SHORT;
use super::words::Rule;
use crate::domain::event::{Deployment, Incident};
use crate::domain::settings::{Policy, Settings};
use crate::domain::time::Timestamp;

/// One stretch of time in which an incident is attributed to one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribution {
    /// Index of the deployment.
    pub deployment: usize,
    /// By which rule.
    pub rule: Rule,
    /// It holds for window ends after this instant.
    pub from: Timestamp,
    /// And up to this one, itself included; `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Attribution {
    /// Whether it holds for a window that ends with `end`.
    pub fn holds_at(&self, end: Timestamp) -> bool {
        self.from < end && self.until.is_none_or(|until| end <= until)
    }
}

/// The counted deployments of all services, ready to be looked up.
#[derive(Debug)]
pub struct Attributor<'a> {
    settings: &'a Settings,
    /// When each deployment finished, by index.
    finished_at: Vec<Option<Timestamp>>,
    /// The service of each counted deployment, by index.
    service: Vec<Option<ServiceIndex>>,
    /// (finished, place in the order of finish, id, source; index), by service.
    finished: Vec<Vec<(Timestamp, usize, usize)>>,
    by_id: FxHashMap<&'a str, Vec<usize>>,
    by_sha: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Attributor<'a> {
    /// `counted` are indices into `deployments`, in order of finish, id, source; `service` and `shas` are those of all
    /// deployments, by index.
    pub fn new(
        deployments: &'a [Deployment],
        counted: &[usize],
        service: impl Fn(usize) -> Option<ServiceIndex>,
        shas: &'a [Option<Cow<'a, str>>],
        settings: &'a Settings,
    ) -> Self {
        let mut new = Self {
            settings,
            finished_at: vec![None; deployments.len()],
            service: vec![None; deployments.len()],
            finished: Vec::new(),
            by_id: FxHashMap::default(),
            by_sha: BTreeMap::new(),
        };
        for (place, &index) in counted.iter().enumerate() {
            let (Some(at), Some(service)) = (deployments[index].finished_at, service(index)) else { continue };
            new.finished_at[index] = Some(at);
            new.service[index] = Some(service);
            if new.finished.len() <= service {
                new.finished.resize(service + 1, Vec::new());
            }
            new.finished[service].push((at, place, index));
            new.by_id.entry(&deployments[index].id).or_default().push(index);
            if let Some(sha) = shas[index].as_deref() {
                new.by_sha.entry(sha).or_default().push(index);
            }
        }
        new
    }

    /// Lets the ids of records that count with another one (by index: that one) name it too.
    #[must_use]
    pub fn with_other_ids(mut self, deployments: &'a [Deployment], counts_as: &FxHashMap<usize, usize>) -> Self {
        let mut named: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (&record, &counted) in counts_as {
            named.entry(&deployments[record].id).or_default().push(counted);
        }
        for (id, others) in named {
            let list = self.by_id.entry(id).or_default();
            list.extend(others);
            list.sort_unstable_by_key(|&index| {
                (self.finished_at[index], &deployments[index].id, &deployments[index].source)
            });
            list.dedup();
        }
        self
    }

    /// The attributions of an incident that affects some services, oldest first, without overlap.
    pub fn attribute(&self, incident: &Incident, affected: &[ServiceIndex]) -> Vec<Attribution> {
        let policy = self.settings.attribution;
        let flag = if policy == Policy::Window { None } else { incident.caused_by_deploy };
        if flag == Some(false) {
            return Vec::new();
        }
        let opened = incident.opened_at;
        let latest = affected.iter().filter_map(|&service| self.latest_before(service, opened)).max();
        let otherwise = match flag {
            Some(_) => latest.map(|(.., index)| (index, Rule::Explicit)),
            None if policy == Policy::Explicit => None,
            None => latest
                .filter(|(at, ..)| opened.0 - at.0 <= self.settings.attribution_window.0 * 1_000)
                .map(|(.., index)| (index, Rule::Window)),
        };
        let Some(reference) = self.reference(incident) else {
            return otherwise
                .map(|(deployment, rule)| Attribution { deployment, rule, from: opened, until: None })
                .into_iter()
                .collect();
        };
        self.by_reference(reference, affected, opened, otherwise)
    }

    /// Whether an incident refers to a deployment, and no counted one is that.
    pub fn refers_to_nothing(&self, incident: &Incident) -> bool {
        let names = |reference: &str| Named::new(self, reference, None).first().is_none();
        incident.caused_by_deploy != Some(false) && self.reference(incident).is_some_and(names)
    }

    /// What an incident refers to, where the policy heeds it.
    fn reference<'i>(&self, incident: &'i Incident) -> Option<&'i str> {
        let reference = incident.deployment_ref.as_deref().map(str::trim).filter(|reference| !reference.is_empty())?;
        (self.settings.attribution != Policy::Window).then_some(reference)
    }

    /// The latest counted deployment of a service at or before an instant.
    fn latest_before(&self, service: ServiceIndex, at: Timestamp) -> Option<(Timestamp, usize, usize)> {
        let finished = self.finished.get(service)?;
        let after = finished.partition_point(|(finished, ..)| *finished <= at);
        finished.get(after.checked_sub(1)?).copied()
    }

    fn by_reference(
        &self,
        reference: &str,
        affected: &[ServiceIndex],
        opened: Timestamp,
        otherwise: Option<(usize, Rule)>,
    ) -> Vec<Attribution> {
        let scopes = [Named::new(self, reference, Some(affected)), Named::new(self, reference, None)];
        let mut turns: Vec<Timestamp> =
            scopes.iter().flat_map(Named::turns).filter(|&at| at > opened).chain([opened]).collect();
        turns.sort_unstable();
        turns.dedup();
        let mut links: Vec<Attribution> = Vec::new();
        for (turn, &from) in turns.iter().enumerate() {
            let named = scopes.iter().map(|scope| scope.known_at(from)).find(|named| !named.is_empty()).unwrap_or(&[]);
            // The latest at or before the opening, else the first after it, which is the list's head.
            let before = named.partition_point(|(at, _)| *at <= opened);
            let link = named.get(before.saturating_sub(1)).map(|&(_, index)| (index, Rule::Explicit)).or(otherwise);
            let Some((deployment, rule)) = link else { continue };
            let until = turns.get(turn + 1).copied();
            match links.last_mut() {
                Some(last) if last.until == Some(from) && (last.deployment, last.rule) == (deployment, rule) => {
                    last.until = until;
                }
                _ => links.push(Attribution { deployment, rule, from, until }),
            }
        }
        links
    }
}

/// (finished, index) of deployments, in order of finish, id, source.
type Finished = Vec<(Timestamp, usize)>;

/// What a reference can name among the deployments of some services, or of all.
#[derive(Debug)]
struct Named {
    id: Finished,
    sha: Finished,
    /// One list for each sha that begins with the reference, or that is the short form of it; the first to finish first.
    prefixes: Vec<Finished>,
}

impl Named {
    fn new(of: &Attributor<'_>, reference: &str, services: Option<&[ServiceIndex]>) -> Self {
        let own = |list: &Vec<usize>| -> Finished {
            let is_own =
                |index: usize| services.is_none_or(|some| of.service[index].is_some_and(|it| some.contains(&it)));
            list.iter()
                .filter(|&&index| is_own(index))
                .filter_map(|&index| Some((of.finished_at[index]?, index)))
                .collect()
        };
        let lower = reference.to_lowercase();
        let mut prefixes: Vec<Finished> = Vec::new();
        if lower.chars().count() >= SHORT.start {
            let longer = of.by_sha.range(lower.as_str()..).take_while(|(it, _)| it.starts_with(&lower));
            // A deployment may name its revision by the short form of the sha that the incident has in full.
            let shorter =
                SHORT.filter_map(|length| of.by_sha.get(lower.get(..length).filter(|short| *short != lower)?));
            prefixes.extend(longer.map(|(_, list)| own(list)).chain(shorter.map(own)).filter(|list| !list.is_empty()));
            prefixes.sort_unstable_by_key(|list| list.first().map(|(at, _)| *at));
        }
        Self {
            id: of.by_id.get(reference).map(own).unwrap_or_default(),
            sha: of.by_sha.get(lower.as_str()).map(own).unwrap_or_default(),
            prefixes,
        }
    }

    /// The first deployment that it can name.
    fn first(&self) -> Option<usize> {
        let lists = [&self.id, &self.sha].into_iter().chain(&self.prefixes);
        lists.filter_map(|list| list.first()).min().map(|(_, index)| *index)
    }

    /// When what it names can change: as the first deployment of the id, of the sha, or of the first or second sha with
    /// that prefix finishes.
    fn turns(&self) -> impl Iterator<Item = Timestamp> {
        let lists = [&self.id, &self.sha].into_iter().chain(self.prefixes.iter().take(2));
        lists.filter_map(|list| list.first()).map(|(at, _)| *at)
    }

    /// What it names as far as is known after an instant.
    fn known_at(&self, at: Timestamp) -> &[(Timestamp, usize)] {
        let is_known = |list: &Finished| list.first().is_some_and(|(first, _)| *first <= at);
        if is_known(&self.id) {
            return &self.id;
        }
        if is_known(&self.sha) {
            return &self.sha;
        }
        match self.prefixes.as_slice() {
            [only, others @ ..] if is_known(only) && !others.first().is_some_and(is_known) => only,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::Seconds;

    fn deployment(id: &str, sha: &str, minute: i64) -> Deployment {
        Deployment {
            id: id.into(),
            sha: Some(sha.into()),
            finished_at: Some(Timestamp(minute * 60_000)),
            ..Deployment::default()
        }
    }

    fn shas(deployments: &[Deployment]) -> Vec<Option<Cow<'_, str>>> {
        deployments.iter().map(|it| it.sha.as_deref().map(Cow::Borrowed)).collect()
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
        let shas = shas(&deployments);
        let attributor = Attributor::new(&deployments, &[0, 1, 2], |_| Some(0), &shas, &settings);
        let links = attributor.attribute(incident, &[0]);
        let last = links.last().filter(|last| last.holds_at(Timestamp(i64::MAX)))?;
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
    fn a_reference_to_a_later_deployment_holds_only_once_that_is_there() {
        let deployments = [deployment("1", "aaaaaaa111", 0), deployment("2", "bbbbbbb222", 100)];
        let settings = Settings::default();
        let shas = shas(&deployments);
        let attributor = Attributor::new(&deployments, &[0, 1], |_| Some(0), &shas, &settings);
        let links = attributor.attribute(&incident(10, None, Some("BBBBBBB222")), &[0]);
        let minute = |minute: i64| Timestamp(minute * 60_000);
        assert_eq!(
            links,
            vec![
                Attribution { deployment: 0, rule: Rule::Window, from: minute(10), until: Some(minute(100)) },
                Attribution { deployment: 1, rule: Rule::Explicit, from: minute(100), until: None },
            ]
        );
    }

    #[test]
    fn a_reference_names_a_deployment_of_the_affected_services_before_one_of_another() {
        // Deployments 1 of service 0, and 1 and 2 of service 1.
        let deployments = [deployment("1", "a", 0), deployment("1", "b", 5), deployment("2", "c", 6)];
        let (settings, shas) = (Settings::default(), shas(&deployments));
        let service = |index: usize| Some(usize::from(index > 0));
        let attributor = Attributor::new(&deployments, &[0, 1, 2], service, &shas, &settings);
        let of = |reference: &str, affected: &[usize]| {
            let links = attributor.attribute(&incident(10, None, Some(reference)), affected);
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
