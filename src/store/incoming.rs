//! New rows to be written: one for each key, by month and by the hash of their key.

use std::collections::BTreeMap;

use polars::prelude::*;
use rustc_hash::FxHashSet;

use super::frame::StoredKeys;
use super::schema::instant;
use crate::domain::batch::{Batch, KeyIndex, KeyPart, Kind, RowId, hash_of, kind};
use crate::domain::time::Timestamp;

/// The rows of a batch, the latest observation of each key.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    pub(super) batch: &'a Batch,
    index: KeyIndex,
    /// Rows that give way to another row of the batch.
    outdated: FxHashSet<RowId>,
    /// The rows of each month.
    pub(super) months: BTreeMap<String, Vec<RowId>>,
    observed_at: usize,
}

impl<'a> Incoming<'a> {
    /// Of two rows with one key, the later observation counts; of equal ones, the later row.
    pub(super) fn of(batch: &'a Batch, index: KeyIndex) -> Self {
        let observed_at = batch.position("observed_at");
        let mut outdated = FxHashSet::default();
        for same_hash in index.repeated() {
            let mut latest: BTreeMap<_, RowId> = BTreeMap::new();
            for (_, id) in same_hash {
                let observed = |id: &RowId| batch.number(observed_at, *id);
                match latest.get_mut(&batch.key(*id)) {
                    Some(other) if observed(id) >= observed(other) => {
                        outdated.insert(std::mem::replace(other, *id));
                    }
                    Some(_) => {
                        outdated.insert(*id);
                    }
                    None => {
                        latest.insert(batch.key(*id), *id);
                    }
                }
            }
        }
        let mut incoming = Self { batch, index, outdated, months: BTreeMap::new(), observed_at };
        incoming.months = incoming.by_month();
        incoming
    }

    fn by_month(&self) -> BTreeMap<String, Vec<RowId>> {
        let at = self.batch.position(instant(self.batch.table()));
        // By the number of the day: there are few, and the name of a month is costly.
        let mut days: BTreeMap<i64, Vec<RowId>> = BTreeMap::new();
        for id in self.batch.ids().filter(|id| !self.outdated.contains(id)) {
            let day = self.batch.number(at, id).unwrap_or_default().div_euclid(86_400_000);
            days.entry(day).or_default().push(id);
        }
        let mut months: BTreeMap<String, Vec<RowId>> = BTreeMap::new();
        for (day, mut ids) in days {
            months.entry(Timestamp(day.saturating_mul(86_400_000)).utc_month()).or_default().append(&mut ids);
        }
        months
    }

    /// Whether a row belongs to a month.
    pub(super) fn is_of(&self, id: RowId, month: &str) -> bool {
        let at = self.batch.position(instant(self.batch.table()));
        Timestamp(self.batch.number(at, id).unwrap_or_default()).utc_month() == month
    }

    /// When a row was observed.
    pub(super) fn observed(&self, id: RowId) -> i64 {
        self.batch.number(self.observed_at, id).unwrap_or_default()
    }

    /// The row with a key.
    pub(super) fn find(&self, key: (&str, KeyPart<'_>)) -> Option<RowId> {
        let mut rows = self.index.find(hash_of(key.0, key.1));
        rows.find(|id| self.batch.key(*id) == key && !self.outdated.contains(id))
    }

    /// The hashes of the keys.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.index.hashes()
    }

    /// Stored rows whose key a new row has, with that row.
    pub(super) fn meet(&self, stored: &StoredKeys) -> Vec<(usize, RowId)> {
        (0..stored.len()).filter_map(|row| Some((row, self.find(stored.key(row))?))).collect()
    }

    /// Whether a key has several new rows.
    pub(super) fn is_repeated(&self, id: RowId) -> bool {
        let is_same = |other: &RowId| self.batch.key(*other) == self.batch.key(id);
        !self.outdated.is_empty() && self.index.find(self.batch.hash(id)).filter(is_same).count() > 1
    }
}

/// The cells of a stored part, to hold new rows against.
#[derive(Debug)]
pub(super) struct StoredCells {
    /// With the column of the batch; `observed_at` is not among them.
    columns: Vec<(usize, Cells)>,
}

#[derive(Debug)]
enum Cells {
    Text(StringChunked),
    Texts { is_there: BooleanChunked, lists: ListChunked, items: StringChunked },
    Number(Int64Chunked),
    Flag(BooleanChunked),
}

impl StoredCells {
    /// Of a frame with the columns of a table.
    ///
    /// # Errors
    /// A column is missing or holds something else.
    pub(super) fn of(frame: &DataFrame, batch: &Batch) -> PolarsResult<Self> {
        let names = batch.table().columns().iter().enumerate().filter(|(_, name)| **name != "observed_at");
        let cells = names.map(|(at, name)| {
            let column = frame.column(name)?;
            let cells = match kind(name) {
                Kind::Text => Cells::Text(column.str()?.rechunk().into_owned()),
                Kind::Texts => {
                    let lists = column.list()?.rechunk().into_owned();
                    let items = lists.get_inner().str()?.rechunk().into_owned();
                    Cells::Texts { is_there: lists.is_not_null(), items, lists }
                }
                Kind::Instant | Kind::Integer => {
                    Cells::Number(column.cast(&DataType::Int64)?.i64()?.rechunk().into_owned())
                }
                Kind::Flag => Cells::Flag(column.bool()?.rechunk().into_owned()),
            };
            Ok((at, cells))
        });
        Ok(Self { columns: cells.collect::<PolarsResult<_>>()? })
    }

    /// Whether a new row says what a stored one says, whenever that was observed.
    pub(super) fn are_those_of(&self, row: usize, batch: &Batch, id: RowId) -> bool {
        self.columns.iter().all(|(at, cells)| match cells {
            Cells::Text(texts) => texts.get(row) == batch.text(*at, id),
            Cells::Number(numbers) => numbers.get(row) == batch.number(*at, id),
            Cells::Flag(flags) => flags.get(row) == batch.flag(*at, id),
            Cells::Texts { is_there, lists, items } => {
                let Some(own) = batch.list(*at, id) else { return is_there.get(row) != Some(true) };
                let (from, to) = lists.offsets().map(|offsets| offsets.start_end(row)).unwrap_or_default();
                is_there.get(row) == Some(true) && (from..to).map(|item| items.get(item).unwrap_or_default()).eq(own)
            }
        })
    }
}
