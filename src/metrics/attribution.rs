//! Which deployment an incident is attributed to, by which rule, and from when that is known.
//!
//! Over the counted deployments and counted incidents of one service, in this order: (1) triage said no: none;
//! (2) a reference names a deployment by id, sha, or unique sha prefix of at least 7 characters: `explicit`;
//! (3) triage said yes: the latest deployment at or before the opening, `explicit`; (4) no flag: the latest one within
//! the attribution window, both ends included, `window`. The policy says which rules apply.
//!
//! A link holds for the window ends E in `(from, until]`: what happens at E itself is not known at E. It can change,
//! since a reference may name a deployment that finishes later, or a prefix may stop being unique.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::tables::Rule;
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

/// The counted deployments of one service, ready to be looked up.
#[derive(Debug)]
pub struct Attributor<'a> {
    deployments: &'a [Deployment],
    settings: &'a Settings,
    /// (finished, index), in order of finish, id, source.
    finished: Vec<(Timestamp, usize)>,
    by_id: FxHashMap<&'a str, Vec<usize>>,
    by_sha: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Attributor<'a> {
    /// `counted` are indices into `deployments`, in order of finish, id, source.
    pub fn new(deployments: &'a [Deployment], counted: &[usize], settings: &'a Settings) -> Self {
        let mut finished = Vec::with_capacity(counted.len());
        let mut by_id: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut by_sha: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &index in counted {
            let deployment = &deployments[index];
            let Some(at) = deployment.finished_at else { continue };
            finished.push((at, index));
            by_id.entry(&deployment.id).or_default().push(index);
            if let Some(sha) = &deployment.sha {
                by_sha.entry(sha).or_default().push(index);
            }
        }
        Self { deployments, settings, finished, by_id, by_sha }
    }

    /// The attributions of an incident of this service, oldest first, without overlap.
    pub fn attribute(&self, incident: &Incident) -> Vec<Attribution> {
        let policy = self.settings.attribution;
        let flag = if policy == Policy::Window { None } else { incident.caused_by_deploy };
        let reference = match policy {
            Policy::Window => None,
            _ => incident.deployment_ref.as_deref().filter(|reference| !reference.is_empty()),
        };
        if flag == Some(false) {
            return Vec::new();
        }
        let opened = incident.opened_at;
        let latest = self.latest_before(opened);
        let otherwise = match flag {
            Some(_) => latest.map(|(_, index)| (index, Rule::Explicit)),
            None if policy == Policy::Explicit => None,
            None => latest
                .filter(|(at, _)| opened.0 - at.0 <= self.settings.attribution_window.0 * 1_000)
                .map(|(_, index)| (index, Rule::Window)),
        };
        let Some(reference) = reference else {
            return otherwise
                .map(|(deployment, rule)| Attribution { deployment, rule, from: opened, until: None })
                .into_iter()
                .collect();
        };
        self.by_reference(reference, opened, otherwise)
    }

    /// The latest counted deployment at or before an instant.
    fn latest_before(&self, at: Timestamp) -> Option<(Timestamp, usize)> {
        let after = self.finished.partition_point(|(finished, _)| *finished <= at);
        self.finished.get(after.checked_sub(1)?).copied()
    }

    fn by_reference(&self, reference: &str, opened: Timestamp, otherwise: Option<(usize, Rule)>) -> Vec<Attribution> {
        let ids = self.by_id.get(reference).map_or(&[][..], Vec::as_slice);
        let shas = self.by_sha.get(reference).map_or(&[][..], Vec::as_slice);
        let prefixed: Vec<&[usize]> = if reference.chars().count() >= 7 {
            let from = self.by_sha.range(reference..);
            from.take_while(|(sha, _)| sha.starts_with(reference)).map(|(_, list)| list.as_slice()).collect()
        } else {
            Vec::new()
        };
        // What the reference names can only change when the first deployment of an id, of a sha, or of the first or
        // second sha with that prefix finishes: lists are in order of finish, so these are their heads.
        let first = |list: &[usize]| list.first().and_then(|&index| self.deployments[index].finished_at);
        let mut by_turn: Vec<(Timestamp, &[usize])> =
            prefixed.into_iter().filter_map(|list| Some((first(list)?, list))).collect();
        by_turn.sort_unstable_by_key(|(at, _)| *at);
        let mut turns: Vec<Timestamp> = [first(ids), first(shas)]
            .into_iter()
            .flatten()
            .chain(by_turn.iter().take(2).map(|(at, _)| *at))
            .filter(|&at| at > opened)
            .chain([opened])
            .collect();
        turns.sort_unstable();
        turns.dedup();
        let mut links: Vec<Attribution> = Vec::new();
        for (turn, &from) in turns.iter().enumerate() {
            let is_known = |list: &[usize]| first(list).is_some_and(|at| at <= from);
            let named = match by_turn.as_slice() {
                _ if is_known(ids) => ids,
                _ if is_known(shas) => shas,
                [(at, only)] if *at <= from => only,
                [(at, only), (next, _), ..] if *at <= from && *next > from => only,
                _ => &[],
            };
            // The latest at or before the opening, else the first after it, which is the list's head.
            let before =
                named.partition_point(|&index| self.deployments[index].finished_at.is_some_and(|at| at <= opened));
            let link = named.get(before.saturating_sub(1)).map(|&index| (index, Rule::Explicit)).or(otherwise);
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
        let attributor = Attributor::new(&deployments, &[0, 1, 2], &settings);
        let links = attributor.attribute(incident);
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
        let attributor = Attributor::new(&deployments, &[0, 1], &settings);
        let links = attributor.attribute(&incident(10, None, Some("bbbbbbb222")));
        let minute = |minute: i64| Timestamp(minute * 60_000);
        assert_eq!(
            links,
            vec![
                Attribution { deployment: 0, rule: Rule::Window, from: minute(10), until: Some(minute(100)) },
                Attribution { deployment: 1, rule: Rule::Explicit, from: minute(100), until: None },
            ]
        );
    }
}
