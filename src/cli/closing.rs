//! The terminal output after a report is written: its path, figures, findings, and commands to run next.

use std::path::Path;

use serde_json::json;

use super::args::Format;
use super::log::LogEvent;
use super::output::{Console, data, printable};
use crate::metrics::tables::Analysis;
use crate::report::{Provenance, digest};

/// Where the report is and what its figures are, on standard output; its errors and warnings on standard error.
pub(super) fn figures(
    analysis: &Analysis,
    provenance: &Provenance,
    folder: &Path,
    formats: &[Format],
    console: Console,
) -> anyhow::Result<()> {
    let place = if formats.contains(&Format::Html) { folder.join("index.html") } else { folder.to_owned() };
    if !console.is_quiet() {
        data(&printable(&format!("{}\n{}", place.display(), digest::render(analysis, provenance))))?;
    }
    let fields = json!({"path": place.display().to_string(), "period": analysis.period.label});
    console.record(LogEvent::ReportWritten, &format!("{}: written", place.display()), fields);
    console.findings(&analysis.findings);
    console.detail(&format!("as of {}", analysis.as_of.to_rfc3339()));
    Ok(())
}

/// Commands that show more about the report, one per line, ready for a shell.
pub(super) fn next(analysis: &Analysis, provenance: &Provenance, console: Console) {
    let commands = digest::next(analysis, provenance);
    if commands.is_empty() {
        return;
    }
    let lines = commands.iter().map(|(command, what)| format!("\n  # {what}\n  {command}"));
    console.info(&format!("Next:{}", lines.collect::<String>()));
}
