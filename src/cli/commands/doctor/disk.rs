//! The checks of the folders that are written: whether this user may, and how much room is left.

use super::checklist::Checklist;
use crate::cli::context::Context;
use crate::cli::disk;
use crate::cli::exit::Code;

pub(super) fn check(context: &Context, list: &mut Checklist) {
    for (name, folder, flag) in [("data", &context.data, "--data"), ("out", &context.out, "--out")] {
        let shown = folder.display();
        if let Err(problem) = disk::check(folder, flag) {
            list.fail(Code::Unexpected, &format!("{name}: {problem:#}"));
            continue;
        }
        match disk::free(folder).map(|free| free >> 20) {
            Some(free) if free < disk::LITTLE >> 20 => {
                list.warn(&format!("{name}: {shown}: can be written, and the disk has only {free} MiB left"));
            }
            Some(free) => list.ok(&format!("{name}: {shown}: can be written; the disk has {free} MiB left")),
            None => {}
        }
    }
}
