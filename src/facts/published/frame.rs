//! Rows of a table that leaves the program, as a Polars frame and as a Parquet file.
//!
//! Instants are milliseconds, UTC-adjusted, as in the dataset. Knows no table: names and order come with the columns.

use std::borrow::Cow;

use polars::prelude::*;

use crate::domain::time::Timestamp;
use crate::facts::error::FactsError;

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

impl<'a> Cells<'a> {
    /// Borrowed texts.
    pub fn texts(cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        Self::Text(cells.map(|text| text.map(Cow::Borrowed)).collect())
    }

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

/// Rows of a table that leaves the program.
#[derive(Debug)]
pub struct Frame {
    table: &'static str,
    rows: DataFrame,
}

impl Frame {
    /// The rows with some columns.
    ///
    /// # Errors
    /// The columns differ in length.
    pub fn of(table: &'static str, columns: Vec<(&'static str, Cells<'_>)>) -> Result<Self, FactsError> {
        let height = columns.first().map_or(0, |(_, cells)| cells.len());
        let columns = columns.into_iter().map(|(name, cells)| cells.column(name)).collect();
        let rows = DataFrame::new(height, columns).map_err(|cause| FactsError::Encoding { table, cause })?;
        Ok(Self { table, rows })
    }

    /// How many rows.
    pub fn height(&self) -> usize {
        self.rows.height()
    }

    /// A Parquet file, compressed with Zstandard.
    ///
    /// # Errors
    /// Polars cannot encode the rows.
    pub fn parquet(mut self) -> Result<Vec<u8>, FactsError> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .finish(&mut self.rows)
            .map_err(|cause| FactsError::Encoding { table: self.table, cause })?;
        Ok(bytes)
    }
}
