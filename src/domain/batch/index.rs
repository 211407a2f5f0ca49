//! The rows of a batch by the hash of their key.

use super::{Batch, RowId};

/// Hashes of keys with their rows; sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyIndex {
    entries: Vec<(u64, RowId)>,
    /// Where the hashes with each beginning start: the hashes are spread evenly, so that one step leads to the place.
    starts: Vec<u32>,
    /// How many bits of a hash are behind its beginning.
    shift: u32,
}

impl Batch {
    /// Its rows by key.
    pub fn index(&self) -> KeyIndex {
        let mut entries: Vec<(u64, RowId)> = Vec::with_capacity(self.len());
        entries.extend(self.ids().map(|id| (self.hash(id), id)));
        entries.sort_unstable();
        // About one entry for each beginning.
        let bits = entries.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, (hash, _)) in (0_u32..).zip(&entries) {
            while starts.len() as u64 <= hash >> shift {
                starts.push(at);
            }
        }
        starts.resize((1 << bits) + 1, u32::try_from(entries.len()).unwrap_or(u32::MAX));
        KeyIndex { entries, starts, shift }
    }
}

impl KeyIndex {
    /// The rows whose keys have this hash, in the order in which they came.
    pub fn find(&self, hash: u64) -> impl Iterator<Item = RowId> + '_ {
        let beginning = usize::try_from(hash >> self.shift).unwrap_or(usize::MAX);
        let from = self.starts.get(beginning).map_or(self.entries.len(), |start| *start as usize);
        let entries = self.entries.get(from..).unwrap_or_default().iter();
        let entries = entries.skip_while(move |(own, _)| *own < hash);
        entries.take_while(move |(own, _)| *own == hash).map(|(_, id)| *id)
    }

    /// The hashes, ascending, one for each row.
    pub fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.entries.iter().map(|(hash, _)| *hash)
    }

    /// The rows of each hash that more than one row has, in the order in which they came.
    pub fn repeated(&self) -> impl Iterator<Item = &[(u64, RowId)]> + '_ {
        self.entries.chunk_by(|one, other| one.0 == other.0).filter(|rows| rows.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Deployment, Table};

    #[test]
    fn rows_with_one_key_are_found_together() {
        let mut batch = Batch::of(Table::Deployments);
        for id in ["1", "2", "1", "3", "1"] {
            batch.push(&Deployment { source: "file".into(), id: id.into(), ..Deployment::default() });
        }
        let index = batch.index();
        let positions = |rows: &[(u64, RowId)]| rows.iter().map(|(_, id)| id.position()).collect::<Vec<_>>();
        assert_eq!(index.repeated().map(positions).collect::<Vec<_>>(), [vec![0, 2, 4]]);
        let two = batch.hash(batch.ids().nth(1).expect("a row"));
        assert_eq!(index.find(two).map(RowId::position).collect::<Vec<_>>(), [1]);
        assert_eq!(index.find(two ^ 1).count(), 0);
        assert_eq!(Batch::of(Table::Deployments).index().find(two).count(), 0);
    }

    #[test]
    fn every_row_is_found_by_its_hash_and_none_by_another() {
        for many in [1, 2, 3, 1_000, 70_000] {
            let mut batch = Batch::of(Table::Deployments);
            for nth in 0..many {
                batch.push(&Deployment { source: "file".into(), id: nth.to_string(), ..Deployment::default() });
            }
            let index = batch.index();
            for id in batch.ids() {
                assert_eq!(index.find(batch.hash(id)).collect::<Vec<_>>(), [id]);
                assert_eq!(index.find(batch.hash(id).wrapping_add(1)).count(), 0);
            }
            assert_eq!((index.find(0).count(), index.find(u64::MAX).count()), (0, 0));
        }
    }
}
