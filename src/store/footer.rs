//! The footer of a part: metadata for this program's writer, besides the standard Parquet metadata.
//!
//! Four entries of metadata: the format, a filter over the keys, and the SHA-256 of everything before the footer and of
//! the footer itself, which tell a byte that a disk has changed from one that was written. Polars panics on some changed
//! bytes, so both are checked before it reads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use memchr::memmem;
use polars::io::parquet::metadata::{FileMetadata, FileMetadataRef};
use polars::prelude::*;
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::filter::KeyFilter;
use super::frame::StoredKeys;
use super::schema::FORMAT;
use crate::domain::event::Table;
use crate::domain::hex::hex;

/// How a part is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartLayout {
    pub(super) rows: usize,
    pub(super) bytes: u64,
    /// Rows of each row group.
    pub(super) groups: Vec<usize>,
    /// Whether this version would write it so.
    pub(super) is_ours: bool,
    /// Over its keys.
    pub(super) filter: Option<KeyFilter>,
    /// What [`seal_of`] gave when it was written.
    pub(super) seal: Option<String>,
}

/// Rows of a row group, about: enough to compress well, and few enough that a reader of one repo passes over most of a big part
/// and that a group takes little memory to read.
pub(super) const GROUP: usize = 1 << 15;

/// The row groups that so many rows are written in.
pub(super) fn groups_for(rows: usize) -> usize {
    rows.div_ceil(GROUP).max(1)
}

/// Reads the footer of a part, and the length of the file.
fn read(path: &Path) -> Result<(FileMetadataRef, u64), StoreError> {
    check_own_seal(path)?;
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    let bytes = file.metadata().map_err(StoreError::io("read", path))?.len();
    let mut reader = ParquetReader::new(file);
    let footer = reader.get_metadata().map_err(|cause| StoreError::part(path, &cause.to_string()))?;
    Ok((FileMetadataRef::clone(footer), bytes))
}

/// Reads how a part is written.
pub(super) fn shape(path: &Path) -> Result<PartLayout, StoreError> {
    let (footer, bytes) = read(path)?;
    let footer = &footer;
    let filter = entry(footer, KEYS).and_then(KeyFilter::from_text);
    let seal = entry(footer, SEAL).map(str::to_owned);
    let is_ours = filter.is_some() && seal.is_some() && entry(footer, DATASET) == Some(&FORMAT.to_string());
    Ok(PartLayout { rows: footer.num_rows, bytes, groups: rows_of_groups(footer), is_ours, filter, seal })
}

/// The rows of each row group.
pub(super) fn rows_of_groups(footer: &FileMetadata) -> Vec<usize> {
    let mut rows = Vec::with_capacity(footer.row_groups.len());
    for group in &footer.row_groups {
        rows.push(group.num_rows());
    }
    rows
}

/// What a footer says under a key.
fn entry<'a>(footer: &'a FileMetadataRef, key: &str) -> Option<&'a str> {
    let mut entries = footer.key_value_metadata().iter().flatten();
    entries.find(|entry| entry.key == key).and_then(|entry| entry.value.as_deref())
}

/// The entries of metadata of a part, as Polars is to write them; [`finish`] puts the last touch to two of them.
pub(super) fn metadata(frame: &DataFrame, table: Table) -> PolarsResult<Vec<(String, String)>> {
    let keys = StoredKeys::of(frame, table)?;
    let filter = KeyFilter::of((0..keys.len()).map(|row| keys.hash(row)), keys.len());
    Ok(vec![
        (ARROW_SCHEMA.into(), FORMAT.to_string()),
        (SEAL.into(), NO_SEAL.into()),
        (KEYS.into(), filter.to_text()),
        (OWN_SEAL.into(), NO_OWN_SEAL.into()),
    ])
}

/// Where the footer of a Parquet file of so many bytes begins, by its last eight bytes.
fn footer_start(bytes: u64, last: [u8; 8]) -> Option<u64> {
    let [a, b, c, d, ..] = last;
    bytes.checked_sub(8)?.checked_sub(u32::from_le_bytes([a, b, c, d]).into())
}

/// The same of an open file; none where it is no Parquet file.
fn footer_start_of(file: &mut File) -> io::Result<Option<u64>> {
    let bytes = file.metadata()?.len();
    if bytes < 8 {
        return Ok(None);
    }
    let mut last = [0; 8];
    file.seek(SeekFrom::End(-8))?;
    file.read_exact(&mut last)?;
    Ok(footer_start(bytes, last))
}

