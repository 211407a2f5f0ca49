//! `import`: reads files of one table, or clones, into the dataset; if one of them fails, none is stored.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chrono::NaiveDate;

use crate::cli::args::{Common, Import, Inputs};
use crate::cli::commands::lock::lock;
use crate::cli::commands::saved_mapping;
use crate::cli::context::{Context, now};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::Console;
use crate::domain::batch::Batch;
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::domain::settings::Settings;
use crate::domain::time::{Timestamp, Zone};
use crate::sources::file::{self, FileError, Files, Import as Imported, Options, Preset};
use crate::sources::git;
use crate::store::Change;

/// How many commits of a clone are read before the line that counts them changes.
const COMMITS_A_TICK: usize = 1_000;

/// Runs the command.
pub(in crate::cli) fn run(import: &Import, common: &Common, console: Console) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let Inputs { table, preset, has_statuses, are_clones, tags, files: paths, mapping } =
        import.inputs(&context.config.imports)?;
    let save = import.save_mapping.as_deref().map(|name| saved_mapping::check(name, &mapping, &context)).transpose()?;
    let zone = context.config.settings.zone;
    let started = now();
    // A mistyped path must not leave a dataset in which nothing is.
    for path in paths.iter().filter(|path| path.as_os_str() != "-") {
        path.metadata().map_err(|cause| FileError::io(&path.display().to_string(), &cause))?;
    }
    let mut writer = lock(&context.data, "importing", started, console)?;
    let covers = until_today(import, table, started, zone, console)?;
    let options = Options {
        preset,
        has_statuses,
        source: mapping.source.clone(),
        map: mapping.map.clone(),
        repo: mapping.repo.clone(),
        zone: mapping.zone,
        time_format: mapping.time_format.clone(),
        delimiter: mapping.delimiter,
        statuses: mapping.statuses.iter().cloned().collect(),
        ..Options::of(table, started)
    };
    let mut files = Files::of(table);
    let mut covered = Vec::new();
    let mut spans = Vec::new();
    for path in paths {
        let name = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        let read = if are_clones {
            read_clone(path, &name, tags, &options, console)?
        } else {
            file::read(open(path, &name, console)?, &name, &options)?
        };
        let name = read.name.clone();
        read.notes.iter().for_each(|note| console.warning(&format!("{name}: {note}")));
        if read.batch.is_empty() {
            let nothing = match (are_clones, tags) {
                (true, []) => "has no commits",
                (true, _) => "has no tag that --tags-as-deployments matches",
                (false, _) => "holds no row",
            };
            console.warning(&format!("{name}: {nothing}"));
        }
        if import.covers.is_some() && !are_clones {
            name_absent_repos(&read.batch, &name, &context.config.settings, console);
        }
        let mut of_file = file::coverage(&read.batch, options.source.as_deref(), covers, zone);
        if are_clones {
            of_file = of_one_repo(&of_file, &read.batch);
        }
        spans.push((name, read.batch.len(), describe(table, &of_file, zone, import.covers.is_some())));
        covered.extend(of_file);
        files.add(read);
    }
    let stored = writer.standing(files.rows(), &files.other_keys())?;
    let mut together = files.reconcile(stored, preset.is_some_and(Preset::has_status_files))?;
    together.notes.iter().for_each(|note| console.warning(note));
    if are_clones {
        // A clone gives its whole history each time, and that does not change: only what is new is written.
        for id in writer.repeated(&together.rows)? {
            together.rows.remove(id);
        }
        together.index = together.rows.index();
    }
    let change = writer.write_batch(&together.rows, together.index, &covered, Some(zone.name()))?;
    say_what_changed(&spans, together.merged, &change, console);
    if let Some(save) = save {
        save.write(console)?;
    }
    console.detail(&format!("the dataset is {}", context.data.display()));
    Ok(Code::Done)
}

/// The days that `--covers` names, as far as they have come.
fn until_today(
    import: &Import,
    table: Table,
    started: Timestamp,
    zone: Zone,
    console: Console,
) -> Result<Option<(NaiveDate, NaiveDate)>, UsageError> {
    let Some((from, to)) = import.covers else { return Ok(None) };
    let tomorrow = zone.day_of(started).succ_opt().unwrap_or(to);
    if matches!(table, Table::Commits | Table::PullRequests) {
        console.warning(&format!(
            "--covers has no effect on {}: coverage is recorded only for deployments and incidents",
            table.plural()
        ));
    } else if to > tomorrow {
        console.warning(&format!(
            "--covers ends at {to}, which is in the future: coverage ends today instead, because later days would count \
             as days without events"
        ));
    }
    if from >= tomorrow {
        return Err(UsageError(format!("--covers begins at {from}, which is in the future; nothing was imported")));
    }
    Ok(Some((from, to.min(tomorrow))))
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".into() } else { format!("{rows} rows") }
}

