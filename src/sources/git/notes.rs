//! What the user should know about a clone that could be read: counts, each with its first case.

use gix::ObjectId;

use super::commit::Read;
use super::tips::Tips;
use crate::domain::time::Timestamp;

/// How often something occurred, and where first.
#[derive(Debug, Default)]
struct Tally {
    count: usize,
    first: Option<ObjectId>,
}

impl Tally {
    fn add(&mut self, id: &ObjectId) {
        self.count += 1;
        self.first.get_or_insert(*id);
    }

    /// A sentence about the commits, where there are some.
    fn sentence(&self, one: &str, many: &str, rest: &str) -> Option<String> {
        let first = self.first?;
        Some(match self.count {
            1 => format!("1 commit {one}{rest} ({first})"),
            count => format!("{count} commits {many}{rest} (first: {first})"),
        })
    }
}

/// What is counted of the commits while they are read.
#[derive(Debug)]
pub(super) struct Tallies {
    now: Timestamp,
    unread: usize,
    first_unread: Option<String>,
    boundary: Tally,
    unauthored: Tally,
    uncommitted: Tally,
    future: Tally,
}

impl Tallies {
    pub(super) fn new(tips: &Tips, now: Timestamp) -> Self {
        Self {
            now,
            unread: tips.unread,
            first_unread: tips.first_unread.clone(),
            boundary: Tally::default(),
            unauthored: Tally::default(),
            uncommitted: Tally::default(),
            future: Tally::default(),
        }
    }

    pub(super) fn add(&mut self, id: &ObjectId, read: &Read, is_boundary: bool) {
        let is_missing = |at: Option<Timestamp>| at.is_none_or(Timestamp::is_placeholder);
        if is_boundary && !read.parents.is_empty() {
            self.boundary.add(id);
        }
        if is_missing(read.authored_at) {
            self.unauthored.add(id);
        }
        if is_missing(read.committed_at) {
            self.uncommitted.add(id);
        }
        if read.authored_at.max(read.committed_at).is_some_and(|at| at > self.now) {
            self.future.add(id);
        }
    }

    /// The sentences.
    pub(super) fn notes(&self, has_grafts: bool) -> Vec<String> {
        let unread = self.first_unread.as_ref().map(|first| {
            let references = if self.unread == 1 { "reference" } else { "references" };
            format!(
                "{} {references} cannot be read and {} skipped (first: {first}); run `git fsck` there",
                self.unread,
                if self.unread == 1 { "is" } else { "are" }
            )
        });
        let grafts = has_grafts.then(|| {
            "its file `info/grafts` is not read; `git replace --convert-graft-file` turns it into replaced commits, which are"
                .to_owned()
        });
        [
            self.boundary.sentence(
                "has",
                "have",
                " parents that this shallow clone lacks: deployments that would need them get no lead time \
                 (`unknown-commits`). Run `git fetch --unshallow` there, then import again",
            ),
            self.unauthored.sentence("has", "have", " no author date, or one of 1970, and no lead time starts there"),
            self.uncommitted.sentence(
                "has",
                "have",
                " no commit date, or one of 1970, and is left out of the lead time from commit to deployment",
            ),
            self.future.sentence(
                "is",
                "are",
                &format!(" dated in the future (now: {}); check the clock of the machine where it was made", self.now),
            ),
            unread,
            grafts,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
