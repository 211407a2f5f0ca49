//! Rows with the same key: whether they describe one event, and how they are merged.
//!
//! Rows of one deployment that differ in status and times are its status history. An id that another repo, environment,
//! revision or service uses as well belongs to another event: such an import is refused, or one event would replace the
//! other. Only incidents of different services in different files are kept: teams often number their incidents from 1, so
//! import adds the service to the id to make it unique.

use rustc_hash::FxHashMap;

use super::Import;
use super::deployment_statuses::settle;
use super::error::{Collision, FileError, shortened};
use super::same_event::{Event, Picked, Relation};
use crate::domain::batch::{Batch, KeyIndex, KeyPart, Moved, RowId, hash_of};
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows, Table};
use crate::domain::time::Timestamp;

/// The rows of one or more files of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    batch: Batch,
    files: Vec<FileRows>,
}

/// The rows of one file among those of all.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileRows {
    name: String,
    lines: Vec<u32>,
    moved: Moved,
}

/// The rows of one or more files, one for each event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Those whose key no other row has, then the others.
    pub rows: Batch,
    /// The rows by key.
    pub index: KeyIndex,
    /// Number of rows merged into another row of the same event.
    pub merged: usize,
    /// Notes for the user.
    pub notes: Vec<String>,
}

impl Files {
    /// No files yet.
    pub fn of(table: Table) -> Self {
        Self { batch: Batch::of(table), files: Vec::new() }
    }

    /// Adds a file of the same table behind the others.
    pub fn add(&mut self, file: Import) {
        let moved = self.batch.append(file.batch);
        self.files.push(FileRows { name: file.name, lines: file.lines, moved });
    }

    /// All their rows.
    pub fn rows(&self) -> &Batch {
        &self.batch
    }

    /// Keys, beside those of the rows, under which [`Files::reconcile`] may keep a row.
    pub fn other_keys(&self) -> Vec<(String, String)> {
        if self.batch.table() != Table::Incidents {
            return Vec::new();
        }
        self.batch.ids().filter_map(|id| self.batch.row::<Incident>(id).key_apart()).collect()
    }

    /// Brings the rows together, with those that the dataset has under the same keys. A stored row that a single new row
    /// repeats may be left out. `is_preset` says that the rows of a deployment are those of GitHub's REST API.
    ///
    /// # Errors
    /// Two rows have one key and are of two events, or no row says how any deployment ended.
    pub fn reconcile(self, stored: Rows, is_preset: bool) -> Result<Reconciled, FileError> {
        match self.batch.table() {
            Table::Deployments => self.together::<Deployment>(stored, is_preset),
            Table::Commits => self.together::<Commit>(stored, false),
            Table::PullRequests => self.together::<PullRequest>(stored, false),
            Table::Incidents => self.together::<Incident>(stored, false),
        }
    }

    /// Rows whose key another row has, here or in the dataset; nearly always few.
    fn shared<E: Event>(&self, index: &KeyIndex, stored: &[E], is_preset: bool) -> Vec<RowId> {
        if is_preset {
            return self.batch.ids().collect();
        }
        let mut shared: Vec<RowId> = index.repeated().flatten().map(|(_, id)| *id).collect();
        for (first, second) in stored.iter().map(Event::key) {
            shared.extend(index.find(hash_of(&first, KeyPart::Text(&second))));
        }
        // An incident that is set apart may meet any other.
        if self.batch.table() == Table::Incidents && !(shared.is_empty() && stored.is_empty()) {
            return self.batch.ids().collect();
        }
        shared.sort_unstable();
        shared.dedup();
        shared
    }

