//! `deployment_facts`: one row for each counted deployment.

use std::borrow::Cow;

use super::{Columns, Input, Shard};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::facts::export::Cells;
use crate::facts::words::{Kind, LeadTimeReason, Rule};
use crate::facts::{Facts, Failure};

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
    failed: Option<Lasting>,
}

/// A failure that stays one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lasting {
    /// Known at window ends after this instant.
    from: Timestamp,
    rule: Rule,
}

/// Since when a deployment is known to have failed for good, and by the first rule that says so. Failures that hold only
/// for a time are told by the links of `incident_facts`, which have an end.
fn lasting(failures: &[Failure]) -> Option<Lasting> {
    let for_good = || failures.iter().filter(|failure| failure.until.is_none());
    let mut from = for_good().map(|failure| failure.from).min()?;
    let rule = for_good().map(|failure| failure.rule).min()?;
    // What holds until then, or longer, begins it earlier.
    while let Some(earlier) = failures
        .iter()
        .filter(|it| it.from < from && it.until.is_some_and(|until| until >= from))
        .map(|it| it.from)
        .min()
    {
        from = earlier;
    }
    Some(Lasting { from, rule })
}

/// What a deployment is called in the tables.
pub(super) fn key(facts: &Facts, deployment: usize) -> String {
    let all = facts.deployments();
    let (source, id) = (all.source.get(deployment), all.id.get(deployment));
    format!("{}:{}", source.unwrap_or_default(), id.unwrap_or_default())
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
            failed: lasting(facts.failures(index)),
        })
    };
    facts.counted.iter().filter_map(|&index| row(index as usize)).collect()
}

/// The columns of the table.
pub(super) fn columns<'r>(rows: &[&'r Row<'_>]) -> Columns<'r> {
    fn texts<'r>(cells: impl Iterator<Item = Option<&'r str>>) -> Cells<'r> {
        Cells::Text(cells.map(|text| text.map(Cow::Borrowed)).collect())
    }
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
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(rule: Rule, from: i64, until: Option<i64>) -> Failure {
        Failure { rule, by: 0, from: Timestamp(from), until: until.map(Timestamp) }
    }

    #[test]
    fn a_failure_lasts_from_the_start_of_its_last_stretch_without_a_gap() {
        let of = |failures: &[Failure]| lasting(failures).map(|it| (it.from.0, it.rule));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[failure(Rule::Window, 5, Some(9))]), None, "it moved to a later deployment");
        assert_eq!(
            of(&[failure(Rule::Window, 20, None), failure(Rule::Explicit, 30, None)]),
            Some((20, Rule::Explicit))
        );
        let stretches =
            [failure(Rule::Window, 1, Some(4)), failure(Rule::Window, 8, Some(20)), failure(Rule::Window, 20, None)];
        assert_eq!(of(&stretches), Some((8, Rule::Window)), "what ends as the next begins is one stretch");
    }
}
