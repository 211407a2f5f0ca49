//! A run: reads several repos at once, with one request in flight for each, and isolates the errors of one repo from
//! the others.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::api::Api;
use super::bounds::{Bounds, kept_from};
use super::commits::{Commits, FirstPage};
use super::credentials::Credentials;
use super::error::{GitHubError, QueryError};
use super::found::{Found, Outcome};
use super::queries::COMMITS_POINTS;
use super::source::Source;
use super::{Auth, Cost, Event, Known, Plan, wire};
use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::time::{Span, Timestamp};
use crate::http::{Client, Clock};
use crate::sources::history::{History, Pair};

/// A piece of work; those of one repo follow each other.
pub(super) enum Work {
    /// Repos whose beginnings are read in one request.
    Several(Vec<String>),
    /// A repo, with its first page of deployments where that was read before.
    Repo { name: String, first: Option<wire::Repository> },
    /// A repo whose deployments were read.
    Commits(Box<DeploymentsRead>),
    /// A repo in which there is nothing to read.
    Empty(String),
}

/// A repo whose deployments were read.
pub(super) struct DeploymentsRead {
    pub(super) found: Found,
    pub(super) history: History,
    /// The pairs of revisions to resolve, newest first.
    pub(super) open: Vec<Pair>,
    /// From when on it is covered.
    from: Timestamp,
    /// The first page of commits, where that was read before.
    pub(super) first: Option<FirstPage>,
}

/// What became of reading a repo's deployments under a name.
pub(super) enum Step {
    Read(Box<DeploymentsRead>),
    Renamed(String),
}

/// A repo is renamed at most so often within one run.
const RENAMES: u32 = 3;

/// Reads everything the plan asks for, `concurrency` repos at once; every event in order per repo.
///
/// # Errors
/// What ends the whole run: what was handed on before is good, and the next run goes on from there. Trouble with one
/// repo is an [`Event::Failed`].
pub async fn fetch(
    plan: Plan,
    auth: Auth,
    known: Known,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    events: Sender<Event>,
) -> Result<Cost, GitHubError> {
    let source = Arc::new(open(plan, auth, known, clock, events)?);
    let targets = source.targets().await?;
    source.reads(targets.iter().map(|target| target.name.as_str()));
    let work = source.divide(targets);
    let worker = Arc::clone(&source);
    let ended = each(work, source.plan.concurrency, move |work| {
        let source = Arc::clone(&worker);
        async move { source.work(work).await }
    })
    .await;
    source.say_last().await?;
    ended?;
    Ok(source.api.cost())
}

/// Sets everything up; sends nothing.
pub(super) fn open(
    plan: Plan,
    auth: Auth,
    known: Known,
    clock: Clock,
    events: Sender<Event>,
) -> Result<Source, GitHubError> {
    let teller = events.clone();
    let notify = Arc::new(move |text: String| -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let teller = teller.clone();
        Box::pin(async move {
            // If the receiver is gone, sending the next page fails.
            let _ = teller.send(Event::Waiting(text)).await;
        })
    });
    let floor = COMMITS_POINTS * u64::try_from(plan.concurrency).unwrap_or(1);
    let client = Client::new(Arc::clone(&clock), notify, plan.waits, floor)?;
    let credentials = Credentials::new(auth, plan.api_url.clone(), clock);
    let api = Api::new(client, credentials, &plan.api_url)?;
    Ok(Source::new(api, plan, known, events))
}

/// Does the work for every item, so many at once; what it leaves to do comes next. The first error ends all of it.
pub(super) async fn each<T, W, F>(items: Vec<T>, at_once: usize, work: W) -> Result<(), GitHubError>
where
    T: Send + 'static,
    W: Fn(T) -> F,
    F: Future<Output = Result<Vec<T>, GitHubError>> + Send + 'static,
{
    let mut queue = VecDeque::from(items);
    // Dropping the set ends what is left of it.
    let mut running = JoinSet::new();
    loop {
        while running.len() < at_once.max(1) {
            let Some(item) = queue.pop_front() else { break };
            running.spawn(work(item));
        }
        let Some(ended) = running.join_next().await else { return Ok(()) };
        let left =
            ended.map_err(|cause| GitHubError::Failed { cause: format!("a part of the run failed: {cause}") })??;
        for item in left.into_iter().rev() {
            queue.push_front(item);
        }
    }
}

