//! The errors of clones.

use std::fmt::Display;

use thiserror::Error;

use crate::domain::words::within_a_message;

/// An error of one clone. Nothing of the import is stored.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum GitError {
    /// A file where a folder is needed.
    #[error(
        "{clone}: is a file, and `--from git` reads a clone: name its folder. Clone a bundle first; `--from git-log` reads \
         what `git log` printed"
    )]
    File {
        /// Its name.
        clone: String,
    },
    /// A folder that is not a clone.
    #[error("{clone}: is not a clone of a git repository{hint}")]
    NotAClone {
        /// Its name.
        clone: String,
        /// What to do.
        hint: String,
    },
    /// A clone that cannot be opened.
    #[error(
        "{clone}: the clone cannot be read: {cause}. Check the permissions of its files, and run `git status` there"
    )]
    Unreadable {
        /// Its name.
        clone: String,
        /// What went wrong.
        cause: String,
    },
    /// A format that is not read.
    #[error("{clone}: {format} are not read. {way_out}")]
    Format {
        /// Its name.
        clone: String,
        /// The format.
        format: String,
        /// What to do.
        way_out: &'static str,
    },
    /// No name for the repo.
    #[error(
        "{clone}: the name of the repo is not known, because {why}. Name it as the deployments do: --repo OWNER/NAME"
    )]
    NoRepo {
        /// Its name.
        clone: String,
        /// Why not.
        why: String,
    },
    /// An object that is not there.
    #[error(
        "{clone}: commit {sha} is missing: the clone is damaged or incomplete. Run `git fsck` there, or clone again. Nothing \
         was stored"
    )]
    Missing {
        /// Its name.
        clone: String,
        /// The name of the object.
        sha: String,
    },
    /// An object that cannot be read.
    #[error("{clone}: object {sha} cannot be read: {cause}. Run `git fsck` there, or clone again. Nothing was stored")]
    Object {
        /// Its name.
        clone: String,
        /// The name of the object.
        sha: String,
        /// What is wrong with it.
        cause: String,
    },
}

impl GitError {
    /// An object that cannot be read.
    pub(super) fn object(clone: &str, sha: impl Display, cause: &str) -> Self {
        Self::Object { clone: clone.to_owned(), sha: sha.to_string(), cause: cause.to_owned() }
    }

    /// A clone that cannot be read.
    pub(super) fn unreadable(clone: &str, cause: &gix::Error) -> Self {
        Self::Unreadable { clone: clone.to_owned(), cause: words(cause) }
    }
}

/// The words of an error and its causes, which may quote the clone.
pub(super) fn words(error: &gix::Error) -> String {
    within_a_message(&format!("{error:#}"))
}
