//! The facts as Parquet tables for DuckDB and Spark: what is known of every counted event, so that any engine can
//! compute the figures.
//!
//! `deployment_facts` has one row for each counted deployment, in the UTC month of its finish. `incident_facts` has one
//! row for each counted incident, affected service and link, in the UTC month of its opening: what counts incidents
//! counts distinct keys. `coverage` has the groups and the spans that were read completely for them: without it, a day
//! without events looks like a day that was not read. A key is `source:id`. Rows are in order of instant and key.
//!
//! A shard holds the deployments of some repos, the incidents of their services, and the incidents of no service. Shards
//! may overlap in incidents. No file is written here: `put` takes each with its path.

mod coverage;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::domain::glob::Glob;
use crate::domain::group::GroupKind;
use crate::domain::hex::hex;
use crate::facts::published::{Month, deployment_facts, incident_facts};
use crate::facts::{Facts, FactsError};
use crate::metrics::covered::Covered;

/// The tables, as their folders are called.
pub const TABLES: [&str; 3] = ["deployment_facts", "incident_facts", "coverage"];
/// The folder of a table without rows, so that readers find its columns: what Hive writes for "no value".
const NO_MONTH: &str = "__HIVE_DEFAULT_PARTITION__";

/// A part of all facts: the deployments of the repos that match one of the patterns, of all repos without any.
#[derive(Debug, Default)]
pub struct Shard {
    repos: Vec<Glob>,
}

impl Shard {
    /// The shard of some repos.
    pub fn of(repos: Vec<Glob>) -> Self {
        Self { repos }
    }

    /// Whether a repo belongs to it.
    fn has(&self, repo: &str) -> bool {
        self.repos.is_empty() || self.repos.iter().any(|glob| glob.matches(repo))
    }

    /// What its coverage is called: groups of several shards need that of each.
    fn name(&self) -> String {
        if self.repos.is_empty() {
            "*".into()
        } else {
            self.repos.iter().map(Glob::as_str).collect::<Vec<_>>().join(";")
        }
    }

    /// The name of its files, which no other shard has.
    pub fn file(&self) -> String {
        if self.repos.is_empty() {
            return "part.parquet".into();
        }
        format!("part-{}.parquet", hex(&Sha256::digest(self.name())[..6]))
    }
}

/// What the tables are made of.
#[derive(Debug)]
pub struct Input<'a> {
    /// The facts of the whole dataset.
    pub facts: &'a Facts,
    /// The groups.
    pub covered: &'a [Covered],
}

/// How many rows were exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Rows of `deployment_facts`.
    pub deployments: usize,
    /// Rows of `incident_facts`.
    pub incidents: usize,
}

/// Hands over every file of a shard: its folder below the export, and its bytes.
///
/// # Errors
/// A table cannot be encoded, or `put` fails.
pub fn export<E: From<FactsError>>(
    input: &Input<'_>,
    shard: &Shard,
    mut put: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<Exported, E> {
    let Input { facts, covered } = input;
    let [of_deployments, of_incidents, of_coverage] = TABLES;
    let months = deployment_facts(facts, |repo| shard.has(repo));
    let deployments = by_month(of_deployments, months, &mut put)?;
    // A service without repos belongs to every shard.
    let own: BTreeSet<&str> = covered
        .iter()
        .filter(|it| it.group.kind == GroupKind::Service)
        .filter(|it| it.repos.is_empty() || it.repos.keys().any(|repo| shard.has(repo)))
        .map(|it| it.group.name.as_str())
        .collect();
    let months = incident_facts(facts, |service| own.contains(service))?;
    let incidents = by_month(of_incidents, months, &mut put)?;
    put(of_coverage, &coverage::frame(&coverage::rows(input, shard))?.parquet()?)?;
    Ok(Exported { deployments, incidents })
}

/// Hands over a table, one file for each month that has rows.
fn by_month<E: From<FactsError>>(
    table: &'static str,
    months: impl Iterator<Item = Month>,
    put: &mut impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<usize, E> {
    let mut rows = 0;
    for month in months {
        let (month, frame) = month?;
        rows += frame.height();
        put(&format!("{table}/month={}", month.as_deref().unwrap_or(NO_MONTH)), &frame.parquet()?)?;
    }
    Ok(rows)
}
