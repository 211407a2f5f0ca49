//! What a disk allows: whether files can be made in a folder, and how much room is left.

use std::io;
use std::path::{Path, PathBuf};

use crate::platform;

/// The folder itself, or the nearest one above it that exists: where it would be made.
pub(super) fn nearest(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(&absolute).to_owned()
}

/// Whether a file can be made in a folder that exists. A file without a name is made there, and vanishes.
///
/// # Errors
/// Why it cannot be made.
pub(super) fn can_write(folder: &Path) -> io::Result<()> {
    tempfile::tempfile_in(folder).and_then(|file| file.set_len(1))
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
    }
}
