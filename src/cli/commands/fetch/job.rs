//! The sources of a run, each a job of its own: what is configured, checked before anything is locked or asked for.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinSet;

use super::accounts::{self, Connected};
use super::plan;
use crate::cli::args::{Common, Fetch};
use crate::cli::context::{Context, now};
use crate::cli::exit::{AccessError, UsageError};
use crate::cli::output::Console;
use crate::config::Source;
use crate::domain::coverage::EVERYTHING;
use crate::domain::event::Table;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::sources::event::{Cost, Event};
use crate::sources::github::{self, Issues};
use crate::store::{ASKED, Writer};

/// The result of each source, by its name.
pub(super) type Results = Vec<(Arc<str>, anyhow::Result<Cost>)>;

/// What a source does with a channel for what it reads.
type Reading = Box<dyn FnOnce(Sender<Event>) -> Pin<Box<dyn Future<Output = anyhow::Result<Cost>> + Send>> + Send>;

/// One source to read.
pub(super) struct Job {
    /// What it is called.
    pub(super) name: Arc<str>,
    /// The name under which its coverage and cursors stand.
    pub(super) kept_as: String,
    /// How many scopes it has, where that is known.
    pub(super) total: Option<usize>,
    reading: Reading,
}

/// One source that can be asked.
pub(super) enum Asked {
    GitHub(plan::GitHub),
    Issues(plan::GitHub, Issues),
    Account(Connected),
}

impl Asked {
    /// What it is called.
    pub(super) fn name(&self) -> Arc<str> {
        match self {
            Self::GitHub(it) => it.plan.kind.reading().into(),
            Self::Issues(..) => github::ISSUES_SOURCE.into(),
            Self::Account(it) => Arc::clone(&it.source),
        }
    }
}

/// What is configured and has its secrets.
#[derive(Default)]
pub(super) struct Checked {
    github: Option<plan::GitHub>,
    issues: Option<(plan::GitHub, Issues)>,
    accounts: Vec<Connected>,
    /// Sources without a secret: the others are read all the same.
    refused: Vec<(Arc<str>, anyhow::Error)>,
}

impl Checked {
    /// Whether no source can be asked.
    pub(super) fn has_nothing_to_ask(&self) -> bool {
        self.github.is_none() && self.issues.is_none() && self.accounts.is_empty()
    }

    /// The sources that can be asked, and those that cannot.
    pub(super) fn into_parts(self) -> (Vec<Asked>, Results) {
        let github = self.github.map(Asked::GitHub);
        let issues = self.issues.map(|(github, issues)| Asked::Issues(github, issues));
        let jobs = github.into_iter().chain(issues).chain(self.accounts.into_iter().map(Asked::Account)).collect();
        (jobs, self.refused.into_iter().map(|(name, error)| (name, Err(error))).collect())
    }

    /// Says why each source is refused; the last reason is the error that ends the command.
    pub(super) fn all_refused(self, console: Console) -> anyhow::Error {
        let mut errors: Vec<anyhow::Error> = self.refused.into_iter().map(|(_, error)| error).collect();
        let last = errors.pop().unwrap_or_else(|| anyhow::anyhow!("no source can be asked"));
        for error in &errors {
            console.error(error);
        }
        last
    }

