//! Opens a clone: a work tree, a bare repository, a further work tree, or the `.git` of one of them.

use std::fs;
use std::path::Path;

use gix::hashtable::HashSet;
use gix::open::Options;
use gix::{ObjectId, Repository, sec};

use super::error::{GitError, words};
use crate::domain::words::{plain, within_a_message};

/// The largest object that is read, in bytes: a clone from elsewhere may hold one that inflates without end.
const LARGEST_OBJECT: &str = "gitoxide.objects.allocLimit=268435456";

/// Opens the clone in a folder.
///
/// Only the clone's own configuration is read, and no file that it includes. The owner of the folder does not matter:
/// nothing in it is run.
pub(super) fn open(folder: &Path, name: &str) -> Result<Repository, GitError> {
    let is_git_file = || folder.file_name().is_some_and(|own| own == ".git");
    match fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => {
            if let Err(cause) = fs::read_dir(folder) {
                return Err(GitError::Unreadable { clone: name.to_owned(), cause: plain(&cause.to_string()) });
            }
        }
        Ok(_) if is_git_file() => {}
        Ok(_) => return Err(GitError::File { clone: name.to_owned() }),
        Err(cause) => return Err(GitError::Unreadable { clone: name.to_owned(), cause: plain(&cause.to_string()) }),
    }
    let options = Options::isolated().with(sec::Trust::Full).config_overrides([LARGEST_OBJECT]);
    let mut clone = options.open(folder).map_err(|cause| unopened(folder, name, &cause))?.to_thread_local();
    // Without a namespace, all references are those of the repo.
    clone.clear_namespace();
    let storage = clone.config_snapshot().plumbing().string("extensions.refStorage");
    match storage.map(|storage| storage.to_string()) {
        Some(storage) if !storage.eq_ignore_ascii_case("files") => Err(GitError::Format {
            clone: name.to_owned(),
            format: format!("clones with references in the format `{}`", within_a_message(&storage)),
            way_out: "Run `git refs migrate --ref-format=files` there, or import the output of `git log` with `--from git-log`",
        }),
        _ => Ok(clone),
    }
}

fn unopened(folder: &Path, name: &str, cause: &gix::Error) -> GitError {
    let clone = name.to_owned();
    if cause.is_unsupported() {
        return GitError::Format {
            clone,
            format: "clones with SHA-256 names".to_owned(),
            way_out: "Import the output of `git log` with `--from git-log`",
        };
    }
    let has_parts = ["HEAD", "objects", "refs"].iter().all(|part| folder.join(part).exists());
    if cause.is_permission_denied() || folder.join(".git").exists() || has_parts {
        return GitError::Unreadable { clone, cause: words(cause) };
    }
    let above = fs::canonicalize(folder).ok().and_then(|folder| {
        let clone = folder.ancestors().skip(1).find(|above| above.join(".git").exists())?;
        Some(format!("; the clone that it lies in is {}", clone.display()))
    });
    let hint = above.unwrap_or_else(|| "; name the folder with `.git` in it, or a bare repository".to_owned());
    GitError::NotAClone { clone, hint }
}

/// The commits at the boundary of a shallow clone: it lacks their parents.
pub(super) fn shallow(clone: &Repository, name: &str) -> Result<HashSet<ObjectId>, GitError> {
    let commits = clone.shallow_commits().map_err(|cause| GitError::unreadable(name, &cause))?;
    Ok(commits.map(|commits| commits.iter().copied().collect()).unwrap_or_default())
}

/// Whether the clone has grafts, the old way to change parents.
pub(super) fn has_grafts(clone: &Repository) -> bool {
    fs::metadata(clone.common_dir().join("info/grafts")).is_ok_and(|meta| meta.len() > 0)
}
