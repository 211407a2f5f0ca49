//! Which deployments are rework: unplanned, and made because of an incident in production.
//!
//! A counted deployment is rework by the first of these rules that holds:
//! 1. `rework`: it is marked as rework. The configuration matches a pull request that the deployment brought (label,
//!    branch or title), or the deployment itself (ref or task).
//! 2. `fix`: an incident failed an earlier deployment of its repo and environment. Of the deployments there that were
//!    created at or after the incident's opening it is the first to finish, and the incident was not resolved at or before
//!    the instant at which it was created. An incident over at an unknown time was not resolved.
//! 3. `rollback`: it goes back to an earlier revision.
//!
//! A rule can hold for a time only, since the link of an incident can change. Source: DORA, "deployment
//! rework rate" (2024): "deployments that are unplanned but happen as a result of an incident in production".

use super::Facts;
use super::by_deployment::ByDeployment;
use super::parallel::both;
use super::validity::Validity;
use super::words::Kind;
use crate::domain::rework::ReworkRules;
use crate::domain::time::Timestamp;

/// By which rule a deployment is rework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReworkRule {
    /// People say so.
    Said,
    /// It is the first deployment after an incident that was not over.
    Fix,
    /// It is a rollback.
    Rollback,
}

impl ReworkRule {
    /// All rules, first one first.
    pub const ALL: [Self; 3] = [Self::Said, Self::Fix, Self::Rollback];

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Said => "rework",
            Self::Fix => "fix",
            Self::Rollback => "rollback",
        }
    }
}

/// One reason why a deployment is rework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rework {
    /// By which rule.
    pub rule: ReworkRule,
    /// At which window ends.
    pub validity: Validity,
}

/// All reasons, by deployment.
#[derive(Debug, Default)]
pub struct Reworks(ByDeployment<Rework>);

impl Reworks {
    /// Those of one deployment, by rule, then from when they hold.
    pub fn of(&self, deployment: usize) -> &[Rework] {
        self.0.of(deployment)
    }

    /// Finds them.
    pub(super) fn new(facts: &Facts, rules: &ReworkRules) -> Self {
        let (mut found, fixes) = both(|| marked_or_rolled_back(facts, rules), || fixes(facts));
        found.extend(fixes);
        found.sort_unstable_by_key(|(index, it)| (*index, it.rule, it.validity));
        found.dedup();
        Self(ByDeployment::new(facts.deployments().len(), found))
    }
}

/// The deployments that the rules `rework` and `rollback` match.
fn marked_or_rolled_back(facts: &Facts, rules: &ReworkRules) -> Vec<(usize, Rework)> {
    let (events, said) = (facts.deployments(), &facts.events.requests.said);
    let mut found = Vec::new();
    for deployment in facts.counted() {
        let (Some(kind), Some(from)) = (facts.kind(deployment), events.finished_at(deployment)) else { continue };
        let is_said = rules.match_deployment(events.r#ref.get(deployment), events.task.get(deployment))
            || facts.merged(deployment).iter().any(|&request| said.get(request as usize) == Some(&true));
        let is_rollback = kind == Kind::Rollback;
        let held = [(is_said, ReworkRule::Said), (is_rollback, ReworkRule::Rollback)].into_iter();
        let validity = Validity::since(from);
        found.extend(held.filter(|(holds, _)| *holds).map(|(_, rule)| (deployment, Rework { rule, validity })));
    }
    found
}

/// The first deployments after incidents that were not over.
fn fixes(facts: &Facts) -> Vec<(usize, Rework)> {
    let mut links: Vec<(usize, usize, Validity)> = Vec::new();
    for (incident, fact) in facts.incidents.iter().enumerate() {
        let positions =
            fact.attributions.iter().filter_map(|link| Some((facts.arrivals.position(link.deployment)?, link)));
        links.extend(positions.map(|(failed, link)| (failed, incident, link.validity)));
    }
    links.sort_unstable_by_key(|(failed, ..)| *failed);
    let (mut found, mut begin) = (Vec::new(), 0);
    let mut links = links.as_slice();
    for deployments in facts.arrivals.places() {
        let end = begin + deployments.len();
        let (own, later) = links.split_at(links.partition_point(|(failed, ..)| *failed < end));
        if !own.is_empty() {
            let created_at = |deployment: &u32| facts.deployments().created_at(*deployment as usize);
            let latest = LatestCreations::new(deployments.iter().map(created_at));
            for &(failed, incident, validity) in own {
                let fix = latest.first_after(failed - begin, facts.opened_at(incident));
                let Some(fix) = fix.and_then(|at| deployments.get(at)) else { continue };
                if facts.resolved_at(incident).is_none_or(|at| at > created_at(fix)) {
                    found.push((*fix as usize, Rework { rule: ReworkRule::Fix, validity }));
                }
            }
        }
        (links, begin) = (later, end);
    }
    found
}

/// For each counted deployment of one repo and environment, in order of finish: the latest creation up to and including
/// it. The values never fall, so a binary search finds the first deployment created at or after an instant.
#[derive(Debug)]
struct LatestCreations(Vec<Timestamp>);

impl LatestCreations {
    /// `created` are the creations in order of finish.
    fn new(created: impl Iterator<Item = Timestamp>) -> Self {
        let latest = |latest: &mut Timestamp, created_at: Timestamp| {
            *latest = created_at.max(*latest);
            Some(*latest)
        };
        Self(created.scan(Timestamp(i64::MIN), latest).collect())
    }

    /// Of the deployments that were created at or after an instant, the first to finish; none where it does not finish
    /// after the failed one.
    fn first_after(&self, failed: usize, opened: Timestamp) -> Option<usize> {
        let first = self.0.partition_point(|latest| *latest < opened);
        (failed < first && first < self.0.len()).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `created` are the creations of a place's deployments in order of finish.
    fn first_after(created: &[i64], failed: usize, opened: i64) -> Option<usize> {
        LatestCreations::new(created.iter().map(|at| Timestamp(*at))).first_after(failed, Timestamp(opened))
    }

    #[test]
    fn a_fix_is_the_first_to_finish_of_those_created_at_or_after_the_opening() {
        assert_eq!(first_after(&[0, 10, 20], 0, 5), Some(1));
        assert_eq!(first_after(&[0, 10, 20], 0, 10), Some(1), "created at the very instant");
        assert_eq!(first_after(&[0, 10, 20], 0, 11), Some(2), "one that was under way is no fix");
        assert_eq!(first_after(&[0, 10, 20], 0, 21), None);
        assert_eq!(first_after(&[0, 30, 20], 0, 15), Some(1), "the first to finish, not the first to be created");
    }

    #[test]
    fn the_failed_deployment_is_earlier_than_its_fix() {
        assert_eq!(
            first_after(&[0, 10, 20], 1, 5),
            None,
            "the first created after the opening is the failed one itself"
        );
        assert_eq!(first_after(&[0, 10, 20], 2, 5), None, "and here it finished before the failed one");
        assert_eq!(first_after(&[0, 10, 20], 1, 12), Some(2));
    }
}
