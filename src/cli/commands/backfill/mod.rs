//! `backfill`: the history into Prometheus, by a file or by remote write.

mod openmetrics;
mod remote_write;

use crate::cli::args::{BackfillTarget, Common, SinceAsOf};
use crate::cli::context::{Context, now};
use crate::cli::exit::{Code, UsageError};
use crate::cli::history::whole;
use crate::cli::output::Console;
use crate::export::event_series::{Series, WINDOW_DAYS, series};

/// Runs the command.
pub(in crate::cli) fn run(target: &BackfillTarget, common: &Common, console: Console) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    match target {
        BackfillTarget::Openmetrics { file, span } => openmetrics::run(&context, file, span, console),
        BackfillTarget::RemoteWrite(flags) => remote_write::run(&context, flags, console),
    }
}

/// The series of everything that was read up to an instant, without anything in the future.
fn history(context: &Context, span: &SinceAsOf, console: Console) -> anyhow::Result<Vec<Series>> {
    let now = now();
    let analysis = whole(context, span.as_of, now, console)?;
    let as_of = analysis.as_of;
    let settings = &context.config.settings;
    if let Some(since) = span.since.filter(|&since| settings.zone.midnight(since) >= as_of) {
        return Err(UsageError(format!("--since {since}: nothing is known after {as_of}")).into());
    }
    let all = series(&analysis);
    let before = samples(&all);
    let all: Vec<Series> = all.into_iter().map(|one| one.ending(now)).collect();
    let later = before - samples(&all);
    if later > 0 {
        console.warning(&format!(
            "{later} samples lie in the future of this machine's clock, {now}, and are left out: a server that took one \
             would refuse the present"
        ));
    }
    if settings.zone.name() != "UTC" || settings.window_days != WINDOW_DAYS {
        console.info(&format!(
            "PromQL has neither time zones nor calendar days: the figures of the rules are over {WINDOW_DAYS} days in \
             UTC"
        ));
    }
    if !all.iter().any(|one| one.family.is_event() && !one.samples.is_empty()) {
        console.warning("no deployment counts and no incident was resolved, so there are no events to send");
    }
    Ok(all)
}

fn samples(series: &[Series]) -> usize {
    series.iter().map(|one| one.samples.len()).sum()
}
