//! The likely owners of the repos for a token: the organizations of its account, or the account itself.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::error::{GitHubError, QueryError};
use super::queries::VIEWER;
use super::run::open;
use super::{Auth, Known, Plan};
use crate::http::Clock;
use crate::sources::event::{Say, say_waits};

#[derive(Deserialize)]
struct Reply {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    login: String,
    organizations: Organizations,
}

#[derive(Deserialize)]
struct Organizations {
    nodes: Vec<Organization>,
}

#[derive(Deserialize)]
struct Organization {
    login: String,
}

/// The organizations that the token shows, sorted; where it shows none, its account.
///
/// # Errors
/// The token is not accepted, or GitHub cannot be asked.
pub async fn owners(plan: Plan, auth: Auth, clock: Clock, say: Say) -> Result<Vec<String>, GitHubError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let source = Arc::new(open(plan, auth, Known::new(), clock, events)?);
    let reply: Reply = source.api.query("", VIEWER, json!({})).await.map_err(QueryError::into_run)?;
    drain.abort();
    let mut owners: Vec<String> = reply.viewer.organizations.nodes.into_iter().map(|it| it.login).collect();
    if owners.is_empty() {
        owners.push(reply.viewer.login);
    }
    owners.sort_unstable();
    Ok(owners)
}
