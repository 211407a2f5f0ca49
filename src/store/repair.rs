//! Repairs a dataset without losing a readable row: unreadable files are moved to `set-aside` and never deleted, and
//! their months are removed from the coverage.
//!
//! Each step leaves a dataset that opens, so that a repair that was killed is repeated. Coverage is removed before the
//! rows: if the repair is killed in between, the coverage is too small, never too large.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::check::{Fault, Problem, rows, verify};
use super::durable;
use super::error::StoreError;
use super::lock::{self, Lock};
use super::month::Month;
use super::plan::Plan;
use super::rename::latest_by_key;
use super::schema::instant;
use super::{coverage, format, leftovers, part};
use crate::domain::event::Table;

/// Where files go that cannot be read.
pub const SET_ASIDE: &str = "set-aside";

/// Repairs a dataset, and returns the problems that it had.
///
/// # Errors
/// Another process holds the lock, the format is newer, or a file cannot be moved or written. What was done by then is
/// whole.
pub fn repair(folder: &Path, holder: &str) -> Result<Vec<Problem>, StoreError> {
    let _lock = Lock::take(folder, holder)?;
    let problems = verify(folder)?;
    let _readers_wait = lock::readers_wait(folder)?;
    for Problem { place, fault } in &problems {
        match fault {
            Fault::Unfinished => durable::finish(folder)?,
            Fault::Unfinishable(_) => set_aside(folder, place)?,
            Fault::Unreadable(_) if place.components().count() == 1 && !is_table(place) => {
                set_aside(folder, place)?;
            }
            _ => {}
        }
    }
    if format::check(folder)?.is_none() {
        format::mark(folder)?;
    }
    if problems.iter().any(|it| matches!(it.fault, Fault::Unfinishable(_))) {
        keep_leftovers(folder)?;
    } else {
        leftovers::sweep(folder);
    }
    // What was unfinished may have brought other parts.
    let (problems_now, misplaced) = rows(folder)?;
    let unreadable = problems_now.iter().filter(|it| matches!(it.fault, Fault::Unreadable(_))).map(|it| &it.place);
    // The folder of a table holds every month of it: a person decides what becomes of it.
    for place in unreadable.filter(|place| !is_table(place)) {
        if let Some((table, month)) = month_of(place)
            && let Some(staged) = coverage::cut_out(folder, table, month.span())?
        {
            durable::commit(folder, vec![staged], &[])?;
        }
        set_aside(folder, place)?;
    }
    let mut plan = Plan::default();
    for (table, months) in misplaced {
        sort_into_months(folder, table, months.into_iter().collect(), &mut plan)?;
    }
    // A folder that names no month is none that a journal may name.
    let (remove, unnamed): (Vec<PathBuf>, Vec<PathBuf>) = plan
        .remove
        .into_iter()
        .partition(|path| path.strip_prefix(folder).is_ok_and(|place| month_of(place).is_some()));
    durable::commit(folder, plan.staged, &remove)?;
    for path in unnamed {
        set_aside(folder, path.strip_prefix(folder).unwrap_or(&path))?;
    }
    Ok(problems)
}

/// Whether a place is the folder of a table, which [`repair`] leaves where it is.
pub fn is_table(place: &Path) -> bool {
    Table::ALL.iter().any(|table| Path::new(table.folder()) == place)
}

/// Moves the files of a write that cannot be finished out of the way: they may be whole, and what they hold is nowhere
/// else. Their months are no longer covered.
fn keep_leftovers(folder: &Path) -> Result<(), StoreError> {
    for path in leftovers::leftovers(folder) {
        let place = path.strip_prefix(folder).unwrap_or(&path);
        if let Some((table, month)) = month_of(place)
            && let Some(staged) = coverage::cut_out(folder, table, month.span())?
        {
            durable::commit(folder, vec![staged], &[])?;
        }
        set_aside(folder, place)?;
    }
    Ok(())
}

/// The table of what lies in the folder of one; none for another place.
pub fn table_of(place: &Path) -> Option<Table> {
    Table::ALL.into_iter().find(|table| place.starts_with(table.folder())).filter(|_| !is_table(place))
}

/// The table and month of a part, or of the folder of one.
fn month_of(place: &Path) -> Option<(Table, Month)> {
    let table = table_of(place)?;
    let month = place.components().nth(1)?.as_os_str().to_str()?;
    Some((table, Month::parse(month.strip_prefix("month=")?)?))
}

/// Moves a file or folder of the dataset out of the way, under a name that is free.
fn set_aside(folder: &Path, place: &Path) -> Result<(), StoreError> {
    let name: Vec<String> = place.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let (name, aside) = (name.join("."), folder.join(SET_ASIDE));
    durable::check_folder(&aside)?;
    durable::make_folders(&aside)?;
    let names = std::iter::once(name.clone()).chain((2_u32..).map(|nth| format!("{name}.{nth}")));
    let is_free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
    let Some(to) = names.map(|name| aside.join(name)).find(is_free) else { return Ok(()) };
    let from = folder.join(place);
    fs::rename(&from, &to).map_err(StoreError::io("move", &from))?;
    durable::sync_parent(&to)?;
    durable::sync_parent(&from)
}

/// Plans parts in which the rows of some months are in their own months, the latest observation of each key.
fn sort_into_months(folder: &Path, table: Table, mut months: Vec<String>, plan: &mut Plan) -> Result<(), StoreError> {
    let broken = StoreError::reading(table);
    let mut all: Option<DataFrame> = None;
    let mut read = 0;
    // The months to which rows move are read, too, and perhaps lead to others.
    while let Some(month) = months.get(read).cloned() {
        read += 1;
        let path = part::path(folder, table, &month);
        if !path.is_file() {
            continue;
        }
        let rows = with_month(part::read(&path, table)?, table).map_err(&broken)?;
        for name in
            rows.column(MONTH).and_then(Column::unique).map_err(&broken)?.str().map_err(&broken)?.iter().flatten()
        {
            if !months.iter().any(|known| known == name) {
                months.push(name.to_owned());
            }
        }
        match &mut all {
            Some(all) => {
                all.vstack_mut(&rows).map_err(&broken)?;
            }
            None => all = Some(rows),
        }
    }
    let Some(all) = all else { return Ok(()) };
    let latest = latest_by_key(&all, table).map_err(&broken)?;
    let mut written: BTreeSet<String> = BTreeSet::new();
    for part in latest.partition_by_stable([MONTH], true).map_err(&broken)? {
        let name = part.column(MONTH).and_then(|column| Ok(column.str()?.get(0).unwrap_or_default().to_owned()));
        let (name, mut part) = (name.map_err(&broken)?, part.drop(MONTH).map_err(&broken)?);
        plan.staged.push(part::stage(&part::path(folder, table, &name), &mut part, table)?);
        written.insert(name);
    }
    let emptied = months.iter().filter(|month| !written.contains(*month));
    plan.remove.extend(emptied.map(|month| part::path(folder, table, month)).filter(|path| path.is_file()));
    Ok(())
}

const MONTH: &str = "_month";

fn with_month(frame: DataFrame, table: Table) -> PolarsResult<DataFrame> {
    frame.lazy().with_column(col(instant(table)).dt().strftime("%Y-%m").alias(MONTH)).collect()
}
