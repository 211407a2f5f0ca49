//! One Parquet part: `<data>/<table>/month=YYYY-MM/part.parquet`, and what it takes to read and write one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::*;

use super::durable::{self, Staged};
use super::error::StoreError;
use super::schema::{FORMAT, key, schema};
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
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(StoreError::io("list", table_folder)(cause)),
    };
    let mut months = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", table_folder.clone()))?;
        let name = entry.file_name();
        if let Some(month) = name.to_str().and_then(|name| name.strip_prefix("month="))
            && path(folder, table, month).is_file()
        {
            months.push(month.to_owned());
        }
    }
    months.sort_unstable();
    Ok(months)
}

/// Opens a part's footer and holds its columns against the published ones.
pub(super) fn check(path: &Path, table: Table) -> Result<(), StoreError> {
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let broken = |cause: String| StoreError::Part { path: path.to_owned(), cause };
    let mut reader = ParquetReader::new(file);
    let found = reader
        .schema()
        .map_err(|cause| broken(format!("it is cut off or damaged ({})", first_line(&cause.to_string()))))?;
    for (name, dtype) in schema(table).iter() {
        match found.get(name) {
            None => return Err(broken(format!("column `{name}` is missing"))),
            Some(field) if DataType::from_arrow_field(field) != *dtype => {
                return Err(broken(format!("column `{name}` has another type than {dtype:?}")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Reads a part as a whole.
pub(super) fn read(path: &Path, table: Table) -> Result<DataFrame, StoreError> {
    check(path, table)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    ParquetReader::new(file)
        .finish()
        .and_then(|frame| frame.select(schema(table).iter_names_cloned()))
        .map_err(|cause| StoreError::Part { path: path.to_owned(), cause: first_line(&cause.to_string()).to_owned() })
}

/// Reads the columns that identify the rows of a part.
pub(super) fn read_keys(path: &Path, table: Table) -> Result<DataFrame, StoreError> {
    check(path, table)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    ParquetReader::new(file)
        .with_columns(Some(key(table).map(str::to_owned).to_vec()))
        .finish()
        .map_err(|cause| StoreError::Part { path: path.to_owned(), cause: first_line(&cause.to_string()).to_owned() })
}

/// Writes a part beside its place. Encoded in memory first, so that an error of the disk comes as it is.
pub(super) fn stage(path: &Path, frame: &mut DataFrame) -> Result<Staged, StoreError> {
    let encode = |cause: &str| {
        let cause = std::io::Error::other(cause.to_owned());
        StoreError::Io { action: "encode", path: path.to_owned(), cause }
    };
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::default())
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(vec![(ARROW_SCHEMA.into(), FORMAT.to_string())])))
        .finish(frame)
        .map_err(|cause| encode(first_line(&cause.to_string())))?;
    rename_arrow_schema(&mut bytes).ok_or_else(|| encode("the footer has no entry of metadata"))?;
    for folder in path.ancestors().skip(1).take(2) {
        durable::check_folder(folder)?;
    }
    Staged::write(path, &bytes)
}

/// The metadata key under which Polars records its own column types, `string_view` and `large_list`. pandas cannot
/// convert a list of them. Without the key every reader derives plain strings and lists from the Parquet schema.
const ARROW_SCHEMA: &str = "ARROW:schema";

/// The key that is written in its place, with the format of the dataset as its value. Of the same length, because
/// the footer states the lengths of its texts.
const DATASET: &str = "dora:dataset";

/// Renames the key [`ARROW_SCHEMA`] in the footer of a Parquet file: Polars always writes an entry of that name. The
/// metadata come after everything that data could fill, so the last occurrence is the key.
fn rename_arrow_schema(file: &mut [u8]) -> Option<()> {
    let size = file.len();
    let length = file.get(size.checked_sub(8)?..size.checked_sub(4)?)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let footer = file.get_mut(size.checked_sub(8)?.checked_sub(length)?..size.checked_sub(8)?)?;
    let at = footer.windows(ARROW_SCHEMA.len()).rposition(|bytes| bytes == ARROW_SCHEMA.as_bytes())?;
    footer.get_mut(at..at + DATASET.len())?.copy_from_slice(DATASET.as_bytes());
    Some(())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}
