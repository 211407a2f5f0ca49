//! The errors of a dataset, each with the file, the cause and what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::error::PolarsError;
use thiserror::Error;

use crate::domain::event::Table;
use crate::domain::words::plain;

/// An error of the dataset.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file or folder of the dataset could not be read or written.
    #[error("{}: cannot {action}: {}; {}", path.display(), plain(&cause.to_string()), way_out(action, cause))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
    /// Another process writes to this dataset.
    #[error("{}: the dataset is being written by {holder}; wait until it is done, then try again", path.display())]
    Locked {
        /// The dataset's folder.
        path: PathBuf,
        /// Who holds the lock, as far as it says.
        holder: String,
    },
    /// Written by a newer program.
    #[error(
        "{}: the dataset has format {found} and this program reads up to {known}; nothing was changed: use a newer dora-report, or another --data folder",
        path.display()
    )]
    NewerFormat {
        /// The dataset's folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest known here.
        known: u32,
    },
    /// A Parquet part that is cut off, damaged, or has other columns.
    #[error(
        "{}: this part of the dataset cannot be read: {cause}; the other parts are not affected: run `dora-report dataset repair --yes`, which sets this file aside, then import or fetch its month again",
        path.display()
    )]
    Part {
        /// The part.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A small file of the dataset that does not parse.
    #[error("{}: cannot be parsed: {cause}; restore it from a copy, or run `dora-report dataset repair`, which prints what it can do", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Polars refused an operation on the rows of a table.
    #[error("the rows of table {table} could not be joined: {cause}")]
    Frame {
        /// The table.
        table: &'static str,
        /// Polars' words.
        cause: PolarsError,
    },
}

fn way_out(action: &str, cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied if matches!(action, "list" | "open" | "read") => {
            "make it readable for this user, or choose another folder with --data"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on the disk, then try again (the dataset is unchanged)"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable for this user, or choose another folder with --data"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file is in the place of a folder: choose another folder with --data"
        }
        _ => "choose another folder with --data, or repair the disk",
    }
}

// So that it can pass through a Polars scan; `scanned` takes it out again.
impl From<StoreError> for PolarsError {
    fn from(cause: StoreError) -> Self {
        io::Error::other(cause).into()
    }
}

impl StoreError {
    /// Wraps a Polars error of one table, for `map_err`.
    pub fn reading(table: Table) -> impl Fn(PolarsError) -> Self {
        move |cause| Self::Frame { table: table.folder(), cause }
    }

    /// The error of a part that Polars scanned.
    ///
    /// # Errors
    /// Any other error, as it is.
    pub(super) fn scanned(cause: PolarsError) -> Result<Self, PolarsError> {
        match cause {
            PolarsError::Context { error, msg } => {
                Self::scanned(*error).map_err(|error| PolarsError::Context { error: Box::new(error), msg })
            }
            PolarsError::ExprContext { error, expr } => {
                Self::scanned(*error).map_err(|error| PolarsError::ExprContext { error: Box::new(error), expr })
            }
            PolarsError::IO { error, msg } => {
                let own = Arc::try_unwrap(error).map(io::Error::downcast);
                match own {
                    Ok(Ok(own)) => Ok(own),
                    Ok(Err(other)) => Err(PolarsError::IO { error: Arc::new(other), msg }),
                    Err(shared) => Err(PolarsError::IO { error: shared, msg }),
                }
            }
            other => Err(other),
        }
    }

    /// The error of a part; of a cause of several lines, the first.
    pub(super) fn part(path: &Path, cause: &str) -> Self {
        Self::Part { path: path.to_owned(), cause: cause.lines().next().unwrap_or_default().to_owned() }
    }

    /// Wraps an I/O error of one path, for `map_err`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Io { action, path, cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_error_comes_back_from_polars_and_any_other_error_stays_as_it_is() {
        let contexts: [fn(PolarsError) -> PolarsError; 3] = [
            |cause| cause,
            |cause| PolarsError::Context { error: Box::new(cause), msg: "while sorting".into() },
            |cause| PolarsError::ExprContext { error: Box::new(cause), expr: "col(id)".into() },
        ];
        for within in contexts {
            let own = within(StoreError::part(Path::new("part.parquet"), "it is cut off").into());
            let own = StoreError::scanned(own).expect("a store error");
            assert!(matches!(&own, StoreError::Part { path, .. } if path.ends_with("part.parquet")), "{own}");
            for other in [io::Error::other("a disk").into(), PolarsError::ComputeError("a sum".into())] {
                let other: PolarsError = within(other);
                let words = other.to_string();
                assert_eq!(StoreError::scanned(other).expect_err("another error").to_string(), words);
            }
        }
    }
}
