//! What a part may hold at most.
//!
//! A dataset may come from elsewhere, and a disk may change bytes. So a part is refused if its footer states more rows
//! or bytes than distinct rows in a file of its size can have, where an instant lies outside the years that can be
//! written, and where texts are many times as long as the file. Polars decodes a page before its length can be checked
//! here.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::*;

use super::error::StoreError;
use super::schema::schema;
use crate::domain::event::Table;

/// Rows that any part may have.
const FEW_ROWS: u64 = 65_536;
/// Rows for a byte of the file. Rows of one table have different keys: this program writes more than three bytes a row.
const ROWS_A_BYTE: u64 = 2;
/// Bytes of any part when it is decompressed, or when its texts are written out.
const FEW_BYTES: u64 = 64 << 20;
/// Bytes, decompressed, for a byte of the file.
const BYTES_A_BYTE: u64 = 1_000;

/// The first millisecond of the year 0 and of the year 10000: what is read and written has four digits of a year.
const INSTANTS: Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// The letters of each column in the pieces of one part that were read; clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Letters(Arc<Mutex<BTreeMap<String, u64>>>);

impl Letters {
    /// Adds those of a piece, and gives the sum.
    fn add(&self, column: &str, letters: u64) -> u64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = all.entry(column.to_owned()).or_default();
        *sum = sum.saturating_add(letters);
        *sum
    }
}

/// Refuses a footer that promises more than a file of so many bytes can hold, or other rows than its row groups.
pub(super) fn check_footer(path: &Path, footer: &FileMetadata, bytes: u64) -> Result<(), StoreError> {
    let rows = footer.num_rows as u64;
    let in_groups = footer.row_groups.iter().fold(0, |sum: u64, group| sum.saturating_add(group.num_rows() as u64));
    if rows != in_groups {
        let cause = format!("it promises {rows} rows, and its row groups have {in_groups}");
        return Err(StoreError::part(path, &cause));
    }
    if rows > FEW_ROWS.saturating_add(bytes.saturating_mul(ROWS_A_BYTE)) {
        let cause = format!("it promises {rows} rows in {bytes} bytes, and rows that differ need more");
        return Err(StoreError::part(path, &cause));
    }
    let whole = footer.row_groups.iter().fold(0, |sum: u64, group| sum.saturating_add(group.total_byte_size() as u64));
    if whole > most_bytes(bytes) {
        let cause = format!("it would take more than a thousand times its {bytes} bytes of memory");
        return Err(StoreError::part(path, &cause));
    }
    Ok(())
}

fn most_bytes(bytes: u64) -> u64 {
    FEW_BYTES.saturating_add(bytes.saturating_mul(BYTES_A_BYTE))
}

