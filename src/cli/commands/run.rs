//! `run`: fetch and report under one lock, for cron: quiet when all is well, loud when it is not.
//!
//! Where no source could be read at all there is no report: it would be the last one again under a new date.

use crate::cli::args::{Common, Fetch, Run};
use crate::cli::commands::{fetch, report};
use crate::cli::context::Context;
use crate::cli::exit::Code;
use crate::cli::output::Talk;

/// Runs the command.
pub(in crate::cli) fn run(run: &Run, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let talk = talk.quieter();
    let context = Context::load(common)?;
    let flags = Fetch {
        since: run.since,
        repo: Vec::new(),
        full: false,
        dry_run: false,
        max_wait: run.max_wait,
        strict: run.report.strict,
    };
    let (fetched, lock) = fetch::read(&context, &flags, common, talk)?;
    let reported = report::make(&context, &run.report, talk)?;
    drop(lock);
    // A tripped gate is what a schedule waits for; that a source failed is said beside it.
    Ok(if fetched == Code::Done || reported == Code::Gate { reported } else { fetched })
}