/// One line for each file with its span, and for several files one for all of them.
fn say_what_changed(spans: &[(String, usize, String)], merged: usize, change: &Change, console: Console) {
    let rows = change.table.plural();
    let effect = change.rows;
    let changed = if effect.changed > 0 { format!(", {} changed", effect.changed) } else { String::new() };
    let merged = match merged {
        0 => String::new(),
        1 => ", 1 row merged with another of the same event".into(),
        many => format!(", {many} rows merged with others of the same event"),
    };
    let did = format!("{} of them new{changed}{merged}", effect.new);
    if let [(name, read, span)] = spans {
        return console.info(&format!("{name}: {} of {rows} read, {did}{span}", counted(*read)));
    }
    for (name, read, span) in spans {
        console.info(&format!("{name}: {} of {rows} read{span}", counted(*read)));
    }
    let read: usize = spans.iter().map(|(_, read, _)| read).sum();
    console.info(&format!("{} files: {} of {rows} read, {did}", spans.len(), counted(read)));
}

fn open(path: &Path, name: &str, console: Console) -> Result<Box<dyn Read>, FileError> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(console.bar(None, name).wrap_read(io::stdin())));
    }
    let opened = File::open(path).and_then(|file| {
        let meta = file.metadata()?;
        if meta.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok((file, meta.len())) }
    });
    let (file, bytes) = opened.map_err(|cause| FileError::io(name, &cause))?;
    Ok(Box::new(console.bar(Some(bytes), name).wrap_read(file)))
}

/// The coverage of a clone, which has one repo: it says nothing of others. Without a row, the pattern may be wrong.
fn of_one_repo(covered: &[Coverage], rows: &Batch) -> Vec<Coverage> {
    let repo = rows.ids().next().and_then(|id| rows.text(rows.position("repo"), id));
    let named = |repo: &str| covered.iter().map(|entry| Coverage { scope: repo.to_owned(), ..entry.clone() }).collect();
    repo.map(named).unwrap_or_default()
}

fn read_clone(
    path: &Path,
    name: &str,
    tags: &[Glob],
    options: &Options,
    console: Console,
) -> Result<Imported, git::GitError> {
    let line = console.spinner();
    let options = git::Options { repo: options.repo.clone(), now: options.now };
    if !tags.is_empty() {
        return git::read_tags(path, name, &options, tags);
    }
    let read = git::read(path, name, &options, &mut |commits| {
        if commits % COMMITS_A_TICK == 0 {
            line.set_message(format!("{name}: {commits} commits"));
        }
    });
    line.finish_and_clear();
    read
}

/// With `--covers` a file is complete for every repo: names the configured ones that it does not mention.
fn name_absent_repos(rows: &Batch, name: &str, settings: &Settings, console: Console) {
    if rows.table() != Table::Deployments {
        return;
    }
    let repo = rows.position("repo");
    let repos: BTreeSet<&str> = rows.ids().filter_map(|id| rows.text(repo, id)).collect();
    let globs = || settings.services.iter().flat_map(|service| &service.repos).filter(|glob| glob.is_literal());
    let absent: Vec<&str> =
        globs().filter(|glob| !repos.iter().any(|repo| glob.matches(repo))).map(Glob::as_str).collect();
    if !absent.is_empty() {
        console.warning(&format!(
            "{name}: no row is about {}; --covers makes that a true zero. Leave --covers out if another file has them",
            absent.join(", ")
        ));
    }
}

/// What the file now covers, in words; nothing for tables without coverage.
fn describe(table: Table, covered: &[Coverage], zone: Zone, stated: bool) -> String {
    if !matches!(table, Table::Deployments | Table::Incidents) {
        return String::new();
    }
    let from = covered.iter().flat_map(|entry| &entry.spans).map(|span| span.from).min();
    let to = covered.iter().flat_map(|entry| &entry.spans).map(|span| span.to).max();
    let (Some(from), Some(to)) = (from, to) else {
        return "; it covers nothing: state the span in which it is complete with --covers FROM..TO".into();
    };
    let span = format!("{}..{}", zone.day_of(from), zone.day_of(to));
    if stated {
        return format!("; complete for {span}, as stated");
    }
    let each = if covered.iter().any(|entry| entry.scope != EVERYTHING) { "each repo" } else { "it" };
    format!(
        "; {each} is taken as complete from its first event to its last, within {span}: if the file is complete for longer, say so with --covers FROM..TO"
    )
}
