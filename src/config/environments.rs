//! Non-empty lists of environment patterns in `dora.toml`.

use crate::document::{ConfigError, Text};
use crate::domain::glob::Glob;

/// Why an empty list of environments is a mistake.
pub(super) const NO_ENVIRONMENT: &str = "then no deployment would count; name an environment or leave the key out";

/// Patterns, each checked where it stands.
pub(super) fn globs(texts: &[Text<'_>]) -> Result<Vec<Glob>, ConfigError> {
    texts.iter().map(|text| text.read(Glob::new)).collect()
}
