//! Rows of one table, held by column, on their way from a file or source to the dataset.
//!
//! A million rows as structs cost a dozen allocations each. Here a cell costs 8 bytes and its text, and a text that
//! repeats is held once. Rows keep the order in which they came; [`RowId`] names one for as long as the batch lives.
//! The batch keeps rows with equal keys; its users decide which of them counts.

mod cells;
mod hash;
mod index;
mod rows;

use self::cells::Column;
pub use self::cells::{Kind, kind};
pub use self::hash::hash_of;
pub use self::index::KeyIndex;
pub use self::rows::Columnar;
use super::event::{Rows, Table};

/// Rows of a chunk. A power of two, so that a row's number holds the number of its chunk.
const CHUNK: usize = 1 << 16;

/// One row of a batch; in the order in which the rows came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(u32);

impl RowId {
    fn new(chunk: usize, row: usize) -> Self {
        Self(u32::try_from(chunk * CHUNK + row).unwrap_or(u32::MAX))
    }

    fn place(self) -> (usize, usize) {
        let at = self.0 as usize;
        (at / CHUNK, at % CHUNK)
    }

    /// Which row of a batch into which rows were only pushed, from 0.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

/// The second column of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPart<'a> {
    /// Of pull requests.
    Number(i64),
    /// Of every other table.
    Text(&'a str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Chunk {
    columns: Vec<Column>,
    len: usize,
    /// Rows taken out; empty where none is.
    gone: Vec<bool>,
}

impl Chunk {
    fn of(table: Table) -> Self {
        Self { columns: table.columns().iter().map(|name| Column::of(kind(name))).collect(), len: 0, gone: Vec::new() }
    }
}

/// Rows of one table, by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    table: Table,
    chunks: Vec<Chunk>,
}

impl Batch {
    /// A batch without rows.
    pub fn of(table: Table) -> Self {
        Self { table, chunks: Vec::new() }
    }

    /// The rows of structs.
    pub fn from_rows(rows: &Rows) -> Self {
        let mut batch = Self::of(rows.table());
        match rows {
            Rows::Deployments(rows) => rows.iter().for_each(|row| batch.push(row)),
            Rows::Commits(rows) => rows.iter().for_each(|row| batch.push(row)),
            Rows::PullRequests(rows) => rows.iter().for_each(|row| batch.push(row)),
            Rows::Incidents(rows) => rows.iter().for_each(|row| batch.push(row)),
        }
        batch
    }

    /// The table whose rows it holds.
    pub fn table(&self) -> Table {
        self.table
    }

    /// Adds a row behind the others. The row is of the batch's table.
    pub fn push<R: Columnar>(&mut self, row: &R) {
        if self.chunks.last().is_none_or(|chunk| chunk.len == CHUNK) {
            self.chunks.push(Chunk::of(self.table));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            row.write(&mut rows::Cells { columns: chunk.columns.iter_mut() });
            chunk.len += 1;
            if chunk.len == CHUNK {
                chunk.columns.iter_mut().for_each(Column::shrink);
            }
        }
    }

    /// One row as a struct. The struct is of the batch's table.
    pub fn row<R: Columnar>(&self, id: RowId) -> R {
        R::read(&mut rows::Row { batch: self, id, column: 0 })
    }

    /// Puts the rows of another batch of the same table behind its own. Returns what turns a position in the other batch
    /// into a row of this one.
    pub fn append(&mut self, other: Self) -> Moved {
        if let Some(last) = self.chunks.last_mut() {
            last.columns.iter_mut().for_each(Column::shrink);
        }
        let first_chunk = self.chunks.len();
        self.chunks.extend(other.chunks);
        Moved { first_chunk }
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: RowId) {
        let (chunk, row) = id.place();
        if let Some(chunk) = self.chunks.get_mut(chunk) {
            if chunk.gone.is_empty() {
                chunk.gone = vec![false; chunk.len];
            }
            if let Some(gone) = chunk.gone.get_mut(row) {
                *gone = true;
            }
        }
    }

    /// Its rows, in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = RowId> + '_ {
        self.chunks.iter().enumerate().flat_map(|(at, chunk)| {
            let is_here = |row: &usize| !chunk.gone.get(*row).copied().unwrap_or(false);
            (0..chunk.len).filter(is_here).map(move |row| RowId::new(at, row))
        })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len - chunk.gone.iter().filter(|gone| **gone).count()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn column(&self, column: usize, id: RowId) -> Option<(&Column, usize)> {
        let (chunk, row) = id.place();
        Some((self.chunks.get(chunk)?.columns.get(column)?, row))
    }

