//! Converts records to rows: the columns of each table, the required ones, and invalid combinations.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::error::{FileError, shortened};
use super::notes::{self, OddInstants, Tallies};
use super::record::Record;
use super::{Import, Options};
use crate::domain::batch::Batch;
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Table};
use crate::domain::status::{is_known_status, plain_status};
use crate::domain::time::Timestamp;

/// The source of rows that do not name one.
pub(super) const DEFAULT_SOURCE: &str = "file";

/// Bytes of a title that may mean a column: no column's name is half as long.
const LONGEST_SLIP: usize = 64;
/// How many unknown names of a file are remembered, so that each is reported once.
const MOST_IGNORED: usize = 1_000;

/// The column that an unknown title probably means: at most two typos, and fewer in a short word.
pub(super) fn misspelt(title: &str, missing: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    // The distance takes time and memory by the length of both.
    if title.len() > LONGEST_SLIP {
        return None;
    }
    let distance = |name: &str| strsim::damerau_levenshtein(title, name);
    missing
        .map(|name| (distance(name), name))
        .filter(|(slips, _)| *slips <= 2 && slips * 3 <= title.len())
        .min()
        .map(|(_, name)| name)
}

/// The required columns of a table.
pub(super) fn needed(table: Table) -> &'static [&'static str] {
    match table {
        Table::Deployments => &["id", "repo", "environment", "sha", "status", "created_at", "finished_at"],
        Table::Commits => &["repo", "sha", "parents", "authored_at", "committed_at"],
        Table::PullRequests => &["repo", "number", "opened_at", "merge_sha"],
        Table::Incidents => &["id", "service_keys", "opened_at", "resolved_at"],
    }
}

/// Rows of one table, growing.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    options: &'a Options,
    file: &'a str,
    batch: Batch,
    /// The line of each row.
    lines: Vec<u32>,
    tallies: Tallies,
    notes: Vec<String>,
    /// Names in the file that are not columns.
    ignored: FxHashSet<String>,
    /// Statuses that are not known: how often each occurs, and the line of the first of all.
    unknown: BTreeMap<String, u64>,
    first_unknown: u64,
    /// Records of other kinds, by what they are called.
    skipped: BTreeMap<&'static str, u64>,
    /// How many rows have each sort of the preset's `Preset::sorts`.
    sorts: BTreeMap<String, u64>,
}

/// Statuses that a message names.
const MOST_NAMED: usize = 8;
/// Notes that one file may cause; a file of another kind would have one for each of its columns.
const MOST_NOTES: usize = 20;

impl<'a> Collector<'a> {
    pub(super) fn new(file: &'a str, options: &'a Options) -> Self {
        Self {
            options,
            file,
            batch: Batch::of(options.table),
            lines: Vec::new(),
            tallies: Tallies::default(),
            notes: Vec::new(),
            ignored: FxHashSet::default(),
            unknown: BTreeMap::new(),
            first_unknown: 0,
            skipped: BTreeMap::new(),
            sorts: BTreeMap::new(),
        }
    }

    pub(super) fn table(&self) -> Table {
        self.options.table
    }

