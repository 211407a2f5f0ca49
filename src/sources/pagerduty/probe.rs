//! What a key sees of PagerDuty: its services, and how many of the newest incidents say something of deployments.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::fields::{Account, services};
use super::list::Incidents;
use super::{DIALECT, PagerDuty};
use crate::domain::time::{Span, Timestamp};
use crate::sources::event::{Say, say_waits};
use crate::sources::http::Clock;
use crate::sources::incidents::SourceError;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::List;

/// Incidents that are looked at, each completed in questions of its own.
const MOST: usize = 25;
const MONTH_MS: i64 = 30 * 86_400_000;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Id and name of each service that is shown, by name.
    pub services: Vec<(String, String)>,
    /// Of the incidents of the last 30 days that were looked at: how many.
    pub incidents: usize,
    /// How many of them have a verdict or a reference.
    pub flagged: usize,
}

/// Asks what the key sees; waits for no limit and stores nothing.
///
/// # Errors
/// The key is not accepted, or PagerDuty cannot be asked.
pub async fn probe(pagerduty: PagerDuty, clock: Clock, say: Say) -> Result<Probe, SourceError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let api = Arc::new(Api::new(&pagerduty.plan, None, DIALECT, clock, &events)?);
    let shown = services(&api).await?;
    let account = Account::read(&api, &pagerduty).await?;
    let list = Incidents { api: &api, pagerduty: &pagerduty, account: &account, service: None };
    let to = pagerduty.plan.began;
    let rows = list.page(Span { from: Timestamp(to.0 - MONTH_MS), to }, 0).await.map_err(failed)?;
    let (mut incidents, mut flagged) = (0, 0);
    for row in rows.rows.into_iter().rev().take(MOST) {
        let row = list.complete(row.incident).await.map_err(failed)?;
        incidents += 1;
        flagged += usize::from(row.caused_by_deploy.is_some() || row.deployment_ref.is_some());
    }
    drain.abort();
    let named = shown.into_iter().map(|one| (one.id, one.summary.or(one.name).unwrap_or_default()));
    Ok(Probe { services: named.collect(), incidents, flagged })
}

fn failed(error: QueryError) -> SourceError {
    match error.reason() {
        Err(error) => error,
        Ok((cause, _)) => SourceError::Failed { service: super::SERVICE, cause },
    }
}
