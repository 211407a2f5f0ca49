//! A repo's deployments, newest first, and when to stop reading them.
//!
//! A first run stops below `since`, once every environment has one success from before it: the predecessor of its
//! first deployment inside. It looks for those in at most three more pages. A later run stops in settled history: all
//! of the last 7 days before the end of coverage, and whatever had not ended within 35 days, was read again.
//! Seven days more than asked for are kept, since what is asked for in them may go live inside.

use std::collections::BTreeSet;

use serde_json::json;

use super::chain::Chain;
use super::error::QueryError;
use super::map::{self, Repo};
use super::page::PageSize;
use super::queries::{DEPLOYMENTS, STATUSES};
use super::source::{Source, parts};
use super::{Event, KnownRepo, Plan, wire};
use crate::domain::event::{Deployment, Rows};
use crate::domain::time::Timestamp;

const SETTLED_MS: i64 = 7 * 86_400_000;
/// GitHub itself ends what has waited for 30 days.
const HANGING_MS: i64 = 35 * 86_400_000;
const PAGES_FOR_PREDECESSORS: u32 = 3;

/// How far down a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The last page is one that reaches below this.
    pub(super) stop: Timestamp,
    /// Whether history below it is known and settled.
    pub(super) settled: bool,
}

impl Bounds {
    pub(super) fn new(plan: &Plan, known: &KnownRepo) -> Self {
        match (known.covered_from, known.covered_to) {
            // What was read by a clock that was ahead is not to be built upon.
            (Some(from), Some(to)) if from <= plan.since && to <= plan.began => {
                let week = Timestamp(to.0.saturating_sub(SETTLED_MS));
                let open = oldest_open(known, plan).unwrap_or(week);
                Self { stop: week.min(open).max(kept_from(plan)), settled: true }
            }
            _ => Self { stop: kept_from(plan), settled: false },
        }
    }
}

impl Bounds {
    /// Whether a first page is all there is to read of a repo.
    pub(super) fn are_met_by(self, page: &wire::Repository) -> bool {
        let list = &page.deployments;
        let passed = list.nodes.last().is_some_and(|oldest| oldest.created_at < self.stop);
        let is_whole =
            |one: &wire::Deployment| one.statuses.as_ref().is_none_or(|list| list.page_info.next().is_none());
        !list.page_info.contradicts_itself()
            && (list.page_info.next().is_none() || (self.settled && passed))
            && list.nodes.iter().all(is_whole)
    }
}

/// From which creation on deployments are kept: one that was asked for before `since` may have gone live after it.
pub(super) fn kept_from(plan: &Plan) -> Timestamp {
    Timestamp(plan.since.0.saturating_sub(SETTLED_MS))
}

/// When the oldest kept deployment that had not ended was created. One that has hung for long will not end any more.
fn oldest_open(known: &KnownRepo, plan: &Plan) -> Option<Timestamp> {
    let from = kept_from(plan).max(Timestamp(plan.began.0.saturating_sub(HANGING_MS)));
    let open = known.deployments.iter().filter(|one| !one.terminal && one.created_at >= from);
    open.map(|one| one.created_at).min()
}

/// A repo's deployments as a run found them.
pub(super) struct Found {
    /// What it is called now.
    pub(super) repo: Repo,
    /// Every row handed on.
    pub(super) rows: Vec<Deployment>,
    /// Whether the oldest deployment of all was read.
    pub(super) exhausted: bool,
    /// The reading they belong to.
    pub(super) chain: Chain,
}

/// What became of reading a repo under a name.
pub(super) enum Outcome {
    Found(Found),
    /// It is called so now, and what is known of it may stand under that name.
    Renamed(String),
}

/// One way down.
struct Descent {
    after: Option<String>,
    stop: Timestamp,
    /// Environments seen since `since`, and those of which an older success is known; `None` where none is needed.
    environments: Option<(BTreeSet<String>, BTreeSet<String>)>,
    /// Whether its pages move the cursor.
    moves: bool,
    /// Its first page, where that was read before.
    first: Option<wire::Repository>,
}

