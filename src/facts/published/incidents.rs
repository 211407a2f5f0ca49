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
use crate::facts::frame_columns::{Coded, CodedColumn, NumberColumn};
use crate::facts::words::Rule;

const TABLE: &str = "incident_facts";

/// The rows of the incidents that affect no service, or a service that is `own`, or that are linked to a deployment of
/// such a service, by month of opening.
///
/// # Errors
/// Polars cannot join, which well-formed columns do not cause.
pub fn incident_facts(facts: &Facts, is_own: impl Fn(&str) -> bool) -> Result<impl Iterator<Item = Month>, FactsError> {
    let joined = joined(facts, is_own).and_then(|rows| Joined::new(facts, &rows));
    let rows = joined.map_err(|cause| FactsError::Joining { table: TABLE, cause })?;
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
    let keys = (0..facts.incidents.len()).map(|incident| {
        let (source, id) = facts.incident_events().key(incident);
        format!("{source}:{id}")
    });
    let keys = df!["key" => keys.collect::<Vec<String>>()]?.lazy().with_row_index("incident", None);
    let on = || [col("incident")];
    affected
        .join(of_shard, on(), on(), JoinArgs::new(JoinType::Semi))
        .join(keys, on(), on(), JoinArgs::new(JoinType::Left))
        .join(links, on(), on(), JoinArgs::new(JoinType::Left))
        .sort(["opened_at", "key", "service", "nth"], SortMultipleOptions::default())
        .collect()
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
    key: StringChunked,
    incident: NumberColumn<UInt32Type>,
    service: NumberColumn<UInt32Type>,
    deployment: NumberColumn<UInt32Type>,
    deployment_service: NumberColumn<UInt32Type>,
    rule: CodedColumn<Rule>,
    known_at: NumberColumn<Int64Type>,
    known_until: NumberColumn<Int64Type>,
    fix: NumberColumn<UInt32Type>,
}

impl<'a> Joined<'a> {
    fn new(facts: &'a Facts, rows: &DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            facts,
            key: rows.column("key")?.str()?.rechunk().into_owned(),
            incident: NumberColumn::of(rows, "incident")?,
            service: NumberColumn::of(rows, "service")?,
            deployment: NumberColumn::of(rows, "deployment")?,
            deployment_service: NumberColumn::of(rows, "deployment_service")?,
            rule: CodedColumn::of(rows, "rule")?,
            known_at: NumberColumn::of(rows, "known_at")?,
            known_until: NumberColumn::of(rows, "known_until")?,
            fix: NumberColumn::of(rows, "fix")?,
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
                ("key", Cells::texts(rows().map(|row| self.key.get(row)))),
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use super::*;
    use crate::domain::event::{Deployment, Incident};
    use crate::domain::settings::{Service, Settings};
    use crate::facts::LeadTimes;
    use crate::facts::commit_reader::CommitReader;
    use crate::facts::ownership::own_service;
    use crate::facts::scan::Events;

    const MINUTE: i64 = 60_000;

    fn service(name: &str, key: &str) -> Service {
        Service { incident_keys: vec![key.into()], ..own_service(name) }
    }

    fn deployment(id: &str, repo: &str, created: i64, finished: i64) -> Deployment {
        Deployment {
            source: "file".into(),
            id: id.into(),
            repo: repo.into(),
            environment: Some("production".into()),
            status: "success".into(),
            created_at: Timestamp(created * MINUTE),
            finished_at: Some(Timestamp(finished * MINUTE)),
            ..Deployment::default()
        }
    }

    fn incident(id: &str, keys: &[&str], opened: i64, reference: Option<&str>, tags: &[&str]) -> Incident {
        Incident {
            source: "file".into(),
            id: id.into(),
            service_keys: keys.iter().map(ToString::to_string).collect(),
            opened_at: Timestamp(opened * MINUTE),
            deployment_ref: reference.map(str::to_owned),
            tags: tags.iter().map(ToString::to_string).collect(),
            ..Incident::default()
        }
    }

    fn facts(incidents: &[Incident]) -> Facts {
        let deployments = [
            deployment("w1", "web", 80, 90),
            // Created while incident 1 is linked to the one before, so that it is a fix until it finishes.
            deployment("w2", "web", 150, 200),
        ];
        let settings = Settings {
            services: vec![service("web", "W"), service("api", "A")],
            ignore_tags: vec!["drill".into()],
            ..Settings::default()
        };
        let (deployments, incidents) = (deployments.iter().collect(), incidents.iter().collect());
        let events = Arc::new(Events { deployments, incidents, ..Events::default() });
        Facts::new(&events, &CommitReader::default(), &settings, LeadTimes::Measured).expect("facts")
    }

    /// Key, service, deployment, rule, end of the link in minutes, and fix of every row.
    fn rows(facts: &Facts, own: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for month in incident_facts(facts, |service| own.contains(&service)).expect("months") {
            let (_, frame) = month.expect("a month");
            let rows = ParquetReader::new(Cursor::new(frame.parquet().expect("bytes"))).finish().expect("rows");
            let columns = ["key", "service", "deployment", "rule", "known_until", "fix"].map(|name| {
                let column = rows.column(name).expect("a column");
                match name {
                    "known_until" => column.cast(&DataType::Int64).expect("milliseconds") / MINUTE,
                    _ => column.clone(),
                }
            });
            for row in 0..rows.height() {
                let cell = |column: &Column| column.get(row).expect("a cell").str_value().into_owned();
                found.push(columns.each_ref().map(cell).join(" "));
            }
        }
        found
    }

    #[test]
    fn each_service_of_an_incident_has_a_row_for_each_link_and_an_incident_without_a_link_has_one() {
        let facts = facts(&[
            incident("1", &["W", "A"], 100, Some("w2"), &[]),
            incident("4", &["W"], 100, None, &["drill"]),
            incident("3", &["A"], 300, Some("w1"), &[]),
            incident("2", &["nobody"], 300, None, &[]),
        ]);
        let of_1 = |service: &str| {
            [
                format!("file:1 {service} file:w1 window 200 file:w2"),
                format!("file:1 {service} file:w2 explicit null null"),
            ]
        };
        let (of_2, of_3) =
            ("file:2 null null null null null".to_owned(), "file:3 api file:w1 explicit null null".to_owned());
        let all = [of_1("web"), of_1("api")].concat().into_iter().chain([of_2.clone(), of_3]).collect::<Vec<_>>();
        assert_eq!(rows(&facts, &["web", "api"]), all);
        assert_eq!(rows(&facts, &["web"]), all, "incident 3 is linked to a deployment of web");
        assert_eq!(rows(&facts, &["api"]), all);
        assert_eq!(rows(&facts, &[]), [of_2], "an incident of no service belongs to every shard");
        assert!(rows(&self::facts(&[]), &["web"]).is_empty());
    }
}
