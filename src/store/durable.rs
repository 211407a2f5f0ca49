//! Atomic file replacement: files are written beside their place, synced, then renamed, all of them or none.
//!
//! A crash between the first rename and the last would leave a mixture. So a journal of all moves and removals is
//! written and synced first; while it exists, the next holder of the writer's lock finishes it. Every step is
//! idempotent.
//!
//! A dataset may come from elsewhere. So the list can name only files of a dataset, files are created under names that
//! cannot be guessed and never through a link, and a list that cannot be finished as a whole changes nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::error::StoreError;
use super::small;
use crate::domain::event::Table;
use crate::domain::hex::hex;
use crate::platform;

/// The end of the names of files that are not in their place yet.
const ENDING: &str = ".tmp";

/// A file written beside its place and not yet in it. Dropped before [`commit`], it vanishes.
#[derive(Debug)]
pub(super) struct Staged {
    place: PathBuf,
    beside: TempPath,
    sha256: String,
    bytes: u64,
}

/// One file of the list.
#[derive(Debug, Serialize, Deserialize)]
struct Move {
    /// Relative to the dataset's folder.
    place: PathBuf,
    /// The name beside its place.
    from: String,
    /// Of its bytes, in hexadecimal: tells a file that was moved before from one that is lost.
    sha256: String,
}

/// What is done as one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Journal {
    replace: Vec<Move>,
    /// Relative to the dataset's folder.
    remove: Vec<PathBuf>,
}

fn journal_path(folder: &Path) -> PathBuf {
    folder.join("pending.json")
}

/// Whether a commit was cut off, or is going on.
pub(super) fn is_pending(folder: &Path) -> bool {
    fs::symlink_metadata(journal_path(folder)).is_ok()
}

impl Staged {
    /// Writes the file beside `place` and syncs it, and every folder that had to be made for it.
    pub(super) fn write(place: &Path, bytes: &[u8]) -> Result<Self, StoreError> {
        Self::write_hashed(place, bytes, digest(bytes))
    }

    /// The same, where the SHA-256 of the bytes is known.
    pub(super) fn write_hashed(place: &Path, bytes: &[u8], sha256: String) -> Result<Self, StoreError> {
        if let Some(folder) = place.parent() {
            make_folders(folder)?;
        }
        let beside = write_beside(place, bytes).map_err(StoreError::io("write", place))?;
        Ok(Self { place: place.to_owned(), beside, sha256, bytes: bytes.len() as u64 })
    }

    /// How long the file is.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A new file beside a place, under a name that cannot be guessed, with the permissions of any new file.
fn write_beside(place: &Path, bytes: &[u8]) -> io::Result<TempPath> {
    let name = place.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy().into_owned();
    let folder = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(ENDING);
    // Without this a temporary file can be read by its owner alone.
    if let Some(permissions) = platform::new_file_permissions() {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Replaces one file as a whole: a reader sees the old one or the new one, and a link in its place is replaced, not
/// followed.
///
/// # Errors
/// It cannot be written; then the old file is as it was.
pub fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    write_beside(place, bytes)?.persist(place).map_err(|failed| failed.error)
}

/// Makes a folder and those above it; each new one is synced into its parent, or a power cut could lose it.
pub(super) fn make_folders(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folders(parent)?;
    }
    match fs::create_dir(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists || !folder.is_dir() => {
            Err(StoreError::io("make the folder", folder)(cause))
        }
        _ => sync_parent(folder),
    }
}

pub(super) fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    platform::sync_folder(parent).map_err(StoreError::io("sync", parent))
}

