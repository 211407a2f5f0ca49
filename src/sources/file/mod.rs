//! Import files: CSV or JSON, to rows of one table.
//!
//! A row that cannot be read stops the file with line, column, value and reason. Rows with one key are one event, or
//! the import is refused ([`Files::reconcile`]). Reads from any `Read`; opens nothing itself. Whether a file is JSON, its first
//! character says.

mod blocks;
mod covers;
mod delimited;
mod error;
mod instant;
mod json;
mod keys;
#[cfg(test)]
mod mutated;
mod notes;
mod preset;
mod record;
mod rows;
mod same_event;
mod split;
mod text;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;

pub use covers::coverage;
pub use error::FileError;
pub use keys::{Files, Reconciled};
pub use preset::Preset;
pub use rows::check_source;

use self::blocks::Blocks;
use crate::domain::batch::Batch;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;

/// How files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What their rows are.
    pub table: Table,
    /// Which program wrote them; without it, they have our columns.
    pub preset: Option<Preset>,
    /// The source of every row; without it, that of the column `source`, else `file`.
    pub source: Option<String>,
    /// What separates the columns of a CSV file; without it, it is recognised.
    pub delimiter: Option<u8>,
    /// Known statuses by what a file calls them, in lower case with `_` for a space or hyphen; by an empty text, for
    /// rows without a status.
    pub statuses: BTreeMap<String, String>,
    /// The `observed_at` of rows without one; later instants are reported.
    pub now: Timestamp,
}

impl Options {
    /// The default options for a table.
    pub fn of(table: Table, now: Timestamp) -> Self {
        Self { table, preset: None, source: None, delimiter: None, statuses: BTreeMap::new(), now }
    }
}

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// How messages call the file.
    pub name: String,
    /// Its rows, in file order.
    pub batch: Batch,
    /// The line on which each of them begins, from 1.
    pub lines: Vec<u32>,
    /// What the user should hear of it although it could be read.
    pub notes: Vec<String>,
}

/// Reads a whole file. `name` is how messages call it.
///
/// # Errors
/// The file cannot be read, has unfit columns, or a row that cannot be read.
pub fn read(input: impl Read, name: &str, options: &Options) -> Result<Import, FileError> {
    let mut blocks = Blocks::of(input, name)?;
    let zero_instants = Cell::default();
    let mut rows = rows::Collector::new(name, options);
    let begins = blocks.text()?.trim_start().chars().next();
    let is_json = matches!(begins, Some('{' | '['));
    if options.preset.is_some() && !is_json && begins.is_some() {
        let problem =
            "this is not JSON, which `--from` reads here; leave `--from` out for a CSV file with our columns".into();
        return Err(FileError::Shape { file: name.to_owned(), line: 1, problem });
    }
    if is_json {
        json::read(&mut blocks, name, &mut rows, &zero_instants)?;
    } else {
        blocks.by_line()?;
        delimited::read(&mut blocks, name, options.delimiter, &mut rows, &zero_instants)?;
    }
    rows.finish(&zero_instants)
}
