//! Writing a report: all files beside their place, then one exchange, so that a reader sees the old report or the new
//! one; and the list of the reports that there are.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::time::{Period, Timestamp};
use crate::domain::words::plain;
use crate::metrics::tables::Analysis;
use crate::report::html::{self, IndexEntry};

use super::exit::UsageError;

/// Writes the files of one report as `<out>/<period>/` and returns that folder.
pub(super) fn report(out: &Path, analysis: &Analysis, files: &[(&str, String)]) -> anyhow::Result<PathBuf> {
    let label = &analysis.period.label;
    fs::create_dir_all(out).map_err(|cause| failed(out, "the report's folder cannot be made", &cause))?;
    // The folder itself is the lock, held until the end: a second writer waits, so that what is hidden has one owner.
    let lock = File::open(out).and_then(|lock| lock.lock().map(|()| lock));
    let _lock = lock.map_err(|cause| failed(out, "the report cannot be written there", &cause))?;
    let beside = out.join(format!(".{label}.tmp"));
    let place = out.join(label);
    refuse_strangers(out, &place)?;
    let written = write_all(&beside, files).and_then(|()| swap(&beside, &place));
    // What lies there now is the old report, or what a failed write left.
    let _ = remove(&beside);
    written.map_err(|cause| failed(&place, "the report cannot be written", &cause))?;
    index(out).with_context(|| format!("{}: the list of reports cannot be written", out.display()))?;
    Ok(place)
}

/// The files of a report, of any format.
const FILES: [&str; 8] = [
    "daily.csv",
    "deployments.csv",
    "findings.csv",
    "incidents.csv",
    "index.html",
    "report.json",
    "summary.csv",
    "summary.md",
];

/// Only what this program wrote may be replaced: a folder with nothing but a report's files, and its own list.
fn refuse_strangers(out: &Path, place: &Path) -> anyhow::Result<()> {
    let refuse = |what: &Path| {
        let what = what.display();
        Err(UsageError(format!(
            "{what}: stands where the report belongs and is none of this program's: move it away, or choose another folder with --out"
        ))
        .into())
    };
    match fs::symlink_metadata(place) {
        Err(_) => {}
        Ok(meta) if !meta.is_dir() => return refuse(place),
        Ok(_) => {
            let entries =
                fs::read_dir(place).map_err(|cause| failed(place, "the report before cannot be read", &cause))?;
            for entry in entries.flatten() {
                if !FILES.iter().any(|name| entry.file_name() == *name) || entry.path().is_dir() {
                    return refuse(&entry.path());
                }
            }
        }
    }
    let list = out.join("index.html");
    match fs::read_to_string(&list) {
        Ok(text) if !text.contains(html::GENERATOR) => refuse(&list),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => refuse(&list),
        _ => Ok(()),
    }
}

/// What could not be done, why, and the way out.
fn failed(path: &Path, what: &str, cause: &io::Error) -> anyhow::Error {
    let words = plain(&cause.to_string());
    let way_out = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on the disk, or choose another folder with --out"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder is wanted: move it away, or choose another folder with --out"
        }
        _ => "make it writable for this user, or choose another folder with --out",
    };
    anyhow::anyhow!("{}: {what}: {words}; {way_out} (the report before it, if any, is as it was)", path.display())
}

/// Removes a file or a folder, whichever it is; nothing is fine.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(cause),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    }
}

fn write_all(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    remove(folder)?;
    fs::create_dir(folder)?;
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
    remove(&old)?;
    fs::rename(place, &old)?;
    fs::rename(beside, place).or_else(|cause| fs::rename(&old, place).and(Err(cause)))?;
    remove(&old)
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

/// What the list reads of a report's JSON.
#[derive(Deserialize)]
struct Written {
    as_of: String,
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
        // A folder's name is its period; another program's folder has another name.
        let Ok(period) = Period::parse(&name.replace('_', ".."), NaiveDate::MIN) else { continue };
        let as_of = fs::read_to_string(entry.path().join("report.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<Written>(&text).ok())
            .and_then(|written| Timestamp::parse(&written.as_of).ok());
        entries.push(IndexEntry { label: name, from: period.from, to: period.to, as_of });
    }
    entries.sort_by(|a, b| (&b.from, &b.to, &b.label).cmp(&(&a.from, &a.to, &a.label)));
    let beside = out.join(".index.html.tmp");
    let page = html::render_index(&entries)?;
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(page.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, out.join("index.html")));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    Ok(written?)
}
