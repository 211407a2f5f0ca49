//! `backfill openmetrics`: the history as a file for `promtool`. The file appears whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{history, samples};
use crate::cli::args::SinceAsOf;
use crate::cli::context::Context;
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{Console, data};
use crate::domain::words::plain;
use crate::export::openmetrics::render;
use crate::store::replace;

/// Writes the file.
pub(super) fn run(context: &Context, file: &Path, span: &SinceAsOf, console: Console) -> anyhow::Result<Code> {
    let mut all = history(context, span, console)?;
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
    console.info(&format!(
        "{}: {} samples of {} series. Import them where Prometheus runs (without the flag it takes a thousand times \
         as long), then move the folders of DIR into its data directory:\n  \
         promtool tsdb create-blocks-from openmetrics --max-block-duration=744h {0} DIR",
        file.display(),
        samples(&all),
        all.len()
    ));
    Ok(Code::Done)
}

/// Writes a regular file through a temporary file beside it; follows a link, and writes to a pipe or device directly.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // A pipe, a device, or a link to what is not there yet.
    let is_special = fs::symlink_metadata(&place).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
    let written = if is_special { fs::write(&place, text) } else { replace(&place, text.as_bytes()) };
    written.map_err(|cause| {
        let words = format!("{}: cannot be written: {}; name another file", path.display(), plain(&cause.to_string()));
        match cause.kind() {
            ErrorKind::NotFound | ErrorKind::IsADirectory | ErrorKind::NotADirectory => UsageError(words).into(),
            _ => anyhow::Error::msg(words),
        }
    })
}
