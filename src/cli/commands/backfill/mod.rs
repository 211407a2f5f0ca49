//! `backfill`: the history into Prometheus, by a file or by remote write.

mod openmetrics;
mod remote_write;

use chrono::NaiveDate;

use crate::cli::args::{Common, Road};
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::history::whole;
use crate::cli::output::Talk;
use crate::domain::time::Timestamp;
use crate::export::event_series::{Series, between, series};

/// Runs the command.
pub(in crate::cli) fn run(road: &Road, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    match road {
        Road::Openmetrics { file, span } => openmetrics::run(&context, file, span.since, span.as_of, talk),
        Road::RemoteWrite(flags) => remote_write::run(&context, flags, talk),
    }
}

/// The series of all that was read, up to an instant, and nothing that lies in the future.
fn history(
    context: &Context,
    since: Option<NaiveDate>,
    as_of: Option<Timestamp>,
    talk: Talk,
) -> anyhow::Result<Vec<Series>> {
    let now = now();
    let from = since.map_or(Timestamp(i64::MIN), |day| context.config.settings.zone.midnight(day));
    let (all, later) = between(series(&whole(context, since, as_of.unwrap_or(now))?), from, now);
    if later > 0 {
        talk.warning(&format!(
            "{later} samples lie in the future of this machine's clock, {now}, and are left out: a server that took one \
             would refuse the present"
        ));
    }
    let settings = &context.config.settings;
    if settings.zone.name() != "UTC" || settings.window_days != 30 {
        talk.warning(
            "PromQL knows neither time zones nor other windows: the rules' figures are those of 30 days that end in UTC",
        );
    }
    if all.is_empty() {
        talk.warning("there is nothing to backfill: no deployment and no incident was read; run `fetch` or `import`");
    }
    Ok(all)
}

fn samples(series: &[Series]) -> usize {
    series.iter().map(|one| one.samples.len()).sum()
}
