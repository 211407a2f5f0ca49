//! Writes a dataset: upserts rows by key, replaces whole parts, writes coverage with the rows and cursors after them.
//!
//! All new files are written beside the old ones before the first is moved, so that a full disk changes nothing; then
//! all of them are moved as one (see `durable`), while readers wait.

use std::collections::BTreeMap;
use std::path::Path;

use super::change::{Change, Label};
use super::coverage;
use super::cursors;
use super::durable::{self, Staged};
use super::error::StoreError;
use super::format;
use super::incoming::Incoming;
use super::leftovers;
use super::lock::{self, Lock};
use super::part::Parts;
use super::plan::Plan;
use super::rename::rename;
use super::standing::{repeated, standing};
use super::upsert::{Supersedes, upsert};
use crate::domain::batch::{Batch, KeyIndex, RowId};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Rows, Table};
use crate::domain::time::Timestamp;

/// The only writer of a dataset, as long as it lives.
#[derive(Debug)]
pub struct Writer {
    parts: Parts,
    now: Timestamp,
    replaces: bool,
    was_ahead: Option<Timestamp>,
    _lock: Lock,
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
        let mut writer = Self { parts: Parts::of(folder), now, replaces: false, was_ahead: None, _lock: lock };
        if durable::is_pending(folder) {
            let _readers_wait = lock::readers_wait(folder)?;
            durable::finish(folder)?;
        }
        leftovers::sweep(folder);
        if let Some((staged, end)) = coverage::cut_back(folder, now)? {
            let _readers_wait = lock::readers_wait(folder)?;
            durable::commit(folder, vec![staged], &[])?;
            writer.was_ahead = Some(end);
        }
        Ok(writer)
    }

    /// Where the dataset lies.
    pub(super) fn folder(&self) -> &Path {
        self.parts.folder()
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
            let batch = Batch::from_rows(&rows);
            changes.push(self.upsert(&Incoming::of(&batch, batch.index()), &mut plan, label)?);
        }
        plan.staged.extend(coverage::widen(self.parts.folder(), covered, None)?);
        self.commit(plan)?;
        Ok(changes)
    }

    /// The same, for the rows of one table by column; `index` is that of the batch. `zone` is, for an import, the time zone
    /// whose midnights bound what it covers.
    ///
    /// # Errors
    /// A part cannot be read or written; then nothing has changed.
    pub fn write_batch(
        &mut self,
        batch: &Batch,
        index: KeyIndex,
        covered: &[Coverage],
        zone: Option<&str>,
    ) -> Result<Change, StoreError> {
        let mut plan = Plan::default();
        let change = self.upsert(&Incoming::of(batch, index), &mut plan, &|_, _| None)?;
        plan.staged.extend(coverage::widen(self.parts.folder(), covered, zone)?);
        self.commit(plan)?;
        Ok(change)
    }

    fn upsert(&self, incoming: &Incoming<'_>, plan: &mut Plan, label: Label<'_>) -> Result<Change, StoreError> {
        let gives_way = if self.replaces { Supersedes::Always } else { Supersedes::After(self.now.0) };
        upsert(&self.parts, incoming, gives_way, label, plan)
    }

    fn commit(&self, plan: Plan) -> Result<(), StoreError> {
        if plan.is_empty() {
            return Ok(());
        }
        self.parts.forget();
        let _readers_wait = lock::readers_wait(self.parts.folder())?;
        durable::commit(self.parts.folder(), plan.staged, &plan.remove)
    }

    fn commit_coverage(&self, staged: Option<Staged>) -> Result<(), StoreError> {
        self.commit(Plan { staged: staged.into_iter().collect(), ..Plan::default() })
    }

    /// The deployments, commits or incidents that the dataset has under the keys of a batch and under some others. One
    /// that a single row of the batch repeats may be left out.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn standing(&self, batch: &Batch, others: &[(String, String)]) -> Result<Rows, StoreError> {
        standing(&self.parts, batch, others, self.now.0)
    }

    /// The rows of a batch that the dataset has already: writing them would change no more than when they were observed.
    ///
    /// # Errors
    /// A part cannot be read.
    pub fn repeated(&self, batch: &Batch) -> Result<Vec<RowId>, StoreError> {
        repeated(&self.parts, batch, self.now.0)
    }

    /// Moves the cursors of some scopes of a source (`None` takes one away). Only for rows that are written.
    ///
    /// # Errors
    /// The file of the cursors cannot be read or written.
    pub fn set_cursors(&mut self, source: &str, changes: &BTreeMap<String, Option<String>>) -> Result<(), StoreError> {
        cursors::change(self.parts.folder(), source, changes)
    }

    /// Takes back what certain entries say was read.
    ///
    /// # Errors
    /// The coverage cannot be read or written.
    pub fn forget(&mut self, is_stale: &dyn Fn(&Coverage) -> bool) -> Result<(), StoreError> {
        self.commit_coverage(coverage::forget(self.parts.folder(), is_stale)?)
    }

    /// Says which scopes an incident source is read in, before it is.
    ///
    /// # Errors
    /// The coverage cannot be read or written.
    pub fn expect(&mut self, source: &str, scopes: &[String]) -> Result<(), StoreError> {
        self.commit_coverage(coverage::expect(self.parts.folder(), source, scopes)?)
    }

    /// Moves everything that is known of a repo under another name, as one.
    ///
    /// # Errors
    /// A part cannot be read or written; then nothing has changed.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), StoreError> {
        let mut plan = Plan::default();
        for table in Table::ALL.into_iter().filter(|table| table.columns().contains(&"repo")) {
            rename(&self.parts, table, from, to, &mut plan)?;
        }
        plan.staged.extend(coverage::rename(self.parts.folder(), from, to)?);
        self.commit(plan)?;
        // A cursor that stays behind costs a second reading and nothing else.
        cursors::rename(self.parts.folder(), from, to)
    }
}