impl Source {
    /// Does one piece of work, and gives back what is left to do; only what concerns all repos is an error.
    async fn work(&self, work: Work) -> Result<Vec<Work>, GitHubError> {
        match work {
            Work::Several(names) => return self.several(names).await,
            Work::Repo { name, first } => self.repo(name, first).await?,
            Work::Commits(read) => {
                let name = read.found.repo.name.clone();
                self.ended(name, self.finish(*read).await).await?;
            }
            Work::Empty(name) => self.send(self.done(name, self.plan.since)).await?,
        }
        Ok(Vec::new())
    }

    /// Reads one repo; only what concerns all of them is an error.
    async fn repo(&self, mut name: String, mut first: Option<wire::Repository>) -> Result<(), GitHubError> {
        for _ in 0..RENAMES {
            match self.read(&name, first.take()).await {
                Ok(Some(renamed)) => name = renamed,
                Ok(None) => return Ok(()),
                Err(error) => return self.ended(name, Err(error)).await,
            }
        }
        let reason = "it was renamed again and again while it was read; run again".into();
        self.send(Event::Failed { scope: name, reason, is_denied: false }).await
    }

    /// Says so where a repo could not be read.
    async fn ended(&self, repo: String, how: Result<(), QueryError>) -> Result<(), GitHubError> {
        match how {
            Ok(()) => Ok(()),
            Err(error) => self.failed(repo, error).await,
        }
    }

    /// Says why a repo could not be read; an error only where that concerns all of them.
    pub(super) async fn failed(&self, scope: String, error: QueryError) -> Result<(), GitHubError> {
        let (reason, is_denied) = error.reason()?;
        self.send(Event::Failed { scope, reason, is_denied }).await
    }

    /// Reads one repo under a name; gives back the name it has now where that is another.
    async fn read(&self, name: &str, first: Option<wire::Repository>) -> Result<Option<String>, QueryError> {
        match self.deployments_read(name, first).await? {
            Step::Renamed(renamed) => Ok(Some(renamed)),
            Step::Read(read) => self.finish(*read).await.map(|()| None),
        }
    }

    /// Reads a repo's deployments, and sees which commits that leaves to read.
    pub(super) async fn deployments_read(
        &self,
        name: &str,
        first: Option<wire::Repository>,
    ) -> Result<Step, QueryError> {
        let known = self.known(name);
        let bounds = Bounds::new(&self.plan, &known);
        let found = match self.deployments(name, &known, first).await? {
            Outcome::Found(found) => found,
            Outcome::Renamed { from, to } => {
                self.renamed(&from, &to).await?;
                return Ok(Step::Renamed(to));
            }
        };
        let history = History::new(&known);
        // After an interruption commits may be missing anywhere.
        let settled = bounds.settled && known.cursor.is_none();
        let counts = |environment: &str| self.plan.counts(environment);
        let wanted = history.wanted(&found.rows, &known, counts, kept_from(&self.plan), settled);
        let open = history.unresolved(wanted);
        let from = if bounds.settled && !found.exhausted { bounds.stop } else { self.plan.since };
        Ok(Step::Read(Box::new(DeploymentsRead { found, history, open, from, first: None })))
    }

    /// Reads the commits of a repo, and says that it is done.
    async fn finish(&self, read: DeploymentsRead) -> Result<(), QueryError> {
        let DeploymentsRead { found, history, open, from, first } = read;
        Commits::new(self, &found.repo, found.chain.text(), first).read(history, open).await?;
        Ok(self.send(self.done(found.repo.name, from)).await?)
    }

    /// A repo was read from an instant up to the beginning of the run.
    fn done(&self, scope: String, from: Timestamp) -> Event {
        let (source, spans) = (self.plan.reading(), vec![Span { from, to: self.plan.began }]);
        let covered = Coverage { table: Table::Deployments, source, scope: scope.clone(), spans };
        Event::Done { scope, covered: vec![covered] }
    }
}
