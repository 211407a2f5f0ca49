//! `incident_facts`: one row for each counted incident, service that it affects, and deployment that it was ever linked
//! to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::deployments::key;
use super::{Columns, Input, Shard, texts};
use crate::domain::group::GroupKind;
use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::columns::WithoutCase;
use crate::facts::export::Cells;
use crate::facts::incident_links::Attribution;
use crate::facts::rework::ReworkRule;
use crate::facts::validity::Validity;
use crate::facts::words::Rule;

/// One incident for one service and one link.
#[derive(Debug)]
pub(super) struct Row<'a> {
    key: String,
    service: Option<&'a str>,
    team: Option<&'a str>,
    pub(super) opened_at: Timestamp,
    resolved_at: Option<Timestamp>,
    is_over_without_an_end: bool,
    link: Option<Link<'a>>,
}

/// Which deployment it is linked to, and when.
#[derive(Debug, Clone)]
struct Link<'a> {
    deployment: String,
    service: Option<&'a str>,
    team: Option<&'a str>,
    rule: Rule,
    age: Option<i64>,
    validity: Validity,
    /// Of a link that ends: the deployment that is rework by the rule `fix` for as long as it holds.
    fix: Option<String>,
}

/// Deployments that are fixes only while a link holds, by the ends of that link.
struct PassingFixes<'a> {
    facts: &'a Facts,
    repos: WithoutCase<'a>,
    environments: WithoutCase<'a>,
    by_ends: FxHashMap<(Timestamp, Timestamp), Vec<usize>>,
}

impl<'a> PassingFixes<'a> {
    fn new(facts: &'a Facts) -> Self {
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
    fn of(&self, link: &Attribution, opened_at: Timestamp) -> Vec<usize> {
        let all = self.facts.deployments();
        let place = |index: usize| (self.repos.of(index), self.environments.of(index));
        let ends = link.validity.until.map(|until| (link.validity.from, until));
        let same = ends.and_then(|ends| self.by_ends.get(&ends)).into_iter().flatten().copied();
        same.filter(|&fix| all.created_at(fix) >= opened_at && place(fix) == place(link.deployment)).collect()
    }
}

/// The rows of a shard, in order of opening and key.
pub(super) fn rows<'a>(input: &Input<'a>, shard: &Shard) -> Vec<Row<'a>> {
    let Input { facts, covered } = input;
    let ownership = &facts.ownership;
    // A service without repos belongs to every shard.
    let own: FxHashSet<&str> = covered
        .iter()
        .filter(|it| it.group.kind == GroupKind::Service)
        .filter(|it| it.repos.is_empty() || it.repos.keys().any(|repo| shard.has(repo)))
        .map(|it| it.group.name.as_str())
        .collect();
    let name = |service: usize| ownership.name(service).map(|name| name.0.as_str());
    let team = |service: usize| ownership.team(service).map(|team| team.0.as_str());
    let is_own = |service: usize| name(service).is_some_and(|name| own.contains(name));
    let service_of = |deployment: usize| facts.placement(deployment).counted();
    let fixes = PassingFixes::new(facts);
    let mut rows = Vec::new();
    let events = facts.incident_events();
    for (index, fact) in facts.incidents.iter().enumerate() {
        let opened_at = facts.opened_at(index);
        let belongs = fact.services.is_empty()
            || fact.services.iter().any(|&service| is_own(service))
            || fact.attributions.iter().any(|link| service_of(link.deployment).is_some_and(is_own));
        if fact.left_out.is_some() || !belongs {
            continue;
        }
        let linked = |link: &Attribution, fix: Option<usize>| Link {
            fix: fix.map(|fix| key(facts, fix)),
            deployment: key(facts, link.deployment),
            service: service_of(link.deployment).and_then(name),
            team: service_of(link.deployment).and_then(team),
            rule: link.rule,
            age: facts.finished_at(link.deployment).map(|at| opened_at.since(at).0),
            validity: link.validity,
        };
        let mut links: Vec<Option<Link<'_>>> = Vec::new();
        for link in fact.attributions {
            let fixes = fixes.of(link, opened_at);
            if fixes.is_empty() {
                links.push(Some(linked(link, None)));
            }
            links.extend(fixes.into_iter().map(|fix| Some(linked(link, Some(fix)))));
        }
        if links.is_empty() {
            links.push(None);
        }
        let services: Vec<Option<usize>> =
            if fact.services.is_empty() { vec![None] } else { fact.services.iter().copied().map(Some).collect() };
        let (source, id) = events.key(index);
        for service in services {
            rows.extend(links.iter().map(|link| Row {
                key: format!("{source}:{id}"),
                service: service.and_then(name),
                team: service.and_then(team),
                opened_at,
                resolved_at: facts.resolved_at(index),
                is_over_without_an_end: fact.is_over_without_an_end,
                link: link.clone(),
            }));
        }
    }
    rows.sort_by(|a, b| (a.opened_at, &a.key).cmp(&(b.opened_at, &b.key)));
    rows
}

/// The columns of the table.
pub(super) fn columns<'r>(rows: &[&'r Row<'_>]) -> Columns<'r> {
    let links = || rows.iter().map(|row| row.link.as_ref());
    vec![
        ("key", texts(rows.iter().map(|row| Some(row.key.as_str())))),
        ("service", texts(rows.iter().map(|row| row.service))),
        ("team", texts(rows.iter().map(|row| row.team))),
        ("opened_at", Cells::Instant(rows.iter().map(|row| Some(row.opened_at)).collect())),
        ("resolved_at", Cells::Instant(rows.iter().map(|row| row.resolved_at).collect())),
        ("is_over_without_an_end", Cells::Flag(rows.iter().map(|row| row.is_over_without_an_end).collect())),
        ("deployment", texts(links().map(|link| link.map(|it| it.deployment.as_str())))),
        ("deployment_service", texts(links().map(|link| link.and_then(|it| it.service)))),
        ("deployment_team", texts(links().map(|link| link.and_then(|it| it.team)))),
        ("rule", texts(links().map(|link| link.map(|it| it.rule.as_str())))),
        ("age_seconds", Cells::Integer(links().map(|link| link.and_then(|it| it.age)).collect())),
        ("known_at", Cells::Instant(links().map(|link| link.map(|it| it.validity.from)).collect())),
        ("known_until", Cells::Instant(links().map(|link| link.and_then(|it| it.validity.until)).collect())),
        ("fix", texts(links().map(|link| link.and_then(|it| it.fix.as_deref())))),
    ]
}
