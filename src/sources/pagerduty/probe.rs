//! What a key sees of PagerDuty: its services, and how many of the newest incidents say something of deployments.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::fields::{Account, services};
use super::list::Incidents;
use super::{DIALECT, PagerDuty, SERVICE};
use crate::http::Clock;
use crate::sources::event::{Say, say_waits};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::{Newest, Probe, SourceError, newest};

/// Asks what the key sees; waits for no limit and stores nothing.
///
/// # Errors
/// The key is not accepted, or PagerDuty cannot be asked.
pub(super) async fn probe(pagerduty: PagerDuty, clock: Clock, say: Say) -> Result<Probe, SourceError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let api = Arc::new(Api::new(&pagerduty.plan, None, DIALECT, clock, &events)?);
    let account = Account::read(&api, &pagerduty).await?;
    let shown = QueryError::shown(services(&api).await, SERVICE)?.unwrap_or_default();
    let list = Incidents { api: &api, pagerduty: &pagerduty, account: &account, service: None };
    let Newest { incidents, flagged } = newest(&list, pagerduty.plan.began).await.map_err(failed)?;
    drain.abort();
    let pair = |one: super::wire::Reference| (one.id, one.summary.or(one.name).unwrap_or_default());
    let names: Vec<(String, String)> = shown.into_iter().map(pair).collect();
    let is_shown = |wanted: &String| names.iter().any(|(id, name)| id == wanted || name.eq_ignore_ascii_case(wanted));
    let why = "the key shows no such service; check its id or name and what the key may read";
    let hidden = pagerduty.services.iter().filter(|wanted| !is_shown(wanted));
    let problems = hidden.map(|service| (service.clone(), why.to_owned())).collect();
    Ok(Probe {
        problems,
        names,
        incidents,
        flagged,
        scopes: pagerduty.services.len(),
        missing: account.missing,
        ..Probe::default()
    })
}

fn failed(error: QueryError) -> SourceError {
    match error.reason() {
        Err(error) => error,
        Ok((cause, true)) => SourceError::Nothing { service: SERVICE, cause },
        Ok((cause, false)) => SourceError::Failed { service: SERVICE, cause },
    }
}
