//! Rows with the same key: whether they describe one event, and how they are merged.
//!
//! Rows of one deployment that differ in status and times are its status history. An id that another repo, environment,
//! revision or service uses as well belongs to another event: such an import is refused, or one event would replace the
//! other. Only incidents of different services in different files are kept: teams often number their incidents from 1, so
//! import adds the service to the id to make it unique.

use rustc_hash::FxHashMap;

use super::Import;
use super::error::{Collision, FileError, shortened};
use super::same_event::{Event, Relation};
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows, Table};
use crate::domain::time::Timestamp;

/// The rows of one or more files, one for each event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// In the order of the files.
    pub rows: Rows,
    /// Number of rows merged into another row of the same event.
    pub merged: usize,
    /// What the user should hear.
    pub notes: Vec<String>,
}

/// Brings the rows of some files of one table together, with those that the dataset has under the same keys.
///
/// # Errors
/// Two rows have one key and are of two events.
pub fn reconcile(table: Table, files: Vec<Import>, stored: Rows) -> Result<Reconciled, FileError> {
    match table {
        Table::Deployments => together::<Deployment>(files, stored),
        Table::Commits => together::<Commit>(files, stored),
        Table::PullRequests => together::<PullRequest>(files, stored),
        Table::Incidents => together::<Incident>(files, stored),
    }
}

/// The keys of the files' rows, and those under which [`reconcile`] may keep one: what to ask the dataset for.
pub fn wanted(table: Table, files: &[Import]) -> Vec<(String, String)> {
    fn all<E: Event>(files: &[Import]) -> Vec<(String, String)> {
        let rows = files.iter().flat_map(|file| E::among(&file.rows));
        rows.flat_map(|row| [Some(row.key()), row.key_apart()]).flatten().collect()
    }
    match table {
        Table::Deployments => all::<Deployment>(files),
        Table::Commits => all::<Commit>(files),
        Table::Incidents => all::<Incident>(files),
        // A later one replaces an earlier one, whatever that says.
        Table::PullRequests => Vec::new(),
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

fn together<E: Event>(files: Vec<Import>, stored: Rows) -> Result<Reconciled, FileError> {
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let mut kept: Vec<Kept<E>> = Vec::new();
    let mut by_key: FxHashMap<(String, String), usize> = FxHashMap::default();
    for event in E::of(stored) {
        by_key.insert(event.key(), kept.len());
        kept.push(Kept { since: event.since(), event, place: Place::Dataset });
    }
    let (mut merged, mut notes) = (0, Vec::new());
    for (at, file) in files.into_iter().enumerate() {
        let (mut apart, mut overruled) = (Counted::default(), Counted::default());
        // What the keys of this file, as it writes them, stand for.
        let mut own: FxHashMap<(String, String), usize> = FxHashMap::default();
        for (mut event, line) in E::of(file.rows).into_iter().zip(file.lines) {
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
    Ok(Reconciled { rows: E::into_rows(events), merged, notes })
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