impl Source {
    /// Reads a repo's deployments as far as its bounds ask, each page handed on as it comes; `first` is the first page
    /// of a repo without a cursor, where that was read before.
    pub(super) async fn deployments(
        &self,
        name: &str,
        known: &KnownRepo,
        first: Option<wire::Repository>,
    ) -> Result<Outcome, QueryError> {
        let bounds = Bounds::new(&self.plan, known);
        let resumed = known.cursor.as_deref().and_then(|cursor| Chain::read(cursor, bounds.stop, self.plan.began));
        let began = resumed.as_ref().map(Chain::began);
        let mut found = Found {
            repo: Repo { name: name.to_owned(), url: String::new(), observed_at: self.plan.began },
            rows: Vec::new(),
            exhausted: false,
            chain: resumed.unwrap_or_else(|| Chain::begin(self.plan.began, bounds.stop)),
        };
        if !found.chain.done {
            let descent = Descent {
                after: found.chain.after.clone(),
                stop: bounds.stop,
                environments: (!bounds.settled).then(|| environments(known, kept_from(&self.plan))),
                moves: true,
                first,
            };
            match self.descend(name, descent, &mut found).await {
                // GitHub no longer takes the cursor: from the top.
                Err(QueryError::Here(cause)) if began.is_some() && cause.to_lowercase().contains("cursor") => {
                    let fresh = KnownRepo { cursor: None, ..known.clone() };
                    return Box::pin(self.deployments(name, &fresh, None)).await;
                }
                Err(error) => return Err(error),
                Ok(Some(renamed)) => return Ok(Outcome::Renamed(renamed)),
                Ok(None) => found.chain.done = true,
            }
        }
        if let Some(began) = began {
            // Statuses of the week before may have come since, as on any later run.
            let week = Timestamp(began.0.saturating_sub(SETTLED_MS));
            let stop = oldest_open(known, &self.plan).map_or(week, |open| open.min(week)).max(kept_from(&self.plan));
            let descent = Descent { after: None, stop, environments: None, moves: false, first: None };
            if let Some(renamed) = self.descend(name, descent, &mut found).await? {
                return Ok(Outcome::Renamed(renamed));
            }
        }
        Ok(Outcome::Found(found))
    }

    /// Reads page after page; gives back the repo's name where it is another.
    async fn descend(&self, name: &str, mut descent: Descent, found: &mut Found) -> Result<Option<String>, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let (mut size, mut further) = (PageSize::default(), 0);
        loop {
            let after = &descent.after;
            let variables = |first: u32| json!({"owner": owner, "name": repo_name, "first": first, "after": after});
            let page = if let Some(page) = descent.first.take() {
                page
            } else {
                let page = self.page::<wire::InRepository<_>>(name, &mut size, DEPLOYMENTS, variables).await?;
                page.repository
            };
            if !page.name_with_owner.eq_ignore_ascii_case(name) {
                return Ok(Some(page.name_with_owner));
            }
            found.repo.name = page.name_with_owner;
            found.repo.url = page.url;
            let oldest = page.deployments.nodes.last().map(|deployment| deployment.created_at);
            let next = page.deployments.page_info.next();
            if page.deployments.page_info.contradicts_itself() {
                return Err(QueryError::Here("GitHub's list of deployments broke off; run again".into()));
            }
            let mut rows = Vec::new();
            for wire in page.deployments.nodes {
                let row = self.row(&found.repo, wire).await?;
                if descent.keeps(&row, kept_from(&self.plan)) {
                    rows.push(row);
                }
            }
            found.exhausted |= next.is_none();
            if descent.moves {
                found.chain.after = next.clone().or_else(|| found.chain.after.take());
            }
            let passed = oldest.is_some_and(|oldest| oldest < descent.stop);
            let ends = next.is_none() || (passed && (descent.is_complete() || further >= PAGES_FOR_PREDECESSORS));
            found.chain.done |= ends && descent.moves;
            found.rows.extend(rows.iter().cloned());
            let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Deployments(rows)] };
            let (repo, cursor) = (found.repo.name.clone(), found.chain.text());
            self.send(Event::Page { repo, rows, cursor }).await?;
            if ends {
                return Ok(None);
            }
            further += u32::from(passed);
            descent.after = next;
        }
    }

    /// A row, its older statuses read where a page does not show them all.
    async fn row(&self, repo: &Repo, mut wire: wire::Deployment) -> Result<Deployment, QueryError> {
        let mut statuses = Vec::new();
        let mut list = wire.statuses.take();
        let mut size = PageSize::default();
        while let Some(page) = list.take() {
            let next = page.page_info.next();
            statuses.extend(page.nodes);
            if let Some(after) = next {
                let variables = |first: u32| json!({"id": wire.id, "first": first, "after": after});
                let more: wire::StatusesOf = self.page(&repo.name, &mut size, STATUSES, variables).await?;
                let more = more.node.and_then(|node| node.statuses);
                list = Some(more.ok_or_else(|| {
                    QueryError::Here(format!(
                        "the older statuses of deployment {} are gone; run again",
                        wire.database_id
                    ))
                })?);
            }
        }
        Ok(map::deployment(repo, wire, &statuses))
    }
}

impl Descent {
    /// Whether a row is one to keep: from an instant on, or an environment's last success before.
    fn keeps(&mut self, row: &Deployment, from: Timestamp) -> bool {
        let inside = row.created_at >= from;
        let (Some((seen, older)), Some(environment)) = (&mut self.environments, &row.environment) else {
            return inside;
        };
        if inside {
            seen.insert(environment.clone());
            return true;
        }
        row.status == "success" && older.insert(environment.clone())
    }

    fn is_complete(&self) -> bool {
        self.environments.as_ref().is_none_or(|(seen, older)| seen.is_subset(older))
    }
}

/// The environments known since then, and those of which something older is known.
fn environments(known: &KnownRepo, since: Timestamp) -> (BTreeSet<String>, BTreeSet<String>) {
    let of = |inside: bool| {
        let those = known.deployments.iter().filter(move |one| (one.created_at >= since) == inside);
        those.filter(move |one| inside || one.succeeded).filter_map(|one| one.environment.clone()).collect()
    };
    (of(true), of(false))
}
