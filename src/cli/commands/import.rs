//! `import`: files of one table into the dataset, each file whole or not at all.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::args::{Common, Import};
use crate::cli::context::{Context, now};
use crate::cli::exit::Code;
use crate::cli::output::Talk;
use crate::domain::coverage::EVERYTHING;
use crate::domain::event::{Rows, Table};
use crate::domain::glob::Glob;
use crate::domain::settings::Settings;
use crate::domain::time::Zone;
use crate::sources::file::{self, FileError};
use crate::store::Writer;

/// Runs the command.
pub(in crate::cli) fn run(import: &Import, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let zone = context.config.settings.zone;
    let started = now();
    let holder = format!("process {}, which has been importing since {started}", std::process::id());
    // Locked before the files are read, so that a second writer learns it at once and not after a long read.
    let mut writer = Writer::lock(&context.data, &holder)?;
    let table = Table::from(import.table);
    if let Some((_, to)) = import.covers {
        if matches!(table, Table::Commits | Table::PullRequests) {
            talk.warning(&format!(
                "--covers says nothing of {}: they have no coverage of their own",
                table.folder().replace('_', " ")
            ));
        } else if to > zone.day_of(started).succ_opt().unwrap_or(to) {
            talk.warning(&format!(
                "--covers ends with {to}, days that have not been yet: when they have, silence in them will count as zero"
            ));
        }
    }
    for path in &import.files {
        let name = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        let read = file::read(open(path, &name, talk)?, &name, table, started)?;
        read.notes.iter().for_each(|note| talk.warning(note));
        if read.rows.is_empty() {
            talk.warning(&format!("{name}: holds no row"));
        }
        let covered = file::coverage(&read.rows, import.covers, zone);
        let span = describe(&read.rows, &covered, zone, import.covers.is_some());
        if import.covers.is_some() {
            name_absent_repos(&read.rows, &name, &context.config.settings, talk);
        }
        let changes = writer.write(vec![read.rows], &covered)?;
        writer.set_zone(&covered, zone.name())?;
        for change in changes {
            let table = change.table.folder().replace('_', " ");
            talk.info(&format!("{name}: {} rows of {table} read, {} of them new{span}", change.read, change.rows.new));
        }
    }
    talk.detail(&format!("the dataset is {}", context.data.display()));
    Ok(Code::Done)
}

fn open(path: &Path, name: &str, talk: Talk) -> Result<Box<dyn Read>, FileError> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(talk.bar(None, name).wrap_read(io::stdin())));
    }
    let opened = File::open(path).and_then(|file| {
        let meta = file.metadata()?;
        if meta.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok((file, meta.len())) }
    });
    let (file, bytes) = opened.map_err(|cause| FileError::io(name, &cause))?;
    Ok(Box::new(talk.bar(Some(bytes), name).wrap_read(file)))
}

/// With `--covers` a file is complete for every repo: names the configured ones that it does not mention.
fn name_absent_repos(rows: &Rows, name: &str, settings: &Settings, talk: Talk) {
    let Rows::Deployments(rows) = rows else { return };
    let globs = || settings.services.iter().flat_map(|service| &service.repos).filter(|glob| glob.is_literal());
    let absent: Vec<&str> =
        globs().filter(|glob| !rows.iter().any(|row| glob.matches(&row.repo))).map(Glob::as_str).collect();
    if !absent.is_empty() {
        talk.warning(&format!(
            "{name}: no row is about {}; --covers makes that a true zero. Leave --covers out if another file has them",
            absent.join(", ")
        ));
    }
}

/// What the file now covers, in words; nothing for tables without coverage.
fn describe(rows: &Rows, covered: &[crate::domain::coverage::Coverage], zone: Zone, stated: bool) -> String {
    if !matches!(rows.table(), Table::Deployments | Table::Incidents) {
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
