//! The columns of the dataset's tables.
//!
//! Instants are milliseconds, UTC-adjusted. The column names and types are published: another tool opens the Parquet
//! as it is. Changing them needs a new [`FORMAT`].

use polars::prelude::*;

use crate::domain::batch::{Kind, kind};
use crate::domain::event::Table;

/// Version of the dataset's layout and columns.
pub const FORMAT: u32 = 1;

/// The type of a column.
pub(super) fn dtype(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Texts => DataType::List(Box::new(DataType::String)),
        Kind::Instant => DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)),
        Kind::Integer => DataType::Int64,
        Kind::Flag => DataType::Boolean,
    }
}

/// The columns of a table.
pub fn schema(table: Table) -> Schema {
    table.columns().iter().map(|name| Field::new((*name).into(), dtype(kind(name)))).collect()
}

/// The columns that identify a row.
pub fn key(table: Table) -> [&'static str; 2] {
    match table {
        Table::Deployments | Table::Incidents => ["source", "id"],
        Table::Commits => ["repo", "sha"],
        Table::PullRequests => ["repo", "number"],
    }
}

/// The immutable instant whose UTC month names a row's part.
pub fn instant(table: Table) -> &'static str {
    match table {
        Table::Deployments => "created_at",
        Table::Commits => "committed_at",
        Table::PullRequests | Table::Incidents => "opened_at",
    }
}
