//! Tags as deployments: a proxy, for a team that releases with tags and records no deployments.
//!
//! A row is one tag that a pattern matches, at the time of the annotated tag, else of its commit. A tag of a tree or a file
//! is not a release. The id has the repo and the commit, so that a tag that was moved is two rows.

use gix::objs::{Find as _, Kind};
use gix::refs::TargetRef;
use gix::{ObjectId, Repository};

use super::commit;
use super::error::{GitError, words};
use super::tips::{Peeled, peel};
use crate::domain::batch::Batch;
use crate::domain::event::{Deployment, Table};
use crate::domain::glob::Glob;
use crate::domain::kind::{DeploymentKind, STAND_IN_ENVIRONMENT};
use crate::domain::time::Timestamp;

/// The source of the rows.
const SOURCE: &str = "git";
/// Digits of a commit's name in the id of a row.
const SHORT: usize = 12;

/// The tags that were read.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) batch: Batch,
    pub(super) notes: Vec<String>,
}

/// Reads the tags that one of the patterns matches.
///
/// # Errors
/// The references or an object that they name cannot be read.
pub(super) fn read(
    clone: &Repository,
    name: &str,
    repo: &str,
    patterns: &[Glob],
    now: Timestamp,
) -> Result<Tags, GitError> {
    let unreadable = |cause: gix::Error| GitError::unreadable(name, &cause);
    let mut batch = Batch::of(Table::Deployments);
    let (mut undated, mut unread, mut future) = (0, 0, 0);
    let references = clone.references().map_err(unreadable)?;
    for reference in references.tags().map_err(unreadable)? {
        let Ok(reference) = reference else {
            unread += 1;
            continue;
        };
        let full = reference.name().as_bstr().to_string();
        let tag = full.strip_prefix("refs/tags/").unwrap_or(&full);
        let TargetRef::Object(id) = reference.target() else { continue };
        if !patterns.iter().any(|pattern| pattern.matches(tag)) {
            continue;
        }
        let commit = match peel(clone, name, id.to_owned())? {
            Peeled::Commit(commit) => commit,
            Peeled::Other => continue,
            Peeled::Missing(_) => {
                unread += 1;
                continue;
            }
        };
        let Some(at) = date(clone, name, id.to_owned(), commit)? else {
            undated += 1;
            continue;
        };
        future += usize::from(at > now);
        let sha = commit.to_string();
        batch.push(&Deployment {
            source: SOURCE.to_owned(),
            id: DeploymentKind::Tags.id(&format!("{repo}/{tag}/{}", sha.get(..SHORT).unwrap_or_default())),
            repo: repo.to_owned(),
            environment: Some(STAND_IN_ENVIRONMENT.to_owned()),
            sha: Some(sha),
            r#ref: Some(tag.to_owned()),
            status: "success".to_owned(),
            created_at: at,
            finished_at: Some(at),
            task: DeploymentKind::Tags.task().map(str::to_owned),
            observed_at: now,
            ..Deployment::default()
        });
    }
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 tag {one}")),
        count => Some(format!("{count} tags {many}")),
    };
    let notes = [
        counted(
            unread,
            "cannot be read and is skipped; run `git fsck` there",
            "cannot be read and are skipped; run `git fsck` there",
        ),
        counted(
            undated,
            "has no date, or one of 1970, and is skipped",
            "have no date, or one of 1970, and are skipped",
        ),
        counted(future, "is dated in the future", "are dated in the future"),
    ];
    Ok(Tags { batch, notes: notes.into_iter().flatten().collect() })
}

/// When a tag was made, else its commit.
fn date(clone: &Repository, name: &str, tag: ObjectId, commit: ObjectId) -> Result<Option<Timestamp>, GitError> {
    let mut buffer = Vec::new();
    for id in [tag, commit] {
        let object = clone.objects.try_find(&id, &mut buffer);
        let object = object.map_err(|cause| GitError::object(name, id, &words(&cause)))?;
        let at = object.and_then(|object| match object.kind {
            Kind::Tag => commit::tagged_at(object.data),
            Kind::Commit => commit::read(object.data)?.committed_at,
            Kind::Tree | Kind::Blob => None,
        });
        if let Some(at) = at.filter(|at| !at.is_placeholder()) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
