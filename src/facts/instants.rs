//! Columns of numbers and instants for the metrics: eight bytes a row, also where an instant may be missing.

use super::error::FactsError;
use crate::domain::time::Timestamp;
use crate::store::columns::Columns;

/// A column of instants, each of which may be missing: eight bytes each.
#[derive(Debug, Clone, Default)]
pub struct Instants(Vec<i64>);

/// Stands for "no instant": no part may hold it.
const NEVER: i64 = i64::MIN;

impl Instants {
    /// Reads a column of a frame.
    pub(super) fn read(columns: &Columns<'_>, name: &str) -> Result<Self, FactsError> {
        Ok(columns.integers(name)?.iter().collect())
    }

    /// Some rows, in an order.
    pub(super) fn picked(&self, rows: &[usize]) -> Self {
        rows.iter().map(|row| self.get(*row)).collect()
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.0.try_reserve_exact(rows).ok();
    }

    /// Adds a row.
    pub fn push(&mut self, at: Option<Timestamp>) {
        self.0.push(at.map_or(NEVER, |at| at.0));
    }

    /// The instant of a row.
    pub fn get(&self, row: usize) -> Option<Timestamp> {
        self.0.get(row).filter(|at| **at != NEVER).map(|at| Timestamp(*at))
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }
}

impl FromIterator<Option<i64>> for Instants {
    fn from_iter<I: IntoIterator<Item = Option<i64>>>(milliseconds: I) -> Self {
        Self(milliseconds.into_iter().map(|at| at.unwrap_or(NEVER)).collect())
    }
}

impl FromIterator<Option<Timestamp>> for Instants {
    fn from_iter<I: IntoIterator<Item = Option<Timestamp>>>(instants: I) -> Self {
        instants.into_iter().map(|at| at.map(|at| at.0)).collect()
    }
}

/// Reads a column of numbers or instants of a frame that no row may miss.
pub(super) fn numbers(columns: &Columns<'_>, name: &str) -> Result<Vec<i64>, FactsError> {
    Ok(columns.integers(name)?.iter().map(Option::unwrap_or_default).collect())
}

/// Some items of a column, in an order.
pub(super) fn picked<T: Copy>(items: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| items.get(*row)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_that_are_joined_or_picked_keep_the_missing_ones() {
        let parts = [vec![Some(Timestamp(1)), None], vec![], vec![None, Some(Timestamp(0)), None]];
        let mut column = Instants::default();
        for part in &parts {
            column.append(&part.iter().copied().collect());
        }
        let rows = |column: &Instants| (0..6).map(|row| column.get(row)).collect::<Vec<_>>();
        assert_eq!(rows(&column), [parts.concat(), vec![None]].concat());
        assert_eq!(rows(&column.picked(&[3, 1, 0])), [Some(Timestamp(0)), None, Some(Timestamp(1)), None, None, None]);
    }
}
