//! `backfill remote-write`: the history to a server, batch by batch; what was taken is noted, so that a run that was
//! broken off goes on where it was, and `--since-last` sends only days of which something is new.

use std::collections::BTreeMap;

use super::{history, samples};
use crate::cli::args::RemoteWrite;
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::output::Talk;
use crate::cli::servers::{receiver, runtime};
use crate::export::remote_write::{Plan, Receiver, Taken, window_days};
use crate::store::sent::Sent;

/// Sends what the server lacks.
pub(super) fn run(context: &Context, flags: &RemoteWrite, talk: Talk) -> anyhow::Result<Code> {
    let began = now();
    let (receiver, address) = receiver(context, flags.max_wait, began, talk)?;
    let all = history(context, flags.span.since, flags.span.as_of, talk)?;
    if all.is_empty() {
        return Ok(Code::Done);
    }
    let mut sent = Sent::open(&context.data, &address)?;
    let goes_on = sent.is_broken_off();
    let plan = Plan::new(&all, &if flags.since_last || goes_on { sent.days() } else { BTreeMap::new() });
    if !flags.since_last && !goes_on {
        sent.begin_anew()?;
    }
    if goes_on && !plan.is_empty() {
        talk.detail("the run before was broken off; this one goes on where it was");
    }
    let taken = send(&plan, &receiver, &mut sent, talk)?;
    sent.finish()?;
    let left = samples(&all) - plan.len();
    let before = if left > 0 { format!("; {left} were there before") } else { String::new() };
    talk.info(&format!("{address}: {} samples of {} series sent{before}", taken.samples, all.len()));
    if let Some(oldest) = plan.oldest().filter(|_| !flags.since_last) {
        let days = window_days(oldest, began);
        talk.info(&format!(
            "Its oldest sample is of {oldest}: the server keeps it with `--storage.tsdb.retention.time={days}d` or more, and \
             takes it anew with `storage: {{tsdb: {{out_of_order_time_window: {days}d}}}}` in its configuration"
        ));
    }
    if taken.kept > 0 {
        talk.warning(&format!(
            "of {} samples the server had another value at the same instant, which it keeps: what is corrected later never \
             reaches a Prometheus; delete the series there and send them anew if it matters",
            taken.kept
        ));
    }
    Ok(Code::Done)
}

fn send(plan: &Plan<'_>, receiver: &Receiver, sent: &mut Sent, talk: Talk) -> anyhow::Result<Taken> {
    let runtime = runtime()?;
    let spinner = talk.spinner();
    let mut all = Taken::default();
    for (batch, days) in plan.batches() {
        let taken = runtime.block_on(receiver.write(batch))?;
        all.samples += taken.samples;
        all.kept += taken.kept;
        spinner.set_message(format!("{} of {} samples", all.samples, plan.len()));
        if !days.is_empty() {
            sent.taken(days)?;
        }
    }
    spinner.finish_and_clear();
    Ok(all)
}
