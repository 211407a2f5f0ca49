//! What a key can see of a system: its lists and their repos.

use super::System;
use super::reading::lists;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::{Probe, SourceError};

/// Asks what the key sees; stores nothing.
pub(super) async fn probe<S: System>(system: &S, api: &Api) -> Result<Probe, SourceError> {
    let lists = lists(system, api).await?;
    let named = lists.iter().map(|list| match &list.repo {
        Some(repo) => format!("{} → {repo}", list.name),
        None => list.name.clone(),
    });
    Ok(Probe { lists: named.collect(), called: S::LISTS, ..Probe::default() })
}
