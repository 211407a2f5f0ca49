//! `export`: the facts as Parquet, and the SQL that counts them, which need no network; and the history for other tools.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::args::{Common, DEFAULT_DAYS, Engine, Export, ExportFacts, ExportSql};
use crate::cli::commands::{handover, report};
use crate::cli::context::{Context, now};
use crate::cli::dataset;
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{Console, data};
use crate::domain::words::plain;
use crate::export::facts::{Input, Shard, TABLES, export};
use crate::export::sql::{Dialect, Query, render};
use crate::facts::Facts;
use crate::metrics::covered::covered;
use crate::report::commands::flag;
use crate::store::{Dataset, replace};

/// Runs the command.
pub(in crate::cli) fn run(asked: &Export, common: &Common, console: Console) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    match asked {
        Export::Facts(asked) => facts(&context, asked, console),
        Export::Sql(asked) => sql(&context, asked),
        Export::Linearb(flags) => handover::linearb(&context, flags, console),
        Export::Datadog(flags) => handover::datadog(&context, flags, console),
        Export::Dx(flags) => handover::dx(&context, flags, console),
        Export::Devlake(flags) => handover::devlake(&context, flags, console),
        Export::Cortex(flags) => handover::cortex(&context, flags, console),
        Export::Sleuth(flags) => handover::sleuth(&context, flags, console),
    }
}

fn facts(context: &Context, asked: &ExportFacts, console: Console) -> anyhow::Result<Code> {
    let settings = &context.config.settings;
    let dataset = dataset::open(context)?;
    let shard = Shard::of(asked.repo.clone());
    let file = shard.file();
    if Dataset::is_there(&asked.folder) {
        return Err(UsageError(format!(
            "{}: this folder is a dataset, where only a dataset's files belong; name another folder",
            asked.folder.display()
        ))
        .into());
    }
    let before = files(&asked.folder)?;
    refuse_mixture(&asked.folder, &before, &file)?;

    let facts = Facts::read(&dataset, settings)?;
    let repos = facts.deployments().repo.names();
    if let Some(glob) = asked.repo.iter().find(|glob| !repos.iter().any(|repo| glob.matches(repo))) {
        return Err(UsageError(format!(
            "--repo {}: no repo with deployments in the dataset matches; check the pattern",
            glob.as_str()
        ))
        .into());
    }
    let covered = covered(&facts, dataset.coverage(), settings);
    let input = Input { facts: &facts, covered: &covered };

    let mut written = BTreeSet::new();
    let exported = export(&input, &shard, |folder, bytes| -> anyhow::Result<()> {
        let folder = asked.folder.join(folder);
        let path = folder.join(&file);
        fs::create_dir_all(&folder)
            .and_then(|()| replace(&path, bytes))
            .map_err(|cause| anyhow::anyhow!("{}: cannot be written: {}", path.display(), plain(&cause.to_string())))?;
        written.insert(path);
        Ok(())
    })?;
    // Months that this shard no longer has.
    for path in before.iter().filter(|path| path.file_name().is_some_and(|name| *name == *file)) {
        if !written.contains(path) {
            fs::remove_file(path)?;
        }
    }
    console.info(&format!(
        "{}: {} rows of deployment facts, {} of incident facts. Figures of the last {DEFAULT_DAYS} complete days (another \
         period: --period): dora-report export sql --dialect duckdb{}{} | duckdb",
        asked.folder.display(),
        exported.deployments,
        exported.incidents,
        flag("--facts", &asked.folder.display().to_string()),
        // The SQL contains the time zone and the window length of the config.
        context.config_flag
    ));
    Ok(Code::Done)
}

/// The files of an export that are in a folder: those of each table, by month or without one; none in a folder that does
/// not exist.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for table in TABLES.iter().map(|table| folder.join(table)) {
        for path in entries(&table)? {
            let is_month = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("month="));
            if is_month && path.is_dir() {
                found.extend(entries(&path)?);
            } else {
                found.push(path);
            }
        }
    }
    found.retain(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "parquet"));
    Ok(found)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(cause) => {
            anyhow::bail!("{}: cannot be listed: {}", folder.display(), plain(&cause.to_string()))
        }
    }
}

/// Refuses to put a shard beside an export of everything, and the other way round: every deployment would count twice.
fn refuse_mixture(folder: &Path, files: &[PathBuf], own: &str) -> Result<(), UsageError> {
    let whole = Shard::default().file();
    let names: BTreeSet<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let is_mixed = names.iter().any(|name| (*name == whole) != (own == whole));
    if !is_mixed {
        return Ok(());
    }
    let (there, with) =
        if own == whole { ("exports of some repos", "all repos") } else { ("an export of all repos", "some repos") };
    Err(UsageError(format!(
        "{}: the folder holds {there}; with an export of {with} added, deployments would count twice; name another \
         folder, or remove this one",
        folder.display()
    )))
}

fn sql(context: &Context, asked: &ExportSql) -> anyhow::Result<Code> {
    let settings = &context.config.settings;
    let as_of = asked.as_of.unwrap_or_else(now);
    let period = report::period(context, asked.period.as_deref(), as_of)?;
    let query = Query {
        dialect: match asked.dialect {
            Engine::Duckdb => Dialect::DuckDb,
            Engine::Spark => Dialect::Spark,
        },
        facts: asked.facts.trim_end_matches('/'),
        zone: settings.zone,
        window_days: settings.window_days,
        period: &period,
        as_of,
    };
    data(&render(&query))?;
    Ok(Code::Done)
}
