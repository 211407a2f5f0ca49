//! Reads from the dataset what the metrics need: only the required columns of each table, some row groups at a time, kept
//! as plain columns. `commit_reader` reads the commits.
//!
//! Texts that repeat become categories, and the names of commits 20 bytes, while a part is read; of pull requests no text is
//! kept. Rows have no order: callers that need one sort.

use std::hash::BuildHasher as _;

use polars::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::columns::{Categories, ShaTexts, Texts};
use super::commit_reader::{AT_ONCE, CommitReader};
use super::error::FactsError;
use super::incidents::Incidents;
use super::inputs::InputSummary;
use super::instants::{Instants, numbers};
use super::links::Links;
use super::parallel::both;
use super::pieces::{checked, pieces, read_pieces};
use super::requests::Requests;
use crate::domain::event::{Deployment, Table};
use crate::domain::rework::ReworkRules;
use crate::domain::time::Timestamp;
use crate::store::columns::Columns;
use crate::store::{CheckedPart, Dataset};

/// Everything that the metrics read, but for the commits.
#[derive(Debug, Default)]
pub struct Events {
    /// All deployments.
    pub deployments: Deployments,
    /// All incidents.
    pub incidents: Incidents,
    /// All pull requests.
    pub requests: Requests,
    /// What was read, in numbers.
    pub inputs: Vec<InputSummary>,
}

/// Deployments, a column each; what a row is, [`Deployment`] says.
#[derive(Debug, Clone, Default)]
pub struct Deployments {
    /// Source.
    pub source: Categories,
    /// Id.
    pub id: Texts,
    /// Repo as it was written.
    pub repo: Categories,
    /// Environment as it was written.
    pub environment: Categories,
    /// Revision as it was written.
    pub sha: ShaTexts,
    /// Branch or tag that was asked for; read where a rule looks at it.
    pub r#ref: Texts,
    /// Status.
    pub status: Categories,
    /// Milliseconds.
    created_at: Vec<i64>,
    finished_at: Instants,
    /// Task.
    pub task: Categories,
    /// Link.
    pub url: Links,
}

/// The columns that are always read.
const READ: [&str; 11] =
    ["source", "id", "repo", "environment", "sha", "status", "created_at", "finished_at", "task", "url", "observed_at"];

impl Deployments {
    /// How many.
    pub fn len(&self) -> usize {
        self.created_at.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.created_at.is_empty()
    }

    /// When one was asked for.
    pub fn created_at(&self, row: usize) -> Timestamp {
        Timestamp(self.created_at.get(row).copied().unwrap_or_default())
    }

    /// When one succeeded, else when it ended.
    pub fn finished_at(&self, row: usize) -> Option<Timestamp> {
        self.finished_at.get(row)
    }

    fn read(dataset: &Dataset, with_refs: bool) -> Result<(Self, InputSummary), FactsError> {
        let table = Table::Deployments;
        let parts = checked(dataset, table)?;
        let mut all = Self::default();
        all.reserve(parts.iter().map(CheckedPart::rows).sum(), with_refs);
        let wanted: Vec<Expr> = READ.into_iter().chain(with_refs.then_some("ref")).map(col).collect();
        let summary = read_pieces(
            (table, &pieces(&parts)),
            |_, rows| rows.select(&wanted),
            |frame| Self::of_frame(frame, with_refs),
            |deployments| {
                all.append(&deployments);
                Ok(())
            },
        )?;
        all.refuse_repeated()?;
        Ok((all, summary))
    }

    /// Makes room for so many rows.
    fn reserve(&mut self, rows: usize, with_refs: bool) {
        for column in [&mut self.source, &mut self.repo, &mut self.environment, &mut self.status, &mut self.task] {
            column.reserve(rows);
        }
        self.id.reserve(rows);
        self.sha.reserve(rows);
        self.r#ref.reserve(if with_refs { rows } else { 0 });
        self.created_at.try_reserve_exact(rows).ok();
        self.finished_at.reserve(rows);
        self.url.reserve(rows);
    }

    /// Refuses two rows of one key: both would count.
    fn refuse_repeated(&self) -> Result<(), FactsError> {
        let key = |row: usize| (self.source.get(row), self.id.get(row));
        let hash = |row: usize| FxBuildHasher.hash_one(key(row));
        let mut hashes: Vec<u64> = (0..self.len()).map(hash).collect();
        hashes.sort_unstable();
        let of_one_hash = hashes.chunk_by(|one, other| one == other).filter(|same| same.len() > 1);
        let repeated: FxHashSet<u64> = of_one_hash.flatten().copied().collect();
        if repeated.is_empty() {
            return Ok(());
        }
        // Different keys may have one hash.
        let mut seen = FxHashSet::default();
        match (0..self.len()).filter(|row| repeated.contains(&hash(*row))).find(|row| !seen.insert(key(*row))) {
            None => Ok(()),
            Some(row) => {
                let (source, id) = key(row);
                Err(FactsError::repeated(Table::Deployments, (source.unwrap_or_default(), id.unwrap_or_default())))
            }
        }
    }

