//! Every commit that can be reached from some others, each once.
//!
//! Memory: 20 bytes for each commit. The file `commit-graph` of a clone has no author dates, so every commit is read
//! itself. Replaced objects (`refs/replace`) are read as git reads them.

use std::collections::VecDeque;

use gix::hashtable::HashSet;
use gix::objs::{Find as _, Kind};
use gix::{ObjectId, Repository};

use super::commit::{self, Read};
use super::error::{GitError, words};

/// Hands over each commit, and whether it is at the boundary of a shallow clone.
///
/// # Errors
/// A commit is missing or cannot be read.
pub(super) fn walk(
    clone: &Repository,
    name: &str,
    tips: Vec<ObjectId>,
    shallow: &HashSet<ObjectId>,
    take: &mut dyn FnMut(&ObjectId, Read, bool),
) -> Result<(), GitError> {
    let mut seen: HashSet<ObjectId> = HashSet::default();
    let mut waiting: VecDeque<ObjectId> = tips.into_iter().filter(|id| seen.insert(*id)).collect();
    let mut buffer = Vec::new();
    while let Some(id) = waiting.pop_front() {
        let object = clone.objects.try_find(&id, &mut buffer);
        let object = object.map_err(|cause| GitError::object(name, id, &words(&cause)))?;
        let Some(object) = object else {
            return Err(GitError::Missing { clone: name.to_owned(), sha: id.to_string() });
        };
        if object.kind != Kind::Commit {
            return Err(GitError::object(name, id, &format!("it is a {}, not a commit", object.kind)));
        }
        let read =
            commit::read(object.data).ok_or_else(|| GitError::object(name, id, "it is not written as a commit"))?;
        let is_boundary = shallow.contains(&id);
        if !is_boundary {
            waiting.extend(read.parents.iter().filter(|parent| seen.insert(**parent)));
        }
        take(&id, read, is_boundary);
    }
    Ok(())
}
