//! One writer at a time: an advisory lock on `<data>/lock`, with a text that names the holder.
//!
//! The operating system drops the lock with the process, so a killed writer leaves nothing to clean up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::error::StoreError;
use super::small;
use crate::platform;

/// A file lock of a reader, or of the writer while it moves files; held until it is dropped.
#[derive(Debug)]
pub(super) struct HeldLock(File);

const READERS: &str = "readers.lock";

/// Waits until there are no readers and blocks new ones while files are moved.
pub(super) fn readers_wait(folder: &Path) -> Result<HeldLock, StoreError> {
    wait(folder, READERS)
}

/// Waits until no other process holds the lock file of this name.
pub(super) fn wait(folder: &Path, name: &str) -> Result<HeldLock, StoreError> {
    let path = folder.join(name);
    let file = own_file(&path)?;
    lock_patiently(&path, &file).map_err(StoreError::io("lock", &path))?;
    Ok(HeldLock(file))
}

/// Reads beside other readers, never while files are moved. `None` if nothing was written yet.
pub(super) fn read(folder: &Path) -> Result<Option<HeldLock>, StoreError> {
    let path = folder.join(READERS);
    if !small::is_there(&path)? {
        return Ok(None);
    }
    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
    patiently(&path, &file, File::try_lock_shared, File::lock_shared).map_err(StoreError::io("lock", &path))?;
    Ok(Some(HeldLock(file)))
}

/// Says something to the user.
type Say = Box<dyn Fn(&str) + Send + Sync>;

/// The callback that reports waits for a lock: a wait cannot be returned as a value, and only the command line prints.
static SAY: OnceLock<Say> = OnceLock::new();

/// A wait that is shorter is not worth a line.
const SAID_AFTER: Duration = Duration::from_secs(5);

/// Sets who is told that a lock is waited for; the first one stays.
pub fn say_when_waiting(say: impl Fn(&str) + Send + Sync + 'static) {
    let _ = SAY.set(Box::new(say));
}

/// Takes a lock on a file or folder, and says what is waited for where that takes long.
///
/// # Errors
/// The operating system's own.
pub fn lock_patiently(path: &Path, file: &File) -> io::Result<()> {
    patiently(path, file, File::try_lock, File::lock)
}

/// Takes a lock, and says what is waited for where that takes long.
fn patiently(
    path: &Path,
    file: &File,
    attempt: fn(&File) -> Result<(), TryLockError>,
    wait: fn(&File) -> io::Result<()>,
) -> io::Result<()> {
    match attempt(file) {
        Ok(()) => Ok(()),
        Err(TryLockError::Error(cause)) => Err(cause),
        Err(TryLockError::WouldBlock) => thread::scope(|scope| {
            let (done, waiting) = mpsc::channel::<()>();
            scope.spawn(move || {
                if let (Err(RecvTimeoutError::Timeout), Some(say)) = (waiting.recv_timeout(SAID_AFTER), SAY.get()) {
                    say(&format!(
                        "{}: another process holds this lock; waiting until it is done. `fuser {0}` names the process",
                        path.display()
                    ));
                }
            });
            let locked = wait(file);
            drop(done);
            locked
        }),
    }
}

/// Whether somebody writes, as far as that can be told.
pub(super) fn is_taken(folder: &Path) -> bool {
    let path = folder.join("lock");
    small::is_there(&path).is_ok_and(|it| it)
        && File::open(path).is_ok_and(|file| {
            let taken = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
            let _ = file.unlock();
            taken
        })
}

/// Opens a lock file, or another file that is written in place, or makes it. A dataset may come from elsewhere: one that is
/// a link, or another name of a file, is refused, because what is written would replace what that file holds.
pub(super) fn own_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    platform::no_follow(options.create(true).read(true).write(true).truncate(false));
    let is_link = || {
        let cause = "it is a link, and a dataset cannot contain links; remove it".to_owned();
        StoreError::Damaged { path: path.to_owned(), cause }
    };
    let file = options.open(path).map_err(|cause| {
        let found = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
        if found { is_link() } else { StoreError::io("open for writing", path)(cause) }
    })?;
    small::is_there(path)?;
    if platform::is_alias(&file) { Err(is_link()) } else { Ok(file) }
}

/// The writer's lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock or says who has it. `holder` is what a second writer will be told.
    pub(super) fn take(folder: &Path, holder: &str) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))?;
        let path = folder.join("lock");
        let io = |action| StoreError::io(action, path.clone());
        let mut file = own_file(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    said => said.to_owned(),
                };
                return Err(StoreError::Locked { path: folder.to_owned(), holder });
            }
            Err(TryLockError::Error(cause)) => return Err(io("lock")(cause)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(io("write"))?;
        writeln!(file, "{holder}").map_err(io("write"))?;
        Ok(Self(file))
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being started holds it open a moment longer.
        let _ = self.0.unlock();
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The text is removed with the lock; the file stays, because removing it would race with the next writer.
        let _ = self.0.set_len(0);
        // Closing the file is not enough: a child process that is just being started holds it open a moment longer.
        let _ = self.0.unlock();
    }
}
