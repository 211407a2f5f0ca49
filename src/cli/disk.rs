//! Whether a folder can be written, and how much room there is: asked before a command reads anything, so that a full or
//! read-only disk is named at the start and not half-way. Nothing is written to find out.
//!
//! The answers are the operating system's, which only Unix gives here; elsewhere the first write says it.

use std::path::Path;

use anyhow::anyhow;

/// Bytes without which nothing is begun: what a small dataset or a report takes.
const LEAST: u64 = 1 << 20;
/// Bytes below which the room is worth a warning.
pub(super) const LITTLE: u64 = 256 << 20;

/// Fails where a folder, or the one in which it would be made, cannot be written or has no room. `flag` names another.
pub(super) fn check(folder: &Path, flag: &str) -> anyhow::Result<()> {
    if let Some(problem) = problem(folder) {
        return Err(anyhow!("{}: {problem}; choose another folder with {flag}", folder.display()));
    }
    match free(folder) {
        Some(free) if free < LEAST => Err(anyhow!(
            "{}: the disk has {free} bytes left, and at least {} MiB is needed; make room on the disk, or choose another \
             folder with {flag} (nothing was changed)",
            folder.display(),
            LEAST >> 20
        )),
        _ => Ok(()),
    }
}

/// The nearest folder above that is there.
fn standing(folder: &Path) -> &Path {
    let there = folder.ancestors().find(|above| above.exists());
    there.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Why a folder cannot be written, where that is known.
#[cfg(unix)]
pub(super) fn problem(folder: &Path) -> Option<&'static str> {
    use rustix::fs::{Access, access};
    match access(standing(folder), Access::WRITE_OK) {
        Err(rustix::io::Errno::ROFS) => Some("the disk is read-only"),
        Err(rustix::io::Errno::ACCESS) => Some("this user may not write there"),
        _ => None,
    }
}

/// Bytes that are left for a folder, where that is known.
#[cfg(unix)]
pub(super) fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(standing(folder)).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub(super) fn problem(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(not(unix))]
pub(super) fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_as_the_one_above_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b/c");
        assert_eq!(standing(&inner), folder.path());
        assert_eq!(standing(Path::new("no-such-folder/x")), Path::new("."));
        assert!(free(&inner).is_some_and(|free| free > 0) && problem(&inner).is_none());
        assert_eq!(problem(Path::new("/proc/self/no-such-folder")), problem(Path::new("/proc/self")));
    }
}
