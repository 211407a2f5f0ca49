//! What the dataset knows about the repos of one source: enough for a fetch to find where settled history begins.
//!
//! Three tables are read, each once and only the columns that are asked for. A commit without its parents is not known:
//! it has to be read again.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::columns::Columns;
use super::dataset::Dataset;
use super::error::StoreError;
use crate::domain::event::{Incident, Table};
use crate::domain::time::{Span, Timestamp};

/// What is known of one repo.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepoHistory {
    /// Its deployments from the source; sorted by instant of creation, then id.
    pub deployments: Vec<StoredDeployment>,
    /// Its commits with their parents, whatever they were read from; sorted.
    pub commits: Vec<(String, Vec<String>)>,
    /// Its merged pull requests with the commits that the merges made; sorted.
    pub pull_requests: Vec<(i64, String)>,
    /// Where a run was interrupted within this repo.
    pub cursor: Option<String>,
    /// The newest span in which its deployments were read completely.
    pub covered: Option<Span>,
}

/// What is known of an incident source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentHistory {
    /// By scope.
    pub scopes: BTreeMap<String, ScopeHistory>,
    /// Incidents that may still change; sorted by when they were opened.
    pub unsettled: Vec<Incident>,
}

/// What is known of a scope of an incident source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeHistory {
    /// The newest span that was read completely.
    pub covered: Option<Span>,
    /// Where a run was interrupted.
    pub cursor: Option<String>,
}

/// A deployment that the dataset has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredDeployment {
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The source's own id.
    pub id: String,
    /// Its revision.
    pub sha: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// Whether it has ended: with success, without, or put aside.
    pub ended: bool,
    /// Whether it has succeeded.
    pub succeeded: bool,
}

/// States after which nothing more is expected of a deployment.
const ENDED: [&str; 10] =
    ["success", "failure", "error", "cancelled", "inactive", "abandoned", "destroyed", "skipped", "neutral", "stale"];

impl Dataset {
    /// What is known of the repos that are wanted, by `owner/name`; `source` is that of the rows, and `reading` that of
    /// coverage and cursors.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn known(
        &self,
        source: &str,
        reading: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<BTreeMap<String, RepoHistory>, StoreError> {
        let mut repos: BTreeMap<String, RepoHistory> = BTreeMap::new();
        for entry in self.coverage() {
            if entry.table == Table::Deployments && entry.source == reading && wanted(&entry.scope) {
                repos.entry(entry.scope.clone()).or_default().covered = entry.spans.last().copied();
            }
        }
        for ((of, scope), cursor) in super::cursors::read(self.folder())? {
            if of == reading && wanted(&scope) {
                repos.entry(scope).or_default().cursor = Some(cursor);
            }
        }
        self.known_deployments(source, wanted, &mut repos)?;
        self.known_commits(wanted, &mut repos)?;
        self.known_pull_requests(wanted, &mut repos)?;
        for repo in repos.values_mut() {
            repo.deployments.sort_unstable();
            repo.commits.sort_unstable();
            repo.pull_requests.sort_unstable();
        }
        Ok(repos)
    }

