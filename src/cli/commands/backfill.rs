//! `backfill`: the history for Prometheus. The file appears whole or not at all.

use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;

use crate::cli::args::{Common, Road};
use crate::cli::context::{Context, now};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{Talk, data};
use crate::domain::time::{Period, Timestamp};
use crate::domain::words::plain;
use crate::export::event_series::{Series, series};
use crate::export::openmetrics::render;
use crate::metrics::{Request, analyse};
use crate::store::Dataset;

/// Runs the command.
pub(in crate::cli) fn run(road: &Road, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let Road::Openmetrics { file, since, as_of } = road;
    let all = history(&context, *since, as_of.unwrap_or_else(now))?;
    let samples: usize = all.iter().map(|one| one.samples.len()).sum();
    if samples == 0 {
        talk.warning("there is nothing to backfill: no deployment and no incident was read; run `fetch` or `import`");
    }
    let text = render(&all);
    if file == Path::new("-") {
        data(&text)?;
        return Ok(Code::Done);
    }
    write(file, &text)?;
    talk.info(&format!(
        "{}: {samples} samples of {} series. Import them where Prometheus runs (without the flag it takes a thousand times \
         as long), then move the folders of DIR into its data directory:\n  \
         promtool tsdb create-blocks-from openmetrics --max-block-duration=744h {0} DIR",
        file.display(),
        all.len()
    ));
    if context.config.settings.zone.name() != "UTC" || context.config.settings.window_days != 30 {
        talk.warning(
            "PromQL knows neither time zones nor other windows: the rules' figures are those of 30 days that end in UTC",
        );
    }
    Ok(Code::Done)
}

/// The series of all that was read, up to an instant.
fn history(context: &Context, since: Option<NaiveDate>, as_of: Timestamp) -> anyhow::Result<Vec<Series>> {
    let settings = context.config.settings.clone();
    let dataset = Dataset::open(&context.data)?;
    let read = dataset.coverage().iter().flat_map(|entry| &entry.spans).map(|span| span.from).min();
    let first = since.or_else(|| read.map(|at| settings.zone.day_of(at)));
    let to = settings.zone.day_of(as_of).succ_opt().context("the instant lies beyond the calendar")?;
    let from = first.unwrap_or(to - chrono::Days::new(365));
    let period = Period::range(from, to)
        .map_err(|_| UsageError(format!("--since {from}: that is after the last day that is known, {as_of}")))?;
    let request = Request { settings, as_of, previous: None, period, service: None, team: None };
    Ok(series(&analyse(&dataset, &request)?))
}

/// Writes a file beside itself first.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = path.file_name().context("the file needs a name")?.to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let done = std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, path));
    if let Err(cause) = done {
        // Nothing half written stays; that it could not be removed is less than why it could not be written.
        let _ = std::fs::remove_file(&partial);
        return Err(UsageError(format!(
            "{}: cannot be written: {}; name another file",
            path.display(),
            plain(&cause.to_string())
        ))
        .into());
    }
    Ok(())
}
