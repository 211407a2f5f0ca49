//! The JSON of Buildkite's API: only the fields that the program reads.

use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::sources::instants::maybe_instant;

/// A pipeline.
#[derive(Debug, Deserialize)]
pub(super) struct Pipeline {
    pub(super) slug: String,
    pub(super) repository: Option<String>,
}

/// A build.
#[derive(Debug, Deserialize)]
pub(super) struct Build {
    pub(super) id: Option<String>,
    /// Whether it waits at a block step, whatever its state.
    pub(super) blocked: Option<bool>,
    pub(super) number: u64,
    pub(super) state: String,
    pub(super) commit: Option<String>,
    pub(super) branch: Option<String>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) finished_at: Option<Timestamp>,
    pub(super) creator: Option<Creator>,
    pub(super) web_url: Option<String>,
}

/// Who made a build.
#[derive(Debug, Deserialize)]
pub(super) struct Creator {
    pub(super) name: Option<String>,
}
