//! Writing a dataset: rows are upserted by key, parts are replaced as a whole, coverage comes with the rows, cursors
//! after them.
//!
//! All new files are written beside the old ones before the first is moved, so that a full disk changes nothing; then
//! all of them are moved as one (see `durable`), while readers wait.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::change::{Change, Label, count_effects};
use super::coverage;
use super::cursors;
use super::durable::{self, Staged};
use super::error::StoreError;
use super::format;
use super::lock::{self, Lock};
use super::part;
use super::schema::{instant, key, key_frame, to_frame};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Rows, Table};
use crate::domain::time::Timestamp;

/// The only writer of a dataset, as long as it lives.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    now: Timestamp,
    replaces: bool,
    was_ahead: Option<Timestamp>,
    _lock: Lock,
}

const MONTH: &str = "_month";

/// The files of one table to come, and those to go.
#[derive(Default)]
struct Plan {
    staged: Vec<Staged>,
    remove: Vec<PathBuf>,
}

impl Writer {
    /// Locks a dataset for writing; makes it where there is none, and finishes what a killed writer left undone. A
    /// second writer is told `holder`.
    ///
    /// What the dataset says of instants after `now` comes from a clock that was ahead: rows observed then give way to
    /// new ones, and coverage ends now.
    ///
    /// # Errors
    /// Another process holds the lock, the dataset's format is newer, or the folder cannot be written.
    pub fn lock(folder: &Path, holder: &str, now: Timestamp) -> Result<Self, StoreError> {
        format::check(folder)?;
        let lock = Lock::take(folder, holder)?;
        if format::check(folder)?.is_none() {
            format::mark(folder)?;
        }
        let mut writer = Self { folder: folder.to_owned(), now, replaces: false, was_ahead: None, _lock: lock };
        if durable::is_pending(folder) {
            let _readers_wait = lock::readers_wait(folder)?;
            durable::finish(folder)?;
        }
        durable::sweep(folder);
        if let Some((staged, end)) = coverage::cut_back(folder, now)? {
            let _readers_wait = lock::readers_wait(folder)?;
            durable::commit(folder, vec![staged], &[])?;
            writer.was_ahead = Some(end);
        }
        Ok(writer)
    }

    /// The end of what the dataset said to be covered, where that had not come yet when it was locked.
    pub fn was_ahead(&self) -> Option<Timestamp> {
        self.was_ahead
    }

    /// From here on every row replaces the one with its key, whenever that was observed.
    pub fn replace_all(&mut self) {
        self.replaces = true;
    }

    /// Upserts rows and widens the coverage, as one.
    ///
    /// A row replaces one with the same key that was observed earlier, at the same time but read earlier, or in the
    /// future.
    ///
    /// # Errors
    /// A part cannot be read or written; then nothing has changed.
    pub fn write(&mut self, batches: Vec<Rows>, covered: &[Coverage]) -> Result<Vec<Change>, StoreError> {
        self.write_labelled(batches, covered, &|_, _| None)
    }

