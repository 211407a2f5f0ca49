//! Records to rows: which columns each table has, which it needs, and what a row may not say.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::error::FileError;
use super::record::Record;
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows, Table};
use crate::domain::time::Timestamp;

/// The source of rows that do not name one.
pub(super) const DEFAULT_SOURCE: &str = "file";

/// The column that a title which is none is likely to mean: at most two slips, and not half of a short word.
pub(super) fn misspelt(title: &str, missing: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let distance = |name: &str| strsim::damerau_levenshtein(title, name);
    missing
        .map(|name| (distance(name), name))
        .filter(|(slips, _)| *slips <= 2 && slips * 3 <= title.len())
        .min()
        .map(|(_, name)| name)
}

/// The columns without which a table says nothing.
pub(super) fn needed(table: Table) -> &'static [&'static str] {
    match table {
        Table::Deployments => &["id", "repo", "environment", "sha", "status", "created_at", "finished_at"],
        Table::Commits => &["repo", "sha", "parents", "authored_at", "committed_at"],
        Table::PullRequests => &["repo", "number", "opened_at", "merge_sha"],
        Table::Incidents => &["id", "service_keys", "opened_at", "resolved_at"],
    }
}

/// Two rows of one key must be the same event: an id that another repo or service uses as well would replace it.
fn one_event(
    seen: &mut FxHashMap<(String, String), (u64, String)>,
    record: &impl Record,
    (source, id): (&str, &str),
    what: String,
) -> Result<(), FileError> {
    match seen.entry((source.to_owned(), id.to_owned())) {
        Entry::Vacant(free) => {
            free.insert((record.line(), what));
            Ok(())
        }
        Entry::Occupied(first) if first.get().1 == what => Ok(()),
        Entry::Occupied(first) => {
            let (line, other) = first.get();
            let reason = format!(
                "another event has this id and source: line {line} ({other}), and here ({what}). Make the ids of one source \
                 unique, for example by the repo before the number, or give each system a source of its own"
            );
            Err(record.unreadable("id", id, reason))
        }
    }
}

/// Rows of one table, growing.
#[derive(Debug)]
pub(super) struct Collector {
    rows: Rows,
    observed_at: Timestamp,
    /// By source and id: the line of its first row, and what the other rows of that key must have alike.
    seen: FxHashMap<(String, String), (u64, String)>,
}

impl Collector {
    pub(super) fn new(table: Table, observed_at: Timestamp) -> Self {
        let rows = match table {
            Table::Deployments => Rows::Deployments(Vec::new()),
            Table::Commits => Rows::Commits(Vec::new()),
            Table::PullRequests => Rows::PullRequests(Vec::new()),
            Table::Incidents => Rows::Incidents(Vec::new()),
        };
        Self { rows, observed_at, seen: FxHashMap::default() }
    }

