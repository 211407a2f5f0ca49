//! The commits that `git log --all` begins at: those of all references, and the heads of all work trees.
//!
//! Tags are peeled. A tag of a tree or a file names no commit. A reference that cannot be read is counted, and git skips it
//! as well.

use std::fs;
use std::path::{Path, PathBuf};

use gix::objs::{Find as _, Kind};
use gix::refs::TargetRef;
use gix::{ObjectId, Repository};

use super::commit;
use super::error::{GitError, words};
use crate::domain::words::within_a_message;

/// Tags of tags that are followed. Objects cannot form a loop, but replaced ones can.
const DEEPEST: usize = 100;
/// Bytes of a file that may be a head.
const LARGEST_HEAD: u64 = 1_000;

/// Where the walk begins.
#[derive(Debug, Default)]
pub(super) struct Tips {
    pub(super) commits: Vec<ObjectId>,
    /// How many references cannot be read, and the first of them in words.
    pub(super) unread: usize,
    pub(super) first_unread: Option<String>,
}

impl Tips {
    fn skip(&mut self, words: impl FnOnce() -> String) {
        self.unread += 1;
        self.first_unread.get_or_insert_with(words);
    }
}

/// Finds them.
///
/// # Errors
/// The references or an object that they name cannot be read.
pub(super) fn find(clone: &Repository, name: &str) -> Result<Tips, GitError> {
    let unreadable = |cause: gix::Error| GitError::unreadable(name, &cause);
    let mut tips = Tips::default();
    let references = clone.references().map_err(unreadable)?;
    for reference in references.all().map_err(unreadable)? {
        match reference {
            Err(cause) => tips.skip(|| words(&cause)),
            Ok(reference) => match reference.target() {
                // It names another reference, which is listed as well or absent.
                TargetRef::Symbolic(_) => {}
                TargetRef::Object(id) => match peel(clone, name, id.to_owned())? {
                    Peeled::Commit(id) => tips.commits.push(id),
                    Peeled::Other => {}
                    Peeled::Missing(id) => {
                        let reference = within_a_message(&reference.name().as_bstr().to_string());
                        tips.skip(|| format!("{reference} names {id}, which is missing"));
                    }
                },
            },
        }
    }
    for head in heads(clone) {
        // A head that names a branch adds nothing.
        let Some(id) = detached(&head) else { continue };
        match peel(clone, name, id)? {
            Peeled::Commit(id) => tips.commits.push(id),
            Peeled::Other => {}
            Peeled::Missing(id) => tips.skip(|| format!("HEAD of a work tree names {id}, which is missing")),
        }
    }
    Ok(tips)
}

/// The files of the heads of this work tree and all others.
fn heads(clone: &Repository) -> Vec<PathBuf> {
    let folders = [clone.git_dir(), clone.common_dir()].into_iter().map(PathBuf::from);
    let others = fs::read_dir(clone.common_dir().join("worktrees"));
    let others = others.into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    folders.chain(others).map(|folder| folder.join("HEAD")).collect()
}

/// The commit that a head names itself. In a clone from elsewhere the file may be anything.
fn detached(head: &Path) -> Option<ObjectId> {
    let meta = fs::metadata(head).ok()?;
    let text = if meta.is_file() && meta.len() <= LARGEST_HEAD { fs::read(head).ok()? } else { return None };
    commit::id(text.trim_ascii())
}

/// What a reference leads to.
pub(super) enum Peeled {
    Commit(ObjectId),
    /// A tree or a file.
    Other,
    Missing(ObjectId),
}

/// What a reference names, without the tags around it.
pub(super) fn peel(clone: &Repository, name: &str, mut id: ObjectId) -> Result<Peeled, GitError> {
    let mut buffer = Vec::new();
    for _ in 0..DEEPEST {
        let unreadable = |cause: gix::Error| GitError::object(name, id, &words(&cause));
        // The header alone: a file may be large.
        match clone.try_find_header(id).map_err(unreadable)?.map(|header| header.kind()) {
            None => return Ok(Peeled::Missing(id)),
            Some(Kind::Commit) => return Ok(Peeled::Commit(id)),
            Some(Kind::Tree | Kind::Blob) => return Ok(Peeled::Other),
            Some(Kind::Tag) => {}
        }
        let tag = clone.objects.try_find(&id, &mut buffer).map_err(unreadable)?;
        let target =
            tag.and_then(|tag| commit::id(tag.data.split(|byte| *byte == b'\n').next()?.strip_prefix(b"object ")?));
        id = target.ok_or_else(|| GitError::object(name, id, "it is a tag that names no object"))?;
    }
    Err(GitError::object(name, id, "it is a tag of a tag, without end"))
}
