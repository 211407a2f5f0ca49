//! Import files: CSV (lists joined with `;`, empty = missing) and JSON Lines, to rows of one table.
//!
//! A row that cannot be read stops the file with line, column, value and reason, so that a file is stored whole or
//! not at all. Reads from any `Read`; opens nothing itself. Which of the two formats it is, the first byte says.

mod covers;
mod delimited;
mod error;
mod json_lines;
mod record;
mod rows;

use std::io::{BufRead, BufReader, Read};

pub use covers::coverage;
pub use error::FileError;

use crate::domain::event::{Rows, Table};
use crate::domain::time::Timestamp;

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its rows, in file order.
    pub rows: Rows,
    /// Things the user should hear of although the file could be read.
    pub notes: Vec<String>,
}

/// Reads a whole file of one table. `name` is how messages call it; `observed_at` fills rows that do not say.
///
/// # Errors
/// The file cannot be read, has unfit columns, or a row that cannot be read.
pub fn read(input: impl Read, name: &str, table: Table, observed_at: Timestamp) -> Result<Import, FileError> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let first = first_byte(&mut input).map_err(|cause| FileError::io(name, &cause))?;
    match first {
        Some(b'{') => json_lines::read(input, name, table, observed_at),
        Some(b'[') => Err(FileError::JsonArray { file: name.to_owned() }),
        _ => delimited::read(input, name, table, observed_at),
    }
}

/// The first byte that is neither white space nor part of a byte-order mark; those before it are consumed.
fn first_byte(input: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        match buffer.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF)) {
            Some(at) => {
                let byte = buffer.get(at).copied();
                // Line numbers count from the file's first line, so only a byte-order mark is skipped.
                if buffer.starts_with(&[0xEF, 0xBB, 0xBF]) {
                    input.consume(3);
                }
                return Ok(byte);
            }
            None => {
                let skipped = buffer.len();
                input.consume(skipped);
            }
        }
    }
}
