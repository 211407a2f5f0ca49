//! Merges new rows into the parts of a table. Only months that gain or lose rows are read completely and rewritten; for
//! the others, the keys are enough.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use rustc_hash::FxHashSet;

use super::change::{Change, Counter, Label};
use super::error::StoreError;
use super::frame::{StoredKeys, frame, sort_by_key};
use super::incoming::{Incoming, StoredCells};
use super::part::{self, Parts};
use super::plan::Plan;
use crate::domain::batch::{Batch, RowId};
use crate::domain::event::Table;

/// Which stored rows lose to any new row, whenever they were observed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Supersedes {
    /// All of them.
    Always,
    /// Those observed after an instant: the clock was ahead.
    After(i64),
}

impl Supersedes {
    fn holds(self, observed: i64) -> bool {
        match self {
            Self::Always => true,
            Self::After(now) => observed > now,
        }
    }
}

/// Where new rows meet stored ones.
#[derive(Default)]
struct KeyMatches {
    /// By month: the stored row, and the new one with its key.
    places: BTreeMap<String, Vec<(usize, RowId)>>,
    /// New rows whose key stands somewhere.
    known: FxHashSet<RowId>,
    /// New rows that are older than the stored one.
    beaten: FxHashSet<RowId>,
}

/// Plans the parts that hold the rows of a batch, too.
///
/// # Errors
/// A part cannot be read or written.
pub(super) fn upsert(
    parts: &Parts,
    incoming: &Incoming<'_>,
    gives_way: Supersedes,
    label: Label<'_>,
    plan: &mut Plan,
) -> Result<Change, StoreError> {
    let batch = incoming.batch;
    let table = batch.table();
    let mut change = Change::of(table, batch.len());
    if batch.is_empty() {
        return Ok(change);
    }
    let meetings = meet(parts, incoming, gives_way)?;
    let mut changed: FxHashSet<RowId> = FxHashSet::default();
    let months: BTreeSet<&String> = meetings.places.keys().chain(incoming.months.keys()).collect();
    for month in months {
        let path = part::path(parts.folder(), table, month);
        let old = if std::fs::symlink_metadata(&path).is_ok() { Some(parts.read(table, month)?) } else { None };
        match merge(old, incoming, &meetings, month, &mut changed).map_err(StoreError::reading(table))? {
            None => {}
            Some(merged) if merged.height() == 0 => plan.remove.push(path),
            Some(mut merged) => plan.staged.push(part::stage(&path, &mut merged, table)?),
        }
    }
    let mut counter = Counter::of(batch, label);
    for id in incoming.months.values().flatten().filter(|id| !meetings.known.contains(id)) {
        counter.add_new(*id);
    }
    for id in changed {
        counter.add_changed(id);
    }
    counter.finish(&mut change);
    Ok(change)
}

fn meet(parts: &Parts, incoming: &Incoming<'_>, gives_way: Supersedes) -> Result<KeyMatches, StoreError> {
    let table = incoming.batch.table();
    let broken = StoreError::reading(table);
    let mut meetings = KeyMatches::default();
    for month in part::months(parts.folder(), table)? {
        let stored = if incoming.months.contains_key(&month) {
            parts.read(table, &month)?
        } else if parts.may_hold(table, &month, incoming.hashes())? {
            parts.read_keys(table, &month)?
        } else {
            continue;
        };
        let met = incoming.meet(&StoredKeys::of(&stored, table).map_err(&broken)?);
        if met.is_empty() {
            continue;
        }
        let observed = observed(&stored).map_err(&broken)?;
        for (row, id) in &met {
            meetings.known.insert(*id);
            let stored = observed.get(*row).unwrap_or_default();
            if stored > incoming.observed(*id) && !gives_way.holds(stored) {
                meetings.beaten.insert(*id);
            }
        }
        meetings.places.insert(month, met);
    }
    Ok(meetings)
}

pub(super) fn observed(frame: &DataFrame) -> PolarsResult<Int64Chunked> {
    Ok(frame.column("observed_at")?.cast(&DataType::Int64)?.i64()?.rechunk().into_owned())
}

/// The rows that a month has now; none where they are those that it had.
fn merge(
    old: Option<DataFrame>,
    incoming: &Incoming<'_>,
    meetings: &KeyMatches,
    month: &str,
    changed: &mut FxHashSet<RowId>,
) -> PolarsResult<Option<DataFrame>> {
    let batch = incoming.batch;
    let table = batch.table();
    let mut stays: FxHashSet<RowId> = FxHashSet::default();
    let mut kept = old;
    if let (Some(old), Some(met)) = (&mut kept, meetings.places.get(month)) {
        let (cells, observed) = (StoredCells::of(old, batch)?, observed(old)?);
        let mut keeps = vec![true; old.height()];
        for (row, id) in met.iter().filter(|(_, id)| !meetings.beaten.contains(id)) {
            let is_same = cells.are_those_of(*row, batch, *id);
            if !is_same {
                changed.insert(*id);
            }
            if is_same && observed.get(*row) == Some(incoming.observed(*id)) && incoming.is_of(*id, month) {
                stays.insert(*id);
            } else if let Some(keeps) = keeps.get_mut(*row) {
                *keeps = false;
            }
        }
        if keeps.contains(&false) {
            *old = old.filter(&BooleanChunked::from_slice("keeps".into(), &keeps))?;
        } else if incoming
            .months
            .get(month)
            .is_none_or(|ids| ids.iter().all(|id| stays.contains(id) || meetings.beaten.contains(id)))
        {
            return Ok(None);
        }
    }
    let comes = |id: &&RowId| !stays.contains(*id) && !meetings.beaten.contains(*id);
    let mut ids: Vec<RowId> = incoming.months.get(month).into_iter().flatten().filter(comes).copied().collect();
    sort_by_key(batch, &mut ids);
    match kept {
        None if ids.is_empty() => Ok(None),
        None => frame(batch, &ids).map(Some),
        Some(kept) if ids.is_empty() => Ok(Some(kept)),
        Some(kept) => woven(&kept, batch, &ids, table).map(Some),
    }
}

/// Stored rows and new ones, both in order of key, in order of key.
fn woven(kept: &DataFrame, batch: &Batch, ids: &[RowId], table: Table) -> PolarsResult<DataFrame> {
    let keys = StoredKeys::of(kept, table)?;
    let mut order: Vec<usize> = Vec::with_capacity(keys.len() + ids.len());
    let mut stored = 0;
    for (nth, id) in ids.iter().enumerate() {
        let own = batch.key(*id);
        while stored < keys.len() && keys.key(stored) < own {
            order.push(stored);
            stored += 1;
        }
        order.push(keys.len() + nth);
    }
    order.extend(stored..keys.len());
    let order: IdxCa = order.into_iter().map(|at| IdxSize::try_from(at).ok()).collect();
    let mut both = kept.vstack(&frame(batch, ids)?)?;
    both.rechunk_mut_par();
    both.take(&order)
}