/// Refuses instants that cannot be written, and texts that would fill the memory when they are copied. `letters` are those in the
/// pieces of the part that were read before.
pub(super) fn check_rows(path: &Path, table: Table, frame: &DataFrame, letters: &Letters) -> Result<(), StoreError> {
    let failed = |cause: PolarsError| StoreError::part(path, &cause.to_string());
    let most = most_bytes(fs::metadata(path).map_err(StoreError::io("read", path))?.len());
    for column in frame.columns() {
        let name = column.name();
        match column.dtype() {
            DataType::Datetime(..) | DataType::Int64 if is_instant(table, name) => {
                let numbers = column.cast(&DataType::Int64).map_err(failed)?;
                let numbers = numbers.i64().map_err(failed)?;
                let is_out = |at: Option<i64>| at.is_some_and(|at| !INSTANTS.contains(&at));
                if is_out(numbers.min()) || is_out(numbers.max()) {
                    let cause = format!("column `{name}` holds an instant outside the years 0 to 9999");
                    return Err(StoreError::part(path, &cause));
                }
            }
            DataType::String => {
                let texts = column.str().map_err(failed)?;
                if letters.add(name, length(texts)) > most {
                    let cause = format!("the texts of column `{name}` are longer than {most} bytes together");
                    return Err(StoreError::part(path, &cause));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_instant(table: Table, name: &str) -> bool {
    matches!(schema(table).get(name), Some(DataType::Datetime(..)))
}

fn length(texts: &StringChunked) -> u64 {
    texts.iter().flatten().map(|text| text.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::store::reading::tests::{dataset, rows, tamper};

    fn refused(folder: &Path) -> String {
        rows(folder).expect_err("refused").to_string()
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn instants_that_cannot_be_written_are_refused_with_the_part_and_the_column() {
        for column in ["created_at", "finished_at", "observed_at"] {
            for at in [i64::MAX, i64::MIN, INSTANTS.start - 1, INSTANTS.end] {
                let (folder, part) = dataset(3);
                tamper(&part, |rows| {
                    let kind = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
                    rows.with_column(lit(at).cast(kind).alias(column))
                });
                let said = refused(folder.path());
                assert!(said.contains("month=2026-07/part.parquet") && said.contains(column), "{at}: {said}");
                let found = crate::store::check::verify(folder.path()).expect("looked at");
                assert!(found.iter().any(|it| it.fault.is_damage()), "{column} {at}: {found:?}");
                crate::store::repair::repair(folder.path(), "test").expect("repaired");
                rows(folder.path()).expect("read");
            }
        }
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn a_small_file_of_many_rows_or_of_long_texts_is_refused_before_it_fills_the_memory() {
        let (folder, part) = dataset(1);
        tamper(&part, |rows| {
            let many = rows.collect().expect("rows").new_from_index(0, 1_000_000);
            many.lazy()
        });
        assert!(fs::metadata(&part).expect("a part").len() < 60_000);
        let said = refused(folder.path());
        assert!(said.contains("promises 1000000 rows") && said.contains("month=2026-07"), "{said}");
        let (folder, part) = dataset(1);
        tamper(&part, |rows| {
            let long = lit("x".repeat(1 << 20)).alias("sha");
            rows.with_column(long).collect().expect("rows").new_from_index(0, 3_000).lazy()
        });
        let said = refused(folder.path());
        assert!(said.contains("of column `sha` are longer") || said.contains("of memory"), "{said}");
    }

    #[test]
    fn texts_are_summed_over_the_pieces_of_a_part_and_one_piece_may_have_most_of_them() {
        let (folder, part) = dataset(3);
        let frame = rows(folder.path()).expect("read");
        let most = most_bytes(fs::metadata(&part).expect("a part").len());
        let own = length(frame.column("sha").expect("shas").str().expect("texts"));
        let read = |letters: &Letters, frame: &DataFrame| check_rows(&part, Table::Deployments, frame, letters);
        let one = Letters::default();
        one.add("sha", most - own);
        read(&one, &frame).expect("as many as a part may have");
        read(&one, &frame.head(Some(0))).expect("and none in another piece");
        let said = read(&one.clone(), &frame).expect_err("refused").to_string();
        assert!(said.contains("of column `sha` are longer") && said.contains("month=2026-07"), "{said}");
        read(&Letters::default(), &frame).expect("another part has its own sum");
    }

    #[test]
    fn a_footer_that_promises_other_rows_than_its_groups_is_refused() {
        let (_folder, part) = dataset(3);
        tamper(&part, |rows| rows);
        let bytes = fs::read(&part).expect("a part");
        let mut footer =
            ParquetReader::new(File::open(&part).expect("a part")).get_metadata().expect("a footer").as_ref().clone();
        for rows in [0, 2, 4, usize::MAX] {
            footer.num_rows = rows;
            let said = check_footer(&part, &footer, bytes.len() as u64).expect_err("refused").to_string();
            assert!(said.contains(&format!("promises {rows} rows")), "{said}");
        }
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn a_part_of_plain_rows_is_far_from_the_limits() {
        let (folder, part) = dataset(100_000);
        let bytes = fs::metadata(&part).expect("a part").len();
        assert!(100_000 < FEW_ROWS + bytes * ROWS_A_BYTE / 4, "{bytes}");
        rows(folder.path()).expect("read");
    }
}
