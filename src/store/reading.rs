//! Reads one part at a time: an error names the part, and its size is checked before it is read.
//!
//! A dataset may come from elsewhere, and a disk may change bytes. So a part is refused if its footer states more rows
//! or bytes than distinct rows in a file of its size can have, where an instant lies outside the years that can be
//! written, and where texts are many times as long as the file. Polars decodes a page before its length can be checked
//! here.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::*;

use super::error::StoreError;
use super::footer;
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
const INSTANTS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// A part with a valid footer, or a piece of one.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    table: Table,
    piece: Option<Piece>,
}

/// Some rows of a part whose bytes are those that were written.
#[derive(Debug, Clone)]
struct Piece {
    /// Those of the whole part, if there are none.
    rows: Option<Range<usize>>,
    letters: Letters,
}

/// The letters of each column in the pieces of a part that were read.
#[derive(Debug, Clone, Default)]
struct Letters(Arc<Mutex<BTreeMap<String, u64>>>);

impl Letters {
    /// Adds those of a piece, and gives the sum.
    fn add(&self, column: &str, letters: u64) -> u64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = all.entry(column.to_owned()).or_default();
        *sum = sum.saturating_add(letters);
        *sum
    }
}

/// A part whose bytes are those that were written.
#[derive(Debug, Clone)]
pub struct CheckedPart {
    part: Part,
    /// Rows of each row group.
    groups: Vec<usize>,
}

/// Pieces of a part at most: each of them reads the footer again.
const PIECES: usize = 16;

impl CheckedPart {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.groups.iter().sum()
    }

    /// All of it, as one piece, which may be read several times.
    pub fn whole(&self) -> Part {
        self.piece(None, &Letters::default())
    }

    /// The same rows in pieces that take little memory to read: whole row groups. Each may be read once.
    pub fn pieces(&self) -> Vec<Part> {
        let letters = Letters::default();
        match divided(&self.groups, footer::GROUP.max(self.rows().div_ceil(PIECES))) {
            pieces if pieces.len() > 1 => pieces.into_iter().map(|rows| self.piece(Some(rows), &letters)).collect(),
            _ => vec![self.whole()],
        }
    }

    fn piece(&self, rows: Option<Range<usize>>, letters: &Letters) -> Part {
        Part { piece: Some(Piece { rows, letters: letters.clone() }), ..self.part.clone() }
    }
}

/// The rows of some groups, joined as long as there are no more than so many together.
fn divided(groups: &[usize], most: usize) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for rows in groups {
        let to = from + rows;
        match pieces.last_mut() {
            Some(piece) if to - piece.start <= most => piece.end = to,
            _ => pieces.push(from..to),
        }
        from = to;
    }
    pieces
}

impl Part {
    pub(super) fn of(path: PathBuf, table: Table) -> Self {
        Self { path, table, piece: None }
    }

    /// The same, whose pieces need no further check.
    ///
    /// # Errors
    /// Its bytes are not those that were written.
    pub fn checked(&self) -> Result<CheckedPart, StoreError> {
        Ok(CheckedPart { part: self.clone(), groups: footer::check_seal(&self.path)?.groups })
    }

    /// What a query gives of the rows.
    ///
    /// # Errors
    /// The part is damaged, or holds what no part may; the error names it.
    pub fn collect(&self, query: &dyn Fn(LazyFrame) -> LazyFrame) -> Result<DataFrame, StoreError> {
        // Polars panics on some damaged pages, so the bytes must be those that were written.
        let Some(piece) = &self.piece else { return self.checked()?.whole().collect(query) };
        let whole = scan(self.table, &self.path)?;
        let rows = match &piece.rows {
            None => whole,
            Some(rows) => {
                let from = i64::try_from(rows.start).unwrap_or(i64::MAX);
                whole.slice(from, IdxSize::try_from(rows.len()).unwrap_or(IdxSize::MAX))
            }
        };
        let frame = query(rows).collect().map_err(|cause| broken(&self.path, &cause.to_string()))?;
        check_rows(&self.path, self.table, &frame, |column, letters| match &piece.rows {
            None => letters,
            Some(_) => piece.letters.add(column, letters),
        })?;
        Ok(frame)
    }
}

/// The rows of one part, with the columns of its table.
fn scan(table: Table, path: &Path) -> Result<LazyFrame, StoreError> {
    let args = ScanArgsParquet {
        schema: Some(schema(table).into()),
        // A folder named with `*` or `[` is a folder.
        glob: false,
        hive_options: HiveOptions { enabled: Some(false), ..HiveOptions::default() },
        ..ScanArgsParquet::default()
    };
    PlRefPath::try_from_path(path)
        .and_then(|path| LazyFrame::scan_parquet(path, args))
        .map_err(StoreError::reading(table))
}

