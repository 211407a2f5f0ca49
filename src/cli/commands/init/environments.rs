//! Decides by their names which environments look like production: nothing else is known before their history is read.

use crate::domain::settings::Settings;

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The default list has it.
    Default(String),
    /// Its name has a word for production and no word for another stage.
    Likely(&'static str),
    /// Its name has neither.
    Unknown,
    /// Its name has a word for a stage before or beside production.
    Not(&'static str),
}

/// Words of production.
const PRODUCTION: [&str; 4] = ["production", "prod", "prd", "live"];
/// Words for stages before or beside production.
const OTHER: [&str; 36] = [
    "alpha",
    "beta",
    "canary",
    "ci",
    "demo",
    "dev",
    "develop",
    "development",
    "e2e",
    "edge",
    "github",
    "int",
    "integration",
    "local",
    "nightly",
    "nonprod",
    "pages",
    "pr",
    "pre",
    "preprod",
    "preview",
    "qa",
    "review",
    "sandbox",
    "shadow",
    "sit",
    "stage",
    "staging",
    "stg",
    "temp",
    "test",
    "testing",
    "tests",
    "training",
    "tst",
    "uat",
];

/// What the name of an environment says.
pub(super) fn judge(name: &str) -> Verdict {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split(|letter: char| !letter.is_alphanumeric()).collect();
    // `prod2` and `pr12` are words with a number.
    let words: Vec<&str> =
        parts.iter().map(|part| part.trim_end_matches(|letter: char| letter.is_ascii_digit())).collect();
    let word = |of: &[&'static str]| {
        of.iter().copied().find(|word| parts.contains(word) || (!word.is_empty() && words.contains(word)))
    };
    if let Some(word) = word(&OTHER) {
        return Verdict::Not(word);
    }
    let default = Settings::default();
    let pattern = default.environments.iter().find(|glob| glob.matches(&name));
    match (pattern, word(&PRODUCTION)) {
        (Some(pattern), _) if default.is_production(None, &name) => Verdict::Default(pattern.as_str().to_owned()),
        (_, Some(word)) => Verdict::Likely(word),
        _ => Verdict::Unknown,
    }
}

impl Verdict {
    /// Whether the configuration takes it for production.
    pub(super) fn is_production(&self) -> bool {
        matches!(self, Self::Default(_) | Self::Likely(_))
    }

    /// The reason, for a comment.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Default(pattern) => format!("looks like production: `{pattern}` of the default list matches"),
            Self::Likely(word) => format!("looks like production: its name has the word `{word}`"),
            Self::Unknown => "unclear: no word in its name says so; add it if it serves your users".to_owned(),
            Self::Not(word) => format!("not production: its name has the word `{word}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whether_an_environment_looks_like_production_and_why() {
        for (name, wanted) in [
            ("Production", "`production` of the default list"),
            ("prod-eu-1", "`prod-*` of the default list"),
            ("checkout-production", "the word `production`"),
            ("eu/live", "the word `live`"),
            ("PRD", "the word `prd`"),
            ("prod2", "the word `prod`"),
            ("prod-canary", "not production: its name has the word `canary`"),
            ("pre-prod", "not production: its name has the word `pre`"),
            ("pr-128", "not production: its name has the word `pr`"),
            ("pr128", "not production: its name has the word `pr`"),
            ("github-pages", "not production: its name has the word `github`"),
            ("qa1", "not production: its name has the word `qa`"),
            ("blue", "unclear"),
            ("products", "unclear"),
            ("42", "unclear"),
            ("", "unclear"),
        ] {
            let verdict = judge(name);
            assert!(verdict.reason().contains(wanted), "{name}: {}", verdict.reason());
            assert_eq!(verdict.is_production(), verdict.reason().starts_with("looks like production"), "{name}");
        }
    }

    #[test]
    fn what_the_default_list_counts_is_never_left_out_for_another_reason() {
        let default = Settings::default();
        for name in ["production", "prod", "prod-eu", "PROD-us-1", "prod-blue"] {
            assert!(default.is_production(None, name) && judge(name).is_production(), "{name}");
        }
    }
}
