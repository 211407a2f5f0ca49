//! `fetch`: from the sources into the dataset, page by page, so that an interrupted run goes on where it was.
//!
//! All sources are read at once, and one that is down leaves the others whole. The requests run on a runtime of their
//! own and the dataset is written on a thread of its own, with a bounded channel between them: Polars never runs inside
//! the runtime, and a slow disk slows the requests down.

pub(super) mod incidents;
mod job;
mod keeper;
pub(super) mod plan;
mod progress;
mod summary;

use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use self::job::{Job, Results};
use self::keeper::Keeper;
use self::summary::Summary;
use crate::cli::args::{Common, Fetch};
use crate::cli::context::{Context, now};
use crate::cli::exit::{AccessError, Code, SourceError};
use crate::cli::output::{Talk, data};
use crate::sources::github::{self, Auth, Plan};
use crate::store::{StoreError, Writer};

/// Pages that may wait for the disk before the requests do.
const WAITING_EVENTS: usize = 2;

/// Runs the command.
pub(in crate::cli) fn run(fetch: &Fetch, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    if fetch.dry_run {
        let began = now();
        let runtime = runtime()?;
        let github = plan::configured(&context.config, common)?;
        let plan = plan::plan(fetch, github, &context.config.settings, began)?;
        let done = dry_run(fetch, &runtime, plan, plan::auth(github, common)?, talk);
        return done.map_err(|error| plan::name_secret(error, github, common));
    }
    Ok(read(&context, fetch, common, talk)?.0)
}

/// Reads every source that is configured into the dataset; gives back the lock on it as well.
pub(super) fn read(context: &Context, fetch: &Fetch, common: &Common, talk: Talk) -> anyhow::Result<(Code, Writer)> {
    let began = now();
    let holder = format!("process {}, which has been fetching since {began}", std::process::id());
    let checked = job::check(context, fetch, common, began)?;
    // Locked before the first request, so that a second writer learns it at once and not after a long read.
    let mut writer = Writer::lock(&context.data, &holder)?;
    let jobs = job::all(checked, &context.data, &mut writer)?;
    let (read, writer, results) = keep(&runtime()?, jobs, writer, talk)?;
    talk.detail(&format!("the dataset is {}", context.data.display()));
    Ok((end(fetch, &read, results, talk)?, writer))
}

fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the threads for the requests cannot be started; is a limit of processes reached?")
}

/// Says what a run would read; stores nothing.
fn dry_run(fetch: &Fetch, runtime: &Runtime, plan: Plan, auth: Auth, talk: Talk) -> anyhow::Result<Code> {
    let (estimates, time) = runtime.block_on(github::estimate(plan, auth, Arc::new(now)))?;
    let mut failed = 0;
    for estimate in &estimates {
        if let Some(problem) = &estimate.problem {
            failed += 1;
            talk.warning(&summary::plain(&format!("{}: {problem}", estimate.repo)));
        }
    }
    data(&summary::estimates(&estimates, time))?;
    let denied = estimates.iter().filter(|estimate| estimate.is_denied).count();
    judge(fetch, estimates.len(), failed, denied)
}

/// The code of a run in which some of all scopes failed, some of these because they are not shown to us.
fn judge(fetch: &Fetch, all: usize, failed: usize, denied: usize) -> anyhow::Result<Code> {
    if all > 0 && denied == all {
        let words =
            "nothing of what is configured is there, or the token may not read it; check the names and the token";
        return Err(AccessError(words.into()).into());
    }
    if all > 0 && failed == all {
        return Err(SourceError("nothing could be read to the end".into()).into());
    }
    Ok(if failed > 0 && fetch.strict { Code::Partial } else { Code::Done })
}

/// Reads and stores; each source has a result of its own, and what was stored by then stays.
fn keep(runtime: &Runtime, jobs: Vec<Job>, writer: Writer, talk: Talk) -> anyhow::Result<(Summary, Writer, Results)> {
    let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
    let keeper = Keeper::new(writer, &jobs, talk);
    let handle = runtime.handle().clone();
    let keeping = thread::Builder::new()
        .name("dataset".into())
        .spawn(move || keeper.keep(&handle, receiver))
        .context("the thread that writes the dataset cannot be started; is a limit of processes reached?")?;
    let results = runtime.block_on(async move {
        tokio::select! {
            results = job::run(jobs, sender.clone()) => Some(results),
            // The dataset cannot be written: nothing is asked for in vain, and no limit is waited for.
            () = sender.closed() => None,
        }
    });
    let kept: Result<(Summary, Writer), StoreError> = match keeping.join() {
        Ok(kept) => kept,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let (read, writer) = kept?;
    let results = results.context("the dataset stopped taking rows without a reason")?;
    Ok((read, writer, results))
}

/// Says what was read, and what it means for the exit code.
fn end(fetch: &Fetch, read: &Summary, results: Results, talk: Talk) -> anyhow::Result<Code> {
    let (all, failed, denied) = (read.scopes(), read.failed(), read.denied());
    let table = summary::table(read, &results);
    let said = format!("{failed} of {all} {} could not be read to the end; the next fetch goes on there", read.noun());
    match failed {
        _ if all == 0 => {}
        0 => talk.info(&table),
        _ if talk.is_quiet() => talk.warning(&format!("{said}\n{table}")),
        _ => {
            talk.info(&table);
            talk.warning(&said);
        }
    }
    let sources = results.len();
    let mut errors: Vec<(&str, anyhow::Error)> =
        results.into_iter().filter_map(|(name, result)| result.err().map(|error| (name, error))).collect();
    // One source that is down leaves the others whole.
    let is_down = errors.len() == sources;
    let last = if is_down { errors.pop() } else { None };
    for (name, error) in &errors {
        talk.warning(&format!("{name}: {error:#}"));
    }
    match last {
        Some((_, error)) => Err(error),
        None => judge(fetch, all + errors.len(), failed + errors.len(), denied),
    }
}
