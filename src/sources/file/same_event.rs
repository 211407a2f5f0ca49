//! For each table: when two rows with one key describe the same event, and how they are merged.

use super::error::FileError;
use crate::domain::batch::Columnar;
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows};
use crate::domain::status::{State, supersedes};
use crate::domain::time::Timestamp;

/// Where the earlier of two rows comes from, as seen from the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    SameFile,
    /// Another file of the same import.
    OtherFile,
    /// An import or a fetch before.
    Dataset,
}

/// Rows of one file.
#[derive(Debug)]
pub(super) struct Picked<E> {
    pub(super) name: String,
    pub(super) events: Vec<E>,
    /// The line of each.
    pub(super) lines: Vec<u64>,
}

/// What settles the rows of GitHub's deployments.
pub(super) type Settle = fn(&mut [Picked<Deployment>], &mut [Deployment]) -> Result<Vec<String>, FileError>;

/// A row that has a key.
pub(super) trait Event: Columnar {
    /// What the user can do to give two events different keys.
    const WAY_OUT: &'static str;

    fn of(rows: Rows) -> Vec<Self>;
    /// Settles deployments; other rows have nothing to settle.
    fn settle(_files: &mut [Picked<Self>], _stored: &mut [Self], _settle: Settle) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }
    fn key(&self) -> (String, String);
    /// The key as a message names it.
    fn named(&self) -> String;
    /// What tells it from another event with its key.
    fn distinction(&self) -> String;
    /// Whether `later` is another event than this one.
    fn is_other(&self, later: &Self, relation: Relation) -> bool;
    /// Changes the key so that the two events differ; returns false if that is not possible.
    fn set_apart(&mut self, _from: &Self) -> bool {
        false
    }
    /// The key that [`Event::set_apart`] would give.
    fn key_apart(&self) -> Option<(String, String)> {
        None
    }
    /// When it came into its state.
    fn since(&self) -> Timestamp {
        Timestamp(0)
    }
    /// Whether a later row says how the event ended, and the earlier row holds.
    fn is_overruled(&self, _later: &Self) -> bool {
        false
    }
    /// Takes on what a later row of the same event says.
    fn absorb(&mut self, later: Self, relation: Relation, since: &mut Timestamp);
}

fn text(cell: Option<&str>) -> &str {
    cell.unwrap_or("none")
}

/// Whether two values that are both there differ, without case.
fn differ(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.to_lowercase() != b.to_lowercase())
}

/// Git accepts no shorter abbreviation of a sha by default.
const SHORT_SHA: usize = 7;

fn is_other_sha(a: Option<&str>, b: Option<&str>) -> bool {
    let Some((a, b)) = a.zip(b).map(|(a, b)| (a.to_lowercase(), b.to_lowercase())) else { return false };
    let is_short_form = a.len().min(b.len()) >= SHORT_SHA && (a.starts_with(&b) || b.starts_with(&a));
    a != b && !is_short_form
}

impl Event for Deployment {
    const WAY_OUT: &'static str = "Import each system with its own --source NAME, or make the ids unique, for example by \
                                   adding the repo: web-101";

    fn of(rows: Rows) -> Vec<Self> {
        if let Rows::Deployments(rows) = rows { rows } else { Vec::new() }
    }

    fn settle(files: &mut [Picked<Self>], stored: &mut [Self], settle: Settle) -> Result<Vec<String>, FileError> {
        settle(files, stored)
    }

    fn key(&self) -> (String, String) {
        (self.source.clone(), self.id.clone())
    }

    fn named(&self) -> String {
        format!("id `{}` of source `{}`", self.id, self.source)
    }

    fn distinction(&self) -> String {
        let (environment, sha) = (text(self.environment.as_deref()), text(self.sha.as_deref()));
        format!("{}, {environment}, {sha}, created {}", self.repo, self.created_at)
    }

    fn is_other(&self, later: &Self, relation: Relation) -> bool {
        // Two whole deployments that began at different times, and no status history of one.
        let is_whole = |row: &Self| row.status == "success" && row.is_whole();
        let are_two = is_whole(self) && is_whole(later) && self.created_at != later.created_at;
        (relation == Relation::SameFile && are_two)
            || differ(Some(&self.repo), Some(&later.repo))
            || differ(self.environment.as_deref(), later.environment.as_deref())
            || is_other_sha(self.sha.as_deref(), later.sha.as_deref())
    }

    fn since(&self) -> Timestamp {
        self.finished_at.unwrap_or(self.created_at)
    }

    fn absorb(&mut self, later: Self, relation: Relation, since: &mut Timestamp) {
        let is_newer = later.observed_at >= self.observed_at;
        // A row with the same status from a later import corrects the stored row. A row that begins when it ends is not
        // the whole deployment but one of its statuses.
        let corrects = relation == Relation::Dataset && self.status == later.status && later.is_whole() && is_newer;
        let history = [(&*self, *since), (&later, later.since())];
        let [a, b] = history.map(|(row, at)| State { status: &row.status, at, finished_at: row.finished_at });
        let holds = if corrects || supersedes(b, a) { b } else { a };
        let (status, finished_at) = (holds.status.to_owned(), holds.finished_at);
        *since = holds.at;
        let created_at = if corrects { later.created_at } else { self.created_at.min(later.created_at) };
        let (now, before) = if is_newer { (later, self.clone()) } else { (self.clone(), later) };
        *self = Self {
            environment: now.environment.or(before.environment),
            sha: longer(now.sha, before.sha),
            r#ref: now.r#ref.or(before.r#ref),
            task: now.task.or(before.task),
            creator: now.creator.or(before.creator),
            url: now.url.or(before.url),
            status,
            finished_at,
            created_at,
            ..now
        };
    }

