//! The hash of a key. Datasets on disk hold filters made of it, so it never changes: another one needs another name there.

use super::KeyPart;

/// A number that is equal for equal keys, and almost never for different ones.
pub fn hash_of(first: &str, second: KeyPart<'_>) -> u64 {
    // The length goes in, so that `ab`, `c` and `a`, `bc` differ.
    let start = mixed(first.len() as u64, first.as_bytes());
    finished(match second {
        KeyPart::Text(text) => mixed(start, text.as_bytes()),
        KeyPart::Number(number) => mixed(start, &number.to_le_bytes()),
    })
}

fn mixed(start: u64, bytes: &[u8]) -> u64 {
    let mut hash = start;
    for piece in bytes.chunks(8) {
        let mut word = [0; 8];
        word.iter_mut().zip(piece).for_each(|(to, from)| *to = *from);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 32;
    }
    (hash ^ bytes.len() as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Spreads every bit over all of them: the last step of `MurmurHash3`.
fn finished(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_hash_of_a_key_is_the_one_that_datasets_on_disk_hold() {
        let found = [
            hash_of("", KeyPart::Text("")),
            hash_of("github", KeyPart::Text("1234567890")),
            hash_of("acme/web", KeyPart::Number(42)),
        ];
        assert_eq!(found, HELD);
    }

    const HELD: [u64; 3] = [0, 0x2DD5_6E5F_2984_CF76, 0xD24F_CD51_3A2F_79E9];

    #[test]
    fn different_keys_have_different_hashes() {
        let mut hashes = BTreeSet::new();
        for first in ["", "a", "ab", "acme/web", "acme/web2"] {
            for nth in 0..2_000 {
                hashes.insert(hash_of(first, KeyPart::Text(&nth.to_string())));
                hashes.insert(hash_of(first, KeyPart::Number(nth)));
            }
        }
        hashes.extend([hash_of("ab", KeyPart::Text("c")), hash_of("a", KeyPart::Text("bc"))]);
        assert_eq!(hashes.len(), 20_002);
    }
}