    /// What is known of an incident source: the scopes it is read in, and the incidents that may still change: those
    /// that are open, and those opened or resolved from an instant on.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn known_incidents(
        &self,
        source: &str,
        from: impl Fn(&IncidentHistory) -> Timestamp,
    ) -> Result<IncidentHistory, StoreError> {
        let mut known = IncidentHistory::default();
        for entry in self.coverage() {
            if entry.table == Table::Incidents && entry.source == source {
                known.scopes.entry(entry.scope.clone()).or_default().covered = entry.spans.last().copied();
            }
        }
        for ((of, scope), cursor) in super::cursors::read(self.folder())? {
            if of == source {
                known.scopes.entry(scope).or_default().cursor = Some(cursor);
            }
        }
        let from = lit(from(&known).0);
        let recent = col("opened_at").cast(DataType::Int64).gt_eq(from.clone());
        let late = col("resolved_at").cast(DataType::Int64).gt_eq(from);
        let wanted = col("source").eq(lit(source)).and(col("resolved_at").is_null().or(recent).or(late));
        let frame = self
            .read(Table::Incidents, &|rows| rows.filter(wanted.clone()))?
            .sort(["opened_at", "id"], SortMultipleOptions::default())
            .map_err(StoreError::reading(Table::Incidents))?;
        known.unsettled = super::rows::incidents(&frame)?;
        Ok(known)
    }

    /// Incidents of a source opened from an instant on that lack a verdict or a reference to a deployment.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn undecided_incidents(&self, source: &str, from: Timestamp) -> Result<Vec<Incident>, StoreError> {
        let lacks = col("caused_by_deploy").is_null().or(col("deployment_ref").is_null());
        let recent = col("opened_at").cast(DataType::Int64).gt_eq(lit(from.0));
        let wanted = col("source").eq(lit(source)).and(recent).and(lacks);
        let frame = self
            .read(Table::Incidents, &|rows| rows.filter(wanted.clone()))?
            .sort(["opened_at", "id"], SortMultipleOptions::default())
            .map_err(StoreError::reading(Table::Incidents))?;
        super::rows::incidents(&frame)
    }

    fn known_deployments(
        &self,
        source: &str,
        wanted: &dyn Fn(&str) -> bool,
        repos: &mut BTreeMap<String, RepoHistory>,
    ) -> Result<(), StoreError> {
        let broken = |cause| StoreError::Frame { table: Table::Deployments.folder(), cause };
        let frame = self.read(Table::Deployments, &|rows| {
            rows.filter(col("source").eq(lit(source))).select([
                col("repo"),
                col("id"),
                col("sha"),
                col("environment"),
                col("status"),
                col("created_at").cast(DataType::Int64),
                col("finished_at").is_not_null(),
            ])
        })?;
        let text = |name| frame.column(name).and_then(Column::str).map_err(broken);
        let (repo, id, sha) = (text("repo")?, text("id")?, text("sha")?);
        let (environment, status) = (text("environment")?, text("status")?);
        let created = frame.column("created_at").and_then(Column::i64).map_err(broken)?;
        let finished = frame.column("finished_at").and_then(Column::bool).map_err(broken)?;
        for row in 0..frame.height() {
            let (Some(repo), Some(id), Some(created)) = (repo.get(row), id.get(row), created.get(row)) else {
                continue;
            };
            if wanted(repo) {
                repos.entry(repo.to_owned()).or_default().deployments.push(StoredDeployment {
                    created_at: Timestamp(created),
                    id: id.to_owned(),
                    sha: sha.get(row).map(str::to_owned),
                    environment: environment.get(row).map(str::to_owned),
                    ended: finished.get(row) == Some(true)
                        || status.get(row).is_some_and(|status| ENDED.contains(&status)),
                    succeeded: status.get(row) == Some("success"),
                });
            }
        }
        Ok(())
    }

    fn known_commits(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        repos: &mut BTreeMap<String, RepoHistory>,
    ) -> Result<(), StoreError> {
        let broken = |cause| StoreError::Frame { table: Table::Commits.folder(), cause };
        let columns = ["repo", "sha", "parents"].map(col);
        let with_parents = |rows: LazyFrame| rows.filter(col("parents").is_not_null()).select(&columns);
        let frame = self.read(Table::Commits, &with_parents)?;
        let text = |name| frame.column(name).and_then(Column::str).map_err(broken);
        let parents = frame.column("parents").and_then(Column::list).map_err(broken)?;
        let names = text("repo")?.iter().zip(text("sha")?.iter());
        for ((repo, sha), parents) in names.zip(parents.amortized_iter()) {
            let (Some(repo), Some(sha), Some(parents)) = (repo, sha, parents) else { continue };
            if wanted(repo) {
                let parents = parents.as_ref().str().map_err(broken)?.iter().flatten().map(str::to_owned).collect();
                repos.entry(repo.to_owned()).or_default().commits.push((sha.to_owned(), parents));
            }
        }
        Ok(())
    }

    fn known_pull_requests(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        repos: &mut BTreeMap<String, RepoHistory>,
    ) -> Result<(), StoreError> {
        let columns = ["repo", "number", "merge_sha"].map(col);
        let merged = |rows: LazyFrame| rows.filter(col("merge_sha").is_not_null()).select(&columns);
        let frame = self.read(Table::PullRequests, &merged)?;
        let columns = Columns { frame: &frame, table: Table::PullRequests };
        let (repo, sha, number) = (columns.texts("repo")?, columns.texts("merge_sha")?, columns.integers("number")?);
        for row in 0..frame.height() {
            let (Some(repo), Some(sha), Some(number)) = (repo.get(row), sha.get(row), number.get(row)) else {
                continue;
            };
            if wanted(repo) {
                repos.entry(repo.to_owned()).or_default().pull_requests.push((number, sha.to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::coverage::Coverage;
    use crate::domain::event::{Commit, Deployment, Rows};
    use crate::store::Writer;

    fn deployment(source: &str, repo: &str, id: &str, status: &str, finished: Option<i64>) -> Deployment {
        Deployment {
            source: source.into(),
            repo: repo.into(),
            id: id.into(),
            sha: Some(format!("s{id}")),
            environment: Some("production".into()),
            status: status.into(),
            created_at: Timestamp(id.parse::<i64>().expect("a number") * 1_000),
            finished_at: finished.map(Timestamp),
            ..Deployment::default()
        }
    }

    fn commit(repo: &str, sha: &str, parents: Option<&[&str]>) -> Commit {
        let parents = parents.map(|list| list.iter().map(|&parent| parent.to_owned()).collect());
        Commit { repo: repo.into(), sha: sha.into(), parents, ..Commit::default() }
    }

    fn span(from: i64, to: i64) -> Span {
        Span { from: Timestamp(from), to: Timestamp(to) }
    }

    #[test]
    fn what_is_known_is_of_one_source_and_the_repos_that_are_wanted() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        let deployments = vec![
            deployment("github", "a/b", "2", "in_progress", None),
            deployment("github", "a/b", "1", "success", Some(1_500)),
            deployment("github", "a/b", "3", "inactive", None),
            deployment("file", "a/b", "4", "success", Some(4_500)),
            deployment("github", "a/other", "5", "success", Some(5_500)),
        ];
        let commits = vec![
            commit("a/b", "root", Some(&[])),
            commit("a/b", "merge", Some(&["root", "side"])),
            commit("a/b", "hole", None),
            commit("a/other", "x", Some(&[])),
        ];
        let covered = Coverage {
            table: Table::Deployments,
            source: "github".into(),
            scope: "a/b".into(),
            spans: vec![span(0, 10), span(20, 30)],
        };
        writer.write(vec![Rows::Deployments(deployments), Rows::Commits(commits)], &[covered]).expect("written");
        let cursors = BTreeMap::from([("a/b".to_owned(), Some("next".to_owned()))]);
        writer.set_cursors("github", &cursors).expect("written");
        let known = Dataset::open(folder.path())
            .and_then(|it| it.known("github", "github", &|repo| repo == "a/b"))
            .expect("read");
        assert_eq!(known.keys().collect::<Vec<_>>(), ["a/b"]);
        let repo = &known["a/b"];
        let ended: Vec<(&str, bool)> = repo.deployments.iter().map(|it| (it.id.as_str(), it.ended)).collect();
        assert_eq!(ended, [("1", true), ("2", false), ("3", true)], "oldest first, and none of the file's");
        assert_eq!(
            repo.commits,
            [("merge".to_owned(), vec!["root".to_owned(), "side".to_owned()]), ("root".to_owned(), Vec::new())],
            "a commit without its parents is not known"
        );
        assert_eq!(repo.covered, Some(span(20, 30)), "what lies before a gap does not count");
        assert_eq!(repo.cursor.as_deref(), Some("next"));
    }

    #[test]
    fn an_empty_dataset_has_no_known_repos() {
        let folder = tempfile::tempdir().expect("a folder");
        let dataset = Dataset::open(&folder.path().join("absent")).expect("a dataset");
        assert!(dataset.known("github", "github", &|_| true).expect("read").is_empty());
    }
}
