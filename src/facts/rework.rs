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
    let mut places = Places::default();
    for place in facts.arrivals.places() {
        for (nth, &deployment) in place.iter().enumerate() {
            places.add(deployment, facts.deployments().created_at(deployment as usize), nth == 0);
        }
    }
    let mut found = Vec::new();
    for (incident, fact) in facts.incidents.iter().enumerate() {
        for link in &fact.attributions {
            let failed = facts.arrivals.position(link.deployment);
            let after = failed.and_then(|failed| places.first_after(failed, facts.opened_at(incident)));
            let Some((fix, created_at)) = after else { continue };
            if facts.resolved_at(incident).is_none_or(|at| at > created_at) {
                found.push((fix, Rework { rule: ReworkRule::Fix, validity: link.validity }));
            }
        }
    }
    found
}

/// The counted deployments of each repo and environment, place by place and in order of finish.
#[derive(Debug, Default)]
struct Places {
    turns: Vec<PlaceDeployment>,
    /// Where each place begins.
    begins: Vec<usize>,
}

/// One deployment of a place.
#[derive(Debug)]
struct PlaceDeployment {
    deployment: u32,
    created_at: Timestamp,
    /// The latest creation among this and all before it: it only rises, so that it can be searched.
    latest: Timestamp,
}

impl Places {
    /// Deployments come place by place, in order of finish.
    fn add(&mut self, deployment: u32, created_at: Timestamp, is_first: bool) {
        let before = self.turns.last().filter(|_| !is_first);
        let latest = before.map_or(created_at, |turn| turn.latest.max(created_at));
        if is_first {
            self.begins.push(self.turns.len());
        }
        self.turns.push(PlaceDeployment { deployment, created_at, latest });
    }

    /// Of the deployments in the place of the failed one, which stands at `failed`, that were created at or after an
    /// instant, the first to finish, and when it was created; none where that one does not finish after the failed one.
    fn first_after(&self, failed: usize, opened: Timestamp) -> Option<(usize, Timestamp)> {
        let next = self.begins.partition_point(|begin| *begin <= failed);
        let begin = *self.begins.get(next.checked_sub(1)?)?;
        let end = self.begins.get(next).copied().unwrap_or(self.turns.len());
        let place = self.turns.get(begin..end)?;
        // The first turn whose latest creation is not before the opening is the first that was created then.
        let first = place.partition_point(|turn| turn.latest < opened);
        let fix = place.get(first).filter(|_| begin + first > failed)?;
        Some((fix.deployment as usize, fix.created_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deployments of one place, by creation, in order of finish.
    fn places(created: &[i64]) -> Places {
        let mut places = Places::default();
        for (index, &at) in (0..).zip(created) {
            places.add(index, Timestamp(at), index == 0);
        }
        places
    }

    fn first_after(created: &[i64], failed: usize, opened: i64) -> Option<usize> {
        places(created).first_after(failed, Timestamp(opened)).map(|(index, _)| index)
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

    #[test]
    fn each_repo_and_environment_is_a_place_of_its_own() {
        let mut places = places(&[0, 10]);
        places.add(7, Timestamp(20), true);
        assert_eq!(places.first_after(0, Timestamp(15)), None);
        assert_eq!(places.first_after(2, Timestamp(15)), None);
        assert_eq!(places.first_after(0, Timestamp(5)), Some((1, Timestamp(10))));
        places.add(8, Timestamp(60), true);
        places.add(9, Timestamp(30), false);
        places.add(10, Timestamp(90), false);
        assert_eq!(places.first_after(3, Timestamp(70)), Some((10, Timestamp(90))));
        places.add(11, Timestamp(40), true);
        places.add(12, Timestamp(95), false);
        let fix = places.first_after(6, Timestamp(50));
        assert_eq!(fix, Some((12, Timestamp(95))), "what was created in the place before is not what was created here");
    }
}