    fn together<E: Event>(mut self, stored: Rows, is_preset: bool) -> Result<Reconciled, FileError> {
        let mut stored = E::of(stored);
        let mut index = self.batch.index();
        let shared = self.shared(&index, &stored, is_preset);
        if shared.is_empty() {
            return Ok(Reconciled { rows: self.batch, index, merged: 0, notes: Vec::new() });
        }
        let none = |file: &FileRows| Picked { name: file.name.clone(), events: Vec::new(), lines: Vec::new() };
        let mut files: Vec<Picked<E>> = self.files.iter().map(none).collect();
        for id in shared {
            let own = self.files.iter().enumerate().rev().find_map(|(at, file)| Some((at, file.moved.position(id)?)));
            let line = |at: usize, row: usize| self.files.get(at).and_then(|file| file.lines.get(row)).copied();
            if let Some((at, row)) = own
                && let Some(file) = files.get_mut(at)
            {
                file.events.push(self.batch.row(id));
                file.lines.push(line(at, row).map_or(0, u64::from));
            }
            self.batch.remove(id);
        }
        let mut notes = if is_preset { E::settle(&mut files, &mut stored, settle)? } else { Vec::new() };
        let (events, merged, more) = together(files, stored)?;
        notes.extend(more);
        // Behind the others in chunks of their own: the positions of those do not change.
        let mut rows = Batch::of(self.batch.table());
        for event in &events {
            rows.push(event);
        }
        self.batch.append(rows);
        index = self.batch.index();
        Ok(Reconciled { rows: self.batch, index, merged, notes })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Dataset,
    /// The place of the file among those of the command, and the line.
    File(usize, u64),
}

impl Place {
    fn name(self, names: &[String]) -> String {
        match self {
            Self::Dataset => "the dataset".into(),
            Self::File(at, line) => format!("{}:{line}", names.get(at).map_or("", String::as_str)),
        }
    }
}

/// How often something occurred, and the first case in words.
#[derive(Default)]
struct Counted {
    count: usize,
    first: Option<String>,
}

impl Counted {
    fn add(&mut self, words: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(words);
    }
}

struct Kept<E> {
    event: E,
    /// Where it was read last.
    place: Place,
    /// When it came into its state, for deployments that have not ended.
    since: Timestamp,
}

/// The events of the files, the number of merged rows, and notes for the user.
fn together<E: Event>(files: Vec<Picked<E>>, stored: Vec<E>) -> Result<(Vec<E>, usize, Vec<String>), FileError> {
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let mut kept: Vec<Kept<E>> = Vec::new();
    let mut by_key: FxHashMap<(String, String), usize> = FxHashMap::default();
    for event in stored {
        by_key.insert(event.key(), kept.len());
        kept.push(Kept { since: event.since(), event, place: Place::Dataset });
    }
    let (mut merged, mut notes) = (0, Vec::new());
    for (at, file) in files.into_iter().enumerate() {
        let (mut apart, mut overruled) = (Counted::default(), Counted::default());
        // What the keys of this file, as it writes them, stand for.
        let mut own: FxHashMap<(String, String), usize> = FxHashMap::default();
        for (mut event, line) in file.events.into_iter().zip(file.lines) {
            let (here, written) = (Place::File(at, line), event.key());
            let mut index = own.get(&written).or_else(|| by_key.get(&written)).copied();
            if let Some(first) = index.and_then(|it| kept.get(it)) {
                let (was, there) = (event.named(), first.place.name(&names));
                if first.event.is_other(&event, relation(first.place, at)) {
                    if own.contains_key(&written) || !event.set_apart(&first.event) {
                        return Err(collision(&first.event, &event, here.name(&names), there));
                    }
                    let key = event.key();
                    apart.add(|| {
                        format!("{was} on line {line} belongs to another service at {there}; kept as `{}`", key.1)
                    });
                    index = by_key.get(&key).copied();
                    if let Some(first) = index.and_then(|it| kept.get(it))
                        && first.event.is_other(&event, relation(first.place, at))
                    {
                        return Err(collision(&first.event, &event, here.name(&names), first.place.name(&names)));
                    }
                }
            }
            if let Some(first) = index.and_then(|it| kept.get_mut(it)) {
                let relation = relation(first.place, at);
                merged += usize::from(relation != Relation::Dataset);
                if relation == Relation::Dataset && first.event.is_overruled(&event) {
                    overruled.add(|| format!("first on line {line}"));
                }
                first.event.absorb(event, relation, &mut first.since);
                first.place = here;
            } else {
                index = Some(kept.len());
                by_key.insert(event.key(), kept.len());
                kept.push(Kept { since: event.since(), event, place: here });
            }
            own.extend(index.map(|index| (written, index)));
        }
        if let Some(example) = apart.first {
            let incidents = if apart.count == 1 { "incident uses an id" } else { "incidents use ids" };
            notes.push(format!(
                "{}: {} {incidents} of another service, so import added the service to the id ({example}). If that \
                 is the same incident, moved to another service, give it the same opening time; to keep two systems apart, \
                 import each with its own --source NAME",
                file.name, apart.count
            ));
        }
        if let Some(example) = overruled.first {
            let deployments = if overruled.count == 1 { "deployment ends" } else { "deployments end" };
            notes.push(format!(
                "{}: {} {deployments} without success here, and with success in the dataset ({example}); the success is kept. \
                 If it was wrong, move the dataset away and import everything again",
                file.name, overruled.count
            ));
        }
    }
    let events = kept.into_iter().filter(|kept| kept.place != Place::Dataset).map(|kept| kept.event).collect();
    Ok((events, merged, notes))
}

fn relation(first: Place, file: usize) -> Relation {
    match first {
        Place::Dataset => Relation::Dataset,
        Place::File(at, _) if at == file => Relation::SameFile,
        Place::File(..) => Relation::OtherFile,
    }
}

fn collision<E: Event>(first: &E, second: &E, here: String, there: String) -> FileError {
    FileError::Collision(Box::new(Collision {
        here,
        there,
        key: second.named(),
        this: shortened(&second.distinction()),
        that: shortened(&first.distinction()),
        way_out: E::WAY_OUT,
    }))
}
