//! `<data>/remote_write.json`: what a server has taken of the history, by its address, group and month (UTC), as a
//! digest of the samples. A part with a different digest is sent again: it contains late events.
//!
//! The file is only a record: if it is lost or unreadable, everything is sent again, which changes nothing on a server
//! that accepts old samples.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::durable::replace_text;
use super::error::StoreError;
use super::lock;
use super::small;

/// Group and month.
type Part = (String, String);

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// Whether a run that sends everything was broken off.
    broken_off: bool,
    groups: BTreeMap<String, Group>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// The first day that was ever sent; none: all of them.
    from: Option<NaiveDate>,
    /// Month and digest.
    months: BTreeMap<String, String>,
}

/// The note on one server, held by one process at a time.
#[derive(Debug)]
pub struct Sent {
    path: PathBuf,
    address: String,
    all: BTreeMap<String, Target>,
    _lock: lock::HeldLock,
}

impl Sent {
    /// Opens the note of a dataset on one server, and waits for another process that has it.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn open(folder: &Path, address: &str) -> Result<Self, StoreError> {
        let lock = lock::wait(folder, "remote_write.lock")?;
        let path = folder.join("remote_write.json");
        let all = small::text(&path)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Ok(Self { path, address: address.to_owned(), all, _lock: lock })
    }

    fn target(&self) -> Option<&Target> {
        self.all.get(&self.address)
    }

    /// What the server has taken.
    pub fn parts(&self) -> BTreeMap<Part, String> {
        let groups = self.target().into_iter().flat_map(|target| &target.groups);
        let parts = groups.flat_map(|(name, group)| {
            group.months.iter().map(|(month, digest)| ((name.clone(), month.clone()), digest.clone()))
        });
        parts.collect()
    }

    /// The first day that the server has of a group once everything from `from` on is sent; none: all of them.
    pub fn first(&self, group: &str, from: Option<NaiveDate>) -> Option<NaiveDate> {
        match self.target().and_then(|target| target.groups.get(group)) {
            Some(group) => earlier(group.from, from),
            None => from,
        }
    }

    /// Whether a run that sends everything was broken off, so that the next one goes on where it was.
    pub fn is_broken_off(&self) -> bool {
        self.target().is_some_and(|target| target.broken_off)
    }

    /// Begins a run that sends everything from a day on again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin_anew(&mut self, from: Option<NaiveDate>) -> Result<(), StoreError> {
        let first = from.map(|day| day.format("%Y-%m").to_string());
        let target = self.all.entry(self.address.clone()).or_default();
        target.broken_off = true;
        for group in target.groups.values_mut() {
            group.months.retain(|month, _| first.as_ref().is_some_and(|first| month < first));
        }
        self.write()
    }

    /// Notes that the server has taken these parts, of a history that begins with a day, or at its very beginning.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn taken(
        &mut self,
        parts: impl IntoIterator<Item = (Part, String)>,
        from: Option<NaiveDate>,
    ) -> Result<(), StoreError> {
        let groups = &mut self.all.entry(self.address.clone()).or_default().groups;
        for ((name, month), digest) in parts {
            let group = groups.entry(name).or_insert_with(|| Group { from, ..Group::default() });
            group.from = earlier(group.from, from);
            group.months.insert(month, digest);
        }
        self.write()
    }

    /// Notes that the run came to its end.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        self.all.entry(self.address.clone()).or_default().broken_off = false;
        self.write()
    }

    fn write(&self) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(&self.all)
            .map_err(|cause| StoreError::Damaged { path: self.path.clone(), cause: cause.to_string() })?;
        replace_text(&self.path, &(text + "\n"))
    }
}

/// The earlier of two days, none being the earliest.
fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    Some(a?.min(b?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(group: &str, month: &str) -> (Part, String) {
        ((group.to_owned(), month.to_owned()), "x".to_owned())
    }

    #[test]
    fn an_interrupted_full_run_is_recorded_only_for_its_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |address: &str| Sent::open(folder.path(), address).expect("opened");
        open("a").taken([part("g", "2026-07"), part("g", "2026-08")], None).expect("written");
        assert!(!open("a").is_broken_off(), "what sends only what is new needs no going on");
        open("a").begin_anew(NaiveDate::from_ymd_opt(2026, 8, 5)).expect("written");
        assert!(open("a").is_broken_off() && !open("b").is_broken_off());
        assert_eq!(open("a").parts(), BTreeMap::from([part("g", "2026-07")]));
        open("a").finish().expect("written");
        assert!(!open("a").is_broken_off() && open("b").parts().is_empty());
        open("a").begin_anew(None).expect("written");
        assert!(open("a").parts().is_empty());
    }

    #[test]
    fn the_first_day_of_a_group_only_moves_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let day = |day| NaiveDate::from_ymd_opt(2026, 7, day);
        let mut sent = Sent::open(folder.path(), "a").expect("opened");
        assert_eq!(sent.first("g", day(5)), day(5));
        sent.taken([part("g", "2026-07")], day(5)).expect("written");
        assert_eq!((sent.first("g", day(9)), sent.first("h", day(9))), (day(5), day(9)));
        sent.taken([part("g", "2026-06")], None).expect("written");
        assert_eq!(sent.first("g", day(9)), None);
    }

    #[test]
    fn a_note_that_is_not_understood_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("remote_write.json"), "{\"a\": 7").expect("a file");
        assert!(Sent::open(folder.path(), "a").expect("opened").parts().is_empty());
    }
}
