//! Reads one part at a time, whole or in pieces: an error names the part, its bytes are checked before it is read, and its
//! contents are held against the `limits`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::error::StoreError;
use super::footer;
use super::limits::{Letters, check_rows};
use super::schema::schema;
use crate::domain::event::Table;

/// A part with a valid footer, or a piece of one.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    table: Table,
    rows: Rows,
}

/// Which rows of a part are read.
#[derive(Debug, Clone)]
enum Rows {
    /// All, once its bytes are known to be those that were written.
    Unchecked,
    /// All.
    All,
    /// Some; with the letters of the pieces that belong together.
    Some(Range<usize>, Letters),
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
        self.with(Rows::All)
    }

    /// The same rows in pieces that take little memory to read: whole row groups. Each may be read once.
    pub fn pieces(&self) -> Vec<Part> {
        let letters = Letters::default();
        match divided(&self.groups, footer::GROUP.max(self.rows().div_ceil(PIECES))) {
            pieces if pieces.len() > 1 => {
                pieces.into_iter().map(|rows| self.with(Rows::Some(rows, letters.clone()))).collect()
            }
            _ => vec![self.whole()],
        }
    }

    fn with(&self, rows: Rows) -> Part {
        Part { rows, ..self.part.clone() }
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
        Self { path, table, rows: Rows::Unchecked }
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
        let whole = || scan(self.table, &self.path);
        let (rows, letters) = match &self.rows {
            // Polars panics on some damaged pages, so the bytes must be those that were written.
            Rows::Unchecked => return self.checked()?.whole().collect(query),
            Rows::All => (whole()?, Letters::default()),
            Rows::Some(rows, letters) => {
                let from = i64::try_from(rows.start).unwrap_or(i64::MAX);
                let length = IdxSize::try_from(rows.len()).unwrap_or(IdxSize::MAX);
                (whole()?.slice(from, length), letters.clone())
            }
        };
        let frame = query(rows).collect().map_err(|cause| StoreError::part(&self.path, &cause.to_string()))?;
        check_rows(&self.path, self.table, &frame, &letters)?;
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

#[cfg(test)]
pub(super) mod tests {
    use std::fs::{self, File};

    use super::*;
    use crate::domain::event::{Deployment, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::{Dataset, Writer};

    /// A dataset with a part of some deployments in July 2026.
    pub(in crate::store) fn dataset(rows: usize) -> (tempfile::TempDir, PathBuf) {
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

    /// All deployments of a dataset.
    pub(in crate::store) fn rows(folder: &Path) -> Result<DataFrame, StoreError> {
        Dataset::open(folder).and_then(|it| it.read(Table::Deployments, &|rows| rows))
    }

    /// Writes the part anew, with some change and without a seal, as another program would.
    pub(in crate::store) fn tamper(part: &Path, change: impl Fn(LazyFrame) -> LazyFrame) {
        let frame = ParquetReader::new(File::open(part).expect("a part")).finish().expect("rows");
        let mut frame = change(frame.lazy()).collect().expect("rows");
        ParquetWriter::new(File::create(part).expect("a file")).finish(&mut frame).expect("written");
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
        let mut found = Vec::new();
        for piece in &pieces {
            let frame = piece.collect(&|rows| rows.select([col("id")]))?;
            found.extend(ids(&frame));
        }
        Ok((pieces.len(), found))
    }

    fn ids(frame: &DataFrame) -> Vec<Option<String>> {
        let ids = frame.column("id").expect("ids").str().expect("texts");
        ids.iter().map(|id| id.map(str::to_owned)).collect()
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn the_pieces_of_a_part_hold_its_rows_in_order_whoever_wrote_it() {
        let (folder, part) = dataset(70_000);
        let whole = rows(folder.path()).expect("read");
        let wanted = ids(&whole);
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
    fn a_byte_that_changed_gives_rows_or_an_error_that_names_the_part() {
        let (folder, part) = dataset(300);
        let bytes = fs::read(&part).expect("a part");
        for nth in 0..400 {
            let at = nth * bytes.len() / 400;
            let mut changed = bytes.clone();
            changed[at] ^= 0x5a;
            fs::write(&part, &changed).expect("written");
            match rows(folder.path()) {
                Ok(_) => {}
                Err(cause) => assert!(cause.to_string().contains("month=2026-07/part.parquet"), "{at}: {cause}"),
            }
        }
    }
}
