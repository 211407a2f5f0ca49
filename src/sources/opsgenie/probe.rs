//! What a key sees of OpsGenie or Jira Service Management: services, teams, and how much of the last month is flagged.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::alerts::Alerts;
use super::incidents::Incidents;
use super::names::Names;
use super::{ALERTS, OpsGenie};
use crate::http::Clock;
use crate::sources::event::{Say, say_waits};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::{Probe, SourceError, newest};

/// Asks what the key sees; waits for no limit and stores nothing.
///
/// # Errors
/// The key is not accepted, or the service cannot be asked.
pub(super) async fn probe(opsgenie: OpsGenie, clock: Clock, say: Say) -> Result<Probe, SourceError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let api = Api::new(&opsgenie.plan, opsgenie.product.user(), opsgenie.product.dialect(), clock, &events)?;
    let api = Arc::new(api);
    let names = Names::read(&api, &opsgenie.product).await?;
    let scopes = opsgenie.product.scopes();
    let mut probe = Probe { scopes: scopes.len(), ..Probe::default() };
    for scope in scopes {
        let looked = if scope == ALERTS {
            newest(&Alerts { api: &api, opsgenie: &opsgenie, names: &names }, opsgenie.plan.began).await
        } else {
            newest(&Incidents { api: &api, opsgenie: &opsgenie, names: &names }, opsgenie.plan.began).await
        };
        match looked {
            Ok(newest) => {
                probe.incidents += newest.incidents;
                probe.flagged += newest.flagged;
            }
            Err(error) => {
                let (problem, _) = error.reason()?;
                probe.problems.push((scope, problem));
            }
        }
    }
    probe.missing = names.missing;
    probe.names = names.services.into_iter().chain(names.teams).collect();
    drain.abort();
    Ok(probe)
}
