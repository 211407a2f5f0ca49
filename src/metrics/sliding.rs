//! Percentiles of a set that changes from day to day, without copying an event into each of its days.
//!
//! Values are ranked once; a bitmap holds which ranks are in, with counts per 64 and per 4 096 of them, so that an
//! event is inserted once and removed once, and a percentile takes one or two selects. Memory grows only with the
//! number of events.

use super::statistics::{lerp, quantile_ranks};

/// A value that is in the set on the days `[enter, leave)`, counted from the first day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// First day.
    pub enter: u32,
    /// First day after.
    pub leave: u32,
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

/// The percentiles `quantiles` of each day's set. The items are sorted in place.
pub fn percentiles<const N: usize>(items: &mut [Item], days: usize, quantiles: [f64; N]) -> Vec<DayPercentiles<N>> {
    items.sort_unstable_by_key(|item| in_order(item.value));
    let is_in = |item: &Item| item.enter < item.leave && (item.enter as usize) < days;
    let (mut enters, mut leaves) = (Days::new(days), Days::new(days));
    for item in items.iter().filter(|item| is_in(item)) {
        enters.count(item.enter as usize);
        leaves.count(item.leave as usize);
    }
    enters.begin();
    leaves.begin();
    for (item, rank) in items.iter().zip(0..).filter(|(item, _)| is_in(item)) {
        enters.add(item.enter as usize, rank);
        leaves.add(item.leave as usize, rank);
    }
    let mut set = RankSet::new(items.len());
    (0..days)
        .map(|day| {
            leaves.of(day).iter().for_each(|rank| set.remove(*rank as usize));
            enters.of(day).iter().for_each(|rank| set.insert(*rank as usize));
            let mut at = [0.0; N];
            for (slot, q) in at.iter_mut().zip(quantiles) {
                let Some((low, high, weight)) = quantile_ranks(set.len, q) else {
                    return DayPercentiles::default();
                };
                let low = items[set.select(low)].value;
                *slot = if weight == 0.0 { low } else { lerp(low, items[set.select(high)].value, weight) };
            }
            DayPercentiles { n: u32::try_from(set.len).unwrap_or(u32::MAX), at: Some(at) }
        })
        .collect()
}

/// A number whose order among integers is that of the value by [`f64::total_cmp`].
fn in_order(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

/// Ranks by day: counted first, then filled in.
struct Days {
    /// Where each day begins; while the ranks are counted, how many the day before has.
    begins: Vec<usize>,
    next: Vec<usize>,
    ranks: Vec<u32>,
}

impl Days {
    fn new(days: usize) -> Self {
        Self { begins: vec![0; days + 1], next: Vec::new(), ranks: Vec::new() }
    }

    /// A day after the last is none.
    fn count(&mut self, day: usize) {
        if let Some(count) = self.begins.get_mut(day + 1) {
            *count += 1;
        }
    }

    fn begin(&mut self) {
        let mut sum = 0;
        for begin in &mut self.begins {
            sum += *begin;
            *begin = sum;
        }
        self.next.clone_from(&self.begins);
        self.ranks = vec![0; sum];
    }

    fn add(&mut self, day: usize, rank: u32) {
        if day + 1 < self.begins.len()
            && let Some(next) = self.next.get_mut(day)
            && let Some(place) = self.ranks.get_mut(*next)
        {
            *place = rank;
            *next += 1;
        }
    }

    fn of(&self, day: usize) -> &[u32] {
        let end = self.begins.get(day + 1).copied().unwrap_or(0);
        self.begins.get(day).and_then(|begin| self.ranks.get(*begin..end)).unwrap_or_default()
    }
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
            raw in proptest::collection::vec((0u32..40, 0u32..15, 0u8..50), 0..300)
        ) {
            let mut items: Vec<Item> = raw
                .iter()
                .map(|&(enter, length, value)| Item { enter, leave: enter + length, value: f64::from(value) / 7.0 })
                .collect();
            let found = percentiles(&mut items, 40, [0.5, 0.9]);
            for (day, found) in (0..).zip(&found) {
                let mut inside: Vec<f64> =
                    items.iter().filter(|item| item.enter <= day && day < item.leave).map(|item| item.value).collect();
                inside.sort_unstable_by(f64::total_cmp);
                prop_assert_eq!(found.n as usize, inside.len());
                let wanted = quantile(&inside, 0.5).zip(quantile(&inside, 0.9)).map(|(p50, p90)| [p50, p90]);
                prop_assert_eq!(found.at, wanted);
            }
        }
    }

    #[test]
    fn numbers_have_the_order_of_their_values() {
        let values = [f64::NEG_INFINITY, -2.5, -1.0, -0.0, 0.0, 1.0, 2.5, f64::INFINITY];
        assert!(values.windows(2).all(|pair| in_order(pair[0]) < in_order(pair[1])));
    }

    #[test]
    fn days_with_more_values_than_a_block_of_the_set_holds_have_their_percentiles_too() {
        // In no order, and a third of them leave on each day.
        let count = 3 * u32::try_from(WORDS_PER_BLOCK).expect("a small number") * 64;
        let mut items: Vec<Item> = (0..count)
            .map(|nth| Item { enter: 0, leave: 1 + nth % 3, value: f64::from((nth * 7_919) % count) })
            .collect();
        for (day, found) in (0..).zip(&percentiles(&mut items, 3, [0.5, 0.9])) {
            let mut inside: Vec<f64> = items.iter().filter(|item| day < item.leave).map(|item| item.value).collect();
            inside.sort_unstable_by(f64::total_cmp);
            assert_eq!(found.n as usize, inside.len());
            assert_eq!(found.at, quantile(&inside, 0.5).zip(quantile(&inside, 0.9)).map(|(p50, p90)| [p50, p90]));
        }
    }
}
