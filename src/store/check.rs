//! Verifies a dataset: every part opens, its rows belong to its month, each key occurs once, and the small files parse.
//! Changes nothing, and works on a read-only folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rustc_hash::FxHashSet;

use super::durable::{self, Journal};
use super::error::StoreError;
use super::format;
use super::frame::StoredKeys;
use super::month::Month;
use super::schema::instant;
use super::{coverage, cursors, footer, leftovers, lock, part};
use crate::domain::event::Table;

/// A violation of the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder, from the dataset's.
    pub place: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read; why.
    Unreadable(String),
    /// So many rows belong to another month.
    OtherMonth(usize),
    /// So many rows have a key that another row has, in this part or an earlier one.
    Repeated(usize),
    /// The filter over its keys misses some: a new row with such a key would not replace the old one.
    WrongFilter,
    /// A writer was killed while it moved files; the next writer finishes.
    Unfinished,
    /// A writer was killed while it moved files, and these cannot be moved any more; why.
    Unfinishable(String),
    /// A writer that was killed left this file; it costs room and nothing else.
    Leftover,
    /// The rows are not in order of key: right, but slower to read.
    OutOfOrder,
}

impl Fault {
    /// Whether the dataset gives wrong rows, or none, because of it.
    pub fn is_damage(&self) -> bool {
        !matches!(self, Self::Unfinished | Self::Leftover | Self::OutOfOrder)
    }
}

/// Every problem of a dataset, in order of table and month; readers and this one do not disturb each other.
///
/// # Errors
/// Its format is newer than this program, or a folder of it cannot be listed.
pub fn verify(folder: &Path) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    match format::check(folder) {
        Err(StoreError::Damaged { cause, .. }) => problems.push(unreadable("format.json", cause)),
        other => {
            other?;
        }
    }
    let _reading = lock::read(folder)?;
    problems.extend(rows(folder)?.0);
    for (name, read) in
        [("coverage.json", coverage::read(folder).map(|_| ())), ("cursors.json", cursors::read(folder).map(|_| ()))]
    {
        if let Err(cause) = read {
            problems.push(unreadable(name, cause_of(cause)));
        }
    }
    match Journal::read(folder) {
        Ok(None) if !lock::is_taken(folder) => {
            let left = leftovers::leftovers(folder).into_iter();
            problems.extend(left.map(|place| Problem { place: relative(folder, &place), fault: Fault::Leftover }));
        }
        Ok(None) => {}
        Ok(Some(_)) => problems.push(Problem { place: "pending.json".into(), fault: Fault::Unfinished }),
        Err(cause) => {
            problems.push(Problem { place: "pending.json".into(), fault: Fault::Unfinishable(cause_of(cause)) });
        }
    }
    Ok(problems)
}

fn unreadable(place: &str, cause: String) -> Problem {
    Problem { place: place.into(), fault: Fault::Unreadable(cause) }
}

fn relative(folder: &Path, place: &Path) -> PathBuf {
    place.strip_prefix(folder).unwrap_or(place).to_owned()
}

/// Why a file cannot be read, without its name.
fn cause_of(error: StoreError) -> String {
    match error {
        StoreError::Part { cause, .. } | StoreError::Damaged { cause, .. } => cause,
        StoreError::Io { cause, .. } => crate::domain::words::plain(&cause.to_string()),
        other => other.to_string(),
    }
}

/// Months whose rows have to be sorted into parts again, by table.
pub(super) type Misplaced = BTreeMap<Table, BTreeSet<String>>;

