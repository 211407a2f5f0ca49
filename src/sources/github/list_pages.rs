//! Reads a list that GitHub sorts newest first, page by page, until it ends or is older than requested; emits each page
//! at once.

use std::collections::{BTreeMap, BTreeSet};

use super::bounds::kept_from;
use super::error::QueryError;
use super::found::Found;
use super::page::PageSize;
use super::source::Source;
use super::{Event, KnownRepo, Plan, wire};
use crate::domain::event::{Deployment, Rows};
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;

/// Pages that are read below what was asked for, to find the predecessors of what lies inside.
const PAGES_FOR_PREDECESSORS: u32 = 3;
/// The same where only this list has them.
const PAGES_OF_STAND_INS: u32 = 20;

/// A page of a repo's list.
pub(super) struct Listed {
    /// What the repo is called now.
    pub(super) name: String,
    /// Its page, for people.
    pub(super) url: String,
    /// The entries that are deployments, in the list's order.
    pub(super) rows: Vec<Deployment>,
    /// Where the first and the last of all its entries stand in the order of the list.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Where the list goes on.
    pub(super) page_info: wire::PageInfo,
}

/// One way down.
pub(super) struct ListPages {
    pub(super) after: Option<String>,
    pub(super) stop: Timestamp,
    pub(super) predecessors: Option<Predecessors>,
    /// Whether its pages move the cursor.
    pub(super) moves: bool,
    /// Its first page, where that was read before.
    pub(super) first: Option<wire::Repository>,
}

/// How one way down ended.
pub(super) enum End {
    /// The repo has another name now, and the one it is known by.
    Renamed { from: String, to: String },
    /// It was read far enough.
    Below {
        /// Pages read.
        pages: u32,
        /// Where the first entry of the first page stands.
        newest: Option<Timestamp>,
        /// Environments with deployments inside and none known before.
        without: Vec<String>,
    },
}

/// Which environments need a success from before what is asked for, and which have one.
#[derive(Default)]
pub(super) struct Predecessors {
    inside: BTreeSet<String>,
    before: BTreeSet<String>,
    /// The newest one of each, where a list is not in the order of what it holds; kept when all of it has been seen.
    newest: BTreeMap<String, Deployment>,
}

impl Predecessors {
    /// Those of a repo as far as it is known.
    pub(super) fn of(known: &KnownRepo, from: Timestamp) -> Self {
        let of = |inside: bool| {
            let those = known.deployments.iter().filter(move |one| (one.created_at >= from) == inside);
            those.filter(move |one| inside || one.succeeded)
        };
        let environments = |inside: bool| of(inside).filter_map(|one| one.environment.clone()).collect();
        Self { inside: environments(true), before: environments(false), newest: BTreeMap::new() }
    }

    /// Whether a row from before is one to keep.
    fn takes(&mut self, row: &Deployment, environment: &str, in_order: bool) -> bool {
        if in_order {
            return row.status == "success" && self.before.insert(environment.to_owned());
        }
        if row.status == "success" && self.newest.get(environment).is_none_or(|it| row.created_at > it.created_at) {
            self.before.insert(environment.to_owned());
            self.newest.insert(environment.to_owned(), row.clone());
        }
        false
    }

    /// The environments that lack one.
    pub(super) fn without(&self) -> Vec<String> {
        self.inside.difference(&self.before).cloned().collect()
    }

    /// Whether nothing below `at` can add to them.
    fn are_complete(&self, at: Timestamp, in_order: bool) -> bool {
        self.inside.is_subset(&self.before) && (in_order || self.newest.values().all(|newest| at < newest.created_at))
    }
}

impl Plan {
    /// Whether a row is one to keep: from an instant on, or an environment's last success before.
    pub(super) fn keeps(&self, row: &Deployment, predecessors: &mut Option<Predecessors>) -> bool {
        let environment = row.environment.as_deref();
        if self.only_production && !environment.is_some_and(|environment| self.counts(environment)) {
            return false;
        }
        let inside = row.created_at >= kept_from(self);
        let (Some(predecessors), Some(environment)) = (predecessors, environment) else { return inside };
        if inside {
            predecessors.inside.insert(environment.to_owned());
            return true;
        }
        predecessors.takes(row, environment, in_order(self))
    }
}

