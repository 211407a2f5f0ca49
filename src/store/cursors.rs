//! `<data>/cursors.json`: where an interrupted run resumes, per source and scope. The text is opaque and belongs to the
//! source.
//!
//! A cursor is written only after its rows are on disk. A scope that was read completely has none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::durable::replace_text;
use super::error::StoreError;
use super::small;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    source: String,
    scope: String,
    cursor: String,
}

/// Ends the name under which a source remembers what was asked of it; that is no interrupted reading.
pub const ASKED: &str = "-asked";

/// Cursors by source and scope.
pub(super) type Cursors = BTreeMap<(String, String), String>;

fn path(folder: &Path) -> PathBuf {
    folder.join("cursors.json")
}

/// Reads the cursors of a dataset; a dataset without the file has none.
pub(super) fn read(folder: &Path) -> Result<Cursors, StoreError> {
    let path = path(folder);
    let Some(text) = small::text(&path)? else { return Ok(Cursors::new()) };
    let entries: Vec<Entry> =
        serde_json::from_str(&text).map_err(|cause| StoreError::Damaged { path, cause: cause.to_string() })?;
    Ok(entries.into_iter().map(|entry| ((entry.source, entry.scope), entry.cursor)).collect())
}

/// Moves the cursors of some scopes of a source, or takes them away, and writes the file if that changed it.
pub(super) fn change(
    folder: &Path,
    source: &str,
    changes: &BTreeMap<String, Option<String>>,
) -> Result<(), StoreError> {
    let before = read(folder)?;
    let mut after = before.clone();
    for (scope, cursor) in changes {
        let key = (source.to_owned(), scope.clone());
        match cursor {
            Some(cursor) => after.insert(key, cursor.clone()),
            None => after.remove(&key),
        };
    }
    replace(folder, &before, after)
}

/// Moves the cursors of a scope under another name, where that has none.
pub(super) fn rename(folder: &Path, from: &str, to: &str) -> Result<(), StoreError> {
    let before = read(folder)?;
    let mut after = before.clone();
    for ((source, scope), cursor) in &before {
        if scope.eq_ignore_ascii_case(from) {
            after.remove(&(source.clone(), scope.clone()));
            after.entry((source.clone(), to.to_owned())).or_insert_with(|| cursor.clone());
        }
    }
    replace(folder, &before, after)
}

/// Writes the file if that changes it.
fn replace(folder: &Path, before: &Cursors, after: Cursors) -> Result<(), StoreError> {
    if after == *before {
        return Ok(());
    }
    let path = path(folder);
    if after.is_empty() {
        // As in a dataset whose runs were never interrupted.
        return fs::remove_file(&path).map_err(StoreError::io("remove", path));
    }
    let entries: Vec<Entry> =
        after.into_iter().map(|((source, scope), cursor)| Entry { source, scope, cursor }).collect();
    let mut text = serde_json::to_string_pretty(&entries)
        .map_err(|cause| StoreError::Damaged { path: path.clone(), cause: cause.to_string() })?;
    text.push('\n');
    replace_text(&path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(of: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
        of.iter().map(|(scope, cursor)| ((*scope).to_owned(), cursor.map(str::to_owned))).collect()
    }

    #[test]
    fn changing_or_removing_a_cursor_does_not_affect_other_cursors() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        change(folder, "github", &changes(&[("a/b", Some("1")), ("a/c", Some("1"))])).expect("written");
        change(folder, "other", &changes(&[("a/b", Some("\"{}\n"))])).expect("written");
        change(folder, "github", &changes(&[("a/b", Some("2")), ("a/c", None), ("a/d", None)])).expect("written");
        let left: Vec<(String, String, String)> =
            read(folder).expect("read").into_iter().map(|((source, scope), cursor)| (source, scope, cursor)).collect();
        let own = |text: &str| text.to_owned();
        assert_eq!(
            left,
            [(own("github"), own("a/b"), own("2")), (own("other"), own("a/b"), own("\"{}\n"))],
            "the text is opaque"
        );
    }

    #[test]
    fn without_cursors_there_is_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        change(folder, "github", &changes(&[("a/b", None)])).expect("nothing to do");
        assert!(!path(folder).exists());
        change(folder, "github", &changes(&[("a/b", Some("1"))])).expect("written");
        change(folder, "github", &changes(&[("a/b", None)])).expect("removed");
        assert!(!path(folder).exists());
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(path(folder.path()), "[{").expect("written");
        let said = read(folder.path()).expect_err("damaged").to_string();
        assert!(said.contains("cursors.json: cannot be parsed"), "{said}");
    }
}
