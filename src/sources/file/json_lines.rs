//! JSON Lines: one object a line, lists as arrays, missing as `null` or absent.
//!
//! A commit with `"parents": []` is a root; one without parents is a commit whose parents were not read.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::Import;
use super::error::FileError;
use super::record::{Cell, Record};
use super::rows::{Collector, misspelt};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;

struct Line<'a> {
    file: &'a str,
    number: u64,
    object: &'a Map<String, Value>,
}

impl Record for Line<'_> {
    fn cell(&self, column: &'static str) -> Cell<'_> {
        match self.object.get(column) {
            None | Some(Value::Null) => Cell::Missing,
            Some(value) => Cell::Json(value),
        }
    }

    fn line(&self) -> u64 {
        self.number
    }

    fn file(&self) -> &str {
        self.file
    }
}

pub(super) fn read(
    mut input: impl BufRead,
    file: &str,
    table: Table,
    observed_at: Timestamp,
) -> Result<Import, FileError> {
    let mut rows = Collector::new(table, observed_at);
    let mut notes: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut line = 0;
    loop {
        text.clear();
        line += 1;
        let shape = |problem: String| FileError::Shape { file: file.to_owned(), line, problem };
        match input.read_line(&mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
                return Err(shape("this line is not UTF-8; convert the file".into()));
            }
            Err(cause) => return Err(FileError::io(file, &cause)),
        }
        if text.trim().is_empty() {
            continue;
        }
        let object = match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(shape("this line is no JSON object".into())),
            Err(cause) if cause.is_eof() => {
                return Err(shape("this JSON object ends too early; the file seems to be cut off".into()));
            }
            Err(cause) => return Err(shape(format!("this line is no JSON: {cause}"))),
        };
        for name in object.keys() {
            if table.columns().contains(&name.as_str()) {
                continue;
            }
            let missing = table.columns().iter().copied().filter(|known| !object.contains_key(*known));
            if let Some(known) = misspelt(name, missing) {
                return Err(FileError::BadColumn {
                    file: format!("{file}:{line}"),
                    column: name.escape_debug().to_string(),
                    problem: format!("is not known; did you mean `{known}`?"),
                });
            }
            let note = format!("{file}: key `{}` is not known and was passed over", name.escape_debug());
            if notes.len() < 20 && !notes.contains(&note) {
                notes.push(note);
            }
        }
        rows.push(&Line { file, number: line, object: &object })?;
    }
    Ok(Import { rows: rows.finish(), notes })
}
