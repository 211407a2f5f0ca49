//! Where the items of each row end in a list of all items: four bytes a row, even with more than four billion items.

use std::ops::Range;

/// Numbers of which none is smaller than the one before.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    /// The lower half of each.
    low: Vec<u32>,
    /// The rows at which the upper half grows by one.
    carries: Vec<usize>,
}

impl Ends {
    /// Makes room for so many rows, if there is memory for them: the number may come from a damaged file.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.low.try_reserve_exact(rows).ok();
    }

    /// Removes all rows and keeps the allocated memory.
    pub(super) fn clear(&mut self) {
        self.low.clear();
        self.carries.clear();
    }

    /// Adds a row, whose end is not before that of the last one.
    pub(super) fn push(&mut self, end: usize) {
        let (high, low) = (end as u64 >> u32::BITS, end as u64 & u64::from(u32::MAX));
        while (self.carries.len() as u64) < high {
            self.carries.push(self.low.len());
        }
        self.low.push(u32::try_from(low).unwrap_or(u32::MAX));
    }

    /// Adds the rows of others, whose items follow the first `items` items.
    pub(super) fn append(&mut self, others: &Self, items: usize) {
        (0..others.len()).filter_map(|row| others.get(row)).for_each(|end| self.push(items + end));
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.low.len()
    }

    /// How many items all rows have.
    pub(super) fn last(&self) -> usize {
        self.len().checked_sub(1).and_then(|row| self.get(row)).unwrap_or(0)
    }

    /// The items of a row.
    pub(super) fn row(&self, row: usize) -> Option<Range<usize>> {
        let from = row.checked_sub(1).and_then(|before| self.get(before)).unwrap_or(0);
        Some(from..self.get(row)?)
    }

    fn get(&self, row: usize) -> Option<usize> {
        let high = self.carries.partition_point(|first| *first <= row) as u64;
        usize::try_from((high << u32::BITS) + u64::from(*self.low.get(row)?)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: [usize; 8] = [0, 7, 7, (1 << 32) - 1, 1 << 32, (1 << 32) + 5, 3 << 32, (3 << 32) + 1];

    fn column() -> Ends {
        let mut column = Ends::default();
        column.reserve(ENDS.len());
        for end in ENDS {
            column.push(end);
        }
        column
    }

    #[test]
    fn ends_beyond_four_billion_are_given_back_as_they_are() {
        let column = column();
        let rows: Vec<Range<usize>> = (0..8).filter_map(|row| column.row(row)).collect();
        assert_eq!(rows.iter().map(|row| row.end).collect::<Vec<_>>(), ENDS);
        assert_eq!(rows.iter().map(|row| row.start).collect::<Vec<_>>(), [&[0], &ENDS[..7]].concat());
        assert_eq!((column.len(), column.last(), column.row(8)), (8, ENDS[7], None));
    }

    #[test]
    fn rows_that_are_added_come_after_the_items_that_were_there() {
        let mut all = column();
        all.append(&column(), ENDS[7]);
        assert_eq!(
            (8..16).filter_map(|row| Some(all.row(row)?.end)).collect::<Vec<_>>(),
            ENDS.map(|end| ENDS[7] + end)
        );
        all.clear();
        all.append(&column(), 0);
        assert_eq!((all.len(), all.row(6)), (8, column().row(6)));
    }
}