    /// The same, and counts incidents by their label.
    ///
    /// # Errors
    /// A part cannot be read or written; then nothing has changed.
    pub fn write_labelled(
        &mut self,
        batches: Vec<Rows>,
        covered: &[Coverage],
        label: Label<'_>,
    ) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::with_capacity(batches.len());
        let mut plan = Plan::default();
        for rows in Rows::by_table(batches) {
            changes.push(self.upsert(&rows, &mut plan, label)?);
        }
        plan.staged.extend(coverage::widen(&self.folder, covered)?);
        if !plan.staged.is_empty() || !plan.remove.is_empty() {
            let _readers_wait = lock::readers_wait(&self.folder)?;
            durable::commit(&self.folder, plan.staged, &plan.remove)?;
        }
        Ok(changes)
    }

    /// The deployments, commits or incidents that the dataset has under some keys.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn standing(&self, table: Table, keys: &[(String, String)]) -> Result<Rows, StoreError> {
        if keys.is_empty() {
            return Ok(Rows::none_of(table));
        }
        let new = key_frame(table, keys).map_err(|cause| StoreError::Frame { table: table.folder(), cause })?;
        let mut found = Vec::new();
        for month in part::months(&self.folder, table)? {
            let path = part::path(&self.folder, table, &month);
            if shared(part::read_keys(&path, table)?, &new, table)?.height() == 0 {
                continue;
            }
            let mut frame = shared(part::read(&path, table)?, &new, table)?;
            // What a clock that was ahead observed is older than any other row of the same event.
            let (observed, oldest) = (col("observed_at"), instant_as(0, &frame));
            let capped = when(observed.clone().gt(self.now_as(&frame))).then(oldest).otherwise(observed);
            frame = frame
                .lazy()
                .with_column(capped.alias("observed_at"))
                .collect()
                .map_err(|cause| StoreError::Frame { table: table.folder(), cause })?;
            found.push(match table {
                Table::Deployments => Rows::Deployments(super::rows::deployments(&frame)?),
                Table::Commits => Rows::Commits(super::rows::commits(&frame)?),
                Table::Incidents => Rows::Incidents(super::rows::incidents(&frame)?),
                Table::PullRequests => continue,
            });
        }
        Ok(Rows::by_table(found).pop().unwrap_or_else(|| Rows::none_of(table)))
    }

    /// Records the time zone whose midnights bound what an import covered, for advice on a report's `--as-of`.
    ///
    /// # Errors
    /// The coverage cannot be read or written.
    pub fn set_zone(&mut self, covered: &[Coverage], zone: &str) -> Result<(), StoreError> {
        if let Some(staged) = coverage::set_zone(&self.folder, covered, zone)? {
            let _readers_wait = lock::readers_wait(&self.folder)?;
            durable::commit(&self.folder, vec![staged], &[])?;
        }
        Ok(())
    }

    /// Moves the cursors of some scopes of a source (`None` takes one away). Only for rows that are written.
    ///
    /// # Errors
    /// The file of the cursors cannot be read or written.
    pub fn set_cursors(&mut self, source: &str, changes: &BTreeMap<String, Option<String>>) -> Result<(), StoreError> {
        cursors::change(&self.folder, source, changes)
    }

    /// Takes back what certain entries say was read.
    ///
    /// # Errors
    /// The coverage cannot be read or written.
    pub fn forget(&mut self, is_stale: &dyn Fn(&Coverage) -> bool) -> Result<(), StoreError> {
        if let Some(staged) = coverage::forget(&self.folder, is_stale)? {
            let _readers_wait = lock::readers_wait(&self.folder)?;
            durable::commit(&self.folder, vec![staged], &[])?;
        }
        Ok(())
    }

    /// Says which scopes an incident source is read in, before it is.
    ///
    /// # Errors
    /// The coverage cannot be read or written.
    pub fn expect(&mut self, source: &str, scopes: &[String]) -> Result<(), StoreError> {
        if let Some(staged) = coverage::expect(&self.folder, source, scopes)? {
            let _readers_wait = lock::readers_wait(&self.folder)?;
            durable::commit(&self.folder, vec![staged], &[])?;
        }
        Ok(())
    }

    /// Moves everything that is known of a repo under another name, as one.
    ///
    /// # Errors
    /// A part cannot be read or written; then nothing has changed.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        let mut plan = Plan::default();
        for table in Table::ALL.into_iter().filter(|table| table.columns().contains(&"repo")) {
            let frame = |cause| StoreError::Frame { table: table.folder(), cause };
            for month in part::months(&self.folder, table)? {
                let old = part::read(&part::path(&self.folder, table, &month), table)?;
                let name = when(col("repo").str().to_lowercase().eq(lit(from.to_lowercase())))
                    .then(lit(to))
                    .otherwise(col("repo"))
                    .alias("repo");
                let renamed = old.clone().lazy().with_column(name).collect().map_err(frame)?;
                if !renamed.equals_missing(&old) {
                    let latest = with_month(renamed, table).and_then(|all| latest_by_key(&all, table));
                    self.plan_parts(&latest.map_err(frame)?, table, BTreeMap::from([(month, old)]), &mut plan)?;
                }
            }
        }
        plan.staged.extend(coverage::rename(&self.folder, from, to)?);
        if !plan.staged.is_empty() {
            let _readers_wait = lock::readers_wait(&self.folder)?;
            durable::commit(&self.folder, plan.staged, &plan.remove)?;
        }
        // A cursor that stays behind costs a second reading and nothing else.
        cursors::rename(&self.folder, from, to)
    }

    fn upsert(&self, rows: &Rows, plan: &mut Plan, label: Label<'_>) -> Result<Change, StoreError> {
        let table = rows.table();
        let read = rows.len();
        let frame = |cause| StoreError::Frame { table: table.folder(), cause };
        let new = with_month(to_frame(rows).map_err(frame)?, table).map_err(frame)?;
        if read == 0 {
            return Ok(Change::of(table, read));
        }
        let months = self.touched_months(&new, table)?;
        let mut old: Option<DataFrame> = None;
        let mut before: BTreeMap<String, DataFrame> = BTreeMap::new();
        for month in &months {
            let path = part::path(&self.folder, table, month);
            if path.is_file() {
                let part = part::read(&path, table)?;
                match &mut old {
                    Some(old) => {
                        old.vstack_mut(&part).map_err(frame)?;
                    }
                    None => old = Some(part.clone()),
                }
                before.insert(month.clone(), part);
            }
        }
        let mut all = match &old {
            Some(old) => with_month(self.lasting(old, &new, table).map_err(frame)?, table).map_err(frame)?,
            None => new.clear(),
        };
        all.vstack_mut(&new).map_err(frame)?;
        let latest = latest_by_key(&all, table).map_err(frame)?;
        drop(all);
        let mut change = Change::of(table, read);
        count_effects(old, &latest, &mut change, label).map_err(frame)?;
        self.plan_parts(&latest, table, before, plan)?;
        Ok(change)
    }

    /// Stored rows that compete with new rows. Rows observed in the future, or all rows after [`Writer::replace_all`], lose
    /// to a new row with the same key.
    fn lasting(&self, old: &DataFrame, new: &DataFrame, table: Table) -> PolarsResult<DataFrame> {
        let now = self.now_as(old);
        let gives_way = if self.replaces { lit(true) } else { col("observed_at").gt(now) };
        let (giving, lasting) =
            (old.clone().lazy().filter(gives_way.clone()).collect()?, old.clone().lazy().filter(gives_way.not()));
        if giving.height() == 0 {
            return Ok(old.clone());
        }
        let keys = key(table).map(col);
        let untouched = giving.lazy().join(new.clone().lazy(), keys.clone(), keys, JoinArgs::new(JoinType::Anti));
        concat([lasting, untouched], UnionArgs::default())?.collect()
    }

    /// The instant of the lock, in the type of a frame's instants.
    fn now_as(&self, frame: &DataFrame) -> Expr {
        instant_as(self.now.0, frame)
    }

    /// Months of the new rows, and months in which their keys stand already under another instant.
    fn touched_months(&self, new: &DataFrame, table: Table) -> Result<Vec<String>, StoreError> {
        let frame = |cause| StoreError::Frame { table: table.folder(), cause };
        let mut months: Vec<String> = new
            .column(MONTH)
            .and_then(Column::unique)
            .and_then(|column| Ok(column.str()?.iter().flatten().map(str::to_owned).collect()))
            .map_err(frame)?;
        for month in part::months(&self.folder, table)? {
            if months.contains(&month) {
                continue;
            }
            let path = part::path(&self.folder, table, &month);
            if shared(part::read_keys(&path, table)?, new, table)?.height() > 0 {
                months.push(month);
            }
        }
        months.sort_unstable();
        Ok(months)
    }

    fn plan_parts(
        &self,
        latest: &DataFrame,
        table: Table,
        mut before: BTreeMap<String, DataFrame>,
        plan: &mut Plan,
    ) -> Result<(), StoreError> {
        let frame = |cause| StoreError::Frame { table: table.folder(), cause };
        for part in latest.partition_by_stable([MONTH], true).map_err(frame)? {
            let month = part
                .column(MONTH)
                .and_then(|column| Ok(column.str()?.get(0).unwrap_or_default().to_owned()))
                .map_err(frame)?;
            let mut part = part.drop(MONTH).map_err(frame)?;
            part.align_chunks_par();
            part.rechunk_mut_par();
            let old = before.remove(&month);
            if old.is_none_or(|old| !old.equals_missing(&part)) {
                plan.staged.push(part::stage(&part::path(&self.folder, table, &month), &mut part)?);
            }
        }
        // Months whose every row has moved to another month.
        plan.remove.extend(before.keys().map(|month| part::path(&self.folder, table, month)));
        Ok(())
    }
}

