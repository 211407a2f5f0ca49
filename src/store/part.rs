//! One Parquet part: `<data>/<table>/month=YYYY-MM/part.parquet`, and what it takes to read and write one.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use polars::io::parquet::write::KeyValueMetadata;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::durable::{self, Staged};
use super::error::StoreError;
use super::footer;
use super::limits::{self, Letters};
use super::schema::{key, schema};
use crate::domain::event::Table;

/// Where the part of a month lies.
pub(super) fn path(folder: &Path, table: Table, month: &str) -> PathBuf {
    folder.join(table.folder()).join(format!("month={month}")).join("part.parquet")
}

/// The months of a table that have a part, oldest first.
pub(super) fn months(folder: &Path, table: Table) -> Result<Vec<String>, StoreError> {
    let table_folder = folder.join(table.folder());
    let entries = match fs::read_dir(&table_folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(StoreError::io("list", table_folder)(cause)),
    };
    let mut months = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", table_folder.clone()))?;
        let name = entry.file_name();
        let Some(month) = name.to_str().and_then(|name| name.strip_prefix("month=")) else { continue };
        // Whatever stands in the place of a part is one, also where its folder cannot be looked into: reading says what is
        // wrong with it. Left out, its events would be missing without a word.
        let is_absent = |cause: std::io::Error| matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
        if !fs::symlink_metadata(path(folder, table, month)).is_err_and(is_absent) {
            months.push(month.to_owned());
        }
    }
    months.sort_unstable();
    Ok(months)
}

