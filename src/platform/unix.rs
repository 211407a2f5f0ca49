//! Linux, macOS and the other Unix systems.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Interrupt;

/// Calls `handle` on a thread of its own each time that the program is asked to end, which then no longer ends it by itself.
///
/// # Errors
/// The system takes no handler, or starts no thread.
pub fn on_interrupt(mut handle: impl FnMut(Interrupt) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let listen = move || {
        for signal in signals.forever() {
            handle(if signal == SIGTERM { Interrupt::Term } else { Interrupt::Int });
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listen).map(drop)
}

/// Makes opening fail where the last part of the path is a link.
pub fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
}

/// Whether a file that was opened with [`no_follow`] is a link, or has a second name.
pub fn is_alias(file: &File) -> bool {
    file.metadata().is_ok_and(|meta| meta.nlink() > 1)
}

/// The permissions to ask for where a new file should have those of any new file; the system takes the umask away.
pub fn new_file_permissions() -> Option<Permissions> {
    Some(Permissions::from_mode(0o666))
}

/// Makes the names in a folder survive a power cut.
///
/// # Errors
/// The folder cannot be opened or synced.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Opens the file on which writers of a folder lock: the folder itself.
///
/// # Errors
/// The folder cannot be opened.
pub fn open_lock_of_folder(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Exchanges two folders in one step; `false` where the system or the file system cannot, and then nothing has changed.
#[cfg(target_os = "linux")]
pub fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

/// Exchanges two folders in one step; `false` where the system or the file system cannot, and then nothing has changed.
#[cfg(not(target_os = "linux"))]
pub fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Whether a file can be started as a program.
pub fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// The bytes that are free to this user on the disk of a folder; `None` where that cannot be told.
pub fn free_space(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}
