//! Takes the write lock on the dataset for a command.

use std::path::Path;

use crate::cli::disk;
use crate::cli::output::Console;
use crate::domain::time::Timestamp;
use crate::store::Writer;

/// Locks a dataset for a command that does this, like "importing". Commands lock before they read anything, so that a
/// second writer fails at once and not after a long read.
pub(super) fn lock(folder: &Path, doing: &str, began: Timestamp, console: Console) -> anyhow::Result<Writer> {
    disk::check(folder, "--data")?;
    let holder = format!("process {}, which has been {doing} since {began}", std::process::id());
    let writer = Writer::lock(folder, &holder, began)?;
    if let Some(end) = writer.was_ahead() {
        console.warning(&format!(
            "{}: the stored coverage ended at {end}, which is in the future: a clock was ahead when the events were read. \
             Coverage of imported events now ends at {began}; the next `dora-report fetch` reads the fetched events again. \
             If {began} is wrong, correct this machine's clock",
            folder.display()
        ));
    }
    Ok(writer)
}