impl ListPages {
    /// Whether the list has been read far enough below what was asked for.
    fn has_enough(&self, plan: &Plan, at: Timestamp, further: u32) -> bool {
        let most = if plan.kind == DeploymentKind::Deployments { PAGES_FOR_PREDECESSORS } else { PAGES_OF_STAND_INS };
        let complete = self.predecessors.as_ref().is_none_or(|those| those.are_complete(at, in_order(plan)));
        complete || further >= most
    }
}

/// Whether a list is in the order of its rows: pull requests are in the order of their last change, and releases in that
/// of their drafts.
fn in_order(plan: &Plan) -> bool {
    !matches!(plan.kind, DeploymentKind::MergedPullRequests | DeploymentKind::Releases)
}

impl Source {
    /// Reads page after page.
    pub(super) async fn descend(
        &self,
        name: &str,
        mut list_pages: ListPages,
        found: &mut Found,
    ) -> Result<End, QueryError> {
        let (mut size, mut further, mut pages, mut newest) = (PageSize::default(), 0, 0, None);
        loop {
            let first = list_pages.first.take();
            let page = self.listed(name, list_pages.after.as_deref(), &mut size, first).await?;
            if !page.name.eq_ignore_ascii_case(name) {
                return Ok(End::Renamed { from: name.to_owned(), to: page.name });
            }
            // The list of an owner shows only the new name: then the ids of the deployments reveal a renamed repo.
            if let Some(from) = page.rows.iter().find_map(|row| self.former_name(name, &row.id)) {
                return Ok(End::Renamed { from, to: page.name });
            }
            if page.page_info.contradicts_itself() {
                let what = self.plan.kind.plural();
                return Err(QueryError::Here(format!("GitHub's list of {what} ended too early; run again")));
            }
            pages += 1;
            (found.repo.name, found.repo.url) = (page.name, page.url);
            newest = newest.or(page.span.map(|(first, _)| first));
            let oldest = page.span.map(|(_, last)| last);
            let next = page.page_info.next();
            let mut rows: Vec<_> =
                page.rows.into_iter().filter(|row| self.plan.keeps(row, &mut list_pages.predecessors)).collect();
            found.exhausted |= next.is_none();
            if list_pages.moves {
                found.chain.after = next.clone().or_else(|| found.chain.after.take());
            }
            let passed = oldest.filter(|oldest| *oldest < list_pages.stop);
            let ends = next.is_none() || passed.is_some_and(|at| list_pages.has_enough(&self.plan, at, further));
            if ends && let Some(predecessors) = &mut list_pages.predecessors {
                rows.extend(std::mem::take(&mut predecessors.newest).into_values());
            }
            found.rows.extend(rows.iter().cloned());
            let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Deployments(rows)] };
            let (scope, cursor) = (found.repo.name.clone(), found.chain.text());
            self.send(Event::Page { scope, rows, cursor }).await?;
            if ends {
                let without = list_pages.predecessors.map(|those| those.without()).unwrap_or_default();
                return Ok(End::Below { pages, newest, without });
            }
            further += u32::from(passed.is_some());
            list_pages.after = next;
        }
    }

    /// A page of what the plan takes for deployments.
    pub(super) async fn listed(
        &self,
        name: &str,
        after: Option<&str>,
        size: &mut PageSize,
        first: Option<wire::Repository>,
    ) -> Result<Listed, QueryError> {
        match (self.plan.kind, first) {
            (DeploymentKind::Releases, _) => self.releases(name, after, size).await,
            (DeploymentKind::MergedPullRequests, _) => self.merged_pull_requests(name, after, size).await,
            (_, Some(page)) => self.deployments_of(page).await,
            (_, None) => {
                let page = self.deployments_page(name, after, None, size).await?;
                self.deployments_of(page).await
            }
        }
    }
}