    pub(super) fn push(&mut self, record: &impl Record) -> Result<(), FileError> {
        let observed_at = record.instant("observed_at")?.unwrap_or(self.observed_at);
        match &mut self.rows {
            Rows::Deployments(rows) => {
                let row = deployment(record, observed_at)?;
                let text = |cell: &Option<String>| cell.as_deref().unwrap_or("none").to_lowercase();
                let what = format!(
                    "repo {}, environment {}, sha {}",
                    row.repo.to_lowercase(),
                    text(&row.environment),
                    text(&row.sha)
                );
                one_event(&mut self.seen, record, (&row.source, &row.id), what)?;
                rows.push(row);
            }
            Rows::Commits(rows) => rows.push(commit(record, observed_at)?),
            Rows::PullRequests(rows) => rows.push(pull_request(record, observed_at)?),
            Rows::Incidents(rows) => {
                let row = incident(record, observed_at)?;
                let mut keys: Vec<String> = row.service_keys.iter().map(|key| key.to_lowercase()).collect();
                keys.sort_unstable();
                let what = format!("service keys {}, opened {}", keys.join(";"), row.opened_at.to_rfc3339());
                one_event(&mut self.seen, record, (&row.source, &row.id), what)?;
                rows.push(row);
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Rows {
        self.rows
    }
}

fn source(record: &impl Record) -> Result<String, FileError> {
    let Some(name) = record.text("source")? else { return Ok(DEFAULT_SOURCE.to_owned()) };
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_') {
        Ok(name)
    } else {
        Err(record.unreadable("source", &name, "no short name; use letters, digits, `-` and `_`"))
    }
}

fn deployment(record: &impl Record, observed_at: Timestamp) -> Result<Deployment, FileError> {
    let row = Deployment {
        source: source(record)?,
        id: record.required_text("id")?,
        repo: record.required_text("repo")?,
        environment: record.text("environment")?,
        sha: record.revision("sha")?,
        r#ref: record.text("ref")?,
        status: record.text("status")?.map_or_else(|| "pending".to_owned(), |status| status.to_lowercase()),
        created_at: record.required_instant("created_at")?,
        finished_at: record.instant("finished_at")?,
        task: record.text("task")?,
        creator: record.text("creator")?,
        url: record.text("url")?,
        observed_at,
    };
    if row.status == "success" && row.finished_at.is_none() {
        return Err(record.unreadable("finished_at", "", "a deployment that succeeded needs the instant when it did"));
    }
    Ok(row)
}

fn commit(record: &impl Record, observed_at: Timestamp) -> Result<Commit, FileError> {
    Ok(Commit {
        repo: record.required_text("repo")?,
        sha: record
            .revision("sha")?
            .ok_or_else(|| record.unreadable("sha", "", "a value is missing; this column needs one"))?,
        parents: parents(record)?,
        authored_at: record.required_instant("authored_at")?,
        committed_at: record.required_instant("committed_at")?,
        pull_request: record.integer("pull_request")?,
        observed_at,
    })
}

fn parents(record: &impl Record) -> Result<Option<Vec<String>>, FileError> {
    let parents = record.list("parents")?;
    match parents.iter().flatten().find(|parent| parent.contains(char::is_whitespace)) {
        Some(broken) => Err(record.unreadable("parents", broken, "more than one revision; join parents with `;`")),
        None => Ok(parents),
    }
}

fn pull_request(record: &impl Record, observed_at: Timestamp) -> Result<PullRequest, FileError> {
    Ok(PullRequest {
        repo: record.required_text("repo")?,
        number: record
            .integer("number")?
            .ok_or_else(|| record.unreadable("number", "", "a number is missing; this column needs one"))?,
        title: record.text("title")?,
        author: record.text("author")?,
        labels: record.list("labels")?.unwrap_or_default(),
        head_ref: record.text("head_ref")?,
        opened_at: record.required_instant("opened_at")?,
        first_commit_at: record.instant("first_commit_at")?,
        first_review_at: record.instant("first_review_at")?,
        approved_at: record.instant("approved_at")?,
        merged_at: record.instant("merged_at")?,
        merge_sha: record.revision("merge_sha")?,
        observed_at,
    })
}

fn incident(record: &impl Record, observed_at: Timestamp) -> Result<Incident, FileError> {
    Ok(Incident {
        source: source(record)?,
        id: record.required_text("id")?,
        title: record.text("title")?,
        service_keys: record.list("service_keys")?.unwrap_or_default(),
        priority: record.text("priority")?,
        urgency: record.text("urgency")?,
        status: record.text("status")?,
        opened_at: record.required_instant("opened_at")?,
        acknowledged_at: record.instant("acknowledged_at")?,
        resolved_at: record.instant("resolved_at")?,
        caused_by_deploy: record.flag("caused_by_deploy")?,
        deployment_ref: record.text("deployment_ref")?,
        tags: record.list("tags")?.unwrap_or_default(),
        url: record.text("url")?,
        observed_at,
    })
}
