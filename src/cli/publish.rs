//! Writes a report to a temporary folder and swaps it into place, so that a reader sees either the old or the new
//! report; then updates the list of reports.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest, Sha256};

use crate::domain::words::plain;
use crate::facts::parallel::in_parallel;
use crate::metrics::Depth;
use crate::metrics::tables::Analysis;
use crate::platform;
use crate::report::words::sentence;
use crate::store::lock_patiently;

use super::args::Format;
use super::content::Content;
use super::exit::UsageError;
use super::own_files;
use super::replaced_report::{self, files_of};
use super::reports;

/// What there is to publish.
pub(super) struct Publication<'a> {
    pub(super) analysis: &'a Analysis,
    /// The formats that were asked for.
    pub(super) formats: &'a [Format],
    /// The files of a format, by name.
    pub(super) render: &'a dyn Fn(Format) -> anyhow::Result<Files<'a>>,
}

/// The files of a format, by name.
pub(super) type Files<'a> = Vec<(&'static str, Content<'a>)>;

/// What was published.
pub(super) struct Published {
    /// The folder of the report.
    pub(super) folder: PathBuf,
    /// Files of the report before it that belong to other data, and were removed.
    pub(super) dropped: Vec<&'static str>,
}

/// Writes the files of one report as `<out>/<period>/`, with the filters in the folder's name where there are some.
/// Files of formats that were not asked for stay where they are of the same data.
pub(super) fn report(out: &Path, publication: &Publication<'_>) -> anyhow::Result<Published> {
    let analysis = publication.analysis;
    let filters = [analysis.service_filter.as_deref(), analysis.team_filter.as_deref()];
    let label = &folder_name(&analysis.period.label, filters);
    fs::create_dir_all(out).map_err(|cause| failed(out, "the report's folder cannot be made", &cause))?;
    // The lock of the folder, held until the end: a second writer waits, so that the temporary folder has one owner.
    let lock = platform::open_lock_of_folder(out).and_then(|lock| lock_patiently(out, &lock).map(|()| lock));
    let _lock = lock.map_err(|cause| failed(out, "the report cannot be written there", &cause))?;
    let beside = out.join(format!(".{label}.tmp"));
    let place = out.join(label);
    refuse_strangers(out, &place)?;
    refuse_to_lose_figures(&place, publication.analysis)?;
    let mut files = Files::new();
    for format in publication.formats {
        files.extend((publication.render)(*format)?);
    }
    // All files of a requested format are replaced, because not every report has all of them.
    let renewed: Vec<&'static str> = publication.formats.iter().flat_map(|format| files_of(*format)).collect();
    let others: Vec<&'static str> =
        replaced_report::all_files().filter(|name| !renewed.contains(name) && place.join(name).is_file()).collect();
    let is_same = others.is_empty() || is_of_the_same_data(&place, publication, &files)?;
    if is_same {
        for name in &others {
            files.push((name, Content::Copy(place.join(name))));
        }
    }
    let written = write_all(&beside, &files).and_then(|()| swap(&beside, &place));
    // The temporary folder now holds the old report, or the rest of a failed write.
    let _ = remove(&beside);
    written.map_err(|cause| failed(&place, "the report cannot be written", &cause))?;
    reports::list(out, analysis.settings.calendar)
        .with_context(|| format!("{}: the list of reports cannot be written", out.display()))?;
    Ok(Published { folder: place, dropped: if is_same { Vec::new() } else { others } })
}

/// How much of a report must be computed for its formats: all, where more than tables are asked for, or lie there and are
/// compared with what this run would write.
pub(super) fn depth(out: &Path, period: &str, filters: [Option<&str>; 2], formats: &[Format]) -> Depth {
    let place = out.join(folder_name(period, filters));
    let is_table = |format: &Format| *format == Format::Csv;
    let others = replaced_report::all_files().filter(|name| !files_of(Format::Csv).contains(name));
    if formats.iter().all(is_table) && !others.into_iter().any(|name| place.join(name).exists()) {
        Depth::Tables
    } else {
        Depth::Whole
    }
}

/// The period, and the filters of services and teams where there are some: `2026-Q3.team-payments`.
pub(super) fn folder_name(period: &str, [service, team]: [Option<&str>; 2]) -> String {
    let mut name = period.to_owned();
    for (kind, filter) in [("service", service), ("team", team)] {
        if let Some(filter) = filter {
            name = format!("{name}.{kind}-{}", safe(filter));
        }
    }
    name
}

/// Letters of a filter that a folder's name keeps; the rest could be too long for a file system.
const MOST_LETTERS: usize = 40;

