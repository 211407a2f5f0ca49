//! Renderers: pure functions from an [`Analysis`](crate::metrics::tables::Analysis) to text. Nothing here writes files.

pub mod chart;
pub mod csv;
pub mod digest;
pub mod html;
pub mod json;
pub mod markdown;
pub mod number;
pub mod words;

#[cfg(test)]
mod sample;

/// Where a report comes from, besides its events and settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Version of this program.
    pub tool_version: String,
    /// SHA-256 of the configuration in force, hex.
    pub config_digest: String,
    /// Whether the data are synthetic: then the page says so.
    pub synthetic: bool,
}
