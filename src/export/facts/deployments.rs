//! `deployment_facts`: one row for each counted deployment.

use super::{Columns, Input, Shard, texts};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::facts::Facts;
use crate::facts::export::Cells;
use crate::facts::rework::ReworkRule;
use crate::facts::validity::Validity;
use crate::facts::words::{Kind, LeadTimeReason, Rule};

/// One counted deployment.
#[derive(Debug)]
pub(super) struct Row<'a> {
    key: String,
    repo: &'a str,
    environment: Option<&'a str>,
    service: Option<&'a str>,
    team: Option<&'a str>,
    pub(super) finished_at: Timestamp,
    kind: Option<Kind>,
    lead_time: Option<Seconds>,
    reason: Option<LeadTimeReason>,
    failed: Option<SinceInstant<Rule>>,
    rework: Option<SinceInstant<ReworkRule>>,
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

/// What a deployment is called in the tables.
pub(super) fn key(facts: &Facts, deployment: usize) -> String {
    let all = facts.deployments();
    let (source, id) = (all.source.get(deployment), all.id.get(deployment));
    format!("{}:{}", source.unwrap_or_default(), id.unwrap_or_default())
}

fn failures(facts: &Facts, deployment: usize) -> Vec<Reason<Rule>> {
    facts.failures(deployment).iter().map(|it| (it.rule, it.validity)).collect()
}

/// The rows of a shard, in order of finish, id and source.
pub(super) fn rows<'a>(input: &Input<'a>, shard: &Shard) -> Vec<Row<'a>> {
    let Input { facts, .. } = input;
    let (deployments, ownership) = (facts.deployments(), &facts.ownership);
    // Patterns are tried once for each repo, not for each deployment.
    let own: Vec<bool> = deployments.repo.names().iter().map(|repo| shard.has(repo)).collect();
    let row = |index: usize| {
        let repo = deployments.repo.of(index).filter(|&repo| own.get(repo) == Some(&true))?;
        let service = facts.placement(index).counted();
        let lead_time = facts.lead_time(index);
        Some(Row {
            key: key(facts, index),
            repo: deployments.repo.names().get(repo)?,
            environment: deployments.environment.get(index),
            service: service.and_then(|service| ownership.name(service)).map(|name| name.0.as_str()),
            team: service.and_then(|service| ownership.team(service)).map(|team| team.0.as_str()),
            finished_at: facts.finished_at(index)?,
            kind: facts.kind(index),
            lead_time: lead_time.and_then(Result::ok),
            reason: lead_time.and_then(Result::err),
            failed: lasting(&failures(facts, index)),
            rework: lasting(&facts.rework(index).iter().map(|it| (it.rule, it.validity)).collect::<Vec<_>>()),
        })
    };
    facts.counted().filter_map(row).collect()
}

/// The columns of the table.
pub(super) fn columns<'r>(rows: &[&'r Row<'_>]) -> Columns<'r> {
    vec![
        ("key", texts(rows.iter().map(|row| Some(row.key.as_str())))),
        ("repo", texts(rows.iter().map(|row| Some(row.repo)))),
        ("environment", texts(rows.iter().map(|row| row.environment))),
        ("service", texts(rows.iter().map(|row| row.service))),
        ("team", texts(rows.iter().map(|row| row.team))),
        ("finished_at", Cells::Instant(rows.iter().map(|row| Some(row.finished_at)).collect())),
        ("kind", texts(rows.iter().map(|row| row.kind.map(Kind::as_str)))),
        ("lead_time_seconds", Cells::Integer(rows.iter().map(|row| row.lead_time.map(|it| it.0)).collect())),
        ("reason", texts(rows.iter().map(|row| row.reason.map(LeadTimeReason::as_str)))),
        ("failed_known_at", Cells::Instant(rows.iter().map(|row| row.failed.map(|it| it.from)).collect())),
        ("rule", texts(rows.iter().map(|row| row.failed.map(|it| it.rule.as_str())))),
        ("rework_known_at", Cells::Instant(rows.iter().map(|row| row.rework.map(|it| it.from)).collect())),
        ("rework_rule", texts(rows.iter().map(|row| row.rework.map(|it| it.rule.as_str())))),
    ]
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
