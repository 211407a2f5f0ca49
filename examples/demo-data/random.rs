//! Pseudo-random numbers, the same on every machine: `SplitMix64` and integer arithmetic only.
//!
//! Invariant: one seed, one sequence, on every platform and for ever; no floating point, whose last digit may differ
//! between systems. Not for anything secret.

/// A stream of pseudo-random numbers.
pub(crate) struct Random(u64);

/// A distribution of durations as a few of its quantiles: (percent, minutes), rising, from 0 to 100 percent.
pub(crate) type Quantiles = [(i64, i64)];

impl Random {
    /// The stream number `stream` of a seed; streams do not disturb each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xA076_1D64_78BD_642F));
        random.next();
        random
    }

    /// The next 64 bits (`SplitMix64`: Steele, Lea and Flood 2014).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `low..high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() >> 1).cast_signed() % (high - low).max(1)
    }

    /// True in so many of a thousand cases.
    pub(crate) fn chance(&mut self, per_mille: i64) -> bool {
        self.between(0, 1000) < per_mille
    }

    /// One of the items, which must not be none.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        &items[usize::try_from(self.between(0, count)).unwrap_or(0)]
    }

    /// Seconds drawn from a distribution given in minutes, scaled by `percent`.
    pub(crate) fn seconds(&mut self, quantiles: &Quantiles, percent: i64) -> i64 {
        let at = self.between(0, 100_000);
        let mut drawn = 0;
        for pair in quantiles.windows(2) {
            let [(from, low), (to, high)] = *pair else { continue };
            let (from, to) = (from * 1000, to * 1000);
            if (from..to).contains(&at) {
                drawn = (low * 60) + (high - low) * 60 * (at - from) / (to - from);
            }
        }
        drawn * percent / 100
    }

    /// Twelve hexadecimal digits, as an abbreviated sha has.
    pub(crate) fn sha(&mut self) -> String {
        format!("{:012x}", self.next() >> 16)
    }
}
