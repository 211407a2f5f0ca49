//! Where the texts of a column end: four bytes a row, also where the column has more than 4 GiB of letters.

/// Numbers of which none is smaller than the one before.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    /// The lower half of each.
    low: Vec<u32>,
    /// The rows at which the upper half grows by one.
    carries: Vec<usize>,
}

impl Ends {
    /// Makes room for so many rows, if there is memory for them.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.low.try_reserve_exact(rows).ok();
    }

    /// Adds a row, whose end is not before that of the last one.
    pub(super) fn push(&mut self, end: u64) {
        let (high, low) = (end >> u32::BITS, end & u64::from(u32::MAX));
        while (self.carries.len() as u64) < high {
            self.carries.push(self.low.len());
        }
        self.low.push(u32::try_from(low).unwrap_or(u32::MAX));
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.low.len()
    }

    /// The end of a row.
    pub(super) fn get(&self, row: usize) -> Option<u64> {
        let high = self.carries.partition_point(|first| *first <= row) as u64;
        Some((high << u32::BITS) + u64::from(*self.low.get(row)?))
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).filter_map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_beyond_four_gibibytes_are_given_back_as_they_are() {
        let ends = [0, 7, 7, (1 << 32) - 1, 1 << 32, (1 << 32) + 5, 3 << 32, (3 << 32) + 1];
        let mut column = Ends::default();
        column.reserve(ends.len());
        for end in ends {
            column.push(end);
        }
        assert_eq!(column.iter().collect::<Vec<_>>(), ends);
        assert_eq!((column.len(), column.get(8)), (8, None));
    }
}
