//! Incidents of any service with a JSON API: a provider describes its API as data, and this module reads it.
//!
//! | file | owns |
//! |---|---|
//! | `description` | the description of an API: paths, parameters, pagination, places of the fields |
//! | `place`, `instant`, `fields` | reading values, instants and incidents from a reply |
//! | `reader` | one reader each for offsets, cursors and links |
//! | `windows` | pagination by time spans |
//! | `list`, `pages`, `by_pages` | requests of the list, and their order |
//! | `settings`, `keys` | the keys that all described services have |
//! | `described`, `service` | a described service, and how it is read |
//!
//! The module `incidents` decides what a run reads again and what it covers, as for the services with their own
//! modules. A list that is not sorted oldest first is resumed only between two windows: coverage and cursor never go
//! beyond the part that was read completely.

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
pub(super) mod made_up;
mod pages;
pub(super) mod place;
pub(super) mod reader;
mod service;
pub(super) mod settings;
mod windows;
