//! Keeps what the source hands on: rows first, then coverage, then cursors, some pages at a time.
//!
//! A write replaces whole months, and so takes longer the more the dataset holds. The first page is written at once;
//! then pages are gathered for some times as long as the last write took. Killed in between, a run loses that much
//! reading and nothing else: cursors and coverage stand only on written rows.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

use super::SOURCE;
use super::summary::{Outcome, Summary};
use crate::cli::output::Talk;
use crate::domain::coverage::Coverage;
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows};
use crate::sources::github::Event;
use crate::store::{StoreError, Writer};

/// Pages are gathered this many times as long as the last write took,
const PATIENCE: u32 = 4;
/// but not longer than this,
const LONGEST: Duration = Duration::from_secs(2);
/// and not beyond this many rows.
const MOST_ROWS: usize = 20_000;

/// What was read and is not written.
#[derive(Default)]
struct Pending {
    deployments: Vec<Deployment>,
    commits: Vec<Commit>,
    pull_requests: Vec<PullRequest>,
    incidents: Vec<Incident>,
    covered: Vec<Coverage>,
    cursors: BTreeMap<String, Option<String>>,
}

impl Pending {
    fn add(&mut self, rows: Rows) {
        match rows {
            Rows::Deployments(mut rows) => self.deployments.append(&mut rows),
            Rows::Commits(mut rows) => self.commits.append(&mut rows),
            Rows::PullRequests(mut rows) => self.pull_requests.append(&mut rows),
            Rows::Incidents(mut rows) => self.incidents.append(&mut rows),
        }
    }

    fn rows(&self) -> usize {
        self.deployments.len() + self.commits.len() + self.pull_requests.len() + self.incidents.len()
    }

    fn is_empty(&self) -> bool {
        self.rows() == 0 && self.covered.is_empty() && self.cursors.is_empty()
    }
}

/// The only one who writes to the dataset during a fetch.
pub(super) struct Keeper {
    writer: Writer,
    talk: Talk,
    line: ProgressBar,
    pending: Pending,
    summary: Summary,
}

impl Keeper {
    /// `repos` is how many will be read, where that is known.
    pub(super) fn new(writer: Writer, repos: Option<usize>, talk: Talk) -> Self {
        let line = talk.spinner();
        line.set_message("asking GitHub");
        Self {
            writer,
            talk,
            line,
            pending: Pending::default(),
            summary: Summary { total: repos, ..Summary::default() },
        }
    }

    /// Takes events until the source has no more. `runtime` waits for them; nothing is written inside it.
    pub(super) fn keep(mut self, runtime: &Handle, mut events: Receiver<Event>) -> Result<Summary, StoreError> {
        let mut due = Instant::now();
        loop {
            let event = if self.pending.is_empty() {
                Ok(runtime.block_on(events.recv()))
            } else {
                runtime.block_on(async { timeout_at(due, events.recv()).await })
            };
            let is_over = matches!(event, Ok(None));
            if let Ok(Some(event)) = event {
                self.take(event);
            }
            let began = Instant::now();
            if is_over || began >= due || self.pending.rows() >= MOST_ROWS {
                self.write()?;
                due = Instant::now() + LONGEST.min(began.elapsed() * PATIENCE);
            }
            if is_over {
                self.line.finish_and_clear();
                return Ok(self.summary);
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Page { repo, rows, cursor } => {
                let read = self.summary.repos.entry(repo.clone()).or_default();
                for rows in rows {
                    read.add(&rows);
                    self.pending.add(rows);
                }
                // Without a cursor, the one before still stands: it rests on less.
                if cursor.is_some() {
                    self.pending.cursors.insert(repo, cursor);
                }
            }
            Event::Done { repo, covered } => {
                let read = self.summary.repos.entry(repo.clone()).or_default();
                read.outcome = Outcome::Done;
                read.covered = covered.iter().flat_map(|entry| &entry.spans).copied().collect();
                self.pending.covered.extend(covered);
                self.pending.cursors.insert(repo, None);
            }
            Event::Failed { repo, reason } => {
                self.summary.repos.entry(repo).or_default().outcome = Outcome::Failed(reason);
            }
            Event::Notice(text) => self.line.suspend(|| self.talk.info(&text)),
        }
        self.line.set_message(self.summary.progress());
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let mut batches = vec![
            Rows::Deployments(pending.deployments),
            Rows::Commits(pending.commits),
            Rows::PullRequests(pending.pull_requests),
            Rows::Incidents(pending.incidents),
        ];
        batches.retain(|rows| !rows.is_empty());
        for change in self.writer.write(batches, &pending.covered)? {
            for (repo, rows) in change.new_by_repo {
                self.summary.repos.entry(repo).or_default().new += rows;
            }
        }
        self.writer.set_cursors(SOURCE, &pending.cursors)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tokio::runtime::Builder;
    use tokio::sync::mpsc;

    use super::*;
    use crate::cli::args::Cli;
    use crate::domain::event::Table;
    use crate::domain::time::{Span, Timestamp};
    use crate::store::Dataset;

    fn page(repo: &str, id: &str, cursor: Option<&str>) -> Event {
        let row = Deployment { source: SOURCE.into(), repo: repo.into(), id: id.into(), ..Deployment::default() };
        Event::Page { repo: repo.into(), rows: vec![Rows::Deployments(vec![row])], cursor: cursor.map(str::to_owned) }
    }

    fn done(repo: &str) -> Event {
        let spans = vec![Span { from: Timestamp(0), to: Timestamp(9) }];
        let covered = Coverage { table: Table::Deployments, source: SOURCE.into(), scope: repo.into(), spans };
        Event::Done { repo: repo.into(), covered: vec![covered] }
    }

    fn keep(events: Vec<Event>, folder: &std::path::Path) -> Summary {
        let talk = Talk::new(&Cli::parse_from(["dora-report", "demo", "--quiet"]).common);
        let keeper = Keeper::new(Writer::lock(folder, "test").expect("the lock"), None, talk);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (sender, receiver) = mpsc::channel(1);
        let sending = runtime.spawn(async move {
            for event in events {
                sender.send(event).await.expect("somebody takes it");
            }
        });
        let summary = keeper.keep(runtime.handle(), receiver).expect("kept");
        runtime.block_on(sending).expect("all sent");
        summary
    }

    #[test]
    fn a_cursor_stays_where_a_repo_was_left_and_goes_when_it_was_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let events = vec![
            page("a/left", "1", Some("x")),
            page("a/read", "2", Some("y")),
            page("a/left", "3", None),
            done("a/read"),
            Event::Failed { repo: "a/left".into(), reason: "gone".into() },
        ];
        let summary = keep(events, folder.path());
        assert_eq!(summary.failed(), 1);
        assert_eq!(summary.repos["a/left"].new, 2);
        let known = Dataset::open(folder.path()).and_then(|it| it.known(SOURCE, &|_| true)).expect("read");
        assert_eq!(known["a/left"].cursor.as_deref(), Some("x"));
        assert_eq!((known["a/left"].deployments.len(), known["a/left"].covered), (2, None));
        assert_eq!(known["a/read"].cursor, None);
        assert!(known["a/read"].covered.is_some());
        // The same rows again are none new, and complete the repo.
        let summary = keep(vec![page("a/left", "1", None), done("a/left")], folder.path());
        assert_eq!((summary.repos["a/left"].new, summary.failed()), (0, 0));
        assert!(!folder.path().join("cursors.json").exists());
    }
}
