//! The maximum number of rows and requests of each list.

use super::mark::begin;
use super::pages::Pages;
use super::reading::{lists, wanted};
use super::{Named, System};
use crate::domain::time::Timestamp;
use crate::http::Clock;
use crate::sources::estimate::{Estimate, Estimates, RequestEstimate};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::{Known, Plan, SourceError};

/// An estimate per list, with the name of its repo if that is known.
pub(super) async fn estimates<S: System>(
    system: &S,
    api: &Api,
    plan: &Plan,
    known: &Known,
    clock: &Clock,
) -> Result<Estimates, SourceError> {
    let began = clock();
    let lists = wanted(lists(system, api).await?, plan);
    let before = api.cost().requests;
    let mut scopes = Vec::new();
    for list in &lists {
        scopes.push(match rows(system, api, list, begin(list, plan, known)).await {
            Ok(rows) => read(list, rows, rows.div_ceil(system.page_rows()).max(1) * S::REQUESTS),
            Err(error) => {
                let (problem, is_denied) = error.reason()?;
                Estimate { scope: scope(list), problem: Some(problem), is_denied, ..Estimate::default() }
            }
        });
    }
    let elapsed_ms = clock().0.saturating_sub(began.0);
    Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: plan.concurrency })
}

async fn rows<S: System>(system: &S, api: &Api, list: &Named<S::Place>, from: Timestamp) -> Result<u64, QueryError> {
    if let Some(rows) = system.extent(api, list, from).await? {
        return Ok(rows);
    }
    let (mut pages, mut rows) = (Pages::new(system, api, list, from), 0);
    while let Some(page) = pages.next().await? {
        rows += u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
    }
    Ok(rows)
}

fn read<P>(list: &Named<P>, rows: u64, requests: u64) -> Estimate {
    let pages = RequestEstimate { requests, points: 0 };
    Estimate { scope: scope(list), deployments: rows, usual: pages, most: pages, ..Estimate::default() }
}

fn scope<P>(list: &Named<P>) -> String {
    list.repo.as_ref().map_or_else(|| list.name.clone(), |repo| format!("{repo} ({})", list.name))
}