fn broken(path: &Path, cause: &str) -> StoreError {
    StoreError::Part { path: path.to_owned(), cause: cause.lines().next().unwrap_or_default().to_owned() }
}

/// Refuses a footer that promises more than a file of so many bytes can hold, or other rows than its row groups.
pub(super) fn check_footer(path: &Path, footer: &FileMetadata, bytes: u64) -> Result<(), StoreError> {
    let rows = footer.num_rows as u64;
    let in_groups = footer.row_groups.iter().fold(0, |sum: u64, group| sum.saturating_add(group.num_rows() as u64));
    if rows != in_groups {
        let cause = format!("it promises {rows} rows, and its row groups have {in_groups}");
        return Err(broken(path, &cause));
    }
    if rows > FEW_ROWS.saturating_add(bytes.saturating_mul(ROWS_A_BYTE)) {
        let cause = format!("it promises {rows} rows in {bytes} bytes, and rows that differ need more");
        return Err(broken(path, &cause));
    }
    let whole = footer.row_groups.iter().fold(0, |sum: u64, group| sum.saturating_add(group.total_byte_size() as u64));
    if whole > most_bytes(bytes) {
        let cause = format!("it would take more than a thousand times its {bytes} bytes of memory");
        return Err(broken(path, &cause));
    }
    Ok(())
}

fn most_bytes(bytes: u64) -> u64 {
    FEW_BYTES.saturating_add(bytes.saturating_mul(BYTES_A_BYTE))
}

