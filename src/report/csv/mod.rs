//! The CSV files: RFC 4180 quoting, UTF-8, a header row even where no row follows, lines ended by `\n`.
//!
//! Instants are RFC 3339 UTC, durations seconds, ratios 0 to 1; an empty cell is a missing value, never 0. Numbers
//! are written as the shortest decimal that reads back as the same number, without exponent. A text cell that a
//! spreadsheet would run is prefixed with `'`; numbers are not, so a negative age stays a number.
//! Lines end with `\n` rather than RFC 4180's `\r\n`: every reader takes it, and line tools and diffs need it.

mod daily;
mod events;
mod findings;
mod sheet;
mod summary;
#[cfg(test)]
mod tests;

pub use daily::daily;
pub use events::{deployments, incidents};
pub use findings::findings;
pub use summary::summary;

pub(super) use events::{DEPLOYMENTS, INCIDENTS, deployment_rows, incident_rows};
pub(super) use findings::{FINDINGS, finding_rows};
pub(super) use summary::{SUMMARY, summary_rows};
