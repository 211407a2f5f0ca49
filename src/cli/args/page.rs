//! What an entry of a command has besides its flags, and the exit codes that several commands have.

use super::uses::Uses;

/// An exit code and when the command ends with it.
pub(super) type Exit = (u8, &'static str);

/// The entry of a command.
#[derive(Debug)]
pub(super) struct Page {
    /// Its words after the program's name.
    pub(super) command: &'static str,
    /// At least two: what each does, and the command line.
    pub(super) examples: &'static [(&'static str, &'static str)],
    pub(super) exit: &'static [Exit],
    pub(super) uses: &'static [Uses],
}

pub(super) const DONE: Exit = (0, "Done.");
pub(super) const UNEXPECTED: Exit =
    (1, "Unexpected: a disk, a permission, a damaged dataset, or a defect of this program.");
pub(super) const USAGE: Exit = (2, "The command line or the configuration is wrong.");
pub(super) const NO_DATASET: Exit = (2, "The command line or the configuration is wrong, or there is no dataset.");
pub(super) const LOCKED: Exit =
    (2, "The command line or the configuration is wrong, or another process is writing the dataset.");
pub(super) const ACCESS: Exit = (3, "A configured source has no token, refuses it, or shows nothing to it.");
pub(super) const SOURCE: Exit =
    (4, "A configured source could not be read, or a rate limit or `--deadline` ended the command.");
pub(super) const SERVER_ACCESS: Exit = (3, "The server refuses the credentials, or they are missing.");
pub(super) const INTERRUPTED: Exit = (130, "SIGINT or Ctrl-C ended it in good order.");
pub(super) const TERMINATED: Exit = (143, "SIGTERM ended it in good order.");
pub(super) const SERVER: Exit =
    (4, "The server cannot be reached or refuses the data, or `--deadline` ended the command.");
