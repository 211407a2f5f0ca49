//! Errors while computing facts from a dataset.

use polars::error::PolarsError;
use thiserror::Error;

use crate::domain::event::Table;
use crate::domain::words::on_one_line;
use crate::store::StoreError;

/// An error of the facts.
#[derive(Debug, Error)]
pub enum FactsError {
    /// The dataset cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rows of a table cannot be read, although its parts open.
    #[error(
        "the rows of table {table} cannot be read: {cause}; a part may be damaged: `dora-report dataset verify` checks"
    )]
    Reading {
        /// The table.
        table: &'static str,
        /// Polars' words.
        cause: PolarsError,
    },
    /// Two rows of a table have one key, which no writer of this program makes.
    #[error(
        "table {table}: two rows have the key `{}`, and both would count; run `dora-report dataset repair --yes`, which \
         keeps the row that was observed last",
        on_one_line(key)
    )]
    Repeated {
        /// The table.
        table: &'static str,
        /// The key.
        key: String,
    },
    /// Two names of commits that are no full shas have the same first 160 bits of their SHA-256.
    #[error(
        "the commits `{}` and `{}` cannot be told apart: the SHA-256 digests of their names have the same first 160 bits",
        on_one_line(one),
        on_one_line(other)
    )]
    Collision {
        /// The name that was read first.
        one: String,
        /// The name that was read later.
        other: String,
    },
    /// A table of facts cannot be joined, which well-formed rows do not cause.
    #[error("the table {table} cannot be computed: {cause}")]
    Joining {
        /// The table.
        table: &'static str,
        /// Polars' words.
        cause: PolarsError,
    },
    /// A table of facts cannot be written as Parquet, which well-formed rows do not cause.
    #[error("the table {table} cannot be written as Parquet: {cause}")]
    Encoding {
        /// The table.
        table: &'static str,
        /// Polars' words.
        cause: PolarsError,
    },
}

impl FactsError {
    /// Two rows of a table have one source and id.
    pub(super) fn repeated(table: Table, (source, id): (&str, &str)) -> Self {
        Self::Repeated { table: table.folder(), key: format!("{source} {id}") }
    }

    /// Wraps a Polars error of one table, for `map_err`.
    pub(super) fn reading(table: Table) -> impl Fn(PolarsError) -> Self {
        move |cause| Self::Reading { table: table.folder(), cause }
    }
}
