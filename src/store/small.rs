//! The small text files of a dataset, read as a whole.
//!
//! A dataset may come from elsewhere: opening a pipe would block, and a device or link could return endless text. So
//! only regular files of a limited length are read.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::error::StoreError;

/// Bytes of a small file: coverage of some hundred thousand repos.
const MOST: u64 = 64 << 20;

/// The text of a file; none where there is no file.
pub(super) fn text(path: &Path) -> Result<Option<String>, StoreError> {
    let damaged = |cause: &str| StoreError::Damaged { path: path.to_owned(), cause: cause.to_owned() };
    if !is_there(path)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes))
        .map_err(StoreError::io("read", path))?;
    if bytes.len() as u64 > MOST {
        return Err(damaged(&format!("it has more than {} MiB", MOST >> 20)));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| damaged("it is not text (UTF-8)"))
}

/// Whether there is a file; anything but a regular one is refused.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Ok(true),
        Ok(meta) => {
            let kind = if meta.is_symlink() {
                "a link"
            } else if meta.is_dir() {
                "a folder"
            } else {
                "a pipe or a device"
            };
            let cause = format!("it is {kind}, and a dataset has a regular file there; remove it");
            Err(StoreError::Damaged { path: path.to_owned(), cause })
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(StoreError::io("read", path)(cause)),
    }
}
