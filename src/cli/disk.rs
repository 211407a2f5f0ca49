//! Checks that a folder is writable and has free space, before a command reads anything: a full or read-only disk is
//! reported at the start.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::domain::words::plain;
use crate::platform;

/// Bytes without which nothing is begun: what a small dataset or a report takes.
const LEAST: u64 = 1 << 20;

/// Fails where a folder, or the one in which it would be made, cannot be written or has no room. `flag` names another.
pub(super) fn check(folder: &Path, flag: &str) -> anyhow::Result<()> {
    let there = nearest(folder);
    if there.is_dir()
        && let Err(cause) = can_write(&there)
    {
        let cause = refusal(&cause);
        return Err(anyhow!("{}: {cause}; choose another folder with {flag}", folder.display()));
    }
    match free(&there) {
        Some(free) if free < LEAST => Err(anyhow!(
            "{}: the disk has {free} bytes left, and at least {} MiB is needed; make room on the disk, or choose another \
             folder with {flag} (nothing was changed)",
            folder.display(),
            LEAST >> 20
        )),
        _ => Ok(()),
    }
}

/// The folder itself, or the nearest one above it that exists: where it would be made.
pub(super) fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(&absolute).to_owned()
}

/// The folder of a file, `.` for a name alone.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file can be made in a folder that exists. A file without a name is made there, and vanishes.
///
/// # Errors
/// Why it cannot be made.
pub(super) fn can_write(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder).and_then(|file| file.set_len(1))
}

/// Why no file can be made, in words.
pub(super) fn refusal(cause: &io::Error) -> String {
    match cause.kind() {
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        ErrorKind::PermissionDenied => "this user may not write there".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => format!("no file can be made there ({})", plain(&cause.to_string())),
    }
}

/// The bytes that are free to this user on the disk of a folder; `None` where that cannot be told.
pub(super) fn free(folder: &Path) -> Option<u64> {
    platform::free_space(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_exists_can_be_written_and_has_room_and_nothing_is_left_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("a/b");
        assert_eq!(nearest(&missing), folder.path());
        can_write(folder.path()).expect("a file");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        assert!(can_write(&missing).is_err());
        assert!(free(folder.path()).is_none_or(|bytes| bytes > 0));
        check(&missing, "--data").expect("room");
    }
}