/// A filter as part of a folder's name. Where letters had to be replaced, a digest of the whole keeps two filters
/// apart. Filters ignore case, so their folders do too.
fn safe(filter: &str) -> String {
    let filter = filter.to_lowercase();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !filter.is_empty() && filter.len() <= MOST_LETTERS && filter.chars().all(is_plain) {
        return filter;
    }
    let letters: String =
        filter.chars().take(MOST_LETTERS).map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(filter.as_bytes()).into();
    format!("{letters}.{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// A report with figures is not replaced by one without any.
fn refuse_to_lose_figures(place: &Path, analysis: &Analysis) -> anyhow::Result<()> {
    if analysis.has_figures() || !replaced_report::has_figures(place) {
        return Ok(());
    }
    let reason =
        analysis.groups.first().and_then(|all| all.figures.iter().find_map(|(_, figure)| figure.missing.as_ref()));
    let reason = reason.map_or_else(String::new, |reason| sentence(reason, analysis.settings.zone));
    Err(UsageError(format!(
        "{}: the existing report has figures and the new one would have none, so it was not replaced. {reason} Check \
         that --data names the right dataset, choose another folder with --out, or delete the report first",
        place.display()
    ))
    .into())
}

/// Whether a report that is there is of the same data: its JSON and its tables are what this run would write. Without
/// its JSON every other format decides as well, because the tables do not state their instant. `made` are the
/// files of the formats that were asked for.
fn is_of_the_same_data(place: &Path, publication: &Publication<'_>, made: &Files<'_>) -> anyhow::Result<bool> {
    let formats = if place.join("report.json").is_file() {
        &[Format::Json, Format::Csv][..]
    } else {
        &[Format::Csv, Format::Html, Format::Md, Format::Xlsx, Format::Confluence, Format::Png][..]
    };
    for format in formats {
        if !files_of(*format).iter().any(|name| place.join(name).is_file()) {
            continue;
        }
        let is_other = |(name, content): &(&str, Content<'_>)| {
            let path = place.join(name);
            File::open(&path).is_ok() && !content.is_in(&path)
        };
        let differs = if publication.formats.contains(format) {
            made.iter().filter(|(name, _)| files_of(*format).contains(name)).any(is_other)
        } else {
            (publication.render)(*format)?.iter().any(is_other)
        };
        if differs {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Only what this program wrote may be replaced: a folder with nothing but files of a report, by name and by what they
/// hold, and its own list.
fn refuse_strangers(out: &Path, place: &Path) -> anyhow::Result<()> {
    let refuse = |what: &Path| {
        let what = what.display();
        Err(UsageError(format!(
            "{what}: is in the place of the report and was not written by this program: move it away, or choose another folder with --out"
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
                let is_named = replaced_report::all_files().any(|name| entry.file_name() == name);
                if !is_named || !own_files::is_own(&entry.path()).unwrap_or(false) {
                    return refuse(&entry.path());
                }
            }
        }
    }
    let list = out.join("index.html");
    match own_files::is_own(&list) {
        Ok(true) => Ok(()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        _ => refuse(&list),
    }
}

/// The error: what failed, why, and what to do.
fn failed(path: &Path, what: &str, cause: &io::Error) -> anyhow::Error {
    let words = plain(&cause.to_string());
    let way_out = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on the disk, or choose another folder with --out"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file is in the place of a folder: move it away, or choose another folder with --out"
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

fn write_all(folder: &Path, files: &[(&str, Content<'_>)]) -> io::Result<()> {
    remove(folder)?;
    fs::create_dir(folder)?;
    in_parallel(files, |(name, content)| content.save(&folder.join(name))).into_iter().collect::<io::Result<()>>()?;
    platform::sync_folder(folder)
}

/// Puts a folder into its place; what stood there is in `beside` afterwards.
fn swap(beside: &Path, place: &Path) -> io::Result<()> {
    if !place.exists() {
        return fs::rename(beside, place);
    }
    if platform::exchange(beside, place) {
        return Ok(());
    }
    // Where the file system cannot exchange two folders, there is a moment between the two.
    let old = beside.with_extension("old");
    remove(&old)?;
    fs::rename(place, &old)?;
    fs::rename(beside, place).or_else(|cause| fs::rename(&old, place).and(Err(cause)))?;
    remove(&old)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_of_filters_are_safe_and_distinct() {
        assert_eq!(safe("payments"), "payments");
        assert_eq!(safe("Web_2"), "web_2");
        let hostile = ["../x", "..\\x", "a/b", "a*b", "a?b", "", ".", "\u{202e}", "a b", "x\0y"];
        let names: std::collections::BTreeSet<String> = hostile.iter().map(|filter| safe(filter)).collect();
        assert_eq!(names.len(), hostile.len(), "{names:?}");
        let long = ["x".repeat(300), format!("{}y", "x".repeat(299))].map(|filter| safe(&filter));
        assert!(long[0] != long[1] && long[0].len() < 60);
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        assert!(names.iter().all(|name| !name.contains("..") && name.chars().all(is_plain)), "{names:?}");
    }
}
