//! A regular expression that a configuration names.

use regex::Regex;

/// A regular expression; equal where the text is.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(Self).map_err(|cause| {
            // The engine draws the expression with a marker over several lines; its last line is the reason.
            let cause = cause.to_string();
            let reason = cause.lines().last().unwrap_or_default();
            format!("not a valid regular expression ({})", reason.strip_prefix("error: ").unwrap_or(reason))
        })
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The expression itself.
    pub fn regex(&self) -> &Regex {
        &self.0
    }

    /// Whether it is found in a text.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// What its first group catches in a text.
    pub fn first_group<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.0.captures(text)?.get(1).map(|found| found.as_str())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}
