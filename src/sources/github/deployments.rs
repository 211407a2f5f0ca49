//! Reads the deployments of a repo, or their proxies: where to start, how far back, and what to look for in older
//! history.
//!
//! A first run keeps the last success before `since` of each environment, the predecessor of its first deployment
//! inside. It looks for those in some further pages, and then in the lists of the counted environments that still lack
//! one.

use std::collections::BTreeSet;

use serde_json::json;

use super::bounds::{Bounds, kept_from, unsettled_from};
use super::chain::Chain;
use super::error::QueryError;
use super::found::{Found, Outcome};
use super::list_pages::{End, ListPages, Listed, Predecessors};
use super::map::{self, Repo};
use super::page::PageSize;
use super::queries::{DEPLOYMENTS, STATUSES};
use super::source::{Source, parts};
use super::{Event, KnownRepo, wire};
use crate::domain::event::{Deployment, Rows};
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;

/// Pages of one environment's list that are searched for the last deployment before what is asked for.
const PAGES_OF_ONE_ENVIRONMENT: u32 = 50;

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
        // If the list is in order of changes, the predecessor may be anywhere, so an incomplete list cannot be used.
        let half = [DeploymentKind::MergedPullRequests, DeploymentKind::Releases].contains(&self.plan.kind);
        let resumed = resumed.filter(|chain| chain.done || !half);
        let began = resumed.as_ref().map(Chain::began);
        let mut found = Found {
            repo: Repo { name: name.to_owned(), url: String::new(), observed_at: self.plan.began },
            rows: Vec::new(),
            exhausted: false,
            chain: resumed.unwrap_or_else(|| Chain::begin(self.plan.began, bounds.stop)),
        };
        if self.plan.kind == DeploymentKind::WorkflowRuns {
            return self.workflow_runs(name, known, bounds, found).await;
        }
        if !found.chain.done {
            let list_pages = ListPages {
                after: found.chain.after.clone(),
                stop: bounds.stop,
                predecessors: (!bounds.settled).then(|| Predecessors::of(known, kept_from(&self.plan))),
                moves: true,
                first,
            };
            match self.descend(name, list_pages, &mut found).await {
                // GitHub no longer takes the cursor: from the top.
                Err(QueryError::Here(cause)) if began.is_some() && cause.to_lowercase().contains("cursor") => {
                    let fresh = KnownRepo { cursor: None, ..known.clone() };
                    return Box::pin(self.deployments(name, &fresh, None)).await;
                }
                Err(error) => return Err(error),
                Ok(End::Renamed { from, to }) => return Ok(Outcome::Renamed { from, to }),
                Ok(End::Below { pages, newest, without }) => {
                    let new = if bounds.settled { new_environments(known, &found.rows) } else { without };
                    self.predecessors(name, new, &mut found).await?;
                    if self.plan.kind == DeploymentKind::MergedPullRequests && pages > 1 {
                        self.changed_meanwhile(name, newest, &mut found).await?;
                    }
                    found.chain.done = true;
                }
            }
        }
        if let Some(began) = began {
            // Statuses of the week before may have come since, as on any later run.
            let stop = unsettled_from(&self.plan, known, began);
            let list_pages = ListPages { after: None, stop, predecessors: None, moves: false, first: None };
            if let End::Renamed { from, to } = self.descend(name, list_pages, &mut found).await? {
                return Ok(Outcome::Renamed { from, to });
            }
        }
        Ok(Outcome::Found(found))
    }

    /// Reads the top of a list in which a change moves an entry to the top, until nothing moved while it was read.
    async fn changed_meanwhile(
        &self,
        name: &str,
        mut newest: Option<Timestamp>,
        found: &mut Found,
    ) -> Result<(), QueryError> {
        while let Some(stop) = newest {
            let list_pages = ListPages { after: None, stop, predecessors: None, moves: false, first: None };
            match self.descend(name, list_pages, found).await? {
                End::Below { pages, newest: top, .. } if pages > 1 => newest = top,
                End::Below { .. } | End::Renamed { .. } => break,
            }
        }
        Ok(())
    }

    /// Looks for the last success before what is asked for of the counted environments that lack one, each in its own
    /// list.
    async fn predecessors(&self, name: &str, without: Vec<String>, found: &mut Found) -> Result<(), QueryError> {
        if self.plan.kind != DeploymentKind::Deployments || found.exhausted || without.is_empty() {
            return Ok(());
        }
        for environment in without.into_iter().filter(|environment| self.plan.counts(environment)) {
            let (mut size, mut after) = (PageSize::default(), None);
            for _ in 0..PAGES_OF_ONE_ENVIRONMENT {
                let page = self.deployments_page(name, after.as_deref(), Some(&environment), &mut size).await?;
                let page = self.deployments_of(page).await?;
                let is_before = |row: &Deployment| {
                    row.created_at < kept_from(&self.plan)
                        && row.status == "success"
                        && row.environment.as_deref() == Some(environment.as_str())
                };
                let next = page.page_info.next();
                if let Some(row) = page.rows.into_iter().find(is_before) {
                    found.rows.push(row.clone());
                    let (scope, rows) = (found.repo.name.clone(), vec![Rows::Deployments(vec![row])]);
                    self.send(Event::Page { scope, rows, cursor: found.chain.text() }).await?;
                    break;
                }
                after = next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Asks for a page of deployments, of all environments or of one.
    pub(super) async fn deployments_page(
        &self,
        name: &str,
        after: Option<&str>,
        environment: Option<&str>,
        size: &mut PageSize,
    ) -> Result<wire::Repository, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = |first: u32| {
            let mut variables = json!({"owner": owner, "name": repo_name, "first": first, "after": after});
            if let Some(environment) = environment {
                variables["environments"] = json!([environment]);
            }
            variables
        };
        let page: wire::InRepository<wire::Repository> = self.page(name, size, DEPLOYMENTS, variables).await?;
        Ok(page.repository)
    }

    /// A page of deployments as rows.
    pub(super) async fn deployments_of(&self, page: wire::Repository) -> Result<Listed, QueryError> {
        let repo = Repo { name: page.name_with_owner, url: page.url, observed_at: self.plan.began };
        let list = page.deployments;
        let span = list.nodes.first().zip(list.nodes.last()).map(|(new, old)| (new.created_at, old.created_at));
        let mut rows = Vec::with_capacity(list.nodes.len());
        for wire in list.nodes {
            rows.push(self.row(&repo, wire).await?);
        }
        Ok(Listed { name: repo.name, url: repo.url, rows, span, page_info: list.page_info })
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
                let more: wire::Node<wire::Statuses> = self.page(&repo.name, &mut size, STATUSES, variables).await?;
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

/// The environments of rows of which nothing is known yet: what was deployed there before was not looked for.
fn new_environments(known: &KnownRepo, rows: &[Deployment]) -> Vec<String> {
    let is_known =
        |environment: &str| known.deployments.iter().any(|one| one.environment.as_deref() == Some(environment));
    let named = rows.iter().filter_map(|row| row.environment.clone()).filter(|environment| !is_known(environment));
    let new: BTreeSet<String> = named.collect();
    new.into_iter().collect()
}
