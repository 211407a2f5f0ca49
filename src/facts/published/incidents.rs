//! `incident_facts`: one row for each counted incident, service that it affects, and deployment that it was ever linked
//! to, in order of opening and key.
//!
//! Two joins: the incidents of a shard, then each service of an incident with each link of it.

use std::ops::Range;

use polars::prelude::*;

use super::frame::{Cells, Frame};
use super::passing_fixes::PassingFixes;
use super::{Month, key, months};
use crate::domain::time::Timestamp;
use crate::facts::Facts;
use crate::facts::error::FactsError;
use crate::facts::numbers::{Numbers, Word, Words};
use crate::facts::words::Rule;

const TABLE: &str = "incident_facts";

/// The rows of the incidents that affect no service, or a service that is `own`, or that are linked to a deployment of
/// such a service, by month of opening.
///
/// # Errors
/// Polars cannot join, which well-formed columns do not cause.
pub fn incident_facts(facts: &Facts, is_own: impl Fn(&str) -> bool) -> Result<impl Iterator<Item = Month>, FactsError> {
    let joined = joined(facts, is_own).and_then(|rows| Joined::new(facts, &rows));
    let rows = joined.map_err(|cause| FactsError::Encoding { table: TABLE, cause })?;
    let months = months((0..rows.incident.len()).map(|row| rows.opened_at(row)));
    Ok(months.into_iter().map(move |(month, own)| Ok((month, rows.frame(own)?))))
}

/// The services of the incidents with their links. Services and events are indices, instants milliseconds.
fn joined(facts: &Facts, is_own: impl Fn(&str) -> bool) -> PolarsResult<DataFrame> {
    let services = (0_u32..).zip(&facts.ownership.services).filter(|(_, service)| is_own(&service.name.0));
    let own = df!["service" => services.map(|(index, _)| index).collect::<Vec<u32>>()]?.lazy();
    let of_own = |rows: &LazyFrame, service: &str| {
        let own = rows.clone().join(own.clone(), [col(service)], [col("service")], JoinArgs::new(JoinType::Semi));
        own.select([col("incident")])
    };
    let affected = facts.incidents.frame().clone().lazy().filter(col("left_out").is_null());
    let affected = affected.select([col("incident"), col("opened_at"), col("service")]);
    let links = links(facts)?.lazy();
    let unmapped = affected.clone().filter(col("service").is_null()).select([col("incident")]);
    let of_shard = [unmapped, of_own(&affected, "service"), of_own(&links, "deployment_service")];
    let of_shard = concat(of_shard, UnionArgs::default())?;
    let keys = (0..facts.incidents.len()).map(|incident| incident_key(facts, incident));
    let keys = df!["key" => keys.collect::<Vec<String>>()]?.lazy().with_row_index("incident", None);
    let on = || [col("incident")];
    affected
        .join(of_shard, on(), on(), JoinArgs::new(JoinType::Semi))
        .join(keys, on(), on(), JoinArgs::new(JoinType::Left))
        .join(links, on(), on(), JoinArgs::new(JoinType::Left))
        .sort(["opened_at", "key", "service", "nth"], SortMultipleOptions::default())
        .collect()
}

fn incident_key(facts: &Facts, incident: usize) -> String {
    let (source, id) = facts.incident_events().key(incident);
    format!("{source}:{id}")
}

/// Every link of an incident, and of a link that ends, each deployment that is a fix only as long as it holds.
fn links(facts: &Facts) -> PolarsResult<DataFrame> {
    let passing = PassingFixes::new(facts);
    let index = |index: usize| u32::try_from(index).ok();
    let mut rows = Vec::new();
    for (incident, fact) in (0_u32..).zip(facts.incidents.iter()) {
        for link in fact.attributions {
            let fixes = passing.of(link, facts.opened_at(incident as usize));
            let fixes = if fixes.is_empty() { vec![None] } else { fixes.into_iter().map(index).collect() };
            rows.extend(fixes.into_iter().map(|fix| (incident, *link, fix)));
        }
    }
    let service = |deployment: usize| facts.placement(deployment).counted().and_then(index);
    df![
        "incident" => rows.iter().map(|(incident, ..)| *incident).collect::<Vec<u32>>(),
        "nth" => (0..).take(rows.len()).collect::<Vec<u32>>(),
        "deployment" => rows.iter().map(|(_, link, _)| index(link.deployment)).collect::<UInt32Chunked>(),
        "deployment_service" => rows.iter().map(|(_, link, _)| service(link.deployment)).collect::<UInt32Chunked>(),
        "rule" => rows.iter().map(|(_, link, _)| link.rule.code()).collect::<Vec<i8>>(),
        "known_at" => rows.iter().map(|(_, link, _)| link.validity.from.0).collect::<Vec<i64>>(),
        "known_until" => rows.iter().map(|(_, link, _)| link.validity.until.map(|it| it.0)).collect::<Int64Chunked>(),
        "fix" => rows.iter().map(|(.., fix)| *fix).collect::<UInt32Chunked>(),
    ]
}

