//! Clones of git repositories: the commits of every branch and tag, read from a folder without a token or a network.
//!
//! The rows are those of the preset `git-log` for `git log --all`, with two differences. The commits at the boundary of a
//! shallow clone keep their parents, which the clone lacks: what lies behind them is unknown, not absent. A date that no
//! calendar has is missing, and stops nothing. A commit of the clone is read once, and only its row is kept.
//!
//! Nothing of the clone is run: no hook, no filter, no program of its configuration. Of its configuration, only the name
//! of the repo and the format are read; that of the user and the system is not opened.
//!
//! | file | owns |
//! |---|---|
//! | `clone` | opening a clone: which folders are one, and which formats are read |
//! | `remote` | the name of the repo in an address |
//! | `tips` | the commits that branches, tags and work trees name |
//! | `tags` | tags as deployments, where the user asks for them |
//! | `walk` | every commit that can be reached from them |
//! | `commit` | the text of a commit |
//! | `notes` | what the user should know about a clone that could be read |

mod clone;
mod commit;
mod error;
mod notes;
mod remote;
mod tags;
mod tips;
mod walk;

use std::path::Path;

pub use error::GitError;
use gix::Repository;

use self::notes::Tallies;
use crate::domain::batch::Batch;
use crate::domain::event::{Commit, Table};
use crate::domain::glob::Glob;
use crate::domain::time::Timestamp;
use crate::sources::file::Import;
use crate::sources::subject::pull_request_of;

/// What `import --from` calls a clone.
pub const NAME: &str = "git";

/// How a clone is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The repo; without it, that of the remote `origin`.
    pub repo: Option<String>,
    /// The `observed_at` of the rows; later instants are reported.
    pub now: Timestamp,
}

/// Reads all commits of a clone; `name` is how messages call its folder. `progress` is told the number of commits read so
/// far.
///
/// # Errors
/// The folder is not a clone, its format or an object of it cannot be read, or its repo is not known.
pub fn read(folder: &Path, name: &str, options: &Options, progress: &mut dyn FnMut(usize)) -> Result<Import, GitError> {
    let (clone, repo) = open(folder, name, options)?;
    let tips = tips::find(&clone, name)?;
    let shallow = clone::shallow(&clone, name)?;
    let mut batch = Batch::of(Table::Commits);
    let mut tallies = Tallies::new(&tips, options.now);
    walk::walk(&clone, name, tips.commits, &shallow, &mut |id, read, is_boundary| {
        tallies.add(id, &read, is_boundary);
        batch.push(&Commit {
            repo: repo.clone(),
            sha: id.to_string(),
            parents: Some(read.parents.iter().map(ToString::to_string).collect()),
            // The metrics leave an instant of 1970 out, as that of a commit without a date.
            authored_at: read.authored_at.unwrap_or_default(),
            committed_at: read.committed_at.unwrap_or_default(),
            pull_request: pull_request_of(&read.subject).map(i64::from),
            observed_at: options.now,
        });
        progress(batch.len());
    })?;
    let notes = tallies.notes(clone::has_grafts(&clone));
    Ok(Import { name: format!("{name} ({repo})"), batch, lines: Vec::new(), notes })
}

/// Reads the tags that one of the patterns matches, as deployments.
///
/// # Errors
/// As [`read`].
pub fn read_tags(folder: &Path, name: &str, options: &Options, patterns: &[Glob]) -> Result<Import, GitError> {
    let (clone, repo) = open(folder, name, options)?;
    let tags::Tags { batch, notes } = tags::read(&clone, name, &repo, patterns, options.now)?;
    Ok(Import { name: format!("{name} ({repo})"), batch, lines: Vec::new(), notes })
}

/// A clone and the name of its repo.
fn open(folder: &Path, name: &str, options: &Options) -> Result<(Repository, String), GitError> {
    let clone = clone::open(folder, name)?;
    let repo = match &options.repo {
        Some(repo) => repo.clone(),
        None => remote::origin(&clone, name)?,
    };
    Ok((clone, repo))
}