/// Renames the key [`ARROW_SCHEMA`] in the footer of a Parquet file, because Polars always writes an entry of that name,
/// and seals the file. The metadata come after everything that data could fill, so the last occurrence is meant. Returns
/// the SHA-256 of the whole file.
pub(super) fn finish(file: &mut [u8]) -> Option<String> {
    let start = usize::try_from(footer_start(file.len() as u64, *file.last_chunk()?)?).ok()?;
    let mut hasher = Sha256::new();
    hasher.update(file.get(..start)?);
    let seal = hex(&hasher.clone().finalize());
    let footer = file.get_mut(start..)?;
    for (old, new) in [(ARROW_SCHEMA, DATASET), (NO_SEAL, seal.as_str())] {
        let at = memmem::rfind(footer, old.as_bytes())?;
        footer.get_mut(at..at + new.len())?.copy_from_slice(new.as_bytes());
    }
    let own = hex(&Sha256::digest(&*footer));
    let at = memmem::rfind(footer, NO_OWN_SEAL.as_bytes())?;
    footer.get_mut(at..at + own.len())?.copy_from_slice(own.as_bytes());
    hasher.update(footer);
    Some(hex(&hasher.finalize()))
}

/// Refuses a part whose footer is not the one that was written; one without a seal of its footer passes.
pub(super) fn check_own_seal(path: &Path) -> Result<(), StoreError> {
    let footer = read_footer(path).map_err(StoreError::io("read", path))?;
    if footer.is_none_or(is_as_written) {
        return Ok(());
    }
    let cause = "its footer changed after it was written (the SHA-256 in the footer does not match)";
    Err(StoreError::part(path, cause))
}

/// The footer of a file, up to its end; none where the file is no Parquet file.
fn read_footer(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let Some(start) = footer_start_of(&mut file)? else { return Ok(None) };
    let mut footer = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut footer)?;
    Ok(Some(footer))
}

/// Whether a footer has the SHA-256 that it states. It is looked for in the bytes, because a changed footer may not parse.
fn is_as_written(mut footer: Vec<u8>) -> bool {
    let Some(key) = memmem::rfind(&footer, OWN_SEAL.as_bytes()) else { return true };
    // Thrift's compact protocol has a byte for the field and one for the length before the text.
    let from = key + OWN_SEAL.len() + 2;
    let Some(value) = footer.get_mut(from..from + NO_OWN_SEAL.len()) else { return false };
    let stated = value.to_vec();
    value.copy_from_slice(NO_OWN_SEAL.as_bytes());
    hex(&Sha256::digest(&footer)).as_bytes() == stated
}

/// Refuses a part whose bytes are not those that were written; one without a seal passes. Gives its footer, without the
/// filter over the keys, which is most of it.
pub(super) fn check_seal(path: &Path) -> Result<FileMetadata, StoreError> {
    let (footer, _) = read(path)?;
    let seal = entry(&footer, SEAL);
    if seal.is_some() && seal != seal_of(path).map_err(StoreError::io("read", path))?.as_deref() {
        let cause = "its contents changed after it was written (the SHA-256 in its footer does not match)";
        return Err(StoreError::part(path, cause));
    }
    let mut footer = FileMetadata::clone(&footer);
    footer.key_value_metadata.iter_mut().for_each(|entries| entries.retain(|entry| entry.key != KEYS));
    Ok(footer)
}

/// The footer of a file that has only some of the row groups.
pub(super) fn with_groups(footer: &FileMetadata, groups: Range<usize>) -> FileMetadata {
    let row_groups = footer.row_groups.get(groups).unwrap_or_default().to_vec();
    let num_rows = row_groups.iter().fold(0, |sum, group| sum + group.num_rows());
    FileMetadata { row_groups, num_rows, ..footer.clone() }
}

/// The SHA-256 of everything before the footer of a file, in hexadecimal; none where it has no footer.
fn seal_of(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let Some(start) = footer_start_of(&mut file)? else { return Ok(None) };
    file.rewind()?;
    let (mut data, mut hasher, mut bytes) = (file.take(start), Sha256::new(), vec![0; 1 << 16]);
    loop {
        match data.read(&mut bytes) {
            Ok(0) => return Ok(Some(hex(&hasher.finalize()))),
            Ok(read) => hasher.update(bytes.get(..read).unwrap_or_default()),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

/// The metadata key of the SHA-256.
const SEAL: &str = "dora:sha256";

/// As long as a SHA-256 in hexadecimal, which replaces it when it is known.
const NO_SEAL: &str = "dora:not-sealed.................................................";

/// The metadata key of the SHA-256 of the footer, computed with [`NO_OWN_SEAL`] in the place of the value.
const OWN_SEAL: &str = "dora:footer-sha256";

/// As long as [`NO_SEAL`].
const NO_OWN_SEAL: &str = "dora:footer-not-sealed..........................................";

/// The metadata key of the filter over the keys. A part without it, or with one of another name, is read.
const KEYS: &str = "dora:keys-1";

/// The metadata key under which Polars records its own column types, `string_view` and `large_list`. pandas cannot
/// convert a list of them. Without the key every reader derives plain strings and lists from the Parquet schema.
const ARROW_SCHEMA: &str = "ARROW:schema";

/// The key that is written in its place, with the format of the dataset as its value. Of the same length, because
/// the footer states the lengths of its texts.
const DATASET: &str = "dora:dataset";
