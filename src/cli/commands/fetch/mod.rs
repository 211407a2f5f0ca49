//! `fetch`: from GitHub into the dataset, page by page, so that an interrupted run goes on where it was.
//!
//! The requests run on a runtime of their own and the dataset is written on a thread of its own, with a bounded
//! channel between them: Polars never runs inside the runtime, and a slow disk slows the requests down.

mod keeper;
pub(super) mod plan;
mod summary;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use self::keeper::Keeper;
use self::summary::Summary;
use crate::cli::args::{Common, Fetch};
use crate::cli::context::{Context, now};
use crate::cli::exit::{Code, SourceError};
use crate::cli::output::{Talk, data};
use crate::sources::github::{self, Auth, Cost, GitHubError, Known, Plan};
use crate::store::{StoreError, Writer};

/// The name under which GitHub's rows, coverage and cursors stand in the dataset.
const SOURCE: &str = "github";
/// Pages that may wait for the disk before the requests do.
const WAITING_EVENTS: usize = 2;

/// Runs the command.
pub(in crate::cli) fn run(fetch: &Fetch, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let began = now();
    let github = plan::configured(&context.config, common)?;
    let plan = plan::plan(fetch, github, &context.config.settings, began)?;
    let auth = plan::auth(github, common)?;
    for (section, is_there) in
        [("pagerduty", context.config.pagerduty.is_some()), ("opsgenie", context.config.opsgenie.is_some())]
    {
        if is_there {
            talk.info(&format!("[{section}] is not fetched yet: bring its incidents in with `import incidents`"));
        }
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the threads for the requests cannot be started; is a limit of processes reached?")?;
    let done = if fetch.dry_run {
        dry_run(fetch, &runtime, plan, auth, talk)
    } else {
        let holder = format!("process {}, which has been fetching since {began}", std::process::id());
        // Locked before the first request, so that a second writer learns it at once and not after a long read.
        let writer = Writer::lock(&context.data, &holder)?;
        let known = plan::known(&context.data, &plan)?;
        read(&runtime, plan, auth, known, writer, talk)
            .and_then(|(read, cost)| end(fetch, &read, cost, &context.data, talk))
    };
    done.map_err(|error| plan::name_secret(error, github, common))
}

/// Says what a run would read; stores nothing.
fn dry_run(fetch: &Fetch, runtime: &Runtime, plan: Plan, auth: Auth, talk: Talk) -> anyhow::Result<Code> {
    let estimates = runtime.block_on(github::estimate(plan, auth, Arc::new(now)))?;
    let mut failed = 0;
    for estimate in &estimates {
        if let Some(problem) = &estimate.problem {
            failed += 1;
            talk.warning(&summary::plain(&format!("{}: {problem}", estimate.repo)));
        }
    }
    data(&summary::estimates(&estimates))?;
    judge(fetch, estimates.len(), failed)
}

/// The code of a run in which some repos failed.
fn judge(fetch: &Fetch, all: usize, failed: usize) -> anyhow::Result<Code> {
    if all > 0 && failed == all {
        return Err(SourceError("GitHub: no repo could be read to the end".into()).into());
    }
    Ok(if failed > 0 && fetch.strict { Code::Partial } else { Code::Done })
}

/// Reads and stores; the inner result is the source's, and what was stored by then stays.
fn read(
    runtime: &Runtime,
    plan: Plan,
    auth: Auth,
    known: Known,
    writer: Writer,
    talk: Talk,
) -> anyhow::Result<(Summary, Result<Cost, GitHubError>)> {
    let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
    let keeper = Keeper::new(writer, plan::repos(&plan), talk);
    let handle = runtime.handle().clone();
    let keeping = thread::Builder::new()
        .name("dataset".into())
        .spawn(move || keeper.keep(&handle, receiver))
        .context("the thread that writes the dataset cannot be started; is a limit of processes reached?")?;
    let cost = runtime.block_on(async move {
        tokio::select! {
            cost = github::fetch(plan, auth, known, Arc::new(now), sender.clone()) => Some(cost),
            // The dataset cannot be written: nothing is asked for in vain, and no limit is waited for.
            () = sender.closed() => None,
        }
    });
    let kept: Result<Summary, StoreError> = match keeping.join() {
        Ok(kept) => kept,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let read = kept?;
    let cost = cost.context("the dataset stopped taking rows without a reason")?;
    Ok((read, cost))
}

/// Says what was read, and what it means for the exit code.
fn end(
    fetch: &Fetch,
    read: &Summary,
    cost: Result<Cost, GitHubError>,
    folder: &Path,
    talk: Talk,
) -> anyhow::Result<Code> {
    let (all, failed) = (read.repos.len(), read.failed());
    let table = summary::table(read, cost.as_ref().ok());
    let said = format!("{failed} of {all} repos could not be read to the end; the next fetch goes on there");
    match failed {
        _ if all == 0 => {}
        0 => talk.info(&table),
        _ if talk.is_quiet() => talk.warning(&format!("{said}\n{table}")),
        _ => {
            talk.info(&table);
            talk.warning(&said);
        }
    }
    talk.detail(&format!("the dataset is {}", folder.display()));
    cost?;
    judge(fetch, all, failed)
}