    fn of_frame(frame: &DataFrame, with_refs: bool) -> Result<Self, FactsError> {
        let columns = Columns { frame, table: Table::Deployments };
        let category = |name| -> Result<Categories, FactsError> { Ok(columns.texts(name)?.iter().collect()) };
        let texts = |name| -> Result<Texts, FactsError> { Ok(columns.texts(name)?.iter().collect()) };
        Ok(Self {
            source: category("source")?,
            id: texts("id")?,
            repo: category("repo")?,
            environment: category("environment")?,
            sha: columns.texts("sha")?.iter().collect(),
            r#ref: if with_refs { texts("ref")? } else { Texts::default() },
            status: category("status")?,
            created_at: numbers(&columns, "created_at")?,
            finished_at: Instants::read(&columns, "finished_at")?,
            task: category("task")?,
            url: columns.texts("url")?.iter().collect(),
        })
    }

    fn append(&mut self, other: &Self) {
        self.source.append(&other.source);
        self.id.append(&other.id);
        self.repo.append(&other.repo);
        self.environment.append(&other.environment);
        self.sha.append(&other.sha);
        self.r#ref.append(&other.r#ref);
        self.status.append(&other.status);
        self.created_at.extend(&other.created_at);
        self.finished_at.append(&other.finished_at);
        self.task.append(&other.task);
        self.url.append(&other.url);
    }
}

impl<'a> FromIterator<&'a Deployment> for Deployments {
    fn from_iter<I: IntoIterator<Item = &'a Deployment>>(rows: I) -> Self {
        let rows: Vec<&Deployment> = rows.into_iter().collect();
        let category = |text: fn(&Deployment) -> Option<&str>| rows.iter().map(|row| text(row)).collect::<Categories>();
        let texts = |text: fn(&Deployment) -> Option<&str>| rows.iter().map(|row| text(row)).collect::<Texts>();
        Self {
            source: category(|row| Some(&row.source)),
            id: texts(|row| Some(&row.id)),
            repo: category(|row| Some(&row.repo)),
            environment: category(|row| row.environment.as_deref()),
            sha: rows.iter().map(|row| row.sha.as_deref()).collect(),
            r#ref: texts(|row| row.r#ref.as_deref()),
            status: category(|row| Some(&row.status)),
            created_at: rows.iter().map(|row| row.created_at.0).collect(),
            finished_at: rows.iter().map(|row| row.finished_at).collect(),
            task: category(|row| row.task.as_deref()),
            url: rows.iter().map(|row| row.url.as_deref()).collect(),
        }
    }
}

impl Events {
    /// Reads a dataset, and of it what the rules for rework look at. Commits stand beside the other events, because only
    /// a pass over them needs them.
    ///
    /// # Errors
    /// A part of the dataset cannot be read.
    pub fn read(dataset: &Dataset, rework: &ReworkRules) -> Result<(Self, CommitReader), FactsError> {
        Self::read_in_shards(dataset, rework, AT_ONCE)
    }

    /// The same with no more than so many commits in memory at once, but those of one repo at least.
    ///
    /// # Errors
    /// As for [`Events::read`].
    pub fn read_in_shards(
        dataset: &Dataset,
        rework: &ReworkRules,
        at_once: u64,
    ) -> Result<(Self, CommitReader), FactsError> {
        // One core sorts the rows of a table; meanwhile the others decode other tables.
        let ((deployments, commits), (requests, incidents)) = both(
            || both(|| Deployments::read(dataset, !rework.refs.is_empty()), || CommitReader::new(dataset, at_once)),
            || both(|| Requests::read(dataset, rework), || Incidents::read(dataset)),
        );
        let (deployments, of_deployments) = deployments?;
        let (requests, of_requests) = requests?;
        let (incidents, of_incidents) = incidents?;
        let (commits, of_commits) = commits?;
        let inputs = vec![of_deployments, of_commits, of_requests, of_incidents];
        Ok((Self { deployments, incidents, requests, inputs }, commits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_of_one_source_and_id_are_refused_by_name_and_one_id_of_two_sources_is_not() {
        let refused = |keys: &[(&str, &str)]| {
            let row = |(source, id): &(&str, &str)| Deployment {
                source: (*source).into(),
                id: (*id).into(),
                ..Deployment::default()
            };
            let rows: Vec<Deployment> = keys.iter().map(row).collect();
            rows.iter().collect::<Deployments>().refuse_repeated().err().map(|cause| cause.to_string())
        };
        assert_eq!(refused(&[("github", "1"), ("github", "2"), ("gitlab", "1")]), None);
        for keys in [&[("github", "1"), ("github", "1")][..], &[("gitlab", "1"), ("github", "1"), ("github", "1")]] {
            let message = refused(keys).expect("refused");
            assert!(message.contains("github 1"), "{message}");
        }
    }
}
