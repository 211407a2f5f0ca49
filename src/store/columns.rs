//! Typed access to the columns of one frame, with errors that name the table.

use polars::prelude::*;

use super::error::StoreError;
use crate::domain::event::Table;

/// The columns of one frame, with errors that name the table.
#[derive(Debug)]
pub struct Columns<'a> {
    /// The frame.
    pub frame: &'a DataFrame,
    /// The table that its rows are of.
    pub table: Table,
}

impl Columns<'_> {
    /// Texts.
    ///
    /// # Errors
    /// There is no such column, or it holds something else; likewise below.
    pub fn texts(&self, name: &str) -> Result<StringChunked, StoreError> {
        let column = self.frame.column(name).map_err(StoreError::reading(self.table))?;
        Ok(column.str().map_err(StoreError::reading(self.table))?.rechunk().into_owned())
    }

    /// Numbers and instants.
    ///
    /// # Errors
    /// As for texts.
    pub fn integers(&self, name: &str) -> Result<Int64Chunked, StoreError> {
        let column = self.frame.column(name).and_then(|column| column.cast(&DataType::Int64));
        let column = column.map_err(StoreError::reading(self.table))?;
        Ok(column.i64().map_err(StoreError::reading(self.table))?.rechunk().into_owned())
    }

    /// Flags.
    ///
    /// # Errors
    /// As for texts.
    pub fn flags(&self, name: &str) -> Result<BooleanChunked, StoreError> {
        let column = self.frame.column(name).map_err(StoreError::reading(self.table))?;
        Ok(column.bool().map_err(StoreError::reading(self.table))?.rechunk().into_owned())
    }

    /// The texts in all lists of a column, one after the other; the lengths of the lists say whose each is.
    ///
    /// # Errors
    /// As for texts.
    pub fn items(&self, name: &str) -> Result<StringChunked, StoreError> {
        let column = self.frame.column(name).map_err(StoreError::reading(self.table))?;
        let lists = column.list().map_err(StoreError::reading(self.table))?.rechunk().into_owned().into_series();
        // A column of chosen rows may still have the items of the others.
        let lists = lists.trim_lists_to_normalized_offsets().unwrap_or(lists);
        let items = lists.list().map_err(StoreError::reading(self.table))?.get_inner();
        Ok(items.str().map_err(StoreError::reading(self.table))?.clone())
    }

    /// Hands over lists of texts, row by row; a missing list is `None`.
    ///
    /// # Errors
    /// As for texts.
    pub fn each_list(&self, name: &str, mut take: impl FnMut(Option<&StringChunked>)) -> Result<(), StoreError> {
        let column = self.frame.column(name).map_err(StoreError::reading(self.table))?;
        for list in column.list().map_err(StoreError::reading(self.table))?.amortized_iter() {
            let list = list.as_ref().map(|list| list.as_ref().str()).transpose();
            take(list.map_err(StoreError::reading(self.table))?);
        }
        Ok(())
    }

    /// Lists of texts, row by row; a missing list is `None`.
    ///
    /// # Errors
    /// As for texts.
    pub fn lists(&self, name: &str) -> Result<Vec<Option<Vec<String>>>, StoreError> {
        let mut lists = Vec::with_capacity(self.frame.height());
        self.each_list(name, |list| {
            lists.push(list.map(|texts| texts.iter().flatten().map(str::to_owned).collect()));
        })?;
        Ok(lists)
    }
}
