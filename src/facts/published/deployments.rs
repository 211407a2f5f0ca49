//! `deployment_facts`: one row for each counted deployment, in order of finish, id and source.

use super::frame::{Cells, Frame};
use super::{Month, key, months};
use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::error::FactsError;
use crate::facts::rework::ReworkRule;
use crate::facts::validity::Validity;
use crate::facts::words::{Kind, Rule};

const TABLE: &str = "deployment_facts";

/// The rows of the repos that are `own`, by month of finish.
pub fn deployment_facts(facts: &Facts, is_own: impl Fn(&str) -> bool) -> impl Iterator<Item = Month> {
    let repos = &facts.deployments().repo;
    // Patterns are tried once for each repo, not for each deployment.
    let own: Vec<bool> = repos.names().iter().map(|repo| is_own(repo)).collect();
    let is_own = |row: &usize| repos.of(*row).is_some_and(|repo| own.get(repo) == Some(&true));
    let (rows, finished): (Vec<usize>, Vec<Timestamp>) =
        facts.counted().filter(is_own).filter_map(|row| Some((row, facts.finished_at(row)?))).unzip();
    let months = months(finished.into_iter());
    months.into_iter().map(move |(month, own)| Ok((month, frame(facts, rows.get(own).unwrap_or_default())?)))
}

fn frame(facts: &Facts, rows: &[usize]) -> Result<Frame, FactsError> {
    let (deployments, ownership) = (facts.deployments(), &facts.ownership);
    let rows = || rows.iter().copied();
    let service = |row: usize| facts.placement(row).counted();
    let lead_time = |row: usize| facts.lead_time(row);
    let failed: Vec<_> = rows().map(|row| failed(facts, row)).collect();
    let rework: Vec<_> = rows().map(|row| rework(facts, row)).collect();
    Frame::of(
        TABLE,
        vec![
            ("key", Cells::Text(rows().map(|row| Some(key(facts, row).into())).collect())),
            ("repo", Cells::texts(rows().map(|row| deployments.repo.get(row)))),
            ("environment", Cells::texts(rows().map(|row| deployments.environment.get(row)))),
            ("service", Cells::texts(rows().map(|row| Some(ownership.name(service(row)?)?.0.as_str())))),
            ("team", Cells::texts(rows().map(|row| Some(ownership.team(service(row)?)?.0.as_str())))),
            ("finished_at", Cells::Instant(rows().map(|row| facts.finished_at(row)).collect())),
            ("kind", Cells::texts(rows().map(|row| facts.kind(row).map(Kind::as_str)))),
            ("lead_time_seconds", Cells::Integer(rows().map(|row| Some(lead_time(row)?.ok()?.0)).collect())),
            ("reason", Cells::texts(rows().map(|row| Some(lead_time(row)?.err()?.as_str())))),
            ("failed_known_at", Cells::Instant(failed.iter().map(|it| it.map(|it| it.from)).collect())),
            ("rule", Cells::texts(failed.iter().map(|it| it.map(|it| it.rule.as_str())))),
            ("rework_known_at", Cells::Instant(rework.iter().map(|it| it.map(|it| it.from)).collect())),
            ("rework_rule", Cells::texts(rework.iter().map(|it| it.map(|it| it.rule.as_str())))),
        ],
    )
}

/// What stays so: a failure, or rework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SinceInstant<R> {
    /// Known at window ends after this instant.
    from: Timestamp,
    rule: R,
}

/// One reason: its rule, and when it is known.
type Reason<R> = (R, Validity);

/// Since when one of some reasons is known for good, and the first rule that says so. What holds only for a time is told
/// by the links of `incident_facts`, which have an end.
fn lasting<R: Copy + Ord>(reasons: &[Reason<R>]) -> Option<SinceInstant<R>> {
    let for_good = || reasons.iter().filter(|(_, known)| known.until.is_none());
    let mut from = for_good().map(|(_, known)| known.from).min()?;
    let rule = for_good().map(|(rule, _)| *rule).min()?;
    // What holds until then, or longer, begins it earlier.
    let reaches = |from: Timestamp| {
        let known = reasons.iter().map(|(_, known)| known);
        let earlier = known.filter(|it| it.from < from && it.until.is_some_and(|until| until >= from));
        earlier.map(|it| it.from).min()
    };
    while let Some(earlier) = reaches(from) {
        from = earlier;
    }
    Some(SinceInstant { from, rule })
}

fn failed(facts: &Facts, deployment: usize) -> Option<SinceInstant<Rule>> {
    lasting(&facts.failures(deployment).iter().map(|it| (it.rule, it.validity)).collect::<Vec<_>>())
}

fn rework(facts: &Facts, deployment: usize) -> Option<SinceInstant<ReworkRule>> {
    lasting(&facts.rework(deployment).iter().map(|it| (it.rule, it.validity)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_lasts_from_the_start_of_its_last_stretch_without_a_gap() {
        let reason =
            |rule, from, until: Option<i64>| (rule, Validity { from: Timestamp(from), until: until.map(Timestamp) });
        let of = |reasons: &[Reason<Rule>]| lasting(reasons).map(|it| (it.from.0, it.rule));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[reason(Rule::Window, 5, Some(9))]), None, "it moved to a later deployment");
        assert_eq!(of(&[reason(Rule::Window, 20, None), reason(Rule::Explicit, 30, None)]), Some((20, Rule::Explicit)));
        let stretches =
            [reason(Rule::Window, 1, Some(4)), reason(Rule::Window, 8, Some(20)), reason(Rule::Window, 20, None)];
        assert_eq!(of(&stretches), Some((8, Rule::Window)), "what ends as the next begins is one stretch");
    }
}
