//! Replacing files as a whole: written beside their place, synced, then renamed, several at once or not at all.
//!
//! Between the first rename and the last a crash would leave a mixture. So the list of what is to be moved and removed
//! is written and synced before the first of them; while it stands, whoever holds the writer's lock finishes it. All
//! of it can be done twice without harm.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;

/// A file written beside its place and not yet in it. Dropped before [`commit`], it vanishes.
#[derive(Debug)]
pub(super) struct Staged {
    place: PathBuf,
    done: bool,
}

/// What is to be done as one, relative to the dataset's folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    replace: Vec<PathBuf>,
    remove: Vec<PathBuf>,
}

fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("pending.json")
}

/// Whether a commit was cut off, or is going on.
pub(super) fn is_pending(folder: &Path) -> bool {
    journal_path(folder).exists()
}

impl Staged {
    /// Writes the file beside `place` and syncs it, and every folder that had to be made for it.
    pub(super) fn write(
        place: &Path,
        fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        if let Some(folder) = place.parent() {
            make_folders(folder)?;
        }
        let staged = Self { place: place.to_owned(), done: false };
        let path = beside(place);
        let io = |action| StoreError::io(action, path.clone());
        let mut out = BufWriter::new(File::create(&path).map_err(io("write"))?);
        fill(&mut out)?;
        out.flush().map_err(io("write"))?;
        out.get_ref().sync_all().map_err(io("write"))?;
        Ok(staged)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            // Best effort: the next writer overwrites what stays.
            let _ = fs::remove_file(beside(&self.place));
        }
    }
}

/// Makes a folder and those above it; each new one is synced into its parent, or a power cut could lose it.
fn make_folders(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folders(parent)?;
    }
    match fs::create_dir(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists || !folder.is_dir() => {
            Err(StoreError::io("make the folder", folder)(cause))
        }
        _ => sync_parent(folder),
    }
}

fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(StoreError::io("sync", parent))
}

/// Moves all files into their places and removes others, as one. `folder` is the dataset's.
pub(super) fn commit(folder: &Path, mut staged: Vec<Staged>, remove: &[PathBuf]) -> Result<(), StoreError> {
    if staged.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_owned();
    let journal = Journal {
        replace: staged.iter().map(|file| relative(&file.place)).collect(),
        remove: remove.iter().map(|path| relative(path)).collect(),
    };
    let path = journal_path(folder);
    let text = serde_json::to_string(&journal)
        .map_err(|cause| StoreError::Damaged { path: path.clone(), cause: cause.to_string() })?;
    let mut written =
        Staged::write(&path, |out| out.write_all(text.as_bytes()).map_err(StoreError::io("write", &path)))?;
    fs::rename(beside(&path), &path).map_err(StoreError::io("replace", &path))?;
    written.done = true;
    sync_parent(&path)?;
    // From here on the journal owns the files: they are wanted even if this process ends.
    for file in &mut staged {
        file.done = true;
    }
    finish(folder)
}

/// Does what the journal says, if there is one; the caller holds the writer's lock.
pub(super) fn finish(folder: &Path) -> Result<(), StoreError> {
    let path = journal_path(folder);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(StoreError::io("read", path)(cause)),
    };
    let journal: Journal = serde_json::from_str(&text)
        .map_err(|cause| StoreError::Damaged { path: path.clone(), cause: cause.to_string() })?;
    let mut touched = Vec::new();
    for place in journal.replace.iter().map(|place| folder.join(place)) {
        match fs::rename(beside(&place), &place) {
            // Moved before the process that began this ended.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && place.exists() => {}
            Err(cause) => return Err(StoreError::io("replace", place)(cause)),
            Ok(()) => touched.push(place),
        }
    }
    for place in journal.remove.iter().map(|place| folder.join(place)) {
        match fs::remove_file(&place) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("remove", place)(cause));
            }
            _ => touched.push(place),
        }
    }
    for place in &touched {
        sync_parent(place)?;
    }
    fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
    sync_parent(&path)
}

/// Replaces one small text file.
pub(super) fn replace_text(place: &Path, text: &str) -> Result<(), StoreError> {
    let mut staged = stage_text(place, text)?;
    fs::rename(beside(place), place).map_err(StoreError::io("replace", place))?;
    staged.done = true;
    sync_parent(place)
}

/// Writes a small text file beside its place.
pub(super) fn stage_text(place: &Path, text: &str) -> Result<Staged, StoreError> {
    Staged::write(place, |out| out.write_all(text.as_bytes()).map_err(StoreError::io("write", place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_cut_off_anywhere_is_finished_by_the_next_holder_of_the_lock() {
        // 0: nothing moved yet; 1: the first file moved; 2: all moved, nothing removed.
        for cut in 0..3 {
            let folder = tempfile::tempdir().expect("a folder");
            let at = |name: &str| folder.path().join(name);
            fs::create_dir(at("t")).expect("a folder");
            for (name, text) in [("t/a", "old a"), ("b", "old b"), ("gone", "old")] {
                fs::write(at(name), text).expect("a file");
            }
            fs::write(at("pending.json"), r#"{"replace":["t/a","b"],"remove":["gone"]}"#).expect("a journal");
            for (nth, (name, text)) in [("t/a", "new a"), ("b", "new b")].into_iter().enumerate() {
                let place = at(name);
                fs::write(if nth < cut { place } else { beside(&place) }, text).expect("a file");
            }
            assert!(is_pending(folder.path()));
            finish(folder.path()).expect("finished");
            let read = |name: &str| fs::read_to_string(at(name)).expect("a file");
            assert_eq!((read("t/a").as_str(), read("b").as_str()), ("new a", "new b"), "cut {cut}");
            assert!(!at("gone").exists() && !is_pending(folder.path()));
            finish(folder.path()).expect("nothing left to do");
        }
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("x/y");
        drop(stage_text(&place, "text").expect("staged"));
        assert!(!place.exists() && !beside(&place).exists());
    }
}
