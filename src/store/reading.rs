//! Decodes one part at a time, whole or in pieces: an error names the part, its bytes are checked before it is read, and
//! its contents are held against the `limits`. `scan` makes lazy frames of them.

use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

use polars::io::parquet::metadata::FileMetadataRef;
use polars::prelude::*;

use super::error::StoreError;
use super::footer;
use super::limits::{Letters, check_rows};
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
    /// Those of the row groups in a footer; with the letters of the pieces that belong together.
    Of(FileMetadataRef, Letters),
}

/// A part whose bytes are those that were written.
#[derive(Debug, Clone)]
pub struct CheckedPart {
    part: Part,
    footer: FileMetadataRef,
}

/// Pieces of a part at most: each of them is decoded by itself.
const PIECES: usize = 16;

impl CheckedPart {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.footer.num_rows
    }

    /// Its rows in pieces that take little memory to read: whole row groups. Each may be read once.
    pub fn pieces(&self) -> Vec<Part> {
        let groups = footer::rows_of_groups(&self.footer);
        let most = footer::GROUP.max(self.rows().div_ceil(PIECES));
        let (letters, footer) = (Letters::default(), |groups| footer::with_groups(&self.footer, groups));
        let piece = |groups| Part { rows: Rows::Of(footer(groups).into(), letters.clone()), ..self.part.clone() };
        divided(&groups, most).into_iter().map(piece).collect()
    }
}

/// Groups of so many rows each, joined as long as they have no more than `most` rows together.
fn divided(groups: &[usize], most: usize) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut in_piece = 0;
    for (group, rows) in groups.iter().enumerate() {
        in_piece += rows;
        match pieces.last_mut() {
            Some(piece) if in_piece <= most => piece.end = group + 1,
            _ => {
                in_piece = *rows;
                pieces.push(group..group + 1);
            }
        }
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
        Ok(CheckedPart { part: self.clone(), footer: footer::check_seal(&self.path)?.into() })
    }

    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// An error that names it.
    pub(super) fn error(&self, cause: &str) -> StoreError {
        StoreError::part(&self.path, cause)
    }

    /// Some columns of the rows, which [`Part::check`] has yet to see.
    pub(super) fn decode(&self, columns: Vec<String>) -> Result<DataFrame, StoreError> {
        let footer = match &self.rows {
            // Polars panics on some damaged pages, so the bytes must be those that were written.
            Rows::Unchecked => self.checked()?.footer,
            Rows::Of(footer, _) => FileMetadataRef::clone(footer),
        };
        let file = File::open(&self.path).map_err(StoreError::io("open", &self.path))?;
        let mut reader = ParquetReader::new(file)
            .with_columns(Some(columns))
            // The callers that read much read a piece on each core.
            .read_parallel(ParallelStrategy::None);
        // Polars would decompress the lists of every group before a slice.
        reader.set_metadata(footer);
        reader.finish().map_err(|cause| self.error(&cause.to_string()))
    }

    /// Holds what a query gave of the rows against the limits.
    pub(super) fn check(&self, rows: &DataFrame) -> Result<(), StoreError> {
        let alone = Letters::default();
        let letters = match &self.rows {
            Rows::Unchecked => &alone,
            Rows::Of(_, letters) => letters,
        };
        check_rows(&self.path, self.table, rows, letters)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::domain::event::{Commit, Deployment, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::columns::Columns;
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
        assert_eq!(divided(&[3, 3, 3, 9, 1, 0], 6), [0..2, 2..3, 3..4, 4..6]);
        assert_eq!(divided(&[9, 9], 6), [0..1, 1..2]);
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
    #[ignore = "slow: .ci/run runs it"]
    fn the_lists_in_the_pieces_of_a_part_are_those_of_its_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let sha = |nth: usize| format!("{nth:040x}");
        let parents = |nth: usize| {
            (!nth.is_multiple_of(5)).then(|| (0..nth % 5 - 1).map(|parent| sha(nth + parent + 1)).collect())
        };
        let row = |nth: usize| Commit {
            repo: "a/b".into(),
            sha: sha(nth),
            parents: parents(nth),
            committed_at: Timestamp(1_782_900_000_000),
            ..Commit::default()
        };
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        writer.write(vec![Rows::Commits((0..70_000).map(row).collect())], &[]).expect("written");
        let parts = Dataset::open(folder.path()).and_then(|dataset| dataset.parts(Table::Commits)).expect("parts");
        let pieces = parts[0].checked().expect("as written").pieces();
        let mut found: Vec<Option<Vec<String>>> = Vec::new();
        for piece in &pieces {
            let frame = piece.collect(&|rows| rows.select([col("parents")])).expect("read");
            found.extend(Columns { frame: &frame, table: Table::Commits }.lists("parents").expect("lists"));
        }
        assert_eq!((pieces.len(), found.len()), (2, 70_000));
        assert!(found.into_iter().enumerate().all(|(nth, list)| list == parents(nth)));
    }

    #[test]
    fn columns_are_read_by_name_wherever_another_program_wrote_them_and_others_are_left_out() {
        let (folder, part) = dataset(3);
        let wanted = rows(folder.path()).expect("read");
        tamper(&part, |rows| {
            let names = Table::Deployments.columns().iter().rev().map(|name| col(*name));
            rows.select([lit(1).alias("other")].into_iter().chain(names).collect::<Vec<Expr>>())
        });
        assert!(rows(folder.path()).expect("read").equals_missing(&wanted));
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
