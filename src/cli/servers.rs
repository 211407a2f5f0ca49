//! The servers that figures go to, from the config and the environment, ready to be asked.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Runtime;
use url::Url;

use super::context::{Context, now, secret};
use super::exit::{AccessError, UsageError};
use super::output::Console;
use crate::config::{Config, Login};
use crate::document::Endpoint;
use crate::domain::time::Timestamp;
use crate::export::event_series::JOB;
use crate::export::pushgateway::Gateway;
use crate::export::remote_write::Receiver;
use crate::http::{self, Client, Notify, WaitLimits};

/// The job of a Pushgateway where none is configured.
const DEFAULT_JOB: &str = "dora";

/// The job under which current figures stand; `None` in the config is the default.
pub(super) fn job(config: &Config) -> Result<&str, UsageError> {
    let job = config.pushgateway.as_ref().map_or(DEFAULT_JOB, |gateway| gateway.job.as_str());
    if job == JOB {
        return Err(UsageError(format!(
            "`job` in [pushgateway] is `{JOB}`, which is the job of the samples that `backfill` writes, so scrapes \
             would be counted as deployments; choose another name, like `{DEFAULT_JOB}`"
        )));
    }
    Ok(job)
}

/// The Pushgateway of the config.
pub(super) fn gateway(context: &Context, waits: WaitLimits, console: Console) -> anyhow::Result<Gateway> {
    let job = job(&context.config)?;
    let section = context.config.pushgateway.as_ref().ok_or_else(|| {
        UsageError(
            "there is no section [pushgateway], so there is nowhere to push; add\n  [pushgateway]\n  \
             url = \"http://pushgateway:9091\""
                .into(),
        )
    })?;
    let login = login(&section.login, &section.url, "pushgateway")?;
    Ok(Gateway::new(address(&section.url, "pushgateway")?, job.to_owned(), login, client(waits, console)?))
}

/// The server of the config that takes remote writes, and its address as written.
pub(super) fn receiver(
    context: &Context,
    waits: WaitLimits,
    now: Timestamp,
    console: Console,
) -> anyhow::Result<(Receiver, String)> {
    let section = context.config.remote_write.as_ref().ok_or_else(|| {
        UsageError(
            "there is no section [remote_write], so there is nowhere to write; add\n  [remote_write]\n  \
             url = \"http://prometheus:9090/api/v1/write\""
                .into(),
        )
    })?;
    let login = login(&section.login, &section.url, "remote_write")?;
    let url = address(&section.url, "remote_write")?;
    Ok((Receiver::new(url, login, client(waits, console)?, now), section.url.as_str().to_owned()))
}

/// The login of a section, its secrets from the environment. Over plain http, a missing variable means no login: inside
/// a cluster the same config often needs none.
fn login(login: &Login, url: &Endpoint, section: &str) -> anyhow::Result<http::Login> {
    let is_plain = !url.as_str().to_ascii_lowercase().starts_with("https");
    let read = |variable: &String, key: &str| match secret(variable) {
        Some(secret) => Ok(Some(secret)),
        None if is_plain => Ok(None),
        None => Err(AccessError(format!(
            "there is no login for {}: the environment variable {variable} is not set or empty; set it, or take `{key}` \
             out of [{section}] if the server asks for none",
            url.as_str()
        ))),
    };
    let mut found = http::Login { headers: login.headers.clone(), ..http::Login::default() };
    if let Some(variable) = &login.bearer_token_env {
        found.token = read(variable, "bearer_token_env")?;
    }
    if let Some((user, variable)) = &login.basic {
        found.token = read(variable, "password_env")?;
        found.user = Some(user.clone());
    }
    for (name, variable) in &login.header_env {
        found.secret_headers.extend(read(variable, "header_env")?.map(|value| (name.clone(), value)));
    }
    Ok(found)
}

/// What the requests run on.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime for the requests cannot be started; is a limit of open files reached?")
}

fn address(endpoint: &Endpoint, section: &str) -> Result<Url, UsageError> {
    Url::parse(endpoint.as_str())
        .map_err(|cause| UsageError(format!("`url` in [{section}] is not a valid address: {cause}")))
}

/// A client for requests to one of them.
pub(super) fn client(waits: WaitLimits, console: Console) -> anyhow::Result<Client> {
    let notify: Notify = Arc::new(move |text| -> Pin<Box<dyn Future<Output = ()> + Send>> {
        console.waits()(&text);
        Box::pin(async {})
    });
    Ok(Client::new(Arc::new(now), notify, waits, 0)?)
}
