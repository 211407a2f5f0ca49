//! What a key can see of a system: its lists and their repos.

use super::System;
use super::pages::Pages;
use super::reading::lists;
use crate::domain::time::Timestamp;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::{Plan, Probe, SourceError};

/// Asks what the key sees; stores nothing.
pub(super) async fn probe<S: System>(system: &S, api: &Api, plan: &Plan) -> Result<Probe, SourceError> {
    let lists = lists(system, api).await?;
    // A system that is not asked for its lists has not seen the key yet.
    if api.cost().requests == 0 {
        for list in &lists {
            let month = Timestamp(plan.began.0.saturating_sub(30 * 86_400_000));
            Pages::new(system, api, list, month).next().await.map_err(|error| error.of(system.dialect().service))?;
        }
    }
    let named = lists.iter().map(|list| match &list.repo {
        Some(repo) => format!("{} → {repo}", list.name),
        None => list.name.clone(),
    });
    Ok(Probe { lists: named.collect(), called: S::LISTS, ..Probe::default() })
}
