//! The lock on the dataset of a command that writes it, and what that finds.

use std::path::Path;

use crate::cli::output::Talk;
use crate::domain::time::Timestamp;
use crate::store::{StoreError, Writer};

/// Locks a dataset for a command that does this, like "importing". Locked before anything is read, so that a second
/// writer learns it at once and not after a long read.
pub(super) fn lock(folder: &Path, doing: &str, began: Timestamp, talk: Talk) -> Result<Writer, StoreError> {
    let holder = format!("process {}, which has been {doing} since {began}", std::process::id());
    let writer = Writer::lock(folder, &holder, began)?;
    if let Some(end) = writer.was_ahead() {
        talk.warning(&format!(
            "{}: it said that events are known up to {end}, which has not come yet: a clock was ahead when they were read. \
             What was imported now ends at {began}, and what was fetched is read again by the next fetch; check this \
             machine's clock if that is wrong",
            folder.display()
        ));
    }
    Ok(writer)
}
