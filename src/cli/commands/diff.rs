//! `diff`: what changed between two reports, and why: other definitions, another config, other or later data.

use std::path::Path;

use serde_json::Value;

use crate::cli::args::{Diff, TextOrJson};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{self, data, printable};
use crate::cli::written_report;
use crate::report::diff::{all, brief, difference};
use crate::report::verdicts::{self, Verdicts};

/// Runs the command.
pub(in crate::cli) fn run(asked: &Diff) -> anyhow::Result<Code> {
    let (old, new) = (read(&asked.old)?, read(&asked.new)?);
    let verdicts = match (incidents(&asked.old)?, incidents(&asked.new)?) {
        (Some(old), Some(new)) => verdicts::changed(&old, &new),
        _ => Vec::new(),
    };
    let difference = difference(&old, &new, verdicts);
    match asked.format {
        TextOrJson::Text if asked.all => data(&printable(&all(&difference)))?,
        TextOrJson::Text => data(&printable(&brief(&difference)))?,
        TextOrJson::Json => output::json(&(serde_json::to_string_pretty(&difference)? + "\n"))?,
    }
    Ok(Code::Done)
}

/// The verdicts of the `incidents.csv` beside a `report.json`, where there is one.
fn incidents(report: &Path) -> Result<Option<Verdicts>, UsageError> {
    let path = report.with_file_name("incidents.csv");
    let Ok(table) = std::fs::read_to_string(&path) else { return Ok(None) };
    verdicts::read(&table).map(Some).map_err(|cause| {
        UsageError(format!(
            "{}: the incidents of the report cannot be read: {cause}; write the report again, or move this file away",
            path.display()
        ))
    })
}

fn read(path: &Path) -> Result<Value, UsageError> {
    written_report::read(path, |_| true)
        .map_err(|cause| UsageError(format!("{}: {cause}; name a report.json", path.display())))
}
