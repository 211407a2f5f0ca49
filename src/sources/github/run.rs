//! A run: several repos at once, one request in flight for each, and what one repo's trouble means for the others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::api::Api;
use super::commits::Commits;
use super::credentials::Credentials;
use super::deployments::{Bounds, Outcome};
use super::discovery::Target;
use super::error::{GitHubError, QueryError};
use super::history::History;
use super::map::SOURCE;
use super::queries::COMMITS_POINTS;
use super::source::Source;
use super::{Auth, Cost, Event, Known, KnownRepo, Plan};
use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::time::{Span, Timestamp};
use crate::sources::http::{Client, Clock};

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
    let worker = Arc::clone(&source);
    each(targets, source.plan.concurrency, move |target| {
        let source = Arc::clone(&worker);
        async move { source.repo(target).await }
    })
    .await?;
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
            // Nobody left to tell is seen with the next page.
            let _ = teller.send(Event::Notice(text)).await;
        })
    });
    let floor = COMMITS_POINTS * u64::try_from(plan.concurrency).unwrap_or(1);
    let client = Client::new(Arc::clone(&clock), notify, plan.max_wait, floor)?;
    let credentials = Credentials::new(auth, plan.api_url.clone(), clock);
    let api = Api::new(client, credentials, &plan.api_url)?;
    Ok(Source { api, plan, known, events })
}

/// Does the work for every item, so many at once; the first error ends all of it.
pub(super) async fn each<T, W, F>(items: Vec<T>, at_once: usize, work: W) -> Result<(), GitHubError>
where
    T: Send + 'static,
    W: Fn(T) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), GitHubError>> + Send,
{
    let queue = Arc::new(Mutex::new(VecDeque::from(items)));
    let mut workers: JoinSet<Result<(), GitHubError>> = JoinSet::new();
    for _ in 0..at_once.max(1) {
        let (queue, work) = (Arc::clone(&queue), work.clone());
        workers.spawn(async move {
            loop {
                let item = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(item) = item else { return Ok(()) };
                work(item).await?;
            }
        });
    }
    // Dropping the set ends the workers that are left.
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|cause| GitHubError::Failed { cause: format!("a part of the run broke off: {cause}") })??;
    }
    Ok(())
}

impl Source {
    /// Reads one repo; only what concerns all of them is an error.
    async fn repo(&self, target: Target) -> Result<(), GitHubError> {
        if target.empty {
            let (from, to) = (self.plan.since, self.plan.began);
            return self.send(done(target.name, from, to)).await;
        }
        let mut name = target.name;
        for _ in 0..RENAMES {
            match self.read(&name).await {
                Ok(Some(renamed)) => name = renamed,
                Ok(None) => return Ok(()),
                Err(QueryError::Run(error)) => return Err(error),
                Err(QueryError::Heavy(reason) | QueryError::Here(reason)) => {
                    return self.send(Event::Failed { repo: name, reason }).await;
                }
            }
        }
        let reason = "it was renamed again and again while it was read; run again".into();
        self.send(Event::Failed { repo: name, reason }).await
    }

    /// Reads one repo under a name; gives back the name it has now where that is another.
    async fn read(&self, name: &str) -> Result<Option<String>, QueryError> {
        let nothing = KnownRepo::default();
        let known = self.known(name).unwrap_or(&nothing);
        let bounds = Bounds::new(&self.plan, known);
        let found = match self.deployments(name, known).await? {
            Outcome::Found(found) => found,
            Outcome::Renamed(renamed) => return Ok(Some(renamed)),
        };
        let history = History::new(known);
        // After an interruption commits may be missing anywhere.
        let settled = bounds.settled && known.cursor.is_none();
        let pairs = history.wanted(&self.plan, &found.rows, known, settled);
        Commits::new(self, &found.repo, history, found.chain.text()).read(pairs).await?;
        let from = if bounds.settled && !found.exhausted { bounds.stop } else { self.plan.since };
        self.send(done(found.repo.name, from, self.plan.began)).await?;
        Ok(None)
    }
}

/// A repo was read from one instant to another.
fn done(repo: String, from: Timestamp, to: Timestamp) -> Event {
    let spans = vec![Span { from, to }];
    let covered = Coverage { table: Table::Deployments, source: SOURCE.into(), scope: repo.clone(), spans };
    Event::Done { repo, covered: vec![covered] }
}
