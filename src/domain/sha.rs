//! The name of a commit, as 20 bytes instead of 40 letters.
//!
//! A name of 40 hexadecimal digits is those 160 bits, in upper or lower case: nothing is lost, so two commits never
//! collide. Any other text (an SHA-256 name, a version that stands for a commit, a short form) is represented by the
//! first 160 bits of the SHA-256 of its lower case.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};

/// A commit's name; in order of its text where that is 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sha([u8; 20]);

/// Letters of a full name.
const FULL: usize = 40;

impl Sha {
    /// The name that a text is.
    pub fn of(text: &str) -> Self {
        Self::exact(text).unwrap_or_else(|| {
            let digest = Sha256::digest(text.to_lowercase().as_bytes());
            let mut bytes = [0; 20];
            bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
            Self(bytes)
        })
    }

    /// The name that a text of 40 hexadecimal digits is; `None` of any other text, which [`fmt::Display`] cannot give back.
    pub fn exact(text: &str) -> Option<Self> {
        let letters: &[u8; FULL] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 20];
        let mut bad = 0;
        let (pairs, _) = letters.as_chunks::<2>();
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
            bad |= high | low;
            *byte = high << 4 | low;
        }
        (bad <= 0xF).then_some(Self(bytes))
    }

    /// Its first 64 bits, in the same order.
    pub fn beginning(self) -> u64 {
        let (beginning, _) = self.0.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        u64::from_be_bytes(*beginning)
    }

    fn digits(self) -> [u8; FULL] {
        let mut text = [0; FULL];
        let (pairs, _) = text.as_chunks_mut::<2>();
        for (pair, byte) in pairs.iter_mut().zip(self.0) {
            let letter = |digit: u8| b"0123456789abcdef"[usize::from(digit & 0xF)];
            *pair = [letter(byte >> 4), letter(byte)];
        }
        text
    }

    /// Its 40 hexadecimal digits as text.
    pub fn text(self) -> String {
        String::from_utf8_lossy(&self.digits()).into_owned()
    }
}

/// Hashes one number instead of 20 bytes, because millions of names are hashed. All bytes go into it, so that made-up
/// names that differ in a few digits differ too.
impl Hash for Sha {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (words, rest) = self.0.as_chunks::<8>();
        let sum = words.iter().fold(0, |sum: u64, word| sum.rotate_left(23) ^ u64::from_be_bytes(*word));
        state.write_u64(rest.iter().fold(sum.rotate_left(23), |sum, byte| sum.rotate_left(8) ^ u64::from(*byte)));
    }
}

/// The value of each hexadecimal digit, by its letter; more than 15 of any other letter.
const DIGITS: [u8; 256] = {
    let mut digits = [0xFF; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        digits[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

impl fmt::Display for Sha {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Sha {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_commit_names_are_lower_cased_and_compared_without_case() {
        let text = "7DE3687b23e58b971cba89db409f1f980ed8fdfb";
        let sha = Sha::exact(text).expect("40 digits");
        assert_eq!(sha.to_string(), text.to_lowercase());
        assert_eq!(Sha::of(&text.to_lowercase()), sha);
        assert_eq!(sha.beginning(), 0x7de3_687b_23e5_8b97);
        assert!(Sha::of(&"0".repeat(40)) < Sha::of(&format!("{}1", "0".repeat(39))), "in order of their texts");
    }

    #[test]
    fn names_other_than_full_shas_are_distinguished_too() {
        for text in ["", "v1.2", "7de3687", "7de3687b23e58b971cba89db409f1f980ed8fdfg"] {
            assert_eq!(Sha::exact(text), None, "{text}");
        }
        assert_ne!(Sha::of("v1.2"), Sha::of("v1.3"));
        assert_eq!(Sha::of("V1.2"), Sha::of("v1.2"));
        assert_ne!(Sha::of("7de3687"), Sha::of("7de3687b23e58b971cba89db409f1f980ed8fdfb"));
    }
}