/// The joined rows, read by row.
struct Joined<'a> {
    facts: &'a Facts,
    incident: Numbers<UInt32Type>,
    service: Numbers<UInt32Type>,
    deployment: Numbers<UInt32Type>,
    deployment_service: Numbers<UInt32Type>,
    rule: Words<Rule>,
    known_at: Numbers<Int64Type>,
    known_until: Numbers<Int64Type>,
    fix: Numbers<UInt32Type>,
}

impl<'a> Joined<'a> {
    fn new(facts: &'a Facts, rows: &DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            facts,
            incident: Numbers::of(rows, "incident")?,
            service: Numbers::of(rows, "service")?,
            deployment: Numbers::of(rows, "deployment")?,
            deployment_service: Numbers::of(rows, "deployment_service")?,
            rule: Words::of(rows, "rule")?,
            known_at: Numbers::of(rows, "known_at")?,
            known_until: Numbers::of(rows, "known_until")?,
            fix: Numbers::of(rows, "fix")?,
        })
    }

    fn incident(&self, row: usize) -> usize {
        self.incident.get(row).map_or(usize::MAX, |incident| incident as usize)
    }

    fn opened_at(&self, row: usize) -> Timestamp {
        self.facts.opened_at(self.incident(row))
    }

    /// The table's columns of some rows.
    fn frame(&self, rows: Range<usize>) -> Result<Frame, FactsError> {
        let (facts, ownership) = (self.facts, &self.facts.ownership);
        let rows = || rows.clone();
        let incident = |row: usize| self.incident(row);
        let name = |service: Option<u32>| Some(ownership.name(service? as usize)?.0.as_str());
        let team = |service: Option<u32>| Some(ownership.team(service? as usize)?.0.as_str());
        let key_of = |deployment: Option<u32>| Some(key(facts, deployment? as usize).into());
        let age = |row: usize| {
            let finished_at = facts.finished_at(self.deployment.get(row)? as usize)?;
            Some(facts.opened_at(incident(row)).since(finished_at).0)
        };
        Frame::of(
            TABLE,
            vec![
                ("key", Cells::Text(rows().map(|row| Some(incident_key(facts, incident(row)).into())).collect())),
                ("service", Cells::texts(rows().map(|row| name(self.service.get(row))))),
                ("team", Cells::texts(rows().map(|row| team(self.service.get(row))))),
                ("opened_at", Cells::Instant(rows().map(|row| Some(self.opened_at(row))).collect())),
                ("resolved_at", Cells::Instant(rows().map(|row| facts.resolved_at(incident(row))).collect())),
                (
                    "is_over_without_an_end",
                    Cells::Flag(rows().map(|row| facts.is_over_without_an_end(incident(row))).collect()),
                ),
                ("deployment", Cells::Text(rows().map(|row| key_of(self.deployment.get(row))).collect())),
                ("deployment_service", Cells::texts(rows().map(|row| name(self.deployment_service.get(row))))),
                ("deployment_team", Cells::texts(rows().map(|row| team(self.deployment_service.get(row))))),
                ("rule", Cells::texts(rows().map(|row| self.rule.get(row).map(Rule::as_str)))),
                ("age_seconds", Cells::Integer(rows().map(age).collect())),
                ("known_at", Cells::Instant(rows().map(|row| self.known_at.get(row).map(Timestamp)).collect())),
                ("known_until", Cells::Instant(rows().map(|row| self.known_until.get(row).map(Timestamp)).collect())),
                ("fix", Cells::Text(rows().map(|row| key_of(self.fix.get(row))).collect())),
            ],
        )
    }
}
