//! CSV: a header with the table's column names in any order, RFC 4180, UTF-8.
//!
//! An empty `parents` cell is a root commit: CSV cannot tell an empty list from a missing one.

use std::io::Read;

use super::Import;
use super::error::FileError;
use super::record::{Cell, Record};
use super::rows::{Collector, misspelt, needed};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;

struct Line<'a> {
    file: &'a str,
    header: &'a [(&'static str, usize)],
    record: &'a csv::StringRecord,
}

impl Record for Line<'_> {
    fn cell(&self, column: &'static str) -> Cell<'_> {
        let at = self.header.iter().find(|(name, _)| *name == column).map(|(_, at)| *at);
        match at.and_then(|at| self.record.get(at)) {
            Some("") if column == "parents" => Cell::Text(""),
            None | Some("") => Cell::Missing,
            Some(text) => Cell::Text(text),
        }
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn file(&self) -> &str {
        self.file
    }
}

pub(super) fn read(input: impl Read, file: &str, table: Table, observed_at: Timestamp) -> Result<Import, FileError> {
    let mut last = LastByte { input, byte: None };
    let mut reader = csv::ReaderBuilder::new().from_reader(&mut last);
    let titles = reader.headers().map_err(|cause| unreadable(file, &cause))?.clone();
    let mut notes = Vec::new();
    let mut rows = Collector::new(table, observed_at);
    if titles.is_empty() {
        return Ok(Import { rows: rows.finish(), notes });
    }
    let header = header(&titles, file, table, &mut notes)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|cause| unreadable(file, &cause))? {
        rows.push(&Line { file, header: &header, record: &record })?;
    }
    drop(reader);
    if last.byte.is_some_and(|byte| byte != b'\n' && byte != b'\r') {
        notes
            .push(format!("{file}: the last line has no line end; if the file was cut off, its last row may be short"));
    }
    Ok(Import { rows: rows.finish(), notes })
}

fn header(
    titles: &csv::StringRecord,
    file: &str,
    table: Table,
    notes: &mut Vec<String>,
) -> Result<Vec<(&'static str, usize)>, FileError> {
    let known = table.columns();
    let mut header: Vec<(&'static str, usize)> = Vec::new();
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: file.to_owned(),
        column: column.escape_debug().to_string(),
        problem,
    };
    for (at, title) in titles.iter().enumerate() {
        let title = title.trim();
        match known.iter().find(|name| **name == title) {
            Some(name) if header.iter().any(|(standing, _)| standing == name) => {
                return Err(bad(title, "stands twice in the header".into()));
            }
            Some(name) => header.push((name, at)),
            None => {
                let missing = known.iter().copied().filter(|name| !titles.iter().any(|title| title.trim() == *name));
                if let Some(name) = misspelt(title, missing) {
                    return Err(bad(title, format!("is not known; did you mean `{name}`? (rename or remove it)")));
                }
                notes.push(format!("{file}: column `{}` is not known and was passed over", title.escape_debug()));
            }
        }
    }
    match needed(table).iter().find(|name| !header.iter().any(|(standing, _)| standing == *name)) {
        None => Ok(header),
        Some(column) => Err(FileError::MissingColumn {
            file: file.to_owned(),
            column,
            table: table.folder(),
            needed: needed(table).join(", "),
        }),
    }
}

fn unreadable(file: &str, cause: &csv::Error) -> FileError {
    let line = cause.position().map_or(1, csv::Position::line);
    let shape = |problem: String| FileError::Shape { file: file.to_owned(), line, problem };
    match cause.kind() {
        csv::ErrorKind::Io(cause) => FileError::io(file, cause),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => shape(format!(
            "this row has {len} cells and the header {expected_len}; the file is cut off, or a quote unbalanced"
        )),
        csv::ErrorKind::Utf8 { .. } => shape("this row is not UTF-8; convert the file".into()),
        _ => shape(cause.to_string()),
    }
}

/// Remembers the last byte read, to see whether the file ends with a line.
struct LastByte<R> {
    input: R,
    byte: Option<u8>,
}

impl<R: Read> Read for LastByte<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        if let Some(byte) = read.checked_sub(1).and_then(|last| buffer.get(last)) {
            self.byte = Some(*byte);
        }
        Ok(read)
    }
}
