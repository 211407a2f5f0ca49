//! Writing a report: all files beside their place, then one exchange, so that a reader sees the old report or the new
//! one; and the list of the reports that there are.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::metrics::tables::Analysis;
use crate::report::html::{self, IndexEntry};

/// Writes the files of one report as `<out>/<period>/` and returns that folder.
pub(super) fn report(out: &Path, analysis: &Analysis, files: &[(&str, String)]) -> anyhow::Result<PathBuf> {
    let label = &analysis.period.label;
    fs::create_dir_all(out).with_context(|| format!("{}: the report's folder cannot be made{HINT}", out.display()))?;
    // Held until the end: a second writer waits, so that hidden folders have one owner.
    let lock = File::create(out.join(".lock")).and_then(|lock| lock.lock().map(|()| lock));
    let _lock = lock.with_context(|| format!("{}: the report cannot be written there{HINT}", out.display()))?;
    let beside = out.join(format!(".{label}.tmp"));
    let place = out.join(label);
    let written = write_all(&beside, files)
        .and_then(|()| swap(&beside, &place))
        .with_context(|| format!("{}: the report cannot be written{HINT}", place.display()));
    // What lies there now is the old report, or what a failed write left.
    let _ = fs::remove_dir_all(&beside);
    written?;
    index(out).with_context(|| format!("{}: the list of reports cannot be written{HINT}", out.display()))?;
    Ok(place)
}

const HINT: &str =
    " (the report before it, if any, is as it was; choose another folder with --out, or make room there)";

fn write_all(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => fs::create_dir(folder)?,
    }
    for (name, text) in files {
        let mut file = File::create(folder.join(name))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

/// Puts a folder into its place; what stood there is in `beside` afterwards.
fn swap(beside: &Path, place: &Path) -> io::Result<()> {
    if !place.exists() {
        return fs::rename(beside, place);
    }
    if exchange(beside, place) {
        return Ok(());
    }
    // Where the file system cannot exchange two folders, there is a moment between the two.
    let old = beside.with_extension("old");
    let _ = fs::remove_dir_all(&old);
    fs::rename(place, &old)?;
    fs::rename(beside, place).or_else(|cause| fs::rename(&old, place).and(Err(cause)))?;
    fs::remove_dir_all(&old)
}

#[cfg(target_os = "linux")]
fn exchange(beside: &Path, place: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, beside, CWD, place, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// What the list needs to know of a report.
#[derive(Deserialize)]
struct Written {
    as_of: String,
    period: WrittenPeriod,
}

#[derive(Deserialize)]
struct WrittenPeriod {
    from: NaiveDate,
    to: NaiveDate,
}

/// Lists the reports of a folder in `<out>/index.html`, newest period first.
fn index(out: &Path) -> anyhow::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !entry.path().join("index.html").is_file() {
            continue;
        }
        // Another program's folder, or a report without its JSON, is not listed.
        let Ok(text) = fs::read_to_string(entry.path().join("report.json")) else { continue };
        let Ok(written) = serde_json::from_str::<Written>(&text) else { continue };
        let Ok(as_of) = Timestamp::parse(&written.as_of) else { continue };
        entries.push(IndexEntry { label: name, from: written.period.from, to: written.period.to, as_of });
    }
    entries.sort_by(|a, b| (&b.from, &b.to, &b.label).cmp(&(&a.from, &a.to, &a.label)));
    let beside = out.join(".index.html.tmp");
    let page = html::render_index(&entries)?;
    let written = fs::write(&beside, page).and_then(|()| fs::rename(&beside, out.join("index.html")));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    Ok(written?)
}
