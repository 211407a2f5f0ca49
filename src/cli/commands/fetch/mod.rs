//! `fetch`: reads the sources into the dataset, page by page, so that an interrupted run can resume.
//!
//! All sources are read at once; a source that fails does not affect the others. The requests run on a runtime of their
//! own and the dataset is written on a thread of its own, with a bounded channel between them: Polars never runs inside
//! the runtime, and a slow disk slows the requests down.

pub(super) mod accounts;
mod dry_run;
mod history;
mod job;
pub(super) mod named;
pub(super) mod plan;
mod progress;
mod summary;
mod writer;

use std::thread;

use anyhow::Context as _;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use self::job::{Job, Results};
use self::summary::Summary;
use self::writer::DatasetWriter;
use crate::cli::args::{Common, Fetch};
use crate::cli::commands::lock::lock;
use crate::cli::context::{Context, now};
use crate::cli::exit::{self, AccessError, Code, Ended, SourceError};
use crate::cli::interrupt;
use crate::cli::output::Console;
use crate::cli::token_end;
use crate::store::{StoreError, Writer};

/// Why nothing of a source is visible.
const NOT_SHOWN: &str = "nothing that is configured exists, or the key may not read it; check the names and the key";
/// As [`NOT_SHOWN`], if some rows were read.
const SHOWN_IN_PART: &str = "the key has no access to a part of what is configured, so at least one source has no \
                             coverage; check the names and the permissions of the key";

/// Pages that may wait for the disk before the requests do.
const WAITING_EVENTS: usize = 2;

/// Runs the command.
pub(in crate::cli) fn run(fetch: &Fetch, common: &Common, console: Console) -> anyhow::Result<Code> {
    let mut context = Context::load(common)?;
    named::apply(&mut context, fetch)?;
    if fetch.dry_run {
        let checked = job::check(&context, fetch, common, now())?;
        if checked.has_nothing_to_ask() {
            return Err(checked.all_refused(console));
        }
        return dry_run::run(checked, &context.data, fetch, &runtime()?, console);
    }
    Ok(read(&context, fetch, common, console)?.0)
}

/// Reads every source that is configured into the dataset; gives back the lock on it as well.
pub(super) fn read(
    context: &Context,
    fetch: &Fetch,
    common: &Common,
    console: Console,
) -> anyhow::Result<(Code, Writer)> {
    let began = now();
    let checked = job::check(context, fetch, common, began)?;
    // Locking creates the folder, and an empty dataset folder would be mistaken for a dataset.
    if checked.has_nothing_to_ask() && !context.data.exists() {
        return Err(checked.all_refused(console));
    }
    let mut writer = lock(&context.data, "fetching", began, console)?;
    if fetch.full {
        writer.replace_all();
    }
    let (jobs, refused) = job::all(checked, &context.data, &mut writer)?;
    let (read, writer, results) = keep(&runtime()?, jobs, writer, console)?;
    let Some(mut results) = results else {
        // The lock goes with the writer.
        drop(writer);
        if console.is_json() {
            summary::log(&read, &Results::new(), console);
        } else {
            console.info(&summary::table(&read, &Results::new()));
        }
        interrupt::check()?;
        return Err(anyhow::anyhow!("the dataset stopped taking rows without a reason"));
    };
    results.extend(refused);
    results.sort_by(|(one, _), (other, _)| one.cmp(other));
    console.detail(&format!("the dataset is {}", context.data.display()));
    if let (Some(end), Some(github)) = (read.token_end(), context.config.github()) {
        token_end::warn(end, github, now(), console);
    }
    Ok((end(fetch, &read, results, console), writer))
}

fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the threads for the requests cannot be started; is a limit of processes reached?")
}

/// Reads and stores; each source has a result of its own, and what was stored by then stays. `None` where the reading was
/// broken off.
fn keep(
    runtime: &Runtime,
    jobs: Vec<Job>,
    writer: Writer,
    console: Console,
) -> anyhow::Result<(Summary, Writer, Option<Results>)> {
    let (sender, receiver) = mpsc::channel(WAITING_EVENTS);
    let writer = DatasetWriter::new(writer, &jobs, console);
    let handle = runtime.handle().clone();
    let keeping = thread::Builder::new()
        .name("dataset".into())
        .spawn(move || writer.keep(&handle, receiver))
        .context("the thread that writes the dataset cannot be started; is a limit of processes reached?")?;
    let results = runtime.block_on(async move {
        tokio::select! {
            results = job::run(jobs, sender.clone()) => Some(results),
            // If the dataset cannot be written, send no requests and wait for no rate limit.
            () = sender.closed() => None,
            // Events that arrived before are written.
            _ = interrupt::received() => None,
        }
    });
    let kept: Result<(Summary, Writer), StoreError> = match keeping.join() {
        Ok(kept) => kept,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let (read, writer) = kept?;
    Ok((read, writer, results))
}

/// Says what was read, and what it means for the exit code.
fn end(fetch: &Fetch, read: &Summary, results: Results, console: Console) -> Code {
    let (all, failed) = (read.scopes(), read.failed());
    let table = summary::table(read, &results);
    let said =
        format!("{failed} of {all} {} could not be read to the end; the next fetch continues there", read.noun());
    match failed {
        _ if console.is_json() => summary::log(read, &results, console),
        _ if all == 0 => {}
        0 => console.info(&table),
        _ if console.is_quiet() => console.warning(&format!("{said}\n{table}")),
        _ => {
            console.info(&table);
            console.warning(&said);
        }
    }
    let several = results.len() > 1;
    let (mut ends, mut has_rows) = (Vec::new(), false);
    for (name, result) in results {
        let error = result.err();
        let code = error.as_ref().map(exit::of);
        let ended = Ended { error: code, ..read.ended(&name) };
        has_rows |= ended.denied > 0 && read.has_rows(&name);
        ends.push(ended);
        if let Some(error) = error {
            let fields = json!({"source": &*name});
            console.error_with(&if several { error.context(name) } else { error }, fields);
        }
    }
    let code = exit::of_sources(ends.iter().copied(), fetch.strict);
    let gone = ends.iter().any(|end| end.error.is_none() && end.scopes > 0 && end.failed == end.scopes);
    if gone && code == Code::Access {
        let words = if has_rows { SHOWN_IN_PART } else { NOT_SHOWN };
        console.error(&AccessError(words.into()).into());
    } else if gone {
        console.error(&SourceError("at least one source could not be read at all; run again later".into()).into());
    }
    code
}
