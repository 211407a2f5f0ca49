//! Percentiles of a set that changes from day to day, without copying an event into each of its days.
//!
//! Values are ranked once; a bitmap holds which ranks are in, with counts per 64 and per 4 096 of them, so that an
//! event goes in once and out once, and a percentile is one or two selects. Memory grows with the events alone.

use super::statistics::{lerp, quantile_ranks};

/// A value that is in the set on the days `[enter, leave)`, counted from the first day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// First day.
    pub enter: usize,
    /// First day after.
    pub leave: usize,
    /// The value.
    pub value: f64,
}

/// How many values each day's set has, and their percentiles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DayPercentiles<const N: usize> {
    /// Values in the set.
    pub n: u32,
    /// The percentiles asked for; `None` where the set is empty.
    pub at: Option<[f64; N]>,
}

/// The percentiles `quantiles` of each day's set.
pub fn percentiles<const N: usize>(items: &[Item], days: usize, quantiles: [f64; N]) -> Vec<DayPercentiles<N>> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_unstable_by(|&a, &b| items[a].value.total_cmp(&items[b].value).then(a.cmp(&b)));
    let values: Vec<f64> = order.iter().map(|&item| items[item].value).collect();
    let mut moves: Vec<(usize, bool, usize)> = Vec::with_capacity(items.len() * 2);
    for (rank, &item) in order.iter().enumerate() {
        let Item { enter, leave, .. } = items[item];
        if enter < leave.min(days) {
            moves.push((enter, true, rank));
            moves.push((leave, false, rank));
        }
    }
    moves.sort_unstable();
    let mut set = RankSet::new(items.len());
    let mut next = moves.into_iter().peekable();
    (0..days)
        .map(|day| {
            while let Some((_, enters, rank)) = next.next_if(|&(when, ..)| when <= day) {
                if enters { set.insert(rank) } else { set.remove(rank) }
            }
            let mut at = [0.0; N];
            for (slot, q) in at.iter_mut().zip(quantiles) {
                let Some((low, high, weight)) = quantile_ranks(set.len, q) else {
                    return DayPercentiles::default();
                };
                let low = values[set.select(low)];
                *slot = if weight == 0.0 { low } else { lerp(low, values[set.select(high)], weight) };
            }
            DayPercentiles { n: u32::try_from(set.len).unwrap_or(u32::MAX), at: Some(at) }
        })
        .collect()
}

/// A set of ranks with select.
struct RankSet {
    words: Vec<u64>,
    blocks: Vec<u32>,
    len: usize,
}

const WORDS_PER_BLOCK: usize = 64;

impl RankSet {
    fn new(ranks: usize) -> Self {
        let words = ranks.div_ceil(64);
        Self { words: vec![0; words], blocks: vec![0; words.div_ceil(WORDS_PER_BLOCK)], len: 0 }
    }

    fn insert(&mut self, rank: usize) {
        self.words[rank / 64] |= 1 << (rank % 64);
        self.blocks[rank / 64 / WORDS_PER_BLOCK] += 1;
        self.len += 1;
    }

    fn remove(&mut self, rank: usize) {
        self.words[rank / 64] &= !(1 << (rank % 64));
        self.blocks[rank / 64 / WORDS_PER_BLOCK] -= 1;
        self.len -= 1;
    }

    /// The rank that has `before` smaller ones in the set; `before` must be less than the set's length.
    fn select(&self, before: usize) -> usize {
        let mut left = before;
        let mut block = 0;
        while left >= self.blocks[block] as usize {
            left -= self.blocks[block] as usize;
            block += 1;
        }
        let mut word = block * WORDS_PER_BLOCK;
        while left >= self.words[word].count_ones() as usize {
            left -= self.words[word].count_ones() as usize;
            word += 1;
        }
        let mut bits = self.words[word];
        for _ in 0..left {
            bits &= bits - 1;
        }
        word * 64 + bits.trailing_zeros() as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::statistics::quantile;

    proptest! {
        #[test]
        fn every_day_has_the_percentiles_of_the_values_in_it(
            raw in proptest::collection::vec((0usize..40, 0usize..15, 0u8..50), 0..300)
        ) {
            let items: Vec<Item> = raw
                .iter()
                .map(|&(enter, length, value)| Item { enter, leave: enter + length, value: f64::from(value) })
                .collect();
            let found = percentiles(&items, 40, [0.5, 0.9]);
            for (day, found) in found.iter().enumerate() {
                let mut inside: Vec<f64> =
                    items.iter().filter(|item| item.enter <= day && day < item.leave).map(|item| item.value).collect();
                inside.sort_unstable_by(f64::total_cmp);
                prop_assert_eq!(found.n as usize, inside.len());
                let wanted = quantile(&inside, 0.5).zip(quantile(&inside, 0.9)).map(|(p50, p90)| [p50, p90]);
                prop_assert_eq!(found.at, wanted);
            }
        }
    }
}
