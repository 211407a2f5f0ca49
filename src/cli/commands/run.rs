//! `run`: fetch and report under one lock, then send the main points where `[notify]` says so, and push where a
//! Pushgateway is configured, for cron: prints only problems.
//!
//! The report is written even if sources failed; the exit code tells the kind of failure.

use crate::cli::args::{Common, Fetch, Run};
use crate::cli::commands::report::WrittenReport;
use crate::cli::commands::{fetch, push, report};
use crate::cli::context::{Context, now};
use crate::cli::disk;
use crate::cli::exit::{self, Code};
use crate::cli::heartbeat::Heartbeat;
use crate::cli::interrupt;
use crate::cli::notify;
use crate::cli::output::Console;

/// Runs the command.
pub(in crate::cli) fn run(run: &Run, common: &Common, console: Console) -> anyhow::Result<Code> {
    let console = console.quieter();
    let heartbeat = Heartbeat::new(&run.heartbeat)?;
    let (code, context) = match Context::load(common) {
        Err(error) => (Err(error), None),
        Ok(context) => (all(run, common, &context, console), Some(context)),
    };
    let code = code.unwrap_or_else(|error| {
        console.error(&error);
        exit::of(&error)
    });
    heartbeat.send(code, context.as_ref().map(|context| context.data.as_path()), console);
    Ok(code)
}

fn all(run: &Run, common: &Common, context: &Context, console: Console) -> anyhow::Result<Code> {
    let flags = Fetch {
        since: run.since,
        repo: Vec::new(),
        full: false,
        dry_run: false,
        max_wait: run.max_wait,
        network: run.network,
        strict: run.report.strict,
    };
    disk::check(&context.out, "--out")?;
    // A fetch can take an hour: a mistyped period is refused before it.
    report::period(context, run.report.period.as_deref(), run.report.as_of.unwrap_or_else(now))?;
    let (fetched, lock) = fetch::read(context, &flags, common, console)?;
    // If a source failed, its code is more informative than that of the report that could not be written because of it.
    let to = context.config.notify.as_ref().filter(|_| !run.no_notify);
    let WrittenReport { code: reported, draft, analysis } = report::make(context, &run.report, to.is_some(), console)
        .or_else(|error| {
        if fetched == Code::Done {
            return Err(error);
        }
        console.error(&error);
        anyhow::Ok(WrittenReport { code: exit::of(&error), draft: None, analysis: None })
    })?;
    // A push reads the dataset again, and needs the memory.
    drop(analysis);
    drop(lock);
    interrupt::check()?;
    let waits = run.network.limits(run.max_wait.min(notify::MOST_WAIT));
    let sent = match (to, &draft) {
        (Some(to), Some(draft)) => notify::send(to, draft, waits, console),
        _ => Code::Done,
    };
    interrupt::check()?;
    let pushed = match &context.config.pushgateway {
        None => Code::Done,
        // The report stays written even if the push fails.
        Some(_) => {
            push::current(context, run.report.as_of, run.max_wait, run.network, console).unwrap_or_else(|error| {
                console.error(&error);
                exit::of(&error)
            })
        }
    };
    if matches!(pushed, Code::Interrupted | Code::Terminated) {
        return Ok(pushed);
    }
    // A gate evaluated without one of the sources is not reliable, so a failed source takes precedence; a failed push
    // or message does not.
    let is_gone = matches!(fetched, Code::Unexpected | Code::Usage | Code::Access | Code::Source);
    let first = [fetched, reported, pushed, sent].into_iter().find(|&code| code != Code::Done);
    Ok(if reported == Code::Gate && !is_gone { reported } else { first.unwrap_or(Code::Done) })
}
