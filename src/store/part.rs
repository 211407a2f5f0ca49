//! One Parquet part: `<data>/<table>/month=YYYY-MM/part.parquet`, and what it takes to read and write one.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::durable::Staged;
use super::error::StoreError;
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
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::default())
        .finish(frame)
        .map_err(|cause| {
            let cause = std::io::Error::other(first_line(&cause.to_string()).to_owned());
            StoreError::Io { action: "encode", path: path.to_owned(), cause }
        })?;
    Staged::write(path, |out| out.write_all(&bytes).map_err(StoreError::io("write", path)))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}
