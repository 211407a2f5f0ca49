//! Replacing one file as a whole: written beside, synced, renamed. A reader sees the old file or the new one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// A file written beside its place and not yet in it. Dropped without [`Staged::commit`], it vanishes.
#[derive(Debug)]
pub(super) struct Staged {
    beside: PathBuf,
    place: PathBuf,
    done: bool,
}

impl Staged {
    /// Writes the file beside `place` and syncs it.
    pub(super) fn write(
        place: &Path,
        fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut beside = place.as_os_str().to_owned();
        beside.push(".tmp");
        let staged = Self { beside: PathBuf::from(beside), place: place.to_owned(), done: false };
        let io = |action| StoreError::io(action, staged.beside.clone());
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))?;
        }
        let mut out = BufWriter::new(File::create(&staged.beside).map_err(io("write"))?);
        fill(&mut out)?;
        out.flush().map_err(io("write"))?;
        out.get_ref().sync_all().map_err(io("write"))?;
        Ok(staged)
    }

    /// Moves the file into its place.
    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        fs::rename(&self.beside, &self.place).map_err(StoreError::io("replace", self.place.clone()))?;
        self.done = true;
        if let Some(folder) = self.place.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io("sync", folder))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            // Best effort: the next writer overwrites what stays.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Replaces a small text file.
pub(super) fn replace_text(place: &Path, text: &str) -> Result<(), StoreError> {
    Staged::write(place, |out| out.write_all(text.as_bytes()).map_err(StoreError::io("write", place)))?.commit()
}
