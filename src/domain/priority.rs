//! The rank of an incident by the text of its priority: 1 is very important, 0 even more.
//!
//! One reading for every source: the number after `P`, `S`, `SEV`, `priority` or `severity` as a word of its own, else
//! a word with a usual rank. A text with neither has no rank.

const PREFIXES: [&str; 5] = ["p", "s", "sev", "priority", "severity"];

const WORDS: [(&str, u32); 12] = [
    ("critical", 1),
    ("highest", 1),
    ("blocker", 1),
    ("urgent", 1),
    ("high", 2),
    ("major", 2),
    ("medium", 3),
    ("moderate", 3),
    ("normal", 3),
    ("low", 4),
    ("minor", 4),
    ("lowest", 5),
];

/// The rank of a priority: `P3 - Low`, `sev-2: minor` and `priority/P4` by their number, `Critical` by its word.
pub fn priority_rank(text: &str) -> Option<u32> {
    let word =
        |word: &str| WORDS.iter().chain(&[("trivial", 5)]).find(|(name, _)| *name == word).map(|(_, rank)| *rank);
    priority_number(text).or_else(|| words(&text.to_lowercase()).find_map(word))
}

/// The number of a priority that has one. Free text such as a label is a priority only with a number: the label `high`
/// may mean anything.
pub fn priority_number(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    // `sev2` is one word, `sev-2` two, and both are read.
    let parts: Vec<&str> = words(&lower).collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let digits = part.trim_start_matches(|letter: char| letter.is_alphabetic());
        let prefix = part.strip_suffix(digits)?;
        let number = if digits.is_empty() { parts.get(at + 1)? } else { digits };
        (PREFIXES.contains(&prefix) && number.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| number.parse().ok())
            .flatten()
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_read_by_its_number_else_by_its_word() {
        for (text, rank) in [
            ("P3", Some(3)),
            ("P3 - Low", Some(3)),
            ("SEV2", Some(2)),
            ("Sev-1 (major)", Some(1)),
            ("sev3: minor", Some(3)),
            ("Severity-4 (cosmetic)", Some(4)),
            ("severity::4", Some(4)),
            ("priority/P4-low", Some(4)),
            ("Priority 2", Some(2)),
            ("p0", Some(0)),
            ("S1", Some(1)),
            ("urgent", Some(1)),
            ("3 - Moderate", Some(3)),
            ("Lowest", Some(5)),
            ("trivial", Some(5)),
            ("priority: high", Some(2)),
            ("ops4", None),
            ("step 3", None),
            ("P2P", None),
            ("Wichtig", None),
            ("", None),
        ] {
            assert_eq!(priority_rank(text), rank, "{text}");
        }
    }

    #[test]
    fn a_word_without_a_number_is_not_a_priority() {
        assert_eq!(priority_number("priority: low"), None);
        assert_eq!(priority_number("severity::4"), Some(4));
    }
}
