//! Deployments that are rework by the rule `fix` only while the link of an incident holds.

use rustc_hash::FxHashMap;

use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::columns::WithoutCase;
use crate::facts::incident_links::Attribution;
use crate::facts::rework::ReworkRule;

/// Deployments that are fixes only while a link holds, by the start and end of that link.
pub(super) struct PassingFixes<'a> {
    facts: &'a Facts,
    repos: WithoutCase<'a>,
    environments: WithoutCase<'a>,
    by_ends: FxHashMap<(Timestamp, Timestamp), Vec<usize>>,
}

impl<'a> PassingFixes<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        let mut by_ends: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for deployment in facts.counted() {
            for rework in facts.rework(deployment).iter().filter(|rework| rework.rule == ReworkRule::Fix) {
                if let Some(until) = rework.validity.until {
                    by_ends.entry((rework.validity.from, until)).or_default().push(deployment);
                }
            }
        }
        let all = facts.deployments();
        let (repos, environments) = (WithoutCase::new(&all.repo), WithoutCase::new(&all.environment));
        Self { facts, repos, environments, by_ends }
    }

    /// Those that an incident's link can have made one: of its place, and created after the incident was opened.
    pub(super) fn of(&self, link: &Attribution, opened_at: Timestamp) -> Vec<usize> {
        let all = self.facts.deployments();
        let place = |index: usize| (self.repos.of(index), self.environments.of(index));
        let ends = link.validity.until.map(|until| (link.validity.from, until));
        let same = ends.and_then(|ends| self.by_ends.get(&ends)).into_iter().flatten().copied();
        same.filter(|&fix| all.created_at(fix) >= opened_at && place(fix) == place(link.deployment)).collect()
    }
}
