//! Temporary files that killed writers left beside the places of a dataset.

use std::fs;
use std::path::{Path, PathBuf};

use super::durable::is_beside;
use crate::domain::event::Table;

/// The leftovers; sorted.
pub(super) fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let files = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders = vec![folder.to_owned()];
    for table in Table::ALL.into_iter().map(|table| folder.join(table.folder())) {
        let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
        if is_folder(&table) {
            folders.extend(files(&table).filter(|month| is_folder(month)));
        }
    }
    let is_left = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ["part.parquet", "coverage.json", "pending.json"].iter().any(|own| is_beside(&name, Path::new(own)))
    };
    let mut left: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder)).filter(is_left).collect();
    left.sort();
    left
}

/// Removes the leftovers. The caller holds the writer's lock, and no journal stands.
pub(super) fn sweep(folder: &Path) {
    for path in leftovers(folder) {
        // Best effort: a file that stays costs room and nothing else.
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::durable::Staged;

    #[test]
    fn what_is_not_committed_leaves_no_trace_and_what_a_kill_left_is_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("deployments/month=2026-07/part.parquet");
        drop(Staged::write(&place, b"text").expect("staged"));
        let files = |at: &Path| fs::read_dir(at).expect("a folder").count();
        assert_eq!(files(place.parent().expect("a folder")), 0);
        let left = place.with_file_name(".part.parquet.aB3.tmp");
        fs::write(&left, "half").expect("a file");
        fs::write(place.with_file_name("notes.tmp"), "mine").expect("a file");
        sweep(folder.path());
        assert!(!left.exists() && place.with_file_name("notes.tmp").exists());
    }
}