    /// How the file is read.
    pub(super) fn options(&self) -> &'a Options {
        self.options
    }

    /// Counts a record that is not a row.
    pub(super) fn skip(&mut self, name: &'static str) {
        *self.skipped.entry(name).or_default() += 1;
    }

    /// Counts a row of these sorts.
    pub(super) fn sort(&mut self, sorts: Vec<String>) {
        for sort in sorts {
            if self.sorts.len() < MOST_IGNORED || self.sorts.contains_key(&sort) {
                *self.sorts.entry(sort).or_default() += 1;
            }
        }
    }

    /// Whether an unknown name occurs for the first time.
    pub(super) fn is_first(&mut self, name: &str) -> bool {
        let is_new = self.ignored.len() < MOST_IGNORED && !self.ignored.contains(name);
        is_new && self.ignored.insert(name.to_owned())
    }

    /// Keeps something to say of the file, once.
    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The source of a row: what the user said, else the row, else the program that wrote the file.
    fn source(&mut self, record: &Record<'_>) -> Result<String, FileError> {
        let named = record.borrowed("source")?;
        let Some(stated) = &self.options.source else {
            let Some(name) = named else {
                return Ok(self.options.preset.map_or(DEFAULT_SOURCE, |preset| preset.source).to_owned());
            };
            return check_source(&name)
                .map_err(|why| record.unreadable("source", &name, why))
                .map(|()| name.into_owned());
        };
        if let Some(name) = named.filter(|name| name != stated) {
            let name = shortened(&name);
            self.note(format!("--source {stated} replaces the value of the column `source`, which is `{name}`"));
        }
        Ok(stated.clone())
    }

    pub(super) fn push(&mut self, record: &Record<'_>) -> Result<(), FileError> {
        let source = match self.table() {
            Table::Deployments | Table::Incidents => self.source(record)?,
            Table::Commits | Table::PullRequests => String::new(),
        };
        let observed_at = record.instant("observed_at")?.unwrap_or(self.options.now);
        // The clock of the system that wrote the file was wrong: any other row of the same event counts as newer.
        let observed_at = if observed_at > self.options.now { Timestamp(0) } else { observed_at };
        let (line, now, repo) = (record.line, self.options.now, self.options.repo.as_deref());
        match self.table() {
            Table::Deployments => {
                let mut row = Deployment { source, ..deployment(record, repo, observed_at)? };
                if let Err(unknown) = meaning(&mut row.status, self.options) {
                    if self.unknown.is_empty() {
                        self.first_unknown = line;
                    }
                    *self.unknown.entry(unknown).or_default() += 1;
                } else if row.status == "success" && row.finished_at.is_none() {
                    let reason = "a deployment with status success needs its finish time";
                    return Err(record.unreadable("finished_at", "", reason));
                }
                self.tallies.deployment(&row, line, now);
                self.batch.push(&row);
            }
            Table::Commits => {
                let row = commit(record, repo, observed_at)?;
                self.tallies.commit(&row, line, now);
                self.batch.push(&row);
            }
            Table::PullRequests => {
                let row = pull_request(record, repo, observed_at)?;
                self.tallies.pull_request(&row, line, now);
                self.batch.push(&row);
            }
            Table::Incidents => {
                let row = Incident { source, ..incident(record, observed_at)? };
                self.tallies.incident(&row, line, now);
                self.batch.push(&row);
            }
        }
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        Ok(())
    }

    /// The rows of the file, where every status is known.
    pub(super) fn finish(self, odd: &OddInstants) -> Result<Import, FileError> {
        if !self.unknown.is_empty() {
            return Err(unknown_statuses(self.file, self.first_unknown, &self.unknown));
        }
        let mut said = self.notes;
        for (name, count) in self.skipped {
            let records = if count == 1 { format!("1 {name} is") } else { format!("{count} {name}s are") };
            said.push(format!("{records} skipped"));
        }
        let sorts = self.options.preset.and_then(|preset| preset.sorts);
        said.extend(sorts.and_then(|sorts| notes::of_sorts(sorts, &self.sorts, self.lines.len() as u64)));
        said.extend(notes::notes(&self.tallies, &self.batch, &self.lines, odd, self.options.now));
        Ok(Import { name: self.file.to_owned(), batch: self.batch, lines: self.lines, notes: said })
    }
}

/// Puts the known status in the place of the written one; without one, the written status is the error.
fn meaning(status: &mut String, options: &Options) -> Result<(), String> {
    let plain = plain_status(status);
    if let Some(known) = options.statuses.get(&plain) {
        known.clone_into(status);
        return Ok(());
    }
    if !is_known_status(&plain) {
        return Err(std::mem::take(status));
    }
    *status = plain;
    Ok(())
}

/// The error of deployments of which no status is known.
pub(super) fn without_statuses(file: &str, line: u64, rows: usize) -> FileError {
    unknown_statuses(file, line, &BTreeMap::from([(String::new(), rows as u64)]))
}

fn unknown_statuses(file: &str, line: u64, unknown: &BTreeMap<String, u64>) -> FileError {
    let count = |count: u64| format!("{count} {}", if count == 1 { "row" } else { "rows" });
    let mut words = Vec::new();
    let named: Vec<String> = unknown
        .iter()
        .filter(|(status, _)| !status.is_empty())
        .map(|(status, rows)| format!("`{}` in {}", shortened(status), count(*rows)))
        .collect();
    if !named.is_empty() {
        let more =
            if named.len() > MOST_NAMED { format!(" and {} others", named.len() - MOST_NAMED) } else { String::new() };
        words.push(format!("not a known status: {}{more}", named[..named.len().min(MOST_NAMED)].join(", ")));
    }
    if let Some(rows) = unknown.get("") {
        words.push(format!(
            "{} without a status; GitHub returns deployment statuses separately: export the statuses too, and import both \
             with `--from github-deployment-statuses deployments.json statuses.json`",
            count(*rows)
        ));
    }
    let is_placeholder = |status: &String| !status.is_empty() && likely(status) == "STATUS";
    let explained = if unknown.keys().take(MOST_NAMED).any(is_placeholder) {
        " (STATUS is success, failure, error, cancelled or pending)"
    } else {
        ""
    };
    let map: Vec<String> = unknown
        .keys()
        .take(MOST_NAMED)
        .map(|status| {
            let quote = if status.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter)) {
                ""
            } else {
                "'"
            };
            format!(
                "`--map-status {quote}{}={}{quote}`",
                shortened(status),
                if status.is_empty() { "success" } else { likely(status) }
            )
        })
        .collect();
    let statuses = words.join("; ");
    FileError::Status { file: file.to_owned(), line, statuses, map: map.join(" ") + explained }
}