    fn is_overruled(&self, later: &Self) -> bool {
        self.status == "success" && later.status != "success" && later.is_whole()
    }
}

impl Deployment {
    /// Whether a row has the beginning and the end of a deployment, and is not one of its statuses.
    fn is_whole(&self) -> bool {
        self.finished_at.is_some_and(|end| self.created_at < end)
    }
}

/// The longer of two names of one revision.
fn longer(a: Option<String>, b: Option<String>) -> Option<String> {
    let length = |sha: &Option<String>| sha.as_ref().map_or(0, String::len);
    if length(&b) > length(&a) { b } else { a }
}

impl Event for Incident {
    const WAY_OUT: &'static str = "If both are one incident, give it the same opening time; if not, import each system with \
                                   its own --source NAME, or make the ids unique";

    fn of(rows: Rows) -> Vec<Self> {
        if let Rows::Incidents(rows) = rows { rows } else { Vec::new() }
    }

    fn key(&self) -> (String, String) {
        (self.source.clone(), self.id.clone())
    }

    fn named(&self) -> String {
        format!("id `{}` of source `{}`", self.id, self.source)
    }

    fn distinction(&self) -> String {
        format!("{}, opened {}", self.service_keys.join(";"), self.opened_at)
    }

    // A correction changes the service or the opening time of an incident; a change of both, or of opening time and
    // title, makes it a different incident. Rows of one file never correct each other.
    fn is_other(&self, later: &Self, relation: Relation) -> bool {
        let moved = self.opened_at != later.opened_at;
        if relation == Relation::SameFile {
            return moved || sorted(&self.service_keys) != sorted(&later.service_keys);
        }
        moved && (is_of_other_services(self, later) || differ(self.title.as_deref(), later.title.as_deref()))
    }

    fn set_apart(&mut self, from: &Self) -> bool {
        let apart = self.key_apart().filter(|_| is_of_other_services(self, from));
        apart.map(|(_, id)| self.id = id).is_some()
    }

    fn key_apart(&self) -> Option<(String, String)> {
        Some((self.source.clone(), format!("{}/{}", self.service_keys.first()?, self.id)))
    }

    fn absorb(&mut self, later: Self, relation: Relation, _since: &mut Timestamp) {
        // Many exports list the newest state first: within a file the end is not taken back.
        let is_older_state = relation == Relation::SameFile
            && later.observed_at == self.observed_at
            && later.resolved_at.is_none()
            && self.resolved_at.is_some();
        if later.observed_at >= self.observed_at && !is_older_state {
            *self = later;
        }
    }
}

fn sorted(keys: &[String]) -> Vec<String> {
    let mut keys: Vec<String> = keys.iter().map(|key| key.to_lowercase()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether two incidents name services, and none in common.
fn is_of_other_services(a: &Incident, b: &Incident) -> bool {
    let (a, b) = (sorted(&a.service_keys), sorted(&b.service_keys));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|key| b.contains(key))
}

impl Event for Commit {
    const WAY_OUT: &'static str = "A commit has only one list of parents: delete the wrong row";

    fn of(rows: Rows) -> Vec<Self> {
        if let Rows::Commits(rows) = rows { rows } else { Vec::new() }
    }

    fn key(&self) -> (String, String) {
        (self.repo.clone(), self.sha.clone())
    }

    fn named(&self) -> String {
        format!("commit `{}` of {}", self.sha, self.repo)
    }

    fn distinction(&self) -> String {
        match &self.parents {
            Some(parents) if parents.is_empty() => "no parents".into(),
            Some(parents) => format!("parents {}", parents.join(";")),
            None => "parents unknown".into(),
        }
    }

    // A deeper export of another day may know the parents of what was the last commit of a shallow one.
    fn is_other(&self, later: &Self, relation: Relation) -> bool {
        let lower = |parents: &[String]| parents.iter().map(|sha| sha.to_lowercase()).collect::<Vec<_>>();
        relation == Relation::SameFile
            && self.parents.as_deref().zip(later.parents.as_deref()).is_some_and(|(a, b)| lower(a) != lower(b))
    }

    fn absorb(&mut self, later: Self, relation: Relation, _since: &mut Timestamp) {
        let (mut now, before) =
            if later.observed_at >= self.observed_at { (later, self.clone()) } else { (self.clone(), later) };
        // A shallow export has no parents for its oldest commits: that does not make them roots.
        if relation != Relation::SameFile && now.parents.as_ref().is_none_or(Vec::is_empty) {
            now.parents = before.parents.clone().or(now.parents);
        }
        // `git log` knows no pull requests: it does not take away what GitHub said.
        *self = Self {
            parents: now.parents.or(before.parents),
            pull_request: now.pull_request.or(before.pull_request),
            ..now
        };
    }
}

impl Event for PullRequest {
    const WAY_OUT: &'static str = "A pull request number is unique within a repo: delete the wrong row";

    fn of(rows: Rows) -> Vec<Self> {
        if let Rows::PullRequests(rows) = rows { rows } else { Vec::new() }
    }

    fn key(&self) -> (String, String) {
        (self.repo.clone(), self.number.to_string())
    }

    fn named(&self) -> String {
        format!("pull request {} of {}", self.number, self.repo)
    }

    fn distinction(&self) -> String {
        format!("opened {}, merged as {}", self.opened_at, text(self.merge_sha.as_deref()))
    }

    fn is_other(&self, later: &Self, relation: Relation) -> bool {
        let merged_otherwise = is_other_sha(self.merge_sha.as_deref(), later.merge_sha.as_deref());
        relation == Relation::SameFile && (self.opened_at != later.opened_at || merged_otherwise)
    }

    fn absorb(&mut self, later: Self, _relation: Relation, _since: &mut Timestamp) {
        if later.observed_at >= self.observed_at {
            *self = later;
        }
    }
}
