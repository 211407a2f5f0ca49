//! Patterns for names of repos and environments: case-insensitive, and `*` crosses `/`.

use globset::{GlobBuilder, GlobMatcher};

/// One pattern, as it was written and as it matches.
#[derive(Debug, Clone)]
pub struct Glob {
    text: String,
    matcher: Matcher,
}

/// What is more than a letter in a pattern.
const SIGNS: [char; 5] = ['*', '?', '[', '{', '\\'];

#[derive(Debug, Clone)]
enum Matcher {
    Literal(String),
    Pattern(GlobMatcher),
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let glob = GlobBuilder::new(text)
            .case_insensitive(true)
            .literal_separator(false)
            .backslash_escape(true)
            .build()
            .map_err(|cause| format!("`{text}` is not a valid pattern: {}", cause.kind()))?;
        // A name without a sign of its own is compared, which takes a hundredth of a search.
        if text.is_ascii() && !text.contains(SIGNS) {
            return Ok(Self::literal(text));
        }
        Ok(Self { text: text.to_owned(), matcher: Matcher::Pattern(glob.compile_matcher()) })
    }

    /// The pattern that matches one name (in any case of letters), whatever characters it holds.
    pub fn literal(name: &str) -> Self {
        Self { text: name.to_owned(), matcher: Matcher::Literal(name.to_lowercase()) }
    }

    /// The text of the pattern that matches one name, as a configuration writes it.
    pub fn escaped(name: &str) -> String {
        let escape = |letter: char| [Some('\\').filter(|_| letter == '}' || SIGNS.contains(&letter)), Some(letter)];
        name.chars().flat_map(escape).flatten().collect()
    }

    /// Whether `name` matches.
    pub fn matches(&self, name: &str) -> bool {
        match &self.matcher {
            Matcher::Literal(lower) if name.is_ascii() => name.eq_ignore_ascii_case(lower),
            Matcher::Literal(lower) => name.to_lowercase() == *lower,
            Matcher::Pattern(glob) => glob.is_match(name),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it can match only its own text.
    pub fn is_literal(&self) -> bool {
        matches!(self.matcher, Matcher::Literal(_)) || !self.text.contains(SIGNS)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The texts of the patterns, sorted and without duplicates. For patterns whose order has no meaning.
pub fn sorted(globs: &[Glob]) -> Vec<&str> {
    let mut texts: Vec<&str> = globs.iter().map(Glob::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_pattern_ignores_case_and_its_star_crosses_slashes() {
        let glob = Glob::new("prod-*").expect("a pattern");
        assert!(glob.matches("PROD-eu/west"));
        assert!(!glob.matches("preprod-eu"));
        assert!(Glob::new("prod-[").is_err());
    }

    #[test]
    fn an_escaped_name_is_a_pattern_that_matches_only_that_name() {
        for name in ["prod", "prod-*", "a[b]", "{a,b}", "x}", "c:\\d", "wh?t", "ärger *"] {
            let glob = Glob::new(&Glob::escaped(name)).expect("a pattern");
            assert!(glob.matches(name) && !glob.matches("prod-x") && !glob.matches("a"), "{name}");
        }
    }
}
