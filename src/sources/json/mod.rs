//! Incidents of any service with a JSON API: a provider describes its API as data, and this module reads it.
//!
//! | file | owns |
//! |---|---|
//! | `description` | what a provider says: paths, parameters, pagination, places of the fields |
//! | `place`, `instant`, `fields` | where something stands in a reply, and an entry as an incident |
//! | `reader` | one reader each for offsets, cursors and links |
//! | `windows` | the fourth way to go on: spans of time |
//! | `list`, `pages`, `by_pages` | requests of the list, and their order |
//! | `settings`, `keys` | the keys that all described services have |
//! | `described`, `service` | an account that can be asked |
//!
//! What a run reads again, what it asks for once more and what it covers is decided in `incidents`, as for the
//! services with modules of their own. A list that is not sorted from the oldest incident on is resumed only between
//! two windows: coverage and cursor never go beyond what is certainly read.

mod by_pages;
mod described;
pub(super) mod description;
#[cfg(test)]
mod documented;
mod fields;
pub(super) mod instant;
pub(super) mod keys;
pub(super) mod list;
#[cfg(test)]
mod made_up;
mod pages;
pub(super) mod place;
pub(super) mod reader;
mod service;
pub(super) mod settings;
mod windows;
