//! The events that a source emits while it reads, and the cost of the reading; the same for every source.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use crate::domain::coverage::Coverage;
use crate::domain::event::Rows;
use crate::domain::time::Timestamp;
use crate::http::BudgetLeft;

/// One event, in order per scope. Rows come before the cursor or coverage that depends on them.
///
/// A scope is what is read as one and covered as one: a repo, or an account.
#[derive(Debug)]
pub enum Event {
    /// Rows of one page, and where to go on after them.
    Page {
        /// What they belong to.
        scope: String,
        /// The rows.
        rows: Vec<Rows>,
        /// Opaque; handed back on the next run if this one ends here.
        cursor: Option<String>,
    },
    /// Where a source goes on next time, of something that is no scope of its own. Written after the rows before it.
    Cursor {
        /// The name under which it is handed back.
        scope: String,
        /// Opaque.
        cursor: String,
    },
    /// A scope was read completely.
    Done {
        /// Its name, the canonical one.
        scope: String,
        /// What that covers.
        covered: Vec<Coverage>,
    },
    /// A scope could not be read (completely); the others continue.
    Failed {
        /// Its name.
        scope: String,
        /// Why, in a sentence with the way out.
        reason: String,
        /// Whether it is not shown to us, rather than out of order.
        is_denied: bool,
    },
    /// A repo was renamed: data under the old name belong to the new one.
    Renamed {
        /// The name so far.
        from: String,
        /// The name now.
        to: String,
    },
    /// All scopes of an incident source: a scope that was not read does not mean zero incidents.
    Scopes(Vec<String>),
    /// How much may still be asked.
    Budget(BudgetLeft),
    /// When the token ends, where the source says so.
    TokenEnd(Timestamp),
    /// Something to say to the user: a wait and until when, a page made smaller.
    Notice(String),
    /// What is waited for.
    Waiting(String),
}

/// The message about rows that end before they begin. It is the same for every source and for imported files.
pub(super) fn backwards(rows: usize) -> Option<String> {
    let have = if rows == 1 { "row has" } else { "rows have" };
    let words = "an end before its start; these durations are left out with the reason `negative`";
    (rows > 0).then(|| format!("{rows} {have} {words}"))
}

/// A count with its noun. `one` is the singular of the noun.
pub(super) fn counted(count: impl TryInto<u64>, one: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Tells the user something.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Prints the notices about waits and ignores all other events.
pub(super) async fn say_waits(mut events: Receiver<Event>, say: Say) {
    while let Some(event) = events.recv().await {
        if let Event::Waiting(text) = event {
            say(&text);
        }
    }
}

/// What a run cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// HTTP requests sent, retries included.
    pub requests: u64,
    /// GraphQL points spent, as the API counts them; `None` where a source has no such thing.
    pub points: Option<u64>,
    /// What was left to ask with in the end.
    pub left: Option<u64>,
}
