//! `<data>/remote_write.json`: what a server has taken of the history, by its address and day (UTC), as a digest of the
//! day's samples. A day whose digest is another now is to be sent again: what came late is in it.
//!
//! It is a note and no part of the history: lost or not understood, everything is sent once more, which changes nothing
//! at the server.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::durable::replace_text;
use super::error::StoreError;
use super::lock;

/// Days and the digest of what was taken of each.
pub type Days = BTreeMap<NaiveDate, String>;

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// Whether the last run came to its end.
    finished: bool,
    days: Days,
}

/// The note on one server, held by one process at a time.
#[derive(Debug)]
pub struct Sent {
    path: PathBuf,
    address: String,
    all: BTreeMap<String, Target>,
    _lock: lock::Held,
}

impl Sent {
    /// Opens the note of a dataset on one server, and waits for another process that has it.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn open(folder: &Path, address: &str) -> Result<Self, StoreError> {
        let lock = lock::wait(folder, "remote_write.lock")?;
        let path = folder.join("remote_write.json");
        let all = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).unwrap_or_default(),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(cause) => return Err(StoreError::io("read", path)(cause)),
        };
        Ok(Self { path, address: address.to_owned(), all, _lock: lock })
    }

    /// What the server has taken.
    pub fn days(&self) -> Days {
        self.all.get(&self.address).map(|target| target.days.clone()).unwrap_or_default()
    }

    /// Whether the last run was broken off, so that the next one goes on where it was.
    pub fn is_broken_off(&self) -> bool {
        self.all.get(&self.address).is_some_and(|target| !target.finished)
    }

    /// Begins a run that sends everything again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin_anew(&mut self) -> Result<(), StoreError> {
        self.all.insert(self.address.clone(), Target::default());
        self.write()
    }

    /// Notes that the server has taken these days.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn taken(&mut self, days: impl IntoIterator<Item = (NaiveDate, String)>) -> Result<(), StoreError> {
        let target = self.all.entry(self.address.clone()).or_default();
        target.finished = false;
        target.days.extend(days);
        self.write()
    }

    /// Notes that the run came to its end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        self.all.entry(self.address.clone()).or_default().finished = true;
        self.write()
    }

    fn write(&self) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(&self.all)
            .map_err(|cause| StoreError::Damaged { path: self.path.clone(), cause: cause.to_string() })?;
        replace_text(&self.path, &(text + "\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_broken_off_is_known_by_its_server_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |address: &str| Sent::open(folder.path(), address).expect("opened");
        let day = NaiveDate::from_ymd_opt(2026, 7, 1).expect("a day");
        assert!(!open("a").is_broken_off());
        open("a").taken([(day, "x".into())]).expect("written");
        assert!(open("a").is_broken_off() && !open("b").is_broken_off());
        open("a").finish().expect("written");
        assert!(!open("a").is_broken_off());
        assert_eq!(open("a").days(), Days::from([(day, "x".to_owned())]));
        open("a").begin_anew().expect("written");
        assert!(open("a").days().is_empty() && open("b").days().is_empty());
    }

    #[test]
    fn a_note_that_is_not_understood_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("remote_write.json"), "{\"a\": 7").expect("a file");
        assert!(Sent::open(folder.path(), "a").expect("opened").days().is_empty());
    }
}
