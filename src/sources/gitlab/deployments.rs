//! Reads the deployments of a project in order of change, and of each counted environment the last success before them.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Changes;
use super::cursor::Cursor;
use super::map;
use super::repo::Repo;
use super::source::Source;
use super::wire;
use crate::domain::event::{Deployment, Rows};
use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::error::QueryError;
use crate::sources::known::KnownRepo;

const DAY_MS: i64 = 86_400_000;
/// How far before the end of coverage changes are read again, and before `since` deployments are kept.
const WEEK_MS: i64 = 7 * DAY_MS;

/// How far back a run reads a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Changes since this instant are read.
    pub(super) from: Timestamp,
    /// Whether what is older is known and settled.
    pub(super) settled: bool,
}

impl Bounds {
    /// A first run reads a week more than asked for, since what is asked for in it may go live inside. A later run reads
    /// the changes since a week before the end of coverage.
    pub(super) fn new(since: Timestamp, began: Timestamp, known: &KnownRepo) -> Self {
        let kept = Timestamp(since.0.saturating_sub(WEEK_MS));
        match (known.covered_from, known.covered_to) {
            // Do not rely on coverage that was written with a clock that was ahead.
            (Some(from), Some(to)) if from <= since && to <= began => {
                Self { from: Timestamp(to.0.saturating_sub(WEEK_MS)).max(kept), settled: true }
            }
            _ => Self { from: kept, settled: false },
        }
    }
}

/// What reading the deployments of a project gave.
pub(super) enum Outcome {
    /// Every row that was handed on.
    Read(Vec<Deployment>),
    /// The dataset has its deployments under this name.
    Known(String),
}

impl Source {
    /// Reads the deployments that changed since the cursor, each page handed on as it comes.
    pub(super) async fn deployments(
        &self,
        repo: &Repo,
        known: Option<&KnownRepo>,
        cursor: &mut Cursor,
    ) -> Result<Outcome, QueryError> {
        let kept = Timestamp(self.plan.since.0.saturating_sub(WEEK_MS));
        let mut changes = Changes::of(&["projects", &repo.id, "deployments"], &[], cursor.upto());
        let mut rows: BTreeMap<String, Deployment> = BTreeMap::new();
        while let Some(page) = changes.next::<wire::Deployment>(&self.api).await? {
            let page: Vec<Deployment> = page.into_iter().map(|wire| map::deployment(repo, wire)).collect();
            if known.is_none()
                && let Some(former) = page.iter().find_map(|row| self.former_name(&repo.name, &row.id))
            {
                return Ok(Outcome::Known(former));
            }
            self.skipped.add(page.iter().filter(|row| row.created_at.is_placeholder()).count());
            // What ended before everything that is asked for and changed since is older history.
            let page: Vec<Deployment> = page
                .into_iter()
                .filter(|row| row.finished_at.unwrap_or(self.plan.began).max(row.created_at) >= kept)
                .filter(|row| !row.created_at.is_placeholder() && self.keeps(row.environment.as_deref()))
                .collect();
            cursor.reached(changes.upto());
            self.page(&repo.name, vec![Rows::Deployments(page.clone())], cursor).await?;
            rows.extend(page.into_iter().map(|row| (row.id.clone(), row)));
        }
        self.skipped.add(changes.skipped);
        let found: Vec<Deployment> = rows.into_values().collect();
        let before = self.predecessors(repo, known, &found).await?;
        if !before.is_empty() {
            self.page(&repo.name, vec![Rows::Deployments(before.clone())], cursor).await?;
        }
        Ok(Outcome::Read(found.into_iter().chain(before).collect()))
    }

    /// The last success before what was read, of each counted environment of which nothing is known yet.
    async fn predecessors(
        &self,
        repo: &Repo,
        known: Option<&KnownRepo>,
        rows: &[Deployment],
    ) -> Result<Vec<Deployment>, QueryError> {
        let is_known = |environment: &str| {
            let mut own = known.into_iter().flat_map(|known| &known.deployments);
            own.any(|one| one.succeeded && one.environment.as_deref() == Some(environment))
        };
        let named: BTreeSet<&str> = rows.iter().filter_map(|row| row.environment.as_deref()).collect();
        let mut found = Vec::new();
        for environment in named.into_iter().filter(|environment| self.counts(environment) && !is_known(environment)) {
            let own = rows.iter().filter(|row| row.status == "success");
            let own = own.filter(|row| row.environment.as_deref() == Some(environment));
            let Some(first) = own.filter_map(|row| row.finished_at).min() else { continue };
            if first < self.plan.since {
                continue;
            }
            let before = Timestamp(first.0 - 1).to_rfc3339();
            let query = [
                ("environment", environment),
                ("status", "success"),
                ("order_by", "finished_at"),
                ("sort", "desc"),
                ("finished_before", before.as_str()),
                ("per_page", "1"),
            ];
            let path = ["api", "v4", "projects", &repo.id, "deployments"];
            let list: Listed<wire::Deployment> = self.api.get(&path, &query).await?;
            found.extend(list.rows.into_iter().map(|wire| map::deployment(repo, wire)));
        }
        found.retain(|row| !row.created_at.is_placeholder());
        Ok(found)
    }
}
