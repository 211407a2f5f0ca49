//! A Bloom filter over the keys of one part, kept in its footer: whether the part may hold a key, without reading the keys.
//!
//! With 20 bits a key and 10 probes, about one of 15,000 absent keys is a false positive, which costs one reading of
//! the keys. There are no false negatives.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

const BITS_A_KEY: usize = 20;
const PROBES: usize = 10;

/// The filter of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyFilter(Vec<u64>);

impl KeyFilter {
    /// Of the hashes of so many keys.
    pub(super) fn of(hashes: impl Iterator<Item = u64>, keys: usize) -> Self {
        let mut filter = Self(vec![0; (keys * BITS_A_KEY).div_ceil(64).max(1)]);
        for hash in hashes {
            for bit in filter.probes(hash) {
                if let Some(word) = filter.0.get_mut(bit / 64) {
                    *word |= 1 << (bit % 64);
                }
            }
        }
        filter
    }

    fn probes(&self, hash: u64) -> [usize; PROBES] {
        let bits = self.0.len() as u128 * 64;
        let step = hash.rotate_left(32).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut at = hash;
        [(); PROBES].map(|()| {
            // The upper half of the product is below the number of bits.
            let bit = usize::try_from((u128::from(at) * bits) >> 64).unwrap_or_default();
            at = at.wrapping_add(step);
            bit
        })
    }

    /// Whether the part may hold a key with this hash.
    pub(super) fn may_hold(&self, hash: u64) -> bool {
        self.probes(hash).iter().all(|bit| self.0.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1))
    }

    /// As text for the footer.
    pub(super) fn to_text(&self) -> String {
        STANDARD_NO_PAD.encode(self.0.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>())
    }

    /// From the text of a footer; none where it is no filter.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let bytes = STANDARD_NO_PAD.decode(text).ok()?;
        let words = bytes.chunks(8).map(|word| word.try_into().map(u64::from_le_bytes));
        let words = words.collect::<Result<Vec<u64>, _>>().ok()?;
        (!words.is_empty()).then_some(Self(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::batch::{KeyPart, hash_of};

    #[test]
    fn the_filter_has_no_false_negatives_and_few_false_positives() {
        let hash = |nth: usize| hash_of("acme/web", KeyPart::Text(&format!("{nth:040x}")));
        let filter = KeyFilter::of((0..20_000).map(hash), 20_000);
        let filter = KeyFilter::from_text(&filter.to_text()).expect("a filter");
        assert!((0..20_000).all(|nth| filter.may_hold(hash(nth))));
        let wrong = (20_000..320_000).filter(|nth| filter.may_hold(hash(*nth))).count();
        assert!(wrong < 100, "{wrong} of 300000");
    }

    #[test]
    fn no_keys_and_no_filter_are_told_apart() {
        assert!(!KeyFilter::of(std::iter::empty(), 0).may_hold(7));
        for text in ["", "?", "AAAA"] {
            assert_eq!(KeyFilter::from_text(text), None, "{text}");
        }
    }
}
