//! A run: reads several projects at once, with one request in flight for each, and isolates the errors of one project
//! from the others.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::commits::Commits;
use super::cursor::Cursor;
use super::deployments::{Bounds, Outcome};
use super::places::{self, Target, Targets};
use super::repo::Repo;
use super::source::Source;
use super::{SOURCE, wire};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Deployment, Table};
use crate::domain::time::{Span, Timestamp};
use crate::sources::commit_walk;
use crate::sources::event::Event;
use crate::sources::history::History;
use crate::sources::incidents::error::{QueryError, SourceError};
use crate::sources::known::KnownRepo;

/// Merge requests are read from this long before the oldest deployment, which may contain earlier merges.
const MERGED_BEFORE_MS: i64 = 30 * 86_400_000;

impl Source {
    /// Reads all projects; an error where nothing else can be read.
    pub(super) async fn read(&self, targets: Targets) -> Result<(), SourceError> {
        for group in targets.refused {
            self.send(group.event()).await?;
        }
        self.reads(targets.projects.iter().map(|target| target.name().to_owned()));
        let reading: Vec<_> = targets.projects.into_iter().map(|target| self.project(target)).collect();
        stream::iter(reading).buffer_unordered(self.plan.concurrency.max(1)).try_collect::<()>().await?;
        if self.skipped.count() > 0 {
            let count = self.skipped.count();
            let text = format!(
                "{count} entries in GitLab's lists are null or lack an instant or a parent; they were skipped, and \
                 data that depends on them is unknown"
            );
            self.send(Event::Notice(text)).await?;
        }
        Ok(())
    }

    /// Reads one project. Only problems of all projects are an error.
    async fn project(&self, target: Target) -> Result<(), SourceError> {
        let name = target.name().to_owned();
        let project = match target {
            Target::Shown(project) => Ok(project),
            Target::Named(name) => places::project(&self.api, &name).await,
        };
        let read = match project {
            Ok(project) => {
                let now = project.path_with_namespace.clone();
                (now, self.known_project(&name, project).await)
            }
            Err(error) => (name, Err(error)),
        };
        match read {
            (_, Ok(())) => Ok(()),
            (scope, Err(error)) => {
                let (reason, is_denied) = error.reason()?;
                self.send(Event::Failed { scope, reason, is_denied }).await
            }
        }
    }

    /// Reads a project that was asked for by a name, which may be a former one.
    async fn known_project(&self, asked_as: &str, project: wire::Project) -> Result<(), QueryError> {
        let repo = Repo {
            id: project.id.to_string(),
            name: project.path_with_namespace,
            url: project.web_url,
            observed_at: self.plan.began,
        };
        let mut known = self.known(&repo.name);
        if known.is_none()
            && !asked_as.eq_ignore_ascii_case(&repo.name)
            && let Some(former) = self.known(asked_as)
        {
            self.renamed(former.0, &repo.name).await?;
            known = Some(former);
        }
        let Some(former) = self.all_of(&repo, known.map(|(_, known)| known)).await? else { return Ok(()) };
        self.renamed(&former, &repo.name).await?;
        self.all_of(&repo, self.known(&former).map(|(_, known)| known)).await?;
        Ok(())
    }

    async fn renamed(&self, from: &str, to: &str) -> Result<(), SourceError> {
        self.send(Event::Renamed { from: from.to_owned(), to: to.to_owned() }).await
    }

    /// Reads deployments, merge requests and commits, and says that the project is done; gives back the name under
    /// which the dataset has its deployments, where that is another.
    async fn all_of(&self, repo: &Repo, known: Option<&KnownRepo>) -> Result<Option<String>, QueryError> {
        let nothing = KnownRepo::default();
        let history = known.unwrap_or(&nothing);
        let bounds = Bounds::new(self.plan.since, self.plan.began, history);
        let left = history.cursor.as_deref().and_then(|text| Cursor::read(text, bounds.from, self.plan.began));
        let mut cursor = left.unwrap_or_else(|| Cursor::begin(self.plan.began, bounds.from));
        let rows = match self.deployments(repo, known, &mut cursor).await? {
            Outcome::Read(rows) => rows,
            Outcome::Known(former) => return Ok(Some(former)),
        };
        let commits = History::new(history);
        let settled = bounds.settled && history.cursor.is_none();
        let counts = |environment: &str| self.counts(environment);
        let wanted = commits.wanted(&rows, history, counts, Timestamp(i64::MIN), settled);
        let open = commits.unresolved(wanted);
        let merged_from = if settled { bounds.from } else { merged_from(bounds, &rows, history) };
        let mut brought = self.merge_requests(repo, history, merged_from, &cursor, !open.is_empty()).await?;
        if !open.is_empty() {
            // Known commits tell which merge request brought their unknown ancestors.
            brought.read(&history.commits);
            let mut commits_of = Commits { source: self, repo, cursor: &cursor, brought };
            commit_walk::resolve(&mut commits_of, commits, open).await?;
        }
        let from = if bounds.settled { bounds.from } else { self.plan.since };
        let spans = vec![Span { from, to: self.plan.began }];
        let covered = Coverage { table: Table::Deployments, source: SOURCE.into(), scope: repo.name.clone(), spans };
        self.send(Event::Done { scope: repo.name.clone(), covered: vec![covered] }).await?;
        Ok(None)
    }
}

/// The change from which merge requests are read: all that the deployments may contain.
fn merged_from(bounds: Bounds, rows: &[Deployment], known: &KnownRepo) -> Timestamp {
    let read = rows.iter().filter(|row| row.status == "success").map(|row| row.created_at);
    let known = known.deployments.iter().filter(|one| one.succeeded).map(|one| one.created_at);
    let oldest = read.chain(known).min().map_or(bounds.from, |at| at.min(bounds.from));
    Timestamp(oldest.0.saturating_sub(MERGED_BEFORE_MS))
}
