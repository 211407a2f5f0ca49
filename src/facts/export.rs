//! Plain columns as one Parquet file, for tables that leave the dataset.
//!
//! Instants are milliseconds, UTC-adjusted, as in the dataset. Knows no table: names and order come with the columns.

use std::borrow::Cow;

use polars::prelude::*;

use super::error::FactsError;
use crate::domain::time::Timestamp;

/// The cells of one column, from the first row to the last.
#[derive(Debug)]
pub enum Cells<'a> {
    /// Text.
    Text(Vec<Option<Cow<'a, str>>>),
    /// Instants.
    Instant(Vec<Option<Timestamp>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// True or false.
    Flag(Vec<bool>),
}

impl Cells<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Instant(cells) => cells.len(),
            Self::Integer(cells) => cells.len(),
            Self::Flag(cells) => cells.len(),
        }
    }

    fn column(self, name: &str) -> Column {
        let name: PlSmallStr = name.into();
        match self {
            Self::Text(cells) => StringChunked::from_iter_options(name, cells.into_iter()).into_column(),
            Self::Instant(cells) => cells
                .into_iter()
                .map(|at| at.map(|at| at.0))
                .collect::<Int64Chunked>()
                .with_name(name)
                .into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
                .into_column(),
            Self::Integer(cells) => cells.into_iter().collect::<Int64Chunked>().with_name(name).into_column(),
            Self::Flag(cells) => cells.into_iter().collect::<BooleanChunked>().with_name(name).into_column(),
        }
    }
}

/// A Parquet file, compressed with Zstandard.
///
/// # Errors
/// The columns differ in length, or Polars cannot encode them.
pub fn parquet(table: &'static str, columns: Vec<(&'static str, Cells<'_>)>) -> Result<Vec<u8>, FactsError> {
    let height = columns.first().map_or(0, |(_, cells)| cells.len());
    let columns = columns.into_iter().map(|(name, cells)| cells.column(name)).collect();
    let mut bytes = Vec::new();
    DataFrame::new(height, columns)
        .and_then(|mut frame| {
            ParquetWriter::new(&mut bytes)
                .with_compression(ParquetCompression::Zstd(None))
                .with_statistics(StatisticsOptions::default())
                .finish(&mut frame)
        })
        .map_err(|cause| FactsError::Encoding { table, cause })?;
    Ok(bytes)
}
