//! The checks of the disk: whether the dataset and the reports can be written where they belong, and how much room is left.

use std::path::Path;

use super::checklist::Checklist;
use crate::cli::context::Context;
use crate::cli::disk::{can_write, free, nearest, refusal};
use crate::cli::exit::Code;

const MIB: u64 = 1 << 20;
/// With less room a fetch or a report soon fails.
const TIGHT: u64 = 1024 * MIB;
/// With less room not even a small report can be written.
const FULL: u64 = 16 * MIB;

pub(super) fn check(context: &Context, list: &mut Checklist) {
    for (check, folder, flag) in [("data folder", &context.data, "--data"), ("out folder", &context.out, "--out")] {
        one(check, folder, flag, list);
    }
}

fn one(check: &str, folder: &Path, flag: &str, list: &mut Checklist) {
    let there = nearest(folder);
    let shown = folder.display();
    let another = format!("make it writable, or name another folder with {flag}");
    if folder.exists() && !folder.is_dir() || !there.is_dir() {
        return list.fail(Code::Unexpected, check, &format!("{shown}: a file is in its place"), &another);
    }
    if let Err(cause) = can_write(&there) {
        return list.fail(Code::Unexpected, check, &format!("{shown}: {}", refusal(&cause)), &another);
    }
    let made = if folder.exists() { "can be written" } else { "does not exist yet and can be made" };
    let Some(free) = free(&there) else { return list.ok(check, &format!("{shown}: {made}")) };
    let text = format!("{shown}: {made}; {} MiB of the disk are free", free / MIB);
    let make_room = format!("make room, or name a folder on another disk with {flag}");
    match free {
        ..FULL => list.fail(Code::Unexpected, check, &text, &make_room),
        FULL..TIGHT => list.warn(check, &text, &make_room),
        _ => list.ok(check, &text),
    }
}
