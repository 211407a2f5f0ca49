//! Typed access to the columns of one frame, with errors that name the table.

use polars::prelude::*;

use super::error::MetricsError;
use crate::domain::event::Table;

/// The columns of one frame, with errors that name the table.
pub(super) struct Columns<'a> {
    pub(super) frame: &'a DataFrame,
    pub(super) table: Table,
}

impl Columns<'_> {
    pub(super) fn texts(&self, name: &str) -> Result<StringChunked, MetricsError> {
        let column = self.frame.column(name).map_err(MetricsError::reading(self.table))?;
        Ok(column.str().map_err(MetricsError::reading(self.table))?.rechunk().into_owned())
    }

    pub(super) fn integers(&self, name: &str) -> Result<Int64Chunked, MetricsError> {
        let column = self.frame.column(name).and_then(|column| column.cast(&DataType::Int64));
        let column = column.map_err(MetricsError::reading(self.table))?;
        Ok(column.i64().map_err(MetricsError::reading(self.table))?.rechunk().into_owned())
    }

    pub(super) fn flags(&self, name: &str) -> Result<BooleanChunked, MetricsError> {
        let column = self.frame.column(name).map_err(MetricsError::reading(self.table))?;
        Ok(column.bool().map_err(MetricsError::reading(self.table))?.rechunk().into_owned())
    }

    /// Lists of texts, row by row; a missing list is `None`.
    pub(super) fn lists(&self, name: &str) -> Result<Vec<Option<Vec<String>>>, MetricsError> {
        let column = self.frame.column(name).map_err(MetricsError::reading(self.table))?;
        let lists = column.list().map_err(MetricsError::reading(self.table))?;
        lists
            .amortized_iter()
            .map(|list| {
                let Some(list) = list else { return Ok(None) };
                let texts = list.as_ref().str().map_err(MetricsError::reading(self.table))?;
                Ok(Some(texts.iter().flatten().map(str::to_owned).collect()))
            })
            .collect()
    }
}
