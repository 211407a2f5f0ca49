//! `<data>/coverage.json`: which spans were read completely. Writes widen the spans; a renamed repo moves them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::durable::{Staged, stage_text};
use super::error::StoreError;
use super::small;
use crate::domain::coverage::{Coverage, join};
use crate::domain::event::Table;
use crate::domain::time::{Span, Timestamp};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    table: String,
    source: String,
    scope: String,
    spans: Vec<[String; 2]>,
    /// The time zone whose midnights bound what was imported; absent in what services gave and in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

/// Table, source and scope of an entry.
type Key = (String, String, String);

fn key_of(coverage: &Coverage) -> Key {
    (coverage.table.folder().to_owned(), coverage.source.clone(), coverage.scope.clone())
}

fn path(folder: &Path) -> PathBuf {
    folder.join("coverage.json")
}

/// The entries of the file; none without the file.
fn entries(folder: &Path) -> Result<Vec<Entry>, StoreError> {
    let path = path(folder);
    let Some(text) = small::text(&path)? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|cause| StoreError::Damaged { path, cause: cause.to_string() })
}

/// The names of the time zones in which entries were imported.
pub(super) fn zones(folder: &Path) -> Result<BTreeMap<Key, String>, StoreError> {
    let zone = |entry: Entry| entry.zone.map(|zone| ((entry.table, entry.source, entry.scope), zone));
    Ok(entries(folder)?.into_iter().filter_map(zone).collect())
}

/// Reads the coverage of a dataset; a dataset without the file has none.
///
/// # Errors
/// The file cannot be read or understood.
pub fn read(folder: &Path) -> Result<Vec<Coverage>, StoreError> {
    let path = path(folder);
    let damaged = |cause: String| StoreError::Damaged { path: path.clone(), cause };
    entries(folder)?
        .into_iter()
        .map(|entry| {
            let table = Table::ALL
                .into_iter()
                .find(|table| table.folder() == entry.table)
                .ok_or_else(|| damaged(format!("there is no table `{}`", entry.table)))?;
            let spans = entry
                .spans
                .iter()
                .map(|[from, to]| Ok(Span { from: Timestamp::parse_own(from)?, to: Timestamp::parse_own(to)? }))
                .collect::<Result<Vec<_>, String>>()
                .map_err(damaged)?;
            Ok(Coverage { table, source: entry.source, scope: entry.scope, spans: join(spans) })
        })
        .collect()
}

/// Adds spans to what is there; returns the new file if anything changed. `zone` is the time zone of an import: coverage
/// without one comes from a service.
pub(super) fn widen(folder: &Path, added: &[Coverage], zone: Option<&str>) -> Result<Option<Staged>, StoreError> {
    let before = read(folder)?;
    let mut zones = zones(folder)?;
    zones.extend(zone.iter().flat_map(|zone| added.iter().map(|entry| (key_of(entry), (*zone).to_owned()))));
    let mut after = before.clone();
    for new in added {
        let same = |old: &&mut Coverage| old.table == new.table && old.source == new.source && old.scope == new.scope;
        match after.iter_mut().find(same) {
            Some(old) => old.spans = join([old.spans.as_slice(), &new.spans].concat()),
            None => after.push(Coverage { spans: join(new.spans.clone()), ..new.clone() }),
        }
    }
    replace_with(folder, &before, after, false, &zones)
}

/// How far an import may end in the future: it covers whole days, in any zone.
const DAY_MS: i64 = 86_400_000;
/// How far the clocks of two machines differ without harm.
const SKEW_MS: i64 = 3_600_000;

/// Cuts coverage that ends after `now`: a clock was ahead when it was written. Imported spans end at `now`. Fetched spans
/// end at `now` where the clocks differ by an hour at most; else they are removed, because their true end is unknown, and
/// the next run reads them again. Imported spans that begin after `now` are kept: this machine's clock may be behind.
/// Returns the staged file and the latest former end, if anything changed.
pub(super) fn cut_back(folder: &Path, now: Timestamp) -> Result<Option<(Staged, Timestamp)>, StoreError> {
    let (before, zones) = (read(folder)?, zones(folder)?);
    let mut latest = None;
    let mut after = before.clone();
    for entry in &mut after {
        let is_imported = zones.contains_key(&key_of(entry));
        let (allowed, clipped) = if is_imported { (DAY_MS, i64::MAX) } else { (0, SKEW_MS) };
        entry.spans.retain_mut(|span| {
            let ahead = span.to.0.saturating_sub(now.0);
            if ahead > allowed && !(is_imported && span.from >= now) {
                latest = latest.max(Some(span.to));
                span.to = if ahead <= clipped { now } else { span.from };
            }
            span.from < span.to
        });
    }
    let staged = replace(folder, &before, after, false)?;
    Ok(staged.zip(latest))
}

