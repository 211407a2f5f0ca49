//! Pseudo-random numbers, the same on every machine: `SplitMix64` and integer arithmetic only.
//!
//! Invariant: one seed, one sequence; no floating point, whose last digit may differ between systems.

/// A stream of pseudo-random numbers.
pub(crate) struct Random(u64);

/// Scrambles 64 bits (the finalizer of `SplitMix64`: Steele, Lea and Flood 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let z = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Random {
    /// The stream number `stream` of a seed; streams do not disturb each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number in `low..high`, or `low` where that is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() >> 1).cast_signed() % (high - low).max(1)
    }

    /// True in so many of a thousand cases.
    pub(crate) fn chance(&mut self, per_mille: i64) -> bool {
        self.between(0, 1000) < per_mille
    }

    /// One of the items, which must not be none.
    pub(crate) fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        let count = i64::try_from(items.len()).unwrap_or(1);
        items[usize::try_from(self.between(0, count)).unwrap_or(0)]
    }

    /// Seconds between `low` and `high`, each order of magnitude about as likely as the next.
    pub(crate) fn spread(&mut self, low: i64, high: i64) -> i64 {
        let mut top = low.max(1);
        while top < high && self.chance(650) {
            top *= 2;
        }
        self.between(low, top.min(high) + 1)
    }
}