/// The problems of the parts, and the months whose rows are in the wrong part or stand more than once.
pub(super) fn rows(folder: &Path) -> Result<(Vec<Problem>, Misplaced), StoreError> {
    let (mut problems, mut misplaced) = (Vec::new(), Misplaced::new());
    for table in Table::ALL {
        let table_folder = folder.join(table.folder());
        if let Err(cause) = durable::check_folder(&table_folder) {
            problems.push(unreadable(table.folder(), cause_of(cause)));
            continue;
        }
        let mut hashes: Vec<u64> = Vec::new();
        let mut whole = Vec::new();
        for month in part::months(folder, table)? {
            let path = part::path(folder, table, &month);
            let place = relative(folder, &path);
            let link = path.parent().map(durable::check_folder).transpose();
            let found = link.and_then(|_| look(&path, table, &month, &mut hashes));
            match found {
                Err(cause) => problems.push(Problem { place, fault: Fault::Unreadable(cause_of(cause)) }),
                Ok(faults) => {
                    if faults.iter().any(|fault| matches!(fault, Fault::OtherMonth(_) | Fault::WrongFilter)) {
                        misplaced.entry(table).or_default().insert(month.clone());
                    }
                    problems.extend(faults.into_iter().map(|fault| Problem { place: place.clone(), fault }));
                    whole.push(month);
                }
            }
        }
        for (month, repeated) in repeated(folder, table, &whole, hashes)? {
            if repeated > 0 {
                let place = relative(folder, &part::path(folder, table, &month));
                problems.push(Problem { place, fault: Fault::Repeated(repeated) });
            }
            misplaced.entry(table).or_default().insert(month);
        }
    }
    Ok((problems, misplaced))
}

/// Reads one part; adds the hashes of its keys.
fn look(path: &Path, table: Table, month: &str, hashes: &mut Vec<u64>) -> Result<Vec<Fault>, StoreError> {
    let damaged = |cause: &str| StoreError::Part { path: path.to_owned(), cause: cause.to_owned() };
    let part = part::read(path, table)?;
    let broken = |cause: PolarsError| damaged(&cause.to_string());
    let at = part.column(instant(table)).and_then(|column| column.cast(&DataType::Int64)).map_err(broken)?;
    let at = at.i64().map_err(broken)?;
    let keys = StoredKeys::of(&part, table).map_err(broken)?;
    if at.null_count() > 0 || keys.has_nulls() {
        return Err(damaged("rows without a key or without the instant that names their month"));
    }
    let mut faults = Vec::new();
    let own = Month::parse(month);
    let elsewhere = at.iter().flatten().filter(|at| own.is_none_or(|own| !own.contains(*at))).count();
    if elsewhere > 0 {
        faults.push(Fault::OtherMonth(elsewhere));
    }
    if (1..keys.len()).any(|row| keys.key(row) < keys.key(row - 1)) {
        faults.push(Fault::OutOfOrder);
    }
    let own_hashes = (0..keys.len()).map(|row| keys.hash(row));
    let shape = footer::shape(path)?;
    if shape.filter.is_some_and(|filter| own_hashes.clone().any(|hash| !filter.may_hold(hash))) {
        faults.push(Fault::WrongFilter);
    }
    hashes.extend(own_hashes);
    Ok(faults)
}

/// The months in which keys stand that stand elsewhere, too, with the number of rows whose key stood before.
fn repeated(
    folder: &Path,
    table: Table,
    months: &[String],
    mut hashes: Vec<u64>,
) -> Result<BTreeMap<String, usize>, StoreError> {
    hashes.sort_unstable();
    let twice: FxHashSet<u64> =
        hashes.windows(2).filter(|pair| pair.first() == pair.last()).flatten().copied().collect();
    drop(hashes);
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    if twice.is_empty() {
        return Ok(found);
    }
    // Different keys may have one hash.
    let mut first: BTreeMap<(String, String), String> = BTreeMap::new();
    for month in months {
        let keys = part::read_keys(&part::path(folder, table, month), table)?;
        let keys = StoredKeys::of(&keys, table).map_err(StoreError::reading(table))?;
        for row in 0..keys.len() {
            if !twice.contains(&keys.hash(row)) {
                continue;
            }
            let (one, other) = keys.key(row);
            match first.get(&(one.to_owned(), format!("{other:?}"))) {
                Some(before) => {
                    found.entry(before.clone()).or_default();
                    *found.entry(month.clone()).or_default() += 1;
                }
                None => {
                    first.insert((one.to_owned(), format!("{other:?}")), month.clone());
                }
            }
        }
    }
    Ok(found)
}
