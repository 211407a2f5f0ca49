//! For tests of readers: a sample of a format, changed as a hostile or broken writer would change it, and what every
//! error must be like.

use proptest::prelude::*;

/// What is put between the bytes of a sample: syntax of the formats, numbers and instants at the ends of their ranges, and
/// characters that a reader may obey.
const PIECES: [&[u8]; 48] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"|",
    b"\r\n",
    b"\n",
    b"\r",
    b"sep=;\n",
    b"\0",
    b"\x1b[31m",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3\x28",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b":",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"NaN",
    b"1e999",
    b"-0",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z",
    b"9998-12-31T23:59:59-12:00",
    b"+262142-12-31T23:59:59Z",
    b"2026-02-30T25:61:61Z",
    b"'''",
    b"\"\"\"",
    b"[[service]]\n",
    b"#",
    b" = ",
    b".",
    b"*",
    b"(?i)(a|",
    b"(a{1000}){1000}",
];

/// One change: what is done, where, how far, and with which piece or other sample.
type Change = (u8, prop::sample::Index, u16, prop::sample::Index);

/// Samples, each changed at most a dozen times.
pub(crate) fn mutated(samples: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let change = (0_u8..8, any::<prop::sample::Index>(), 0_u16..400, any::<prop::sample::Index>());
    (prop::sample::select(samples), prop::collection::vec(change, 0..12)).prop_map(move |(sample, changes)| {
        changes.iter().fold(sample.to_vec(), |bytes, change| changed(bytes, change, samples))
    })
}

/// The same, as text.
pub(crate) fn mutated_text(samples: &'static [&'static [u8]]) -> impl Strategy<Value = String> {
    mutated(samples).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn changed(mut bytes: Vec<u8>, (kind, place, length, other): &Change, samples: &[&[u8]]) -> Vec<u8> {
    let at = place.index(bytes.len() + 1);
    let end = (at + usize::from(*length)).min(bytes.len());
    let piece = other.get(&PIECES).to_vec();
    let part = bytes.get(at..end).unwrap_or_default().to_vec();
    let put: Vec<u8> = match kind {
        0 => Vec::new(),
        1 => piece,
        2 => part.repeat(2),
        3 => part.repeat(40),
        4 => piece.repeat(usize::from(*length)),
        5 => part.iter().rev().copied().collect(),
        6 => {
            bytes.truncate(at);
            return bytes;
        }
        _ => other.get(samples).iter().skip(usize::from(*length)).take(600).copied().collect(),
    };
    // A piece is put between, everything else in the place of a part.
    let end = if matches!(kind, 1 | 4) { at } else { end };
    bytes.splice(at..end, put);
    bytes
}

/// Fails where an error is no sentence: it has control characters, is empty, or quotes without end.
pub(crate) fn is_a_sentence(error: &str) -> Result<(), TestCaseError> {
    prop_assert!(!error.trim().is_empty());
    let letters = error.chars().count();
    prop_assert!(letters < 2_000, "{letters} letters: {}", error.chars().take(300).collect::<String>());
    prop_assert!(!error.contains(char::is_control), "{error:?}");
    Ok(())
}
