//! `diff`: what changed between two reports, and why: other definitions, another config, other or later data.

use std::path::Path;

use serde_json::Value;

use crate::cli::args::{Diff, TextOrJson};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{self, data, printable};
use crate::domain::words::plain;
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
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        UsageError(format!("{name}: cannot be read: {}; name a report.json", plain(&cause.to_string())))
    })?;
    let report: Value = serde_json::from_str(&text)
        .map_err(|cause| UsageError(format!("{name}: is not JSON ({cause}); name a report.json")))?;
    match report["schema_version"].as_u64() {
        Some(1) => Ok(report),
        Some(other) => Err(UsageError(format!("{name}: has schema_version {other}, and this program reads 1"))),
        None => Err(UsageError(format!("{name}: has no `schema_version`; name a report.json"))),
    }
}
