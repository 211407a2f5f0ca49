//! Every section and key of `dora.toml`: its type, default, meaning and an example. The sections of the
//! providers come from the registry; the others are listed here.
//!
//! From this table come the check for unknown keys (`schema`), the reference part of `docs/config.md` (`markdown`) and the
//! JSON Schema for editors (`json_schema`). A new key is one entry here, and its reader in the file that owns the section.
//!
//! What a value may be is checked by the readers; tests hold that they accept every example and that every default is
//! the one they use.

mod figures;
mod json_schema;
mod markdown;
mod outputs;

pub use json_schema::json_schema;
pub use markdown::{fill, markdown};

use crate::document::keys::{Key, Kind, Section};
use crate::sources::registry::providers;

/// All sections; a nested one follows its parent.
pub(super) fn sections() -> impl Iterator<Item = &'static Section> {
    let sources = providers().flat_map(|provider| provider.sections);
    figures::SECTIONS.iter().chain(sources).chain(outputs::SECTIONS)
}

/// The section of this name.
fn section(name: &str) -> Option<&'static Section> {
    sections().find(|section| section.name == name)
}

impl Section {
    /// The section under one of its keys.
    fn nested(&self, key: &Key) -> Option<&'static Section> {
        matches!(key.kind, Kind::Table).then(|| section(&format!("{}.{}", self.name, key.name))).flatten()
    }
}
