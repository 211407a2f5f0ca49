//! What people add to a report: a note for its summary, notes on days, and freezes.

use chrono::NaiveDate;
use serde::Deserialize;

/// All of it; empty unless a file says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// Stands in the summary.
    #[serde(default)]
    pub summary: Option<String>,
    /// On days.
    #[serde(default, rename = "note")]
    pub notes: Vec<Note>,
    /// Spans in which nothing was to be deployed.
    #[serde(default, rename = "freeze")]
    pub freezes: Vec<Freeze>,
}

/// A note on a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The day.
    pub date: NaiveDate,
    /// The text.
    pub text: String,
}

/// A span without deployments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// First day.
    pub from: NaiveDate,
    /// First day after.
    pub to: NaiveDate,
    /// Why.
    #[serde(default)]
    pub text: String,
}
