//! The stored rows with the keys of new rows, for an import that merges both or writes only what is new.

use polars::prelude::*;
use rustc_hash::FxHashSet;

use super::error::StoreError;
use super::frame::StoredKeys;
use super::incoming::{Incoming, StoredCells};
use super::part::{self, Parts};
use super::rows;
use super::upsert::observed;
use crate::domain::batch::{Batch, KeyPart, RowId, hash_of};
use crate::domain::event::{Rows, Table};

/// The stored rows under the keys of a batch and under some others. A deployment or commit that a single new row repeats
/// is left out: there is nothing to bring together. What was observed after `now` is given as the oldest, because a
/// clock was ahead.
///
/// # Errors
/// A part cannot be read.
pub(super) fn standing(
    parts: &Parts,
    batch: &Batch,
    others: &[(String, String)],
    now: i64,
) -> Result<Rows, StoreError> {
    let table = batch.table();
    let months = part::months(parts.folder(), table)?;
    // A later pull request replaces an earlier one, whatever that says.
    if months.is_empty() || batch.is_empty() || table == Table::PullRequests {
        return Ok(Rows::none_of(table));
    }
    let incoming = Incoming::of(batch, batch.index());
    let others: FxHashSet<u64> = others.iter().map(|(first, second)| hash_of(first, KeyPart::Text(second))).collect();
    let mut found = Vec::new();
    for month in months {
        let is_own = incoming.months.contains_key(&month);
        if !is_own && !parts.may_hold(table, &month, incoming.hashes().chain(others.iter().copied()))? {
            continue;
        }
        let keys = if is_own { parts.read(table, &month)? } else { parts.read_keys(table, &month)? };
        let keys = StoredKeys::of(&keys, table).map_err(StoreError::reading(table))?;
        let mut met = incoming.meet(&keys);
        let is_other = |row: &usize| others.contains(&keys.hash(*row));
        let more: Vec<usize> = if others.is_empty() { Vec::new() } else { (0..keys.len()).filter(is_other).collect() };
        if met.is_empty() && more.is_empty() {
            continue;
        }
        let stored = parts.read(table, &month)?;
        if table != Table::Incidents {
            let cells = StoredCells::of(&stored, batch).map_err(StoreError::reading(table))?;
            met.retain(|(row, id)| incoming.is_repeated(*id) || !cells.are_those_of(*row, batch, *id));
        }
        let mut wanted: Vec<usize> = met.into_iter().map(|(row, _)| row).chain(more).collect();
        wanted.sort_unstable();
        wanted.dedup();
        found.push(structs(&stored, &wanted, table, now)?);
    }
    Ok(Rows::by_table(found).pop().unwrap_or_else(|| Rows::none_of(table)))
}

/// The rows of a batch that the dataset has with the same values and in the same month, whenever it observed them; not
/// those observed after `now`, because a clock was ahead.
///
/// # Errors
/// A part cannot be read.
pub(super) fn repeated(parts: &Parts, batch: &Batch, now: i64) -> Result<Vec<RowId>, StoreError> {
    let table = batch.table();
    let incoming = Incoming::of(batch, batch.index());
    let mut repeated = Vec::new();
    for month in part::months(parts.folder(), table)?.into_iter().filter(|month| incoming.months.contains_key(month)) {
        let stored = parts.read(table, &month)?;
        let broken = StoreError::reading(table);
        let met = incoming.meet(&StoredKeys::of(&stored, table).map_err(&broken)?);
        let cells = StoredCells::of(&stored, batch).map_err(&broken)?;
        let observed = observed(&stored).map_err(&broken)?;
        let is_repeated = |row: usize, id: RowId| {
            let is_past = observed.get(row).is_some_and(|at| at <= now);
            is_past && incoming.is_of(id, &month) && !incoming.is_repeated(id) && cells.are_those_of(row, batch, id)
        };
        repeated.extend(met.into_iter().filter(|(row, id)| is_repeated(*row, *id)).map(|(_, id)| id));
    }
    Ok(repeated)
}

fn structs(stored: &DataFrame, wanted: &[usize], table: Table, now: i64) -> Result<Rows, StoreError> {
    let order: IdxCa = wanted.iter().map(|row| IdxSize::try_from(*row).ok()).collect();
    let kind = stored.schema().get("observed_at").cloned().unwrap_or(DataType::Int64);
    let at = |instant: i64| lit(instant).cast(kind.clone());
    let capped = when(col("observed_at").gt(at(now))).then(at(0)).otherwise(col("observed_at")).alias("observed_at");
    let frame = stored
        .take(&order)
        .and_then(|frame| frame.lazy().with_column(capped).collect())
        .map_err(StoreError::reading(table))?;
    Ok(match table {
        Table::Deployments => Rows::Deployments(rows::deployments(&frame)?),
        Table::Commits => Rows::Commits(rows::commits(&frame)?),
        Table::Incidents => Rows::Incidents(rows::incidents(&frame)?),
        Table::PullRequests => Rows::none_of(table),
    })
}
