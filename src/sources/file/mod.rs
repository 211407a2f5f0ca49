//! Import files: CSV or JSON, to rows of one table.
//!
//! A row that cannot be read stops the file with line, column, value and reason. Rows with one key are one event, or
//! the import is refused ([`Files::reconcile`]). Reads from any `Read`; opens nothing itself. The first character
//! decides whether a file is JSON.
//!
//! | file | owns |
//! |---|---|
//! | `blocks`, `text`, `split` | the text of a file piece by piece, its lines, its cells |
//! | `delimited`, `json`, `pages` | the records of both formats |
//! | `preset`, `presets` | what other programs export: one table |
//! | `fields`, `foreign`, `recognise` | the fields of such an export; rows from them; whose export a file is |
//! | `record`, `instant`, `local_time`, `rows`, `notes` | values, rows, and the notes about them |
//! | `keys`, `same_event`, `deployment_statuses` | rows with one key |
//! | `covers` | which span a file covers |

mod blocks;
mod covers;
mod delimited;
mod deployment_statuses;
mod error;
mod fields;
mod foreign;
mod instant;
mod json;
mod keys;
mod local_time;
#[cfg(test)]
mod mutated;
mod notes;
mod pages;
mod preset;
mod presets;
mod recognise;
mod record;
mod rows;
mod same_event;
mod split;
mod text;

use std::collections::BTreeMap;
use std::io::Read;

pub use covers::coverage;
pub use error::FileError;
pub use keys::{Files, Reconciled};
pub use local_time::check_time_format;
pub use preset::Preset;
pub use presets::{PRESETS, preset};
pub use rows::check_source;

use self::blocks::Blocks;
use self::foreign::How;
use self::local_time::InstantForms;
use self::notes::OddInstants;
use crate::domain::batch::Batch;
use crate::domain::event::Table;
use crate::domain::time::{Timestamp, Zone};

/// How files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What their rows are.
    pub table: Table,
    /// Which program wrote them; without it, they have our columns.
    pub preset: Option<&'static Preset>,
    /// Whether the files of a preset have the statuses of its deployments; without them it is not known how any ended.
    pub has_statuses: bool,
    /// Columns of ours, and the names that a file has for them.
    pub map: Vec<(&'static str, String)>,
    /// The repo of rows that name none.
    pub repo: Option<String>,
    /// The zone of instants without an offset; without it they are refused.
    pub zone: Option<Zone>,
    /// The form of all instants, as `strftime` has it.
    pub time_format: Option<String>,
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
        Self {
            table,
            preset: None,
            has_statuses: true,
            map: Vec::new(),
            repo: None,
            zone: None,
            time_format: None,
            source: None,
            delimiter: None,
            statuses: BTreeMap::new(),
            now,
        }
    }

    fn how<'a>(&'a self, preset: &'a Preset) -> How<'a> {
        How { preset, map: &self.map, has_statuses: self.has_statuses }
    }

    fn forms(&self) -> InstantForms<'_> {
        let known = self.preset.map_or(&[][..], |preset| preset.times);
        InstantForms { zone: self.zone, stated: self.time_format.as_deref(), known }
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
    /// Notes for the user about a file that could be read.
    pub notes: Vec<String>,
}

/// Reads a whole file. `name` is how messages call it.
///
/// # Errors
/// The file cannot be read, has unfit columns, or a row that cannot be read.
pub fn read(input: impl Read, name: &str, options: &Options) -> Result<Import, FileError> {
    let mut blocks = Blocks::of(input, name)?;
    let odd = OddInstants::default();
    let mut rows = rows::Collector::new(name, options);
    let begins = blocks.text()?.trim_start().chars().next();
    let is_json = matches!(begins, Some('{' | '['));
    if let (Some(preset), false, Some(_)) = (options.preset, is_json, begins)
        && preset.reads_json()
    {
        let line = blocks.text()?.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let problem =
            format!("this is not JSON, which `--from {}` reads{}", preset.name, recognise::of_text(line, preset));
        return Err(FileError::Shape { file: name.to_owned(), line: blocks.line(), problem });
    }
    if is_json {
        json::read(&mut blocks, name, &mut rows, &odd)?;
    } else {
        blocks.by_line()?;
        delimited::read(&mut blocks, name, &mut rows, &odd)?;
    }
    rows.finish(&odd)
}