/// Refuses a folder of a dataset that is a link: what is written there would lie outside.
pub(super) fn check_folder(folder: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(folder) {
        Ok(meta) if meta.is_symlink() => {
            let cause = "it is a link, and a dataset cannot contain links; put a folder in its place".to_owned();
            Err(StoreError::Damaged { path: folder.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

/// Moves all files into their places and removes others, as one. `folder` is the dataset's.
pub(super) fn commit(folder: &Path, staged: Vec<Staged>, remove: &[PathBuf]) -> Result<(), StoreError> {
    if staged.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_owned();
    let mut journal = Journal { replace: Vec::new(), remove: remove.iter().map(|path| relative(path)).collect() };
    for file in &staged {
        let from = file.beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        journal.replace.push(Move { place: relative(&file.place), from, sha256: file.sha256.clone() });
        // The name of the file must not be lost when the journal, which says that it is there, is not.
        sync_parent(&file.place)?;
    }
    let path = journal_path(folder);
    let text = serde_json::to_string(&journal)
        .map_err(|cause| StoreError::Damaged { path: path.clone(), cause: cause.to_string() })?;
    replace(&path, text.as_bytes()).map_err(StoreError::io("write", &path))?;
    sync_parent(&path)?;
    // From here on the journal owns the files: they are wanted even if this process ends.
    for file in staged {
        file.beside.keep().map_err(|failed| StoreError::io("keep", &file.place)(failed.error))?;
    }
    finish(folder)
}

impl Journal {
    /// Reads the journal, if there is one, and finds whether it can be done.
    ///
    /// # Errors
    /// It cannot be read, names what is no file of a dataset, or a file that it names is gone.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = journal_path(folder);
        let Some(text) = small::text(&path)? else { return Ok(None) };
        let damaged = |cause: String| StoreError::Damaged { path: path.clone(), cause };
        let journal: Self = serde_json::from_str(&text).map_err(|cause| damaged(cause.to_string()))?;
        for place in journal.replace.iter().map(|file| &file.place).chain(&journal.remove) {
            if !is_of_a_dataset(place) {
                return Err(damaged(format!("it names `{}`, which is not a file of a dataset", place.display())));
            }
            let places = place.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty());
            places.map(|above| folder.join(above)).try_for_each(|above| check_folder(&above))?;
        }
        journal.moves(folder).map_err(damaged)?;
        Ok(Some(journal))
    }

    /// What is still to be moved, from where and to where.
    fn moves(&self, folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, String> {
        let mut moves = Vec::new();
        for file in &self.replace {
            let place = folder.join(&file.place);
            if !is_beside(&file.from, &place) {
                return Err(format!("it names `{}`, which is not a file of a dataset", file.from));
            }
            let from = place.with_file_name(&file.from);
            if fs::symlink_metadata(&from).is_ok_and(|meta| meta.is_file()) {
                moves.push((from, place));
            } else if !small::is_there(&place).is_ok_and(|it| it)
                || !fs::read(&place).is_ok_and(|bytes| digest(&bytes) == file.sha256)
            {
                // Not moved before the process that began this ended: lost.
                return Err(format!("`{}`, a file that it names, is gone", from.display()));
            }
        }
        Ok(moves)
    }
}

/// Does what the journal says, if there is one; the caller holds the writer's lock.
///
/// # Errors
/// As for [`Journal::read`], and then nothing has changed; or a file cannot be moved.
pub(super) fn finish(folder: &Path) -> Result<(), StoreError> {
    let path = journal_path(folder);
    let Some(journal) = Journal::read(folder)? else { return Ok(()) };
    let moves = journal.moves(folder).map_err(|cause| StoreError::Damaged { path: path.clone(), cause })?;
    let mut touched = Vec::new();
    for (from, place) in moves {
        fs::rename(from, &place).map_err(StoreError::io("replace", &place))?;
        touched.push(place);
    }
    for place in journal.remove.iter().map(|place| folder.join(place)) {
        match fs::remove_file(&place) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
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

/// Whether a journal may name a file: `coverage.json` or `TABLE/month=YYYY-MM/part.parquet`.
fn is_of_a_dataset(place: &Path) -> bool {
    let parts: Option<Vec<&str>> =
        place.components().map(|part| if let Component::Normal(name) = part { name.to_str() } else { None }).collect();
    match parts.as_deref() {
        Some(["coverage.json"]) => true,
        Some([table, month, "part.parquet"]) => {
            let is_month = |text: &str| {
                text.split_once('-').is_some_and(|(year, month)| {
                    year.len() >= 4 && month.len() == 2 && [year, month].concat().bytes().all(|it| it.is_ascii_digit())
                })
            };
            Table::ALL.into_iter().any(|known| known.folder() == *table)
                && month.strip_prefix("month=").is_some_and(is_month)
        }
        _ => false,
    }
}

/// Whether a name is one that [`write_beside`] gives for a place.
pub(super) fn is_beside(name: &str, place: &Path) -> bool {
    let own = place.file_name().unwrap_or_default().to_string_lossy();
    let middle = name.strip_prefix(&format!(".{own}.")).and_then(|rest| rest.strip_suffix(ENDING));
    middle.is_some_and(|middle| !middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Replaces one small text file of a dataset.
pub(super) fn replace_text(place: &Path, text: &str) -> Result<(), StoreError> {
    replace(place, text.as_bytes()).map_err(StoreError::io("replace", place))?;
    sync_parent(place)
}

/// Writes a small text file beside its place.
pub(super) fn stage_text(place: &Path, text: &str) -> Result<Staged, StoreError> {
    Staged::write(place, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "deployments/month=2026-07/part.parquet";

    /// A dataset of which a part and the coverage wait beside their places, `moved` of them in theirs already.
    fn cut_off(moved: usize) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("deployments/month=2026-07")).expect("a folder");
        fs::create_dir_all(at("commits/month=2026-07")).expect("a folder");
        for name in [PART, "coverage.json", "commits/month=2026-07/part.parquet"] {
            fs::write(at(name), "old").expect("a file");
        }
        let mut journal = Journal { remove: vec!["commits/month=2026-07/part.parquet".into()], ..Journal::default() };
        for (nth, name) in [PART, "coverage.json"].into_iter().enumerate() {
            let (place, text) = (at(name), format!("new {name}"));
            let from = format!(".{}.aB3.tmp", place.file_name().expect("a name").to_string_lossy());
            fs::write(if nth < moved { place } else { place.with_file_name(&from) }, &text).expect("a file");
            journal.replace.push(Move { place: name.into(), from, sha256: digest(text.as_bytes()) });
        }
        fs::write(at("pending.json"), serde_json::to_string(&journal).expect("JSON")).expect("a journal");
        folder
    }

    #[test]
    fn a_commit_cut_off_anywhere_is_finished_by_the_next_holder_of_the_lock() {
        // 0: nothing moved yet; 1: the first file moved; 2: all moved, nothing removed.
        for moved in 0..3 {
            let folder = cut_off(moved);
            let at = |name: &str| folder.path().join(name);
            assert!(is_pending(folder.path()));
            finish(folder.path()).expect("finished");
            for name in [PART, "coverage.json"] {
                assert_eq!(fs::read_to_string(at(name)).expect("a file"), format!("new {name}"), "{moved}");
            }
            assert!(!at("commits/month=2026-07/part.parquet").exists() && !is_pending(folder.path()));
            finish(folder.path()).expect("nothing left to do");
        }
    }

    #[test]
    fn a_journal_with_a_missing_file_is_not_applied_and_changes_nothing() {
        let folder = cut_off(0);
        fs::remove_file(folder.path().join(".coverage.json.aB3.tmp")).expect("removed");
        let error = finish(folder.path()).expect_err("lost").to_string();
        assert!(error.contains(".coverage.json.aB3.tmp") && error.contains("is gone"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join(PART)).expect("a file"), "old");
        assert!(is_pending(folder.path()));
    }

    #[test]
    fn a_journal_can_only_name_files_of_a_dataset() {
        for name in [PART, "coverage.json", "pull_requests/month=12026-01/part.parquet"] {
            assert!(is_of_a_dataset(Path::new(name)), "{name}");
        }
        for name in [
            "../coverage.json",
            "/etc/passwd",
            "format.json",
            "deployments/../coverage.json",
            "deployments/month=2026-07/../../../x/part.parquet",
            "deployments/month=2026-07/other.parquet",
            "deployments/month=../part.parquet",
            "other/month=2026-07/part.parquet",
            "",
        ] {
            assert!(!is_of_a_dataset(Path::new(name)), "{name}");
        }
        let place = Path::new(PART);
        assert!(is_beside(".part.parquet.x9Z.tmp", place));
        for name in ["part.parquet.tmp", ".part.parquet..tmp", ".part.parquet./x.tmp", ".part.parquet.a/../b.tmp", "x"]
        {
            assert!(!is_beside(name, place), "{name}");
        }
    }
}