    /// A source that can be asked; one that lacks its secret is noted, and a wrong config is an error.
    fn kept<T>(&mut self, name: &str, found: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
        match found {
            Ok(source) => Ok(Some(source)),
            Err(error) if error.is::<AccessError>() => {
                self.refused.push((name.into(), error));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Reads config, flags and secrets; asks nothing and touches no dataset.
pub(super) fn check(context: &Context, fetch: &Fetch, common: &Common, began: Timestamp) -> anyhow::Result<Checked> {
    let config = &context.config;
    let github = || {
        let section = config.github();
        section.map(|github| plan::GitHub::new(fetch, github, &config.settings, common, began)).transpose()
    };
    let mut checked = Checked::default();
    for issues in config.sources.iter().filter_map(Source::issues) {
        let found =
            github().and_then(|github| github.ok_or_else(|| UsageError(plan::no_repos_for_issues(common)).into()));
        checked.issues = checked.kept(github::ISSUES_SOURCE, found)?.map(|github| (github, issues.clone()));
    }
    if let Some(found) = github().transpose() {
        let name = config.github().map_or(github::PROVIDER.id, |github| github.deployments_from.reading());
        checked.github = checked.kept(name, found)?;
    }
    for (source, found) in accounts::all(config, fetch, began) {
        let account = checked.kept(source.name(), found)?;
        checked.accounts.extend(account);
    }
    if checked.has_nothing_to_ask() && checked.refused.is_empty() {
        return Err(UsageError(plan::nothing_to_fetch(common)).into());
    }
    Ok(checked)
}

/// The jobs, with what the dataset knows of each; and the sources that cannot be asked.
pub(super) fn all(checked: Checked, data: &Path, writer: &mut Writer) -> anyhow::Result<(Vec<Job>, Results)> {
    let (sources, refused) = checked.into_parts();
    let mut jobs = Vec::new();
    for source in sources {
        jobs.push(match source {
            Asked::GitHub(github) => {
                // Read under another filter, an environment may be missing from it.
                let reading = github.plan.reading();
                writer.forget(&|entry| {
                    let of = DeploymentKind::of_reading(&entry.source);
                    entry.table == Table::Deployments
                        && of.is_some_and(|(_, is_filtered)| is_filtered)
                        && entry.source != reading
                })?;
                of_github(github, data)?
            }
            Asked::Issues(github, issues) => {
                prepare(writer, data, github::ISSUES_SOURCE, &issues.asked(), None)?;
                of_issues(github, issues, data)?
            }
            Asked::Account(it) => {
                let gives_incidents = it.provider.gives.contains(&Table::Incidents);
                let scopes = if gives_incidents { it.connection.scopes() } else { Vec::new() };
                // Scopes that are only known once they are listed stay as they are until then.
                let expected = (!gives_incidents || !scopes.is_empty()).then_some(&scopes[..]);
                prepare(writer, data, &it.source, &it.connection.asked(), expected)?;
                of_account(it, data)?
            }
        });
    }
    Ok((jobs, refused))
}

/// Records the scopes of an incident source before the first request, so that a source that never answers does not
/// count as one without incidents. If what is asked of each row changed, everything is read again.
fn prepare(
    writer: &mut Writer,
    data: &Path,
    source: &str,
    asked: &str,
    scopes: Option<&[String]>,
) -> anyhow::Result<()> {
    let known = accounts::known(data, source)?;
    let digest = Sha256::digest(asked).iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (key, digest) = (format!("{source}{ASKED}"), format!("{digest:016x}"));
    let before = accounts::known(data, &key)?.scopes.remove(EVERYTHING).and_then(|scope| scope.cursor);
    if before.as_ref() != Some(&digest) {
        if before.is_some() {
            writer.forget(&|entry| entry.source == source)?;
            // A cursor says how far the former question was answered.
            let gone = known.scopes.iter().filter(|(_, scope)| scope.cursor.is_some());
            writer.set_cursors(source, &gone.map(|(name, _)| (name.clone(), None)).collect())?;
        }
        writer.set_cursors(&key, &BTreeMap::from([(EVERYTHING.to_owned(), Some(digest))]))?;
    }
    match scopes {
        Some(scopes) => writer.expect(source, scopes)?,
        None if known.scopes.is_empty() => writer.expect(source, &[EVERYTHING.to_owned()])?,
        None => {}
    }
    Ok(())
}

fn of_github(it: plan::GitHub, data: &Path) -> anyhow::Result<Job> {
    let known = plan::known(data, &it.plan)?;
    let (name, kept_as, total) = (it.plan.kind.reading().into(), it.plan.reading(), plan::repos(&it.plan));
    let reading: Reading = Box::new(move |events| {
        Box::pin(async move {
            let done = github::fetch(it.plan, it.auth, known, Arc::new(now), events).await;
            done.map_err(|error| it.secret.name(error.into()))
        })
    });
    Ok(Job { name, kept_as, total, reading })
}

fn of_issues(it: plan::GitHub, issues: Issues, data: &Path) -> anyhow::Result<Job> {
    let known = accounts::known(data, github::ISSUES_SOURCE)?;
    let total = plan::repos(&it.plan);
    let reading: Reading = Box::new(move |events| {
        Box::pin(async move {
            let done = github::fetch_issues(it.plan, it.auth, issues, known, Arc::new(now), events).await;
            done.map_err(|error| it.secret.name(error.into()))
        })
    });
    Ok(Job { name: github::ISSUES_SOURCE.into(), kept_as: github::ISSUES_SOURCE.into(), total, reading })
}

fn of_account(it: Connected, data: &Path) -> anyhow::Result<Job> {
    let (name, known) = (Arc::clone(&it.source), it.known(data)?);
    let reading: Reading = Box::new(move |events| {
        Box::pin(async move {
            let done = it.connection.fetch(known, Arc::new(now), events).await;
            done.map_err(|error| accounts::named(error, &it.variable))
        })
    });
    Ok(Job { kept_as: name.to_string(), name, total: None, reading })
}

/// Runs all jobs at once and passes their events on with the name of the source.
pub(super) async fn run(jobs: Vec<Job>, sender: Sender<(Arc<str>, Event)>) -> Results {
    let mut running = JoinSet::new();
    for job in jobs {
        let (name, sender) = (job.name, sender.clone());
        let (events, mut received) = mpsc::channel(1);
        let reading = (job.reading)(events);
        running.spawn(async move {
            let handing_on = async {
                while let Some(event) = received.recv().await {
                    if sender.send((Arc::clone(&name), event)).await.is_err() {
                        break;
                    }
                }
                drop(received);
            };
            let (result, ()) = tokio::join!(reading, handing_on);
            (name, result)
        });
    }
    let mut results = Results::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(result) => results.push(result),
            Err(cause) => results.push(("fetch".into(), Err(anyhow::anyhow!("a part of the run failed: {cause}")))),
        }
    }
    results.sort_by(|(one, _), (other, _)| one.cmp(other));
    results
}