/// Refuses instants that cannot be written, and texts that would fill the memory when they are copied. `sum` gives the letters
/// of a column in all that was read of the part, from those in the frame.
pub(super) fn check_rows(
    path: &Path,
    table: Table,
    frame: &DataFrame,
    sum: impl Fn(&str, u64) -> u64,
) -> Result<(), StoreError> {
    let failed = |cause: PolarsError| broken(path, &cause.to_string());
    let most = most_bytes(std::fs::metadata(path).map_err(StoreError::io("read", path))?.len());
    for column in frame.columns() {
        let name = column.name();
        match column.dtype() {
            DataType::Datetime(..) | DataType::Int64 if is_instant(table, name) => {
                let numbers = column.cast(&DataType::Int64).map_err(failed)?;
                let numbers = numbers.i64().map_err(failed)?;
                let is_out = |at: Option<i64>| at.is_some_and(|at| !INSTANTS.contains(&at));
                if is_out(numbers.min()) || is_out(numbers.max()) {
                    let cause = format!("column `{name}` holds an instant outside the years 0 to 9999");
                    return Err(broken(path, &cause));
                }
            }
            DataType::String => {
                let texts = column.str().map_err(failed)?;
                if sum(name, letters(texts)) > most {
                    let cause = format!("the texts of column `{name}` are longer than {most} bytes together");
                    return Err(broken(path, &cause));
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

fn letters(texts: &StringChunked) -> u64 {
    texts.iter().flatten().map(|text| text.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;
    use crate::domain::event::{Deployment, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::{Dataset, Writer};

    /// A dataset with a part of some deployments in July 2026.
    fn dataset(rows: usize) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let row = |nth: usize| Deployment {
            source: "file".into(),
            id: nth.to_string(),
            repo: "a/b".into(),
            sha: Some(format!("{nth:040x}")),
            created_at: Timestamp(1_782_900_000_000 + i64::try_from(nth).expect("few")),
            finished_at: Some(Timestamp(1_782_900_060_000)),
            ..Deployment::default()
        };
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        writer.write(vec![Rows::Deployments((0..rows).map(row).collect())], &[]).expect("written");
        let part = folder.path().join("deployments/month=2026-07/part.parquet");
        assert!(part.is_file());
        (folder, part)
    }

    /// Writes the part anew, with some change and without a seal, as another program would.
    fn tamper(part: &Path, change: impl Fn(LazyFrame) -> LazyFrame) {
        let frame = ParquetReader::new(File::open(part).expect("a part")).finish().expect("rows");
        let mut frame = change(frame.lazy()).collect().expect("rows");
        ParquetWriter::new(File::create(part).expect("a file")).finish(&mut frame).expect("written");
    }

    fn refused(folder: &Path) -> String {
        let read = Dataset::open(folder).and_then(|it| it.read(Table::Deployments, &|rows| rows));
        read.expect_err("refused").to_string()
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
                Dataset::open(folder.path()).and_then(|it| it.read(Table::Deployments, &|rows| rows)).expect("read");
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
    fn groups_are_joined_to_pieces_of_no_more_than_so_many_rows_but_never_cut() {
        assert_eq!(divided(&[3, 3, 3, 9, 1, 0], 6), [0..6, 6..9, 9..18, 18..19]);
        assert_eq!(divided(&[9, 9], 6), [0..9, 9..18]);
        assert!(divided(&[], 6).is_empty());
    }

    /// How many pieces the first part has, and the ids in them.
    fn by_pieces(folder: &Path) -> Result<(usize, Vec<Option<String>>), StoreError> {
        let parts = Dataset::open(folder)?.parts(Table::Deployments)?;
        let pieces = parts[0].checked()?.pieces();
        let mut ids = Vec::new();
        for piece in &pieces {
            let frame = piece.collect(&|rows| rows.select([col("id")]))?;
            ids.extend(frame.column("id").expect("ids").str().expect("texts").iter().map(|id| id.map(str::to_owned)));
        }
        Ok((pieces.len(), ids))
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn the_pieces_of_a_part_hold_its_rows_in_order_whoever_wrote_it() {
        let (folder, part) = dataset(70_000);
        let whole =
            Dataset::open(folder.path()).and_then(|it| it.read(Table::Deployments, &|rows| rows)).expect("read");
        let ids = || whole.column("id").expect("ids").str().expect("texts");
        let wanted: Vec<Option<String>> = ids().iter().map(|id| id.map(str::to_owned)).collect();
        // Polars rounds the number of groups.
        assert_eq!(by_pieces(folder.path()).expect("read"), (2, wanted.clone()));
        for (group, pieces) in [(10_000, 3), (30_000, 2), (70_000, 1)] {
            let mut rows = whole.clone();
            let file = File::create(&part).expect("a file");
            ParquetWriter::new(file).with_row_group_size(Some(group)).finish(&mut rows).expect("written");
            assert_eq!(by_pieces(folder.path()).expect("read"), (pieces, wanted.clone()), "{group}");
        }
    }

    #[test]
    fn texts_are_summed_over_the_pieces_of_a_part_and_one_piece_may_have_most_of_them() {
        let (folder, part) = dataset(3);
        let frame =
            Dataset::open(folder.path()).and_then(|it| it.read(Table::Deployments, &|rows| rows)).expect("read");
        let most = most_bytes(fs::metadata(&part).expect("a part").len());
        let read = |letters: &Letters, of_piece: u64| {
            let sum = |column: &str, _| if column == "sha" { letters.add(column, of_piece) } else { 0 };
            check_rows(&part, Table::Deployments, &frame, sum)
        };
        let one = Letters::default();
        read(&one, most).expect("as many as a part may have");
        read(&one, 0).expect("and none in another piece");
        let said = read(&one.clone(), 1).expect_err("refused").to_string();
        assert!(said.contains("of column `sha` are longer") && said.contains("month=2026-07"), "{said}");
        read(&Letters::default(), most).expect("another part has its own sum");
    }

    #[test]
    fn a_footer_that_promises_other_rows_than_its_groups_is_refused() {
        let (folder, part) = dataset(3);
        tamper(&part, |rows| rows);
        let bytes = fs::read(&part).expect("a part");
        let mut footer =
            ParquetReader::new(File::open(&part).expect("a part")).get_metadata().expect("a footer").as_ref().clone();
        for rows in [0, 2, 4, usize::MAX] {
            footer.num_rows = rows;
            let said = check_footer(&part, &footer, bytes.len() as u64).expect_err("refused").to_string();
            assert!(said.contains(&format!("promises {rows} rows")), "{said}");
        }
        drop(folder);
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn a_part_of_plain_rows_is_far_from_the_limits() {
        let (folder, part) = dataset(100_000);
        let bytes = fs::metadata(&part).expect("a part").len();
        assert!(100_000 < FEW_ROWS + bytes * ROWS_A_BYTE / 4, "{bytes}");
        Dataset::open(folder.path()).and_then(|it| it.read(Table::Deployments, &|rows| rows)).expect("read");
    }

    #[test]
    fn a_byte_that_changed_gives_rows_or_an_error_that_names_the_part() {
        let (folder, part) = dataset(300);
        let bytes = fs::read(&part).expect("a part");
        for nth in 0..400 {
            let at = nth * bytes.len() / 400;
            let mut changed = bytes.clone();
            changed[at] ^= 0x5a;
            fs::write(&part, &changed).expect("written");
            match Dataset::open(folder.path()).and_then(|it| it.read(Table::Deployments, &|rows| rows)) {
                Ok(_) => {}
                Err(cause) => assert!(cause.to_string().contains("month=2026-07/part.parquet"), "{at}: {cause}"),
            }
        }
    }
}