/// Moves what is covered of a repo under another name; returns the new file if anything changed.
pub(super) fn rename(folder: &Path, from: &str, to: &str) -> Result<Option<Staged>, StoreError> {
    let before = read(folder)?;
    let (moved, mut after): (Vec<Coverage>, Vec<Coverage>) = before
        .iter()
        .cloned()
        .partition(|entry| entry.table != Table::Incidents && entry.scope.eq_ignore_ascii_case(from));
    let mut zones = zones(folder)?;
    for old in moved {
        if let Some(zone) = zones.remove(&key_of(&old)) {
            let (table, source, _) = key_of(&old);
            zones.entry((table, source, to.to_owned())).or_insert(zone);
        }
        let same = |new: &&mut Coverage| new.table == old.table && new.source == old.source && new.scope == to;
        match after.iter_mut().find(same) {
            Some(new) => new.spans = join([new.spans.as_slice(), &old.spans].concat()),
            None => after.push(Coverage { scope: to.to_owned(), ..old }),
        }
    }
    replace_with(folder, &before, after, false, &zones)
}

/// Takes a span out of what is covered of a table: its rows are lost. Returns the new file if anything changed.
pub(super) fn cut_out(folder: &Path, table: Table, lost: Span) -> Result<Option<Staged>, StoreError> {
    let before = read(folder)?;
    let mut after = before.clone();
    for entry in after.iter_mut().filter(|entry| entry.table == table) {
        let pieces = entry.spans.iter().flat_map(|span| {
            [Span { to: span.to.min(lost.from), ..*span }, Span { from: span.from.max(lost.to), ..*span }]
        });
        entry.spans = pieces.filter(|span| span.from < span.to).collect();
    }
    replace(folder, &before, after, false)
}

/// Removes the spans of certain entries; returns the new file if anything changed.
pub(super) fn forget(folder: &Path, is_stale: &dyn Fn(&Coverage) -> bool) -> Result<Option<Staged>, StoreError> {
    let before = read(folder)?;
    let after = before.iter().filter(|entry| !is_stale(entry)).cloned().collect();
    replace(folder, &before, after, false)
}

/// Sets the scopes of an incident source: new ones are not covered yet, and those not listed are removed. Returns the
/// new file if anything changed.
pub(super) fn expect(folder: &Path, source: &str, scopes: &[String]) -> Result<Option<Staged>, StoreError> {
    let before = read(folder)?;
    let mut after = before.clone();
    after.retain(|entry| entry.table != Table::Incidents || entry.source != source || scopes.contains(&entry.scope));
    for scope in scopes {
        if !after.iter().any(|it| it.table == Table::Incidents && it.source == source && it.scope == *scope) {
            let (source, scope) = (source.to_owned(), scope.clone());
            after.push(Coverage { table: Table::Incidents, source, scope, spans: Vec::new() });
        }
    }
    replace(folder, &before, after, true)
}

/// The new file, if it differs from the old one. A scope of an incident source without any span is kept: missing
/// incidents in it do not mean zero.
fn replace(
    folder: &Path,
    before: &[Coverage],
    after: Vec<Coverage>,
    is_expected: bool,
) -> Result<Option<Staged>, StoreError> {
    replace_with(folder, before, after, is_expected, &zones(folder)?)
}

/// The same, with these time zones of what was imported.
fn replace_with(
    folder: &Path,
    before: &[Coverage],
    mut after: Vec<Coverage>,
    is_expected: bool,
    zones: &BTreeMap<Key, String>,
) -> Result<Option<Staged>, StoreError> {
    let is_known = |entry: &Coverage| {
        before.iter().any(|old| old.table == entry.table && old.source == entry.source && old.scope == entry.scope)
    };
    after.retain(|entry| {
        !entry.spans.is_empty() || (entry.table == Table::Incidents && (is_expected || is_known(entry)))
    });
    after.sort_unstable();
    if after == before {
        let known = self::zones(folder)?;
        if after.iter().map(key_of).all(|key| zones.get(&key) == known.get(&key)) {
            return Ok(None);
        }
    }
    stage(folder, after, zones).map(Some)
}

fn stage(folder: &Path, coverage: Vec<Coverage>, zones: &BTreeMap<Key, String>) -> Result<Staged, StoreError> {
    let entries: Vec<Entry> = coverage
        .into_iter()
        .map(|coverage| Entry {
            zone: zones.get(&key_of(&coverage)).cloned(),
            table: coverage.table.folder().to_owned(),
            source: coverage.source,
            scope: coverage.scope,
            spans: coverage.spans.iter().map(|span| [span.from.to_rfc3339(), span.to.to_rfc3339()]).collect(),
        })
        .collect();
    let path = path(folder);
    let mut text = serde_json::to_string_pretty(&entries)
        .map_err(|cause| StoreError::Damaged { path: path.clone(), cause: cause.to_string() })?;
    text.push('\n');
    stage_text(&path, &text)
}