/// The rows of a part whose keys are among those of `new`.
fn shared(part: DataFrame, new: &DataFrame, table: Table) -> Result<DataFrame, StoreError> {
    let keys = key(table).map(col);
    part.lazy()
        .join(new.clone().lazy(), keys.clone(), keys, JoinArgs::new(JoinType::Semi))
        .collect()
        .map_err(|cause| StoreError::Frame { table: table.folder(), cause })
}

/// An instant, in the type of a frame's instants.
fn instant_as(at: i64, frame: &DataFrame) -> Expr {
    let kind = frame.schema().get("observed_at").cloned().unwrap_or(DataType::Int64);
    lit(at).cast(kind)
}

fn with_month(frame: DataFrame, table: Table) -> PolarsResult<DataFrame> {
    frame.lazy().with_column(col(instant(table)).dt().strftime("%Y-%m").alias(MONTH)).collect()
}

/// One row per key, the latest observation, in order of key.
fn latest_by_key(all: &DataFrame, table: Table) -> PolarsResult<DataFrame> {
    let [first, second] = key(table);
    let stable = SortMultipleOptions::default().with_maintain_order(true);
    all.sort([first, second, "observed_at"], stable)?.unique_stable(
        Some(&[first.to_owned(), second.to_owned()]),
        UniqueKeepStrategy::Last,
        None,
    )
}
