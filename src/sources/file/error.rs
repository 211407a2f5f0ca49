//! The errors of import files.

use thiserror::Error;

use crate::domain::words::plain;

/// An error of one import file. Nothing of the import is stored.
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
    /// A column that the table needs is not there.
    #[error(
        "{file}: column `{column}` is missing from the header, which was read as {header}; {table} needs {needed}. \
         `--delimiter` sets another separator, and `--map {column}=NAME` reads a column with another name{hint}. Nothing was stored",
        needed = needed.join(", ")
    )]
    MissingColumn {
        /// Its name.
        file: String,
        /// The column.
        column: &'static str,
        /// The table.
        table: &'static str,
        /// All that it needs.
        needed: &'static [&'static str],
        /// How many columns the header has, and what separates them.
        header: String,
        /// The program whose export it seems to be; empty if unknown.
        hint: String,
    },
    /// A column that looks like a misspelt one, or stands twice.
    #[error("{file}: column `{column}` {problem}. Nothing was stored")]
    BadColumn {
        /// Its name.
        file: String,
        /// The column as written.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A row whose shape is broken.
    #[error("{file}:{line}: {problem}. Nothing was stored")]
    Shape {
        /// Its name.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// A value that cannot be read.
    #[error("{file}:{line}: column {}: {}{reason}. Nothing was stored", named(column, ours), quoted(value))]
    Value {
        /// Its name.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column as the file calls it.
        column: String,
        /// The same as we call it.
        ours: &'static str,
        /// The value, shortened; empty where it is missing.
        value: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// Statuses of deployments that are not known.
    #[error(
        "{file}:{line}: column `status`: {statuses}. Only `success` counts as a deployment, so map each status: {map}. Nothing was stored"
    )]
    Status {
        /// Its name.
        file: String,
        /// The line of the first of them, from 1.
        line: u64,
        /// All of them.
        statuses: String,
        /// The flags that map them.
        map: String,
    },
    /// Two events with one key.
    #[error(transparent)]
    Collision(Box<Collision>),
}

/// Two events with one key, of which one would replace the other.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error(
    "{here}: {key} is already used for another event at {there}. This event: {this}. The other event: {that}. {way_out}. Nothing was stored"
)]
pub struct Collision {
    /// File and line of the second event.
    pub here: String,
    /// Where the first one was read.
    pub there: String,
    /// What both are known by.
    pub key: String,
    /// What tells the second event apart.
    pub this: String,
    /// What tells the first event apart.
    pub that: String,
    /// What to do.
    pub way_out: &'static str,
}

/// A value as messages quote it: its first 60 characters.
pub(super) fn shortened(value: &str) -> String {
    let mut shown: String = value.chars().take(60).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    shown.escape_debug().to_string()
}

fn named(column: &str, ours: &str) -> String {
    if column == ours { format!("`{ours}`") } else { format!("`{column}` (`{ours}`)") }
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
            std::io::ErrorKind::PermissionDenied => "; check its permissions",
            _ => "",
        };
        Self::Io { file: file.to_owned(), cause: plain(&cause.to_string()), hint }
    }
}
