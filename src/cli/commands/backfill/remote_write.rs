//! `backfill remote-write`: the history to a server, batch by batch; records which batches were accepted, so that an
//! interrupted run resumes and `--since-last` sends only new samples.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tokio::runtime::Runtime;

use super::{history, samples};
use crate::cli::args::RemoteWrite;
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::interrupt::{self, block_on};
use crate::cli::output::Console;
use crate::cli::servers::{receiver, runtime};
use crate::domain::time::{Timestamp, Zone};
use crate::export::event_series::Series;
use crate::export::remote_write::{BatchResult, Parts, Plan, Receiver, key, window_days};
use crate::store::sent::Sent;

/// Sends what the server lacks.
pub(super) fn run(context: &Context, flags: &RemoteWrite, console: Console) -> anyhow::Result<Code> {
    let began = now();
    let (receiver, address) = receiver(context, flags.network.limits(flags.max_wait), began, console)?;
    let all = history(context, &flags.span, console)?;
    let link = Link { runtime: runtime()?, receiver, console };
    let mut sent = Sent::open(&context.data, &address)?;
    let goes_on = flags.since_last || sent.is_broken_off();
    let mut from = flags.span.since;
    if flags.since_last {
        from = from.max(link.read_spans(&all, began));
    }
    // A failed query about the server's samples is not an error, but an interruption is.
    interrupt::check()?;
    let all = match from {
        None => all,
        Some(day) => link.starting(all, day, context.config.settings.zone, &sent),
    };
    interrupt::check()?;
    let plan = Plan::new(&all, &if goes_on { sent.parts() } else { Parts::new() });
    if !goes_on {
        sent.begin_anew(from)?;
    }
    let taken = link.send(&plan, &mut sent, from)?;
    sent.finish()?;
    let left = samples(&all) - plan.whole().len();
    let before = if left > 0 { format!("; {left} were there before") } else { String::new() };
    console.info(&format!("{address}: {} samples sent{before}", taken.samples));
    let oldest = all.iter().filter_map(|one| one.samples.first()).map(|(at, _)| *at).min();
    if let Some(oldest) = oldest.filter(|_| !flags.since_last) {
        let days = window_days(oldest, began);
        console.info(&format!(
            "Its oldest sample is from {oldest}: the server keeps it with `--storage.tsdb.retention.time={days}d` or \
             more, and accepts it again with `storage: {{tsdb: {{out_of_order_time_window: {days}d}}}}` in its \
             configuration"
        ));
    }
    if taken.kept > 0 {
        console.warning(&format!(
            "for {} samples, the server already had another value at the same time and keeps it, because Prometheus \
             accepts no corrections; to correct them, delete the series there and send them again",
            taken.kept
        ));
    }
    Ok(Code::Done)
}

/// The server, and what its requests run on.
struct Link {
    runtime: Runtime,
    receiver: Receiver,
    console: Console,
}

impl Link {
    /// The samples from a day on. Windows that include days the server never received are marked as incomplete.
    fn starting(&self, all: Vec<Series>, day: NaiveDate, zone: Zone, sent: &Sent) -> Vec<Series> {
        let mut asked: BTreeMap<NaiveDate, BTreeSet<String>> = BTreeMap::new();
        let mut known = |group: &str| {
            let first = sent.first(group, Some(day))?;
            let ask = || block_on(&self.runtime, self.receiver.has_before(zone.midnight(first))).unwrap_or_default();
            (!asked.entry(first).or_insert_with(ask).contains(group)).then_some(first)
        };
        let cut = |one: Series| {
            let first = known(&key(&one.group)).map_or(Timestamp(i64::MIN), |first| zone.midnight(first));
            one.starting(zone.midnight(day), first)
        };
        all.into_iter().map(cut).collect()
    }

    /// The first day that the server accepts, if it states a limit that is too short for the history. Older samples
    /// would be refused in every scheduled run.
    fn read_spans(&self, all: &[Series], now: Timestamp) -> Option<NaiveDate> {
        let limits = block_on(&self.runtime, self.receiver.limits()).unwrap_or_default();
        let window = limits.window.filter(|window| !window.is_zero())?;
        let back = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let first = Zone::UTC.day_of(Timestamp(now.0.saturating_sub(back))).succ_opt();
        let reached = first.map_or(Timestamp(i64::MIN), |day| Zone::UTC.midnight(day));
        let older = all.iter().map(|one| one.samples.partition_point(|(at, _)| *at < reached)).sum::<usize>();
        self.console.detail(&format!("{older} samples are older than what the server takes, and are left out"));
        first.filter(|_| older > 0)
    }

    fn send(&self, plan: &Plan<'_>, sent: &mut Sent, from: Option<NaiveDate>) -> anyhow::Result<BatchResult> {
        let (spinner, count) = (self.console.spinner(), plan.whole().len());
        let mut all = BatchResult::default();
        for (batch, parts) in plan.batches() {
            let taken = block_on(&self.runtime, self.receiver.write(batch))??;
            all.samples += taken.samples;
            all.kept += taken.kept;
            spinner.set_message(format!("{} of {count} samples", all.samples));
            if !parts.is_empty() {
                sent.taken(parts, from)?;
            }
        }
        spinner.finish_and_clear();
        Ok(all)
    }
}
