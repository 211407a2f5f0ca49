//! `push`: pushes the current figures to the Pushgateway and deletes groups that no longer exist.

use std::time::Duration;

use crate::cli::args::{Common, Network, Push};
use crate::cli::context::{Context, now};
use crate::cli::exit::{self, Code, UsageError};
use crate::cli::history::whole;
use crate::cli::interrupt::block_on;
use crate::cli::output::Console;
use crate::cli::servers::{gateway, runtime};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::export::event_series::WINDOW_DAYS;
use crate::export::pushgateway::gauges::{PushGroup, groups};
use crate::export::pushgateway::replay::{self, Replay};
use crate::export::pushgateway::{Gateway, PushError};
use crate::metrics::tables::Analysis;

/// How many refusals are printed one by one.
const MOST_SAID: usize = 3;

/// Runs the command.
pub(in crate::cli) fn run(push: &Push, common: &Common, console: Console) -> anyhow::Result<Code> {
    all(&Context::load(common)?, push, console)
}

/// Pushes the current figures, for `run`.
pub(super) fn current(
    context: &Context,
    as_of: Option<Timestamp>,
    max_wait: Seconds,
    network: Network,
    console: Console,
) -> anyhow::Result<Code> {
    all(context, &Push { as_of, prune: false, replay: false, interval: Seconds(60), max_wait, network }, console)
}

fn all(context: &Context, push: &Push, console: Console) -> anyhow::Result<Code> {
    let gateway = gateway(context, push.network.limits(push.max_wait), console)?;
    if push.interval.0 < 1 {
        return Err(UsageError("--interval: at least 1s; give the scrape interval of the server".into()).into());
    }
    let now = now();
    if let Some(as_of) = push.as_of.filter(|as_of| *as_of > now) {
        return Err(UsageError(format!("--as-of {as_of} lies in the future of this machine's clock, {now}")).into());
    }
    let analysis = whole(context, push.as_of, now, console)?;
    let groups = groups(&analysis);
    say_what_is_missing(&analysis, console);
    let runtime = runtime()?;
    if push.replay {
        let replays = replay::replays(&analysis, &groups);
        block_on(&runtime, replay_all(&gateway, &replays, push.interval, console))??;
    }
    let pushed = block_on(&runtime, gateway.push(&groups))??;
    for refused in pushed.refused.iter().take(MOST_SAID) {
        console.warning(&refused.to_string());
    }
    if let Some(first) = pushed.refused.first() {
        console.warning(&format!("{} of {} groups were not taken", pushed.refused.len(), groups.len()));
        return Ok(exit::of(&anyhow::Error::from(first.clone())));
    }
    console.info(&format!("{} groups pushed, as of {}", pushed.done, analysis.as_of));
    if push.prune {
        prune(&gateway, &groups, &runtime, console)?;
    }
    Ok(Code::Done)
}

/// Warns about missing figures: a gateway cannot represent them.
fn say_what_is_missing(analysis: &Analysis, console: Console) {
    let now = analysis.groups.first().and_then(|all| all.daily.last());
    let missing = match now {
        Some(row) if row.deployments.is_none() => "deployments",
        Some(row) if row.incidents_open.is_none() && !analysis.settings.incident_sources.is_empty() => "incidents",
        _ => return,
    };
    console.info(&format!(
        "the {missing} of the {} days before {} were not read completely, so the figures that need them are not \
         pushed; run `fetch`, or see `audit`",
        analysis.settings.window_days, analysis.as_of
    ));
}

fn prune(
    gateway: &Gateway,
    groups: &[PushGroup],
    runtime: &tokio::runtime::Runtime,
    console: Console,
) -> anyhow::Result<()> {
    let gone = block_on(runtime, gateway.prune(groups))??;
    match gone.as_slice() {
        [] => console.info("no group had to be deleted"),
        gone => console.info(&format!("deleted: {}", gone.join(", "))),
    }
    Ok(())
}

/// Pushes the deployments of every group side by side, oldest first, with a pause after each.
async fn replay_all(
    gateway: &Gateway,
    replays: &[Replay],
    interval: Seconds,
    console: Console,
) -> Result<(), PushError> {
    let rounds = replays.iter().map(|replay| replay.pushes.len()).max().unwrap_or(0);
    let pause = Duration::from_secs(u64::try_from(interval.0).unwrap_or(1));
    console.warning(&format!(
        "the deployments of the last {} days are pushed one by one, {rounds} rounds of {} s: they all carry today's time, \
         so rules over 30 days count them until 30 days from now and then lose them all at once; no rule can tell them \
         from deployments of today, and those that the server has scraped already are counted twice",
        WINDOW_DAYS,
        pause.as_secs()
    ));
    let mut began = false;
    for replay in gateway.newborn(replays).await? {
        if let Some(before) = &replay.before {
            gateway.post(replay, before).await?;
            began = true;
        }
    }
    if began {
        gateway.rest(pause).await;
    }
    let spinner = console.spinner();
    for round in 0..rounds {
        for replay in replays {
            if let Some(text) = replay.pushes.get(round) {
                gateway.post(replay, text).await?;
            }
        }
        spinner.set_message(format!("{} of {rounds}", round + 1));
        gateway.rest(pause).await;
    }
    spinner.finish_and_clear();
    Ok(())
}
