//! Writes the events of the sources: rows first, then coverage, then cursors, several pages at a time.
//!
//! A write replaces whole months, and so takes longer the more the dataset holds. The first page is written at once;
//! then pages are gathered for some times as long as the last write took. A run that is killed in between loses only
//! the gathered pages: cursors and coverage are written only after their rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout_at;

use super::job::Job;
use super::progress::Progress;
use super::summary::{Outcome, ScopeRead, SourceRead, Summary};
use crate::cli::context::{now, tick};
use crate::cli::log::LogEvent;
use crate::cli::output::Console;
use crate::domain::coverage::Coverage;
use crate::domain::event::{Commit, Deployment, Incident, PullRequest, Rows, Table};
use crate::sources::event::Event;
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
    /// By source and scope.
    cursors: BTreeMap<Arc<str>, BTreeMap<String, Option<String>>>,
    /// The source of the rows of each table but the incidents.
    sources: BTreeMap<Table, Arc<str>>,
    /// Source and scope of the incidents, and of each by its own source and id which of these.
    scopes: Vec<(Arc<str>, String)>,
    scope_of: HashMap<(String, String), usize>,
}

impl Pending {
    fn add(&mut self, source: &Arc<str>, scope: &str, rows: Rows) {
        self.sources.insert(rows.table(), Arc::clone(source));
        if let Rows::Incidents(rows) = &rows {
            let known = self.scopes.iter().position(|(own, name)| own == source && name == scope);
            let at = known.unwrap_or_else(|| {
                self.scopes.push((Arc::clone(source), scope.to_owned()));
                self.scopes.len() - 1
            });
            self.scope_of.extend(rows.iter().map(|row| ((row.source.clone(), row.id.clone()), at)));
        }
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
pub(super) struct DatasetWriter {
    writer: Writer,
    console: Console,
    progress: Progress,
    pending: Pending,
    summary: Summary,
    /// Under which name the cursors of each source stand.
    kept_as: BTreeMap<Arc<str>, String>,
}

impl DatasetWriter {
    pub(super) fn new(writer: Writer, jobs: &[Job], console: Console) -> Self {
        let source = |job: &Job| (Arc::clone(&job.name), SourceRead { total: job.total, ..SourceRead::default() });
        Self {
            writer,
            console,
            progress: Progress::new(jobs.iter().map(|job| Arc::clone(&job.name)), console),
            pending: Pending::default(),
            summary: Summary { sources: jobs.iter().map(source).collect() },
            kept_as: jobs.iter().map(|job| (Arc::clone(&job.name), job.kept_as.clone())).collect(),
        }
    }

    /// Takes events until the sources have no more. `runtime` waits for them; nothing is written inside it.
    pub(super) fn keep(
        mut self,
        runtime: &Handle,
        mut events: Receiver<(Arc<str>, Event)>,
    ) -> Result<(Summary, Writer), StoreError> {
        let mut due = tick();
        loop {
            let event = if self.pending.is_empty() {
                Ok(runtime.block_on(events.recv()))
            } else {
                runtime.block_on(async { timeout_at(due.into(), events.recv()).await })
            };
            let is_over = matches!(event, Ok(None));
            if let Ok(Some((source, event))) = event {
                self.take(&source, event)?;
            }
            let began = tick();
            if is_over || began >= due || self.pending.rows() >= MOST_ROWS {
                self.write()?;
                due = tick() + LONGEST.min(began.elapsed() * PATIENCE);
            }
            if is_over {
                self.progress.clear();
                return Ok((self.summary, self.writer));
            }
        }
    }

    fn take(&mut self, source: &Arc<str>, event: Event) -> Result<(), StoreError> {
        match event {
            Event::Page { scope, rows, cursor } => {
                let read = self.scope(source, &scope);
                for rows in &rows {
                    read.add(rows);
                }
                for rows in rows {
                    self.pending.add(source, &scope, rows);
                }
                // Without a cursor, the one before still stands: it rests on less.
                if cursor.is_some() {
                    self.pending.cursors.entry(Arc::clone(source)).or_default().insert(scope, cursor);
                }
            }
            Event::Cursor { scope, cursor } => {
                self.pending.cursors.entry(Arc::clone(source)).or_default().insert(scope, Some(cursor));
            }
            Event::Done { scope, covered } => {
                let read = self.scope(source, &scope);
                read.outcome = Outcome::Done;
                read.covered = covered.iter().flat_map(|entry| &entry.spans).copied().collect();
                self.pending.covered.extend(covered);
                self.pending.cursors.entry(Arc::clone(source)).or_default().insert(scope, None);
            }
            Event::Failed { scope, reason, is_denied } => {
                self.scope(source, &scope).outcome = Outcome::Failed(reason, is_denied);
            }
            Event::Renamed { from, to } => {
                // What was read before belongs to either name.
                self.write()?;
                self.writer.rename(&from, &to)?;
                self.of(source).scopes.remove(&from);
                let text = format!(
                    "{from} is called {to} now; what the dataset has of it was moved there: write {to} in dora.toml, too, \
                     where it names {from}"
                );
                self.progress.warn(self.console, LogEvent::RepoRenamed, source, &text);
            }
            Event::Scopes(scopes) => {
                self.write()?;
                self.writer.expect(source, &scopes)?;
            }
            Event::Budget(budget) => self.of(source).budget = Some(budget),
            Event::TokenEnd(end) => self.of(source).token_end = Some(end),
            Event::Notice(text) => self.progress.say(self.console, source, &text),
            Event::Waiting(text) => self.progress.warn(self.console, LogEvent::Waiting, source, &text),
        }
        if let Some(read) = self.summary.sources.get(source) {
            self.progress.show(source, read, now());
        }
        Ok(())
    }

    fn of(&mut self, source: &Arc<str>) -> &mut SourceRead {
        self.summary.sources.entry(Arc::clone(source)).or_default()
    }

    fn scope(&mut self, source: &Arc<str>, scope: &str) -> &mut ScopeRead {
        let scopes = &mut self.of(source).scopes;
        // Names of repos are compared without case.
        let known = scopes.keys().find(|known| known.eq_ignore_ascii_case(scope)).cloned();
        scopes.entry(known.unwrap_or_else(|| scope.to_owned())).or_default()
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
        let label = |source: &str, id: &str| pending.scope_of.get(&(source.to_owned(), id.to_owned())).copied();
        for change in self.writer.write_labelled(batches, &pending.covered, &label)? {
            let of_repos = change
                .by_repo
                .iter()
                .filter_map(|(repo, effect)| Some((pending.sources.get(&change.table)?, repo, *effect)));
            let of_incidents = change.by_label.iter().filter_map(|(label, effect)| {
                let (source, scope) = pending.scopes.get(*label)?;
                Some((source, scope, *effect))
            });
            for (source, scope, effect) in of_repos.chain(of_incidents) {
                self.of(source).count(scope, effect);
            }
        }
        for (source, cursors) in &pending.cursors {
            let kept_as = self.kept_as.get(source).map_or(&**source, String::as_str);
            self.writer.set_cursors(kept_as, cursors)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tokio::runtime::Builder;
    use tokio::sync::mpsc;

    use super::*;
    const SOURCE: &str = "github";
    use crate::cli::args::Cli;
    use crate::domain::event::Table;
    use crate::domain::time::{Span, Timestamp};
    use crate::store::Dataset;

    fn page(repo: &str, id: &str, cursor: Option<&str>) -> Event {
        let row = Deployment { source: SOURCE.into(), repo: repo.into(), id: id.into(), ..Deployment::default() };
        Event::Page { scope: repo.into(), rows: vec![Rows::Deployments(vec![row])], cursor: cursor.map(str::to_owned) }
    }

    fn done(repo: &str) -> Event {
        let spans = vec![Span { from: Timestamp(0), to: Timestamp(9) }];
        let covered = Coverage { table: Table::Deployments, source: SOURCE.into(), scope: repo.into(), spans };
        Event::Done { scope: repo.into(), covered: vec![covered] }
    }

    fn keep(events: Vec<Event>, folder: &std::path::Path) -> Summary {
        let console = Console::new(&Cli::parse_from(["dora-report", "demo", "--quiet"]).common);
        let writer = DatasetWriter::new(Writer::lock(folder, "test", Timestamp(9)).expect("the lock"), &[], console);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (sender, receiver) = mpsc::channel(1);
        let sending = runtime.spawn(async move {
            for event in events {
                sender.send((SOURCE.into(), event)).await.expect("somebody takes it");
            }
        });
        let (summary, _) = writer.keep(runtime.handle(), receiver).expect("kept");
        runtime.block_on(sending).expect("all sent");
        summary
    }

    #[test]
    fn a_cursor_is_kept_for_an_unfinished_repo_and_removed_for_a_finished_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let events = vec![
            page("a/left", "1", Some("x")),
            page("a/read", "2", Some("y")),
            page("a/left", "3", None),
            done("a/read"),
            Event::Failed { scope: "a/left".into(), reason: "gone".into(), is_denied: false },
        ];
        let summary = keep(events, folder.path());
        assert_eq!(summary.failed(), 1);
        assert_eq!(summary.sources[SOURCE].scopes["a/left"].effect.new, 2);
        let known = Dataset::open(folder.path()).and_then(|it| it.known(SOURCE, SOURCE, &|_| true)).expect("read");
        assert_eq!(known["a/left"].cursor.as_deref(), Some("x"));
        assert_eq!((known["a/left"].deployments.len(), known["a/left"].covered), (2, None));
        assert_eq!(known["a/read"].cursor, None);
        assert!(known["a/read"].covered.is_some());
        // Writing the same rows again adds no new ones, and completes the repo.
        let summary = keep(vec![page("a/left", "1", None), done("a/left")], folder.path());
        assert_eq!((summary.sources[SOURCE].scopes["a/left"].effect.new, summary.failed()), (0, 0));
        assert!(!folder.path().join("cursors.json").exists());
    }
}