/// Opens a part's footer and holds its columns against the published ones.
pub(super) fn check(path: &Path, table: Table) -> Result<(), StoreError> {
    let broken = |cause: &str| StoreError::part(path, cause);
    if !fs::symlink_metadata(path).map_err(StoreError::io("open", path))?.is_file() {
        return Err(broken("it is not a regular file"));
    }
    footer::check_own_seal(path)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let bytes = file.metadata().map_err(StoreError::io("read", path))?.len();
    let mut reader = ParquetReader::new(file);
    let damaged =
        |cause: PolarsError| broken(&format!("it is cut off or damaged ({})", first_line(&cause.to_string())));
    limits::check_footer(path, reader.get_metadata().map_err(damaged)?, bytes)?;
    let found = reader.schema().map_err(damaged)?;
    for (name, dtype) in schema(table).iter() {
        match found.get(name) {
            None => return Err(broken(&format!("column `{name}` is missing"))),
            Some(field) if !is_convertible(&field.dtype) || DataType::from_arrow_field(field) != *dtype => {
                return Err(broken(&format!("column `{name}` has another type than {dtype:?}")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether Polars has a type for an Arrow type without a feature that is not compiled: it panics on the others. The types
/// of the columns of all tables are among them.
fn is_convertible(arrow: &ArrowDataType) -> bool {
    match arrow {
        ArrowDataType::Boolean
        | ArrowDataType::Int64
        | ArrowDataType::Timestamp(..)
        | ArrowDataType::Utf8
        | ArrowDataType::LargeUtf8
        | ArrowDataType::Utf8View => true,
        ArrowDataType::List(items) | ArrowDataType::LargeList(items) => is_convertible(&items.dtype),
        _ => false,
    }
}

/// Reads a part as a whole, whose bytes must be those that were written: what is read so is often written again, with a
/// checksum that would be right for wrong rows.
pub(super) fn read(path: &Path, table: Table) -> Result<DataFrame, StoreError> {
    check(path, table)?;
    footer::check_seal(path)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    // Another program may have written columns of types that are not compiled.
    let columns = table.columns().iter().map(|name| (*name).to_owned()).collect();
    let frame = ParquetReader::new(file)
        .with_columns(Some(columns))
        .finish()
        .and_then(|frame| frame.select(schema(table).iter_names_cloned()))
        .map_err(|cause| StoreError::part(path, &cause.to_string()))?;
    limits::check_rows(path, table, &frame, &Letters::default())?;
    Ok(frame)
}

/// Reads the columns that identify the rows of a part, and when they were observed.
pub(super) fn read_keys(path: &Path, table: Table) -> Result<DataFrame, StoreError> {
    check(path, table)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let [first, second] = key(table);
    ParquetReader::new(file)
        .with_columns(Some([first, second, "observed_at"].map(str::to_owned).to_vec()))
        .finish()
        .map_err(|cause| StoreError::part(path, &cause.to_string()))
}

/// The parts of a dataset for its writer, who reads some of them twice. Nobody else changes them meanwhile.
#[derive(Debug)]
pub(super) struct Parts {
    folder: PathBuf,
    read: RefCell<FxHashMap<PathBuf, DataFrame>>,
    keys: RefCell<FxHashMap<PathBuf, DataFrame>>,
}

/// Rows of parts that are kept for a second reading.
const MOST_KEPT: usize = 400_000;
/// Rows of parts of which the keys are kept.
const MOST_KEYS: usize = 1_000_000;

/// Keeps a frame, where there is room for it.
fn keep(kept: &RefCell<FxHashMap<PathBuf, DataFrame>>, path: PathBuf, frame: &DataFrame, most: usize) {
    let mut kept = kept.borrow_mut();
    if kept.values().map(DataFrame::height).sum::<usize>() + frame.height() <= most {
        kept.insert(path, frame.clone());
    }
}

impl Parts {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), read: RefCell::default(), keys: RefCell::default() }
    }

    /// Where the dataset lies.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A part as a whole, every column in one piece.
    pub(super) fn read(&self, table: Table, month: &str) -> Result<DataFrame, StoreError> {
        let path = path(&self.folder, table, month);
        if let Some(known) = self.read.borrow().get(&path) {
            return Ok(known.clone());
        }
        let mut part = read(&path, table)?;
        part.rechunk_mut_par();
        keep(&self.read, path, &part, MOST_KEPT);
        Ok(part)
    }

    /// The keys of a part and when its rows were observed; perhaps more.
    pub(super) fn read_keys(&self, table: Table, month: &str) -> Result<DataFrame, StoreError> {
        let path = path(&self.folder, table, month);
        if let Some(known) = self.read.borrow().get(&path).or(self.keys.borrow().get(&path)) {
            return Ok(known.clone());
        }
        let keys = read_keys(&path, table)?;
        keep(&self.keys, path, &keys, MOST_KEYS);
        Ok(keys)
    }

    /// Whether a part may hold one of some keys, as far as its footer says.
    pub(super) fn may_hold(
        &self,
        table: Table,
        month: &str,
        mut hashes: impl Iterator<Item = u64>,
    ) -> Result<bool, StoreError> {
        let filter = footer::shape(&path(&self.folder, table, month))?.filter;
        Ok(filter.is_none_or(|filter| hashes.any(|hash| filter.may_hold(hash))))
    }

    /// Forgets what was read: the parts are about to change.
    pub(super) fn forget(&self) {
        self.read.borrow_mut().clear();
        self.keys.borrow_mut().clear();
    }
}

/// Of Zstandard: shas are most of a dataset, and no level makes them smaller than this one does.
const LEVEL: i32 = 1;

/// Writes a part beside its place. Encoded in memory first, so that an error of the disk comes as it is.
pub(super) fn stage(path: &Path, frame: &mut DataFrame, table: Table) -> Result<Staged, StoreError> {
    let encode = |cause: &str| {
        let cause = std::io::Error::other(cause.to_owned());
        StoreError::Io { action: "encode", path: path.to_owned(), cause }
    };
    let metadata = footer::metadata(frame, table).map_err(StoreError::reading(table))?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(ZstdLevel::try_new(LEVEL).ok()))
        .with_statistics(StatisticsOptions::default())
        .with_row_group_size(Some(footer::GROUP))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
        .finish(frame)
        .map_err(|cause| encode(first_line(&cause.to_string())))?;
    let sha256 = footer::finish(&mut bytes).ok_or_else(|| encode("the footer has no entry of metadata"))?;
    for folder in path.ancestors().skip(1).take(2) {
        durable::check_folder(folder)?;
    }
    Staged::write_hashed(path, &bytes, sha256)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}
