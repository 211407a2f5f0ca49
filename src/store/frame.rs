//! Rows of a batch as a Polars frame with the published columns, and in the order of a part.

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::schema::{dtype, key};
use crate::domain::batch::{Batch, KeyPart, Kind, RowId, hash_of, kind};

/// Some rows of a batch, in the order that is given.
///
/// # Errors
/// Polars cannot build the frame, which well-formed rows do not cause.
pub(super) fn frame(batch: &Batch, ids: &[RowId]) -> PolarsResult<DataFrame> {
    let columns = batch.table().columns().iter().enumerate();
    let columns = columns.map(|(at, name)| column(batch, ids, at, name)).collect::<PolarsResult<Vec<_>>>()?;
    DataFrame::new(ids.len(), columns)
}

fn column(batch: &Batch, ids: &[RowId], at: usize, name: &str) -> PolarsResult<Column> {
    let owned = PlSmallStr::from_str(name);
    Ok(match kind(name) {
        Kind::Text => StringChunked::from_iter_options(owned, ids.iter().map(|id| batch.text(at, *id))).into_column(),
        Kind::Texts => {
            let mut builder = ListStringChunkedBuilder::new(owned, ids.len(), ids.len());
            for id in ids {
                match batch.list(at, *id) {
                    Some(list) => builder.append_values_iter(list),
                    None => builder.append_null(),
                }
            }
            builder.finish().into_column()
        }
        kind @ (Kind::Instant | Kind::Integer) => {
            let numbers: Int64Chunked = ids.iter().map(|id| batch.number(at, *id)).collect();
            let numbers = numbers.with_name(owned).into_column();
            if kind == Kind::Integer { numbers } else { numbers.cast(&dtype(kind))? }
        }
        Kind::Flag => {
            ids.iter().map(|id| batch.flag(at, *id)).collect::<BooleanChunked>().with_name(owned).into_column()
        }
    })
}

/// Sorts rows by key, as the rows of a part are sorted. Compares numbers where it can: the rank of the first column,
/// and the first bytes of the second.
pub(super) fn sort_by_key(batch: &Batch, ids: &mut Vec<RowId>) {
    let mut firsts: Vec<&str> = Vec::new();
    let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
    for id in ids.iter() {
        let (first, _) = batch.key(*id);
        seen.entry(first).or_insert_with(|| {
            firsts.push(first);
            0
        });
    }
    firsts.sort_unstable();
    for (rank, first) in (0..).zip(&firsts) {
        seen.insert(first, rank);
    }
    let mut keyed: Vec<(u32, u64, RowId)> = ids
        .iter()
        .map(|id| {
            let (first, second) = batch.key(*id);
            (seen.get(first).copied().unwrap_or_default(), beginning(second), *id)
        })
        .collect();
    keyed.sort_unstable();
    for equal in keyed.chunk_by_mut(|one, other| (one.0, one.1) == (other.0, other.1)).filter(|rows| rows.len() > 1) {
        equal.sort_by(|one, other| batch.key(one.2).cmp(&batch.key(other.2)));
    }
    ids.clear();
    ids.extend(keyed.into_iter().map(|(.., id)| id));
}

/// A number that is ordered as the keys are, as far as their first eight bytes differ.
fn beginning(second: KeyPart<'_>) -> u64 {
    match second {
        KeyPart::Number(number) => number.cast_unsigned() ^ (1 << 63),
        KeyPart::Text(text) => {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(text.bytes()).for_each(|(byte, own)| *byte = own);
            u64::from_be_bytes(bytes)
        }
    }
}

/// The columns that identify the rows of a frame.
#[derive(Debug)]
pub(super) struct StoredKeys {
    first: StringChunked,
    second: Second,
}

#[derive(Debug)]
enum Second {
    Text(StringChunked),
    Number(Int64Chunked),
}

impl StoredKeys {
    /// Of a frame that has them.
    ///
    /// # Errors
    /// A column is missing or holds something else.
    pub(super) fn of(frame: &DataFrame, table: crate::domain::event::Table) -> PolarsResult<Self> {
        let [first, second] = key(table);
        let second_column = frame.column(second)?;
        let second = match kind(second) {
            Kind::Integer => Second::Number(second_column.i64()?.rechunk().into_owned()),
            _ => Second::Text(second_column.str()?.rechunk().into_owned()),
        };
        Ok(Self { first: frame.column(first)?.str()?.rechunk().into_owned(), second })
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.first.len()
    }

    /// The hash of a row's key.
    pub(super) fn hash(&self, row: usize) -> u64 {
        let (first, second) = self.key(row);
        hash_of(first, second)
    }

    /// Whether a row lacks a part of its key.
    pub(super) fn has_nulls(&self) -> bool {
        let second = match &self.second {
            Second::Text(texts) => texts.null_count(),
            Second::Number(numbers) => numbers.null_count(),
        };
        self.first.null_count() + second > 0
    }

    /// The key of a row.
    pub(super) fn key(&self, row: usize) -> (&str, KeyPart<'_>) {
        let second = match &self.second {
            Second::Text(texts) => KeyPart::Text(texts.get(row).unwrap_or_default()),
            Second::Number(numbers) => KeyPart::Number(numbers.get(row).unwrap_or_default()),
        };
        (self.first.get(row).unwrap_or_default(), second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Deployment, PullRequest, Table};

    #[test]
    fn rows_are_sorted_as_polars_sorts_their_keys() {
        let texts = ["b", "", "\u{fc}", "abcdefgh", "abcdefghi", "abcdefg", "abcdefgha", "a\u{0}", "a", "B", "10", "9"];
        let mut batch = Batch::of(Table::Deployments);
        for source in ["web", "file", "we"] {
            for id in texts {
                batch.push(&Deployment { source: source.into(), id: id.into(), ..Deployment::default() });
            }
        }
        let mut requests = Batch::of(Table::PullRequests);
        for number in [3, -1, i64::MAX, 0, 20, 100] {
            requests.push(&PullRequest { repo: "a/b".into(), number, ..PullRequest::default() });
        }
        for batch in [batch, requests] {
            let mut ids: Vec<RowId> = batch.ids().collect();
            let wanted = frame(&batch, &ids)
                .and_then(|frame| frame.sort(key(batch.table()), SortMultipleOptions::default()))
                .expect("sorted");
            sort_by_key(&batch, &mut ids);
            assert!(frame(&batch, &ids).expect("a frame").equals_missing(&wanted));
        }
    }
}