/// What a word of another tool plainly means; for any other word, what to put there.
fn likely(status: &str) -> &'static str {
    let lower = status.to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if begins(&["success", "succeed", "pass", "complete", "deployed", "finish", "released"]) {
        "success"
    } else if begins(&["fail", "broke", "unsuccess", "timed", "timeout"]) {
        "failure"
    } else if begins(&["cancel", "abort"]) {
        "cancelled"
    } else {
        "STATUS"
    }
}

/// Whether a text can name a source.
///
/// # Errors
/// Says which characters can.
pub fn check_source(name: &str) -> Result<(), String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if !name.is_empty() && name.chars().all(fits) {
        Ok(())
    } else {
        Err("not a valid source name; use letters, digits, `-` and `_`".into())
    }
}

/// The repo that a row names, else the one that the user does.
fn repo_of(record: &Record<'_>, stated: Option<&str>) -> Result<String, FileError> {
    match (record.name("repo")?, stated) {
        (Some(named), _) => Ok(named),
        (None, Some(stated)) => Ok(stated.to_owned()),
        (None, None) => Err(record.unreadable(
            "repo",
            "",
            "a value is missing; this column needs one, or --repo OWNER/NAME for all rows that have none",
        )),
    }
}

fn deployment(record: &Record<'_>, repo: Option<&str>, observed_at: Timestamp) -> Result<Deployment, FileError> {
    Ok(Deployment {
        source: String::new(),
        id: record.required_text("id")?,
        repo: repo_of(record, repo)?,
        environment: record.name("environment")?,
        sha: record.revision("sha")?,
        r#ref: record.name("ref")?,
        status: record.name("status")?.unwrap_or_default(),
        created_at: record.required_instant("created_at")?,
        finished_at: record.instant("finished_at")?,
        task: record.name("task")?,
        creator: record.name("creator")?,
        url: record.name("url")?,
        observed_at,
    })
}

fn commit(record: &Record<'_>, repo: Option<&str>, observed_at: Timestamp) -> Result<Commit, FileError> {
    Ok(Commit {
        repo: repo_of(record, repo)?,
        sha: record
            .revision("sha")?
            .ok_or_else(|| record.unreadable("sha", "", "a value is missing; this column needs one"))?,
        parents: parents(record)?,
        // Git keeps whatever date it is given; the metrics leave an absurd one out of the lead time.
        authored_at: record.instant_of_any_year("authored_at")?,
        committed_at: record.required_instant("committed_at")?,
        pull_request: record.integer("pull_request")?,
        observed_at,
    })
}

fn parents(record: &Record<'_>) -> Result<Option<Vec<String>>, FileError> {
    let parents = record.list("parents")?;
    match parents.iter().flatten().find(|parent| parent.contains(char::is_whitespace)) {
        Some(broken) => Err(record.unreadable("parents", broken, "more than one revision; join parents with `;`")),
        None => Ok(parents),
    }
}

fn pull_request(record: &Record<'_>, repo: Option<&str>, observed_at: Timestamp) -> Result<PullRequest, FileError> {
    Ok(PullRequest {
        repo: repo_of(record, repo)?,
        number: record
            .integer("number")?
            .ok_or_else(|| record.unreadable("number", "", "a number is missing; this column needs one"))?,
        title: record.text("title")?,
        author: record.name("author")?,
        labels: record.list("labels")?.unwrap_or_default(),
        head_ref: record.name("head_ref")?,
        opened_at: record.required_instant("opened_at")?,
        first_commit_at: record.instant("first_commit_at")?,
        first_review_at: record.instant("first_review_at")?,
        approved_at: record.instant("approved_at")?,
        merged_at: record.instant("merged_at")?,
        merge_sha: record.revision("merge_sha")?,
        observed_at,
    })
}

fn incident(record: &Record<'_>, observed_at: Timestamp) -> Result<Incident, FileError> {
    Ok(Incident {
        source: String::new(),
        id: record.required_text("id")?,
        title: record.text("title")?,
        service_keys: record.list("service_keys")?.unwrap_or_default(),
        priority: record.name("priority")?,
        urgency: record.name("urgency")?,
        status: record.name("status")?,
        opened_at: record.required_instant("opened_at")?,
        acknowledged_at: record.instant("acknowledged_at")?,
        resolved_at: record.instant("resolved_at")?,
        caused_by_deploy: record.flag("caused_by_deploy")?,
        deployment_ref: record.name("deployment_ref")?,
        tags: record.list("tags")?.unwrap_or_default(),
        url: record.name("url")?,
        observed_at,
    })
}
