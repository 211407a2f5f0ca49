//! The servers that figures go to, from the config and the environment, ready to be asked.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Runtime;
use url::Url;

use super::context::{Context, now, secret};
use super::exit::{AccessError, UsageError};
use super::output::Talk;
use crate::config::{Config, Endpoint};
use crate::domain::time::Timestamp;
use crate::export::event_series::JOB;
use crate::export::pushgateway::Gateway;
use crate::export::remote_write::Receiver;
use crate::sources::http::{Client, Notify, WaitLimits};

/// The job of a Pushgateway where none is configured.
const DEFAULT_JOB: &str = "dora";

/// The job under which current figures stand; `None` in the config is the default.
pub(super) fn job(config: &Config) -> Result<&str, UsageError> {
    let job = config.pushgateway.as_ref().map_or(DEFAULT_JOB, |gateway| gateway.job.as_str());
    if job == JOB {
        return Err(UsageError(format!(
            "`job` in [pushgateway] is `{JOB}`, which is that of the samples of events, and scrapes would be counted as \
             deployments; name it otherwise, like `{DEFAULT_JOB}`"
        )));
    }
    Ok(job)
}

/// The Pushgateway of the config.
pub(super) fn gateway(context: &Context, waits: WaitLimits, talk: Talk) -> anyhow::Result<Gateway> {
    let job = job(&context.config)?;
    let section = context.config.pushgateway.as_ref().ok_or_else(|| {
        UsageError(
            "there is no section [pushgateway], so there is nowhere to push; add\n  [pushgateway]\n  \
             url = \"http://pushgateway:9091\""
                .into(),
        )
    })?;
    Ok(Gateway::new(address(&section.url, "pushgateway")?, job.to_owned(), client(waits, talk)?))
}

/// The server of the config that takes remote writes, and its address as written.
pub(super) fn receiver(
    context: &Context,
    waits: WaitLimits,
    now: Timestamp,
    talk: Talk,
) -> anyhow::Result<(Receiver, String)> {
    let section = context.config.remote_write.as_ref().ok_or_else(|| {
        UsageError(
            "there is no section [remote_write], so there is nowhere to write; add\n  [remote_write]\n  \
             url = \"http://prometheus:9090/api/v1/write\""
                .into(),
        )
    })?;
    let token = section.bearer_token_env.as_deref().and_then(secret);
    if let Some(variable) = section.bearer_token_env.as_ref().filter(|_| token.is_none())
        && section.url.as_str().to_ascii_lowercase().starts_with("https")
    {
        return Err(AccessError(format!(
            "there is no token for {}: the environment variable {variable} is not set or empty; set it, or take \
             `bearer_token_env` out of [remote_write] if the server asks for none",
            section.url.as_str()
        ))
        .into());
    }
    let url = address(&section.url, "remote_write")?;
    Ok((Receiver::new(url, token, client(waits, talk)?, now), section.url.as_str().to_owned()))
}

/// What the requests run on.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime for the requests cannot be started; is a limit of open files reached?")
}

fn address(endpoint: &Endpoint, section: &str) -> Result<Url, UsageError> {
    Url::parse(endpoint.as_str()).map_err(|cause| UsageError(format!("`url` in [{section}] is no address: {cause}")))
}

fn client(waits: WaitLimits, talk: Talk) -> anyhow::Result<Client> {
    let notify: Notify = Arc::new(move |text| -> Pin<Box<dyn Future<Output = ()> + Send>> {
        talk.warning(&text);
        Box::pin(async {})
    });
    Ok(Client::new(Arc::new(now), notify, waits, 0)?)
}
