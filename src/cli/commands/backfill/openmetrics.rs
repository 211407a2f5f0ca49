//! `backfill openmetrics`: the history as a file for `promtool`. The file appears whole or not at all.

use std::path::Path;

use anyhow::Context as _;

use super::{history, samples};
use crate::cli::args::SinceAsOf;
use crate::cli::context::Context;
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{Talk, data};
use crate::domain::words::plain;
use crate::export::openmetrics::render;

/// Writes the file.
pub(super) fn run(context: &Context, file: &Path, span: &SinceAsOf, talk: Talk) -> anyhow::Result<Code> {
    let mut all = history(context, span, talk)?;
    if let Some(since) = span.since.map(|day| context.config.settings.zone.midnight(day)) {
        all = all.into_iter().map(|one| one.starting(since, since)).collect();
    }
    all.retain(|one| !one.samples.is_empty());
    let text = render(&all);
    if file == Path::new("-") {
        data(&text)?;
        return Ok(Code::Done);
    }
    write(file, &text)?;
    if !all.is_empty() {
        talk.info(&format!(
            "{}: {} samples of {} series. Import them where Prometheus runs (without the flag it takes a thousand times \
             as long), then move the folders of DIR into its data directory:\n  \
             promtool tsdb create-blocks-from openmetrics --max-block-duration=744h {0} DIR",
            file.display(),
            samples(&all),
            all.len()
        ));
    }
    Ok(Code::Done)
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
