//! Renderers: pure functions from an [`Analysis`](crate::metrics::tables::Analysis) to text or
//! pictures. Nothing here writes files.

mod cells;
pub mod chart;
pub mod commands;
pub mod completeness;
pub mod confluence;
pub mod csv;
pub mod diff;
pub mod digest;
pub mod explain;
pub mod findings;
pub mod front_page;
pub mod html;
pub mod json;
pub mod markdown;
mod masthead;
pub mod message;
pub mod notes;
pub mod number;
pub mod png;
mod reading;
pub mod redact;
pub mod verdicts;
pub mod words;
pub mod xlsx;
mod xml_text;

#[cfg(test)]
pub(crate) mod sample;

pub use commands::Commands;
pub use notes::{Action, Notes};

/// The inputs of a report besides its events and settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Version of this program.
    pub tool_version: String,
    /// SHA-256 of the configuration in force, hex.
    pub config_digest: String,
    /// Whether the data are synthetic: then the page says so.
    pub synthetic: bool,
    /// What people add to it.
    pub notes: Notes,
    /// The actions of the report on the period before.
    pub previous_actions: Vec<Action>,
    /// A logo for the page's head, as a data URI.
    pub logo: Option<String>,
    /// What the printed commands need; `None` where the reader has no dataset to run one on, and none is printed.
    pub commands: Option<Commands>,
}
