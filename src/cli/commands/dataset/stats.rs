//! `dataset stats`: rows, parts, bytes and months of each table.

use std::path::Path;

use serde_json::json;

use super::size;
use crate::cli::args::TextOrJson;
use crate::cli::exit::Code;
use crate::cli::output::{data, printable};
use crate::domain::time::Timestamp;
use crate::store::stats::{TableStats, stats};

pub(super) fn run(folder: &Path, format: TextOrJson) -> anyhow::Result<Code> {
    let tables = stats(folder)?;
    match format {
        TextOrJson::Text => data(&printable(&text(&tables)))?,
        TextOrJson::Json => {
            let tables: Vec<_> = tables.iter().map(of_table).collect();
            data(&(serde_json::to_string_pretty(&json!({ "schema_version": 1, "tables": tables }))? + "\n"))?;
        }
    }
    Ok(Code::Done)
}

fn of_table(stats: &TableStats) -> serde_json::Value {
    let at = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    let months = stats.months.clone().unzip();
    let events = stats.events.unzip();
    json!({
        "table": stats.table.folder(),
        "rows": stats.rows,
        "parts": stats.parts,
        "bytes": stats.bytes,
        "first_month": months.0,
        "last_month": months.1,
        "oldest_event_at": at(events.0),
        "newest_event_at": at(events.1),
        "newest_observed_at": at(stats.observed),
    })
}

fn text(tables: &[TableStats]) -> String {
    let at = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339);
    let head = ["table", "rows", "parts", "size", "months", "oldest event", "newest event", "observed"];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(tables.iter().map(|stats| {
        let events = stats.events.unzip();
        [
            stats.table.folder().to_owned(),
            stats.rows.to_string(),
            stats.parts.to_string(),
            size(stats.bytes),
            stats.months.as_ref().map_or_else(|| "-".to_owned(), |(from, to)| format!("{from}..{to}")),
            at(events.0),
            at(events.1),
            at(stats.observed),
        ]
    }));
    let total = |of: fn(&TableStats) -> u64| tables.iter().map(of).sum::<u64>();
    let [rows, parts, bytes] =
        [|it: &TableStats| it.rows as u64, |it: &TableStats| it.parts as u64, |it: &TableStats| it.bytes].map(total);
    let none = String::new;
    lines.push(["all".to_owned(), rows.to_string(), parts.to_string(), size(bytes), none(), none(), none(), none()]);
    let widths: Vec<usize> = (0..head.len())
        .map(|at| lines.iter().filter_map(|line| line.get(at)).map(String::len).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        // Numbers stand to the right.
        let cells = line.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            if (1..=3).contains(&at) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}
