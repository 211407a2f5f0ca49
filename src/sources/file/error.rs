//! What can be wrong with an import file.

use thiserror::Error;

use crate::domain::words::plain;

/// An error of one import file. Nothing of that file is stored.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum FileError {
    /// The file cannot be opened or read.
    #[error("{file}: cannot be read: {cause}{hint}")]
    Io {
        /// Its name.
        file: String,
        /// The operating system's words.
        cause: String,
        /// What to do.
        hint: &'static str,
    },
    /// A JSON array instead of one object a line.
    #[error("{file}: is a JSON array; write one object a line (`jq -c '.[]'` does it). Nothing of it was stored")]
    JsonArray {
        /// Its name.
        file: String,
    },
    /// A column that the table needs is not there.
    #[error("{file}: column `{column}` is missing from the header; {table} needs {needed}. Nothing of it was stored")]
    MissingColumn {
        /// Its name.
        file: String,
        /// The column.
        column: &'static str,
        /// The table.
        table: &'static str,
        /// All that it needs.
        needed: String,
    },
    /// A column that looks like a misspelt one, or stands twice.
    #[error("{file}: column `{column}` {problem}. Nothing of it was stored")]
    BadColumn {
        /// Its name.
        file: String,
        /// The column as written.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A row whose shape is broken.
    #[error("{file}:{line}: {problem}. Nothing of this file was stored")]
    Shape {
        /// Its name.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// A value that cannot be read.
    #[error("{file}:{line}: column `{column}`: {}{reason}. Nothing of this file was stored", quoted(value))]
    Value {
        /// Its name.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// The value, shortened; empty where it is missing.
        value: String,
        /// Why it cannot be read.
        reason: String,
    },
}

fn quoted(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("`{value}` is ") }
}

impl FileError {
    /// Wraps an I/O error.
    pub fn io(file: &str, cause: &std::io::Error) -> Self {
        let hint = match cause.kind() {
            std::io::ErrorKind::NotFound => "; check the path",
            std::io::ErrorKind::IsADirectory => "; name the files in it instead",
            std::io::ErrorKind::PermissionDenied => "; check who may read it",
            std::io::ErrorKind::InvalidData => "; write it as UTF-8",
            _ => "",
        };
        Self::Io { file: file.to_owned(), cause: plain(&cause.to_string()), hint }
    }
}
