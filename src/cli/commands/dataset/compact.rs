//! `dataset compact`: lists parts that this version would write differently; with `--yes`, rewrites them.

use std::path::Path;

use super::{rows, size};
use crate::cli::commands::lock::lock;
use crate::cli::context::now;
use crate::cli::exit::Code;
use crate::cli::output::{Console, data, printable};
use crate::store::compact::{Outdated, Reason, compact, outdated};

pub(super) fn run(folder: &Path, yes: bool, console: Console) -> anyhow::Result<Code> {
    if !yes {
        let parts = outdated(folder)?;
        data(&printable(&plan(&parts)))?;
        console.info(&if parts.is_empty() {
            format!("{}: nothing to compact", folder.display())
        } else {
            "nothing was changed; `dora-report dataset compact --yes` rewrites these parts".to_owned()
        });
        return Ok(Code::Done);
    }
    let writer = lock(folder, "compacting", now(), console)?;
    let parts = outdated(folder)?;
    if parts.is_empty() {
        console.info(&format!("{}: nothing to compact", folder.display()));
        return Ok(Code::Done);
    }
    let before = parts.iter().map(|part| part.bytes).sum();
    let after = compact(&writer, &parts)?;
    data(&printable(&plan(&parts)))?;
    let count = if parts.len() == 1 { "1 part".to_owned() } else { format!("{} parts", parts.len()) };
    console.info(&format!(
        "{}: {count} rewritten, {} before and {} after",
        folder.display(),
        size(before),
        size(after)
    ));
    Ok(Code::Done)
}

fn plan(parts: &[Outdated]) -> String {
    let reason = |reason: &Reason| match reason {
        Reason::OldWriter => "written by an older version or another program",
        Reason::OutOfOrder => "not sorted by key",
        Reason::SmallGroups => "in too many row groups",
    };
    let line = |part: &Outdated| {
        let reasons: Vec<&str> = part.reasons.iter().map(reason).collect();
        let (count, size) = (rows(part.rows), size(part.bytes));
        let merged = match part.repeated {
            0 => String::new(),
            n => format!("; removes {} with the keys of other rows, and keeps the latest observation", rows(n)),
        };
        format!("rewrite {} ({count}, {size}): {}{merged}\n", part.place.display(), reasons.join(", "))
    };
    parts.iter().map(line).collect()
}
