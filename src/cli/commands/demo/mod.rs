//! `demo`: the whole pipeline, from import files to the report, on the organisation bundled with the program.

mod keep;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::report::{DEFAULT_COMPARISON, write};
use crate::cli::args::{Common, Demo};
use crate::cli::closing;
use crate::cli::context::temporary_folder;
use crate::cli::exit::{Code, UsageError};
use crate::cli::extras;
use crate::cli::output::Console;
use crate::config::Config;
use crate::domain::event::Table;
use crate::domain::period::Period;
use crate::metrics::{Depth, Request};
use crate::report::Provenance;
use crate::sources::file;
use crate::store::{Dataset, Writer};

const CONFIG: &str = include_str!("../../../../data/demo/dora.toml");
const FILES: [(Table, &str, &str); 4] = [
    (Table::Deployments, "deployments.csv", include_str!("../../../../data/demo/deployments.csv")),
    (Table::Commits, "commits.csv", include_str!("../../../../data/demo/commits.csv")),
    (Table::PullRequests, "pull-requests.csv", include_str!("../../../../data/demo/pull-requests.csv")),
    (Table::Incidents, "incidents.csv", include_str!("../../../../data/demo/incidents.csv")),
];
/// The notes of the quarter reported, and those of the quarter before, whose actions are followed up.
const NOTES: [(&str, &str); 2] = [
    ("data/demo/notes.toml", include_str!("../../../../data/demo/notes.toml")),
    ("data/demo/notes-2026-Q2.toml", include_str!("../../../../data/demo/notes-2026-Q2.toml")),
];
/// The bundled files are complete for these days, and the report is made at the end of the last one.
const COVERS: &str = "2025-09-01..2026-10-01";
const PERIOD: &str = "2026-Q3";

/// Runs the command.
pub(in crate::cli) fn run(demo: &Demo, common: &Common, console: Console) -> anyhow::Result<Code> {
    let config = Config::parse(CONFIG, Path::new("data/demo/dora.toml"), &|path| std::fs::read_to_string(path))?;
    let zone = config.settings.zone;
    let usage = |cause: String| UsageError(cause);
    let history = Period::parse(COVERS, chrono::NaiveDate::MIN).map_err(usage)?;
    let as_of = zone.midnight(history.to);
    let period = Period::parse(PERIOD, history.to).map_err(usage)?;
    // Dropped at the end, where the dataset is not kept.
    let temporary = temporary_folder()?;
    let data = match &demo.keep {
        Some(folder) => keep::keep(folder, &kept())?,
        None => temporary.path().to_owned(),
    };
    let mut writer = Writer::lock(&data, "the demo", as_of)?;
    for (table, name, text) in FILES {
        let read = file::read(text.as_bytes(), name, &file::Options::of(table, as_of))
            .context("the bundled sample is damaged")?;
        let covered = file::coverage(&read.batch, None, Some((history.from, history.to)), zone);
        writer.write_batch(&read.batch, read.batch.index(), &covered, None)?;
    }
    drop(writer);
    let dataset = Dataset::open(&data)?;
    let out = common.out.clone().unwrap_or_else(|| PathBuf::from("reports/demo"));
    let request = Request {
        settings: config.settings.clone(),
        as_of,
        previous: DEFAULT_COMPARISON.with(&period),
        period,
        service: None,
        team: None,
        depth: Depth::Whole,
    };
    let [notes, before] = NOTES.map(|(name, text)| extras::parse_notes(name, text));
    let (notes, before) = (notes?, before?);
    let mut provenance = Provenance {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        config_digest: config.digest(),
        synthetic: true,
        notes,
        previous_actions: before.actions,
        commands: Some(keep::commands(demo.keep.as_deref())),
        ..Provenance::default()
    };
    let analysis = write(&dataset, &request, &provenance, &demo.format, &out, console)?;
    if demo.keep.is_some()
        && let Some(commands) = &mut provenance.commands
    {
        // The page names it, for whoever opens the page later.
        commands.first = None;
    }
    closing::next(&analysis, &provenance, console);
    console.info(
        "This organisation is made up. For your own, see \"Your own data\" in the README (docs/start.md), and:\n  dora-report import --help",
    );
    Ok(Code::Done)
}

/// The files that `--keep` leaves, by name.
fn kept() -> Vec<(&'static str, &'static str)> {
    let tables = FILES.into_iter().map(|(_, name, text)| (name, text));
    let [(_, notes), _] = NOTES;
    tables.chain([("dora.toml", CONFIG), ("notes.toml", notes)]).collect()
}
