//! Windows.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGINT;

use super::Interrupt;

/// Calls `handle` on a thread of its own each time that Ctrl-C is pressed, which then no longer ends the program by itself.
/// There is no other signal here.
///
/// # Errors
/// The system takes no handler, or starts no thread.
pub fn on_interrupt(mut handle: impl FnMut(Interrupt) + Send + 'static) -> io::Result<()> {
    let seen = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGINT, Arc::clone(&seen))?;
    let listen = move || {
        loop {
            // The system calls a handler that may only set a flag.
            thread::sleep(Duration::from_millis(100));
            if seen.swap(false, Ordering::Relaxed) {
                handle(Interrupt::Int);
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listen).map(drop)
}

/// `FILE_FLAG_OPEN_REPARSE_POINT` of `CreateFileW`: opens a link itself, not what it points to.
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// Makes opening a link give the link itself, which [`is_alias`] then tells.
pub fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(OPEN_REPARSE_POINT)
}

/// Whether a file that was opened with [`no_follow`] is a link. A second name is not noticed: the standard library does
/// not count names here.
pub fn is_alias(file: &File) -> bool {
    file.metadata().is_ok_and(|meta| meta.file_type().is_symlink())
}

/// None: a new file has the permissions of its folder.
pub fn new_file_permissions() -> Option<Permissions> {
    None
}

/// Does nothing: the system does not sync a folder.
///
/// # Errors
/// None.
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Opens the file on which writers of a folder lock, or makes it: the system does not lock a folder itself.
///
/// # Errors
/// The file cannot be opened or made.
pub fn open_lock_of_folder(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    no_follow(&mut options).open(folder.join(".dora-report.lock"))
}

/// `false`, and nothing has changed: the system cannot exchange two folders in one step.
pub fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Whether a file can be started as a program.
pub fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// `None`: the standard library cannot tell how much of a disk is free.
pub fn free_space(_: &Path) -> Option<u64> {
    None
}