    /// Where a column stands; behind all of them if the table has no column of that name.
    pub fn position(&self, column: &str) -> usize {
        let columns = self.table.columns();
        columns.iter().position(|name| *name == column).unwrap_or(columns.len())
    }

    /// A text; columns are counted in the order of [`Table::columns`].
    pub fn text(&self, column: usize, id: RowId) -> Option<&str> {
        self.column(column, id).and_then(|(column, row)| column.text(row))
    }

    /// A list of texts.
    pub fn list(&self, column: usize, id: RowId) -> Option<impl Iterator<Item = &str>> {
        self.column(column, id).and_then(|(column, row)| column.list(row))
    }

    /// An instant in milliseconds, or a number.
    pub fn number(&self, column: usize, id: RowId) -> Option<i64> {
        self.column(column, id).and_then(|(column, row)| column.number(row))
    }

    /// Yes or no.
    pub fn flag(&self, column: usize, id: RowId) -> Option<bool> {
        self.column(column, id).and_then(|(column, row)| column.flag(row))
    }

    /// The key of a row: source and id, repo and sha, repo and number.
    pub fn key(&self, id: RowId) -> (&str, KeyPart<'_>) {
        let first = self.text(0, id).unwrap_or_default();
        match self.table {
            Table::PullRequests => (first, KeyPart::Number(self.number(1, id).unwrap_or_default())),
            _ => (first, KeyPart::Text(self.text(1, id).unwrap_or_default())),
        }
    }

    /// The number of a row's key.
    pub fn hash(&self, id: RowId) -> u64 {
        let (first, second) = self.key(id);
        hash_of(first, second)
    }
}

/// Where the rows of a batch lie after it was appended to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    first_chunk: usize,
}

impl Moved {
    /// Which row of the appended batch a row is, from 0; none where it is of an earlier one.
    pub fn position(self, id: RowId) -> Option<usize> {
        id.position().checked_sub(self.first_chunk * CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Commit, Incident};
    use crate::domain::time::Timestamp;

    fn commit(nth: usize) -> Commit {
        let parents = if nth == 0 { None } else { Some(vec![format!("{:040x}", nth - 1); nth % 3]) };
        Commit {
            repo: format!("acme/{}", nth % 7),
            sha: format!("{nth:040x}"),
            parents,
            authored_at: Timestamp(-5),
            committed_at: Timestamp(i64::try_from(nth).expect("small")),
            pull_request: nth.is_multiple_of(2).then_some(9),
            observed_at: Timestamp(i64::MIN + 1),
        }
    }

    #[test]
    fn rows_come_back_as_they_were_across_chunks_and_batches() {
        let many = CHUNK + 10;
        let mut batch = Batch::of(Table::Commits);
        (0..5).for_each(|nth| batch.push(&commit(nth)));
        let mut second = Batch::of(Table::Commits);
        (0..many).for_each(|nth| second.push(&commit(nth)));
        let moved = batch.append(second);
        let ids: Vec<RowId> = batch.ids().collect();
        assert_eq!((ids.len(), batch.len()), (many + 5, many + 5));
        for (at, id) in ids.iter().enumerate() {
            let nth = if at < 5 { at } else { at - 5 };
            assert_eq!(batch.row::<Commit>(*id), commit(nth));
            assert_eq!(moved.position(*id), (at >= 5).then_some(nth));
        }
        batch.remove(ids[5]);
        batch.remove(ids[6]);
        assert_eq!((batch.len(), batch.ids().count()), (many + 3, many + 3));
    }

    #[test]
    fn missing_and_empty_values_stay_what_they_are() {
        let rows = vec![
            Incident { title: Some(String::new()), caused_by_deploy: Some(false), ..Incident::default() },
            Incident { tags: vec![String::new(), "x".into()], resolved_at: Some(Timestamp(0)), ..Incident::default() },
            Incident { caused_by_deploy: Some(true), deployment_ref: Some("ü".into()), ..Incident::default() },
        ];
        let batch = Batch::from_rows(&Rows::Incidents(rows.clone()));
        let back: Vec<Incident> = batch.ids().map(|id| batch.row(id)).collect();
        assert_eq!(back, rows);
    }
}
