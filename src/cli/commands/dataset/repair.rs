//! `dataset repair`: prints the repair of each problem; with `--yes`, carries it out.

use std::path::Path;

use super::rows;
use crate::cli::context::now;
use crate::cli::exit::Code;
use crate::cli::output::{Console, data, printable};
use crate::domain::words::on_one_line;
use crate::store::check::{Fault, Problem, verify};
use crate::store::repair::{SET_ASIDE, repair};

pub(super) fn run(folder: &Path, yes: bool, console: Console) -> anyhow::Result<Code> {
    let problems = if yes {
        let holder = format!("process {}, which has been repairing since {}", std::process::id(), now());
        repair(folder, &holder)?
    } else {
        verify(folder)?
    };
    data(&printable(&problems.iter().filter_map(step).collect::<String>()))?;
    let name = folder.display();
    if !problems.iter().any(|problem| step(problem).is_some()) {
        console.info(&format!("{name}: nothing to repair"));
    } else if yes {
        console.info(&format!("{name}: repaired; `dora-report dataset verify` checks it"));
    } else {
        console.info("nothing was changed; `dora-report dataset repair --yes` does this");
    }
    if yes && problems.iter().any(|problem| matches!(problem.fault, Fault::Unreadable(_))) {
        console.warning(&format!(
            "the files that could not be read are in {name}/{SET_ASIDE}, and their months are no longer covered; read \
             them again with `dora-report import` or `dora-report fetch --full`"
        ));
    }
    Ok(Code::Done)
}

/// The repair of a problem as one line; none if the problem is harmless.
fn step(problem: &Problem) -> Option<String> {
    let place = problem.place.display();
    let is_part = problem.place.components().count() > 1;
    let line = match &problem.fault {
        Fault::Unreadable(cause) if is_part => {
            format!("set aside {place}, and its month is no longer covered: it cannot be read: {cause}")
        }
        Fault::Unreadable(cause) => format!("set aside {place}: it cannot be read: {cause}"),
        Fault::OtherMonth(count) => format!("move {} of {place} to their own months", rows(*count)),
        Fault::Repeated(count) => {
            format!("remove {} of {place} with the keys of other rows; the latest observation is kept", rows(*count))
        }
        Fault::WrongFilter => format!("rewrite {place}: the key filter in its footer lacks keys of this part"),
        Fault::Unfinished => format!("finish {place}: move the files that a killed writer left"),
        Fault::Unfinishable(cause) => format!("set aside {place}: {cause}"),
        Fault::Leftover => format!("remove {place}, which a killed writer left"),
        Fault::OutOfOrder => return None,
    };
    Some(on_one_line(&line) + "\n")
}
