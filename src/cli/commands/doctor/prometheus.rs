//! The checks of the servers that receive figures: reachable, which version, and whether they would accept the history.
//! Nothing is stored: a Pushgateway is only read, and a server of remote writes is sent a request without a sample.

use super::checklist::Checklist;
use crate::cli::args::Network;
use crate::cli::context::{Context, now};
use crate::cli::exit;
use crate::cli::output::Console;
use crate::cli::servers::{gateway, receiver, runtime};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::export::pushgateway::PushError;
use crate::export::remote_write::limits::Limits;
use crate::export::remote_write::{WriteError, window_days};
use crate::http::HttpError;
use crate::store::inventory::inventory;

/// The check of remote writes.
const NAME: &str = "remote_write";
/// `doctor` waits for no limit.
const NO_WAIT: Seconds = Seconds(0);

pub(super) fn check(context: &Context, network: Network, console: Console, list: &mut Checklist) -> anyhow::Result<()> {
    let waits = network.limits(NO_WAIT);
    if let Some(section) = &context.config.pushgateway {
        let about = gateway(context, waits, console).and_then(|it| Ok(runtime()?.block_on(it.about())?));
        match about {
            Ok(about) => {
                let (url, version, groups) = (section.url.as_str(), about.version, about.groups);
                list.ok(
                    "pushgateway",
                    &format!("{url} answers, version {version}; it holds {groups} groups of job {}", section.job),
                );
                if !about.failed.is_empty() {
                    list.warn(
                        "pushgateway",
                        &format!("the last push was refused for {}", about.failed.join(", ")),
                        "run `push` again: it says why",
                    );
                }
            }
            Err(error) => list.refuse(exit::of(&error), "pushgateway", &words(&error)),
        }
    }
    if context.config.remote_write.is_some() {
        let began = now();
        match receiver(context, waits, began, console) {
            Ok((receiver, url)) => {
                let runtime = runtime()?;
                match runtime.block_on(receiver.ask()) {
                    Ok(()) => {
                        let limits = runtime.block_on(receiver.limits());
                        let version =
                            limits.version.as_ref().map_or_else(String::new, |it| format!(", Prometheus {it}"));
                        list.ok(NAME, &format!("{url} takes remote writes{version}"));
                        ages(&limits, oldest(context), began, list);
                    }
                    Err(error) => {
                        let error = error.into();
                        list.refuse(exit::of(&error), NAME, &words(&error));
                    }
                }
            }
            Err(error) => list.error(NAME, &error),
        }
    }
    Ok(())
}

/// The error text without the advice to raise `--max-wait`, a flag that `doctor` does not have.
fn words(error: &anyhow::Error) -> String {
    let transport = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(PushError::Http(transport)), _) | (_, Some(WriteError::Http(transport))) => Some(transport),
        _ => None,
    };
    match transport {
        Some(HttpError::Limit { host, until, .. }) => {
            format!("{host} accepts no more requests until {until}; run again then")
        }
        _ => format!("{error:#}"),
    }
}

/// The first instant that was read.
fn oldest(context: &Context) -> Option<Timestamp> {
    let held = inventory(&context.data).ok()?;
    held.coverage.iter().flat_map(|entry| &entry.spans).map(|span| span.from).min()
}

/// How old a sample the server takes and keeps, beside how old the history is.
fn ages(limits: &Limits, oldest: Option<Timestamp>, now: Timestamp, list: &mut Checklist) {
    let days = oldest.map(|oldest| window_days(oldest, now));
    let need = days.map_or_else(String::new, |days| format!("; the history in the dataset needs {days} days"));
    let in_days = |seconds: u64| i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    let is_short = |seconds: u64| days.is_some_and(|days| in_days(seconds) < days);
    match limits.window.map(|it| it.as_secs()) {
        None => list.warn(
            NAME,
            &format!("the server does not say how old a sample may be{need}"),
            "compare with `storage.tsdb.out_of_order_time_window` or the similar setting of that server",
        ),
        Some(0) => list.warn(
            NAME,
            &format!(
                "a sample may be one hour older than the newest there, since no \
                 `storage.tsdb.out_of_order_time_window` is set{need}"
            ),
            "set it, or load the old history with `backfill openmetrics`",
        ),
        Some(window) if is_short(window) => list.warn(
            NAME,
            &format!("a sample may be {} days older than the newest there{need}", in_days(window)),
            "raise `storage.tsdb.out_of_order_time_window`, or send the newer part with --since",
        ),
        Some(window) => {
            list.ok(NAME, &format!("a sample may be {} days older than the newest there{need}", in_days(window)));
        }
    }
    match limits.retention.map(|it| it.as_secs()) {
        None => list.warn(
            NAME,
            &format!("the server does not say for how many days it keeps samples{need}"),
            "compare with the retention of that server",
        ),
        Some(kept) if is_short(kept) => list.warn(
            NAME,
            &format!("samples are kept for {} days{need}", in_days(kept)),
            "raise `--storage.tsdb.retention.time`",
        ),
        Some(kept) => list.ok(NAME, &format!("samples are kept for {} days{need}", in_days(kept))),
    }
}
