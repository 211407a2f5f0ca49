//! Lead time for changes: which commits each counted deployment delivered, where its lead time starts, and its stages.
//!
//! The batch of a deployment is what `git rev-list SHA --not E1 E2 …` lists, the E being the revisions of all earlier
//! counted deployments of the same repo and environment, by (finished, id, source): a change arrives once. Start = the
//! earliest authored instant over the batch's commits and over the first commits of the pull requests merged in it;
//! end = the finish; lead time = end − start, whole seconds. An empty batch is a rollback (an ancestor of the revision
//! before) or a redeploy (the same revision, or forward again to one that had been live). The batch is unknown where a
//! commit of it was not read, or the revision before. Source: DORA, "change lead time: from committed to version control to deployed in production".
//!
//! The pull request that holds the start, lowest number first, gives the stages, which begin at the start itself.
//!
//! The loop is hand-written, because a join cannot compute reachability in a commit graph: one visit per commit and
//! environment, repo by repo, on every core. `benches/metrics.rs` measures it.

use std::cmp::Reverse;
use std::convert::Infallible;

use rustc_hash::FxHashMap;

use super::columns::WithoutCase;
use super::commit_reader::CommitReader;
use super::error::FactsError;
use super::parallel::in_turns;
use super::repo_pass::{DeploymentChanges, Found, RepoPass};
use super::requests::PullRequestTimes;
use super::revisions::Revisions;
use super::scan::{Deployments, Events};
use super::words::{Kind, LeadTimeReason, Stages, Start, Variant};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// One span of a variant of the lead time; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantSpan {
    /// Of which way to count.
    pub variant: Variant,
    /// From its start to the deployment.
    pub span: Seconds,
}

/// What every counted deployment brought.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// By deployment. Deployments of one month are neighbours here, so a loop in order of finish finds most of them in the
    /// cache.
    changes: Vec<Option<DeploymentChanges>>,
    /// Where each deployment stands in [`Arrivals::found`]; [`NOT_COUNTED`] where it does not count.
    position: Vec<u32>,
    found: Found,
}

const NOT_COUNTED: u32 = u32::MAX;

/// The counted deployments of one repo, by environment, each list in order of finish, id, source.
struct Job {
    repo: String,
    environments: Vec<Vec<u32>>,
}

impl Arrivals {
    /// Computes all batches; `counted` are indices of the deployments that count, in order of finish, id, source. Keeps
    /// what each brought, if the ways to count a lead time are asked for.
    ///
    /// # Errors
    /// The commits cannot be read.
    pub fn new(
        events: &Events,
        all_commits: &CommitReader,
        revisions: &Revisions,
        counted: &[u32],
        keeps_brought: bool,
    ) -> Result<Self, FactsError> {
        let jobs: Vec<(usize, Job)> =
            jobs(&events.deployments, counted).into_iter().map(|job| (all_commits.shard_of(&job.repo), job)).collect();
        let has_jobs = |shard: usize| jobs.iter().any(|(own, _)| *own == shard);
        let mut all = Self {
            changes: vec![None; events.deployments.len()],
            position: vec![NOT_COUNTED; events.deployments.len()],
            found: Found::with_capacity(counted.len(), keeps_brought),
        };
        all_commits.each(has_jobs, |shard, commits| {
            let mut jobs: Vec<&Job> = jobs.iter().filter(|(own, _)| *own == shard).map(|(_, job)| job).collect();
            // Neighbours in this order take about as long, so that the cores, which take turns, seldom wait for each other.
            jobs.sort_by_cached_key(|job| (Reverse(commits.of_repo(&job.repo).len()), &job.repo));
            let pass =
                |job: &&Job| RepoPass::new(events, commits, revisions, &job.repo).run(&job.environments, keeps_brought);
            let Ok(()) = in_turns(
                &jobs,
                usize::MAX,
                |job| Ok::<_, Infallible>(pass(job)),
                |(changes, found)| {
                    all.add(changes, found);
                    Ok(())
                },
            );
        })?;
        // Those of one deployment keep their order.
        all.found.absurd.sort_by_key(|(deployment, _)| *deployment);
        Ok(all)
    }

    fn add(&mut self, changes: Vec<DeploymentChanges>, found: Found) {
        for ((at, one), deployment) in (self.found.places.items().len()..).zip(changes).zip(found.places.items()) {
            let row = *deployment as usize;
            if let (Some(own), Some(position)) = (self.changes.get_mut(row), self.position.get_mut(row)) {
                (*own, *position) = (Some(one), u32::try_from(at).unwrap_or(NOT_COUNTED));
            }
        }
        self.found.append(found);
    }

    fn one(&self, deployment: usize) -> Option<&DeploymentChanges> {
        self.changes.get(deployment)?.as_ref()
    }

    /// The counted deployments of each place (a repo's environment), in order of finish.
    pub(super) fn places(&self) -> impl Iterator<Item = &[u32]> {
        self.found.places.iter()
    }

    /// The position of a counted deployment when these lists are concatenated.
    pub(super) fn position(&self, deployment: usize) -> Option<usize> {
        self.position.get(deployment).filter(|at| **at != NOT_COUNTED).map(|at| *at as usize)
    }

    /// What a counted deployment did.
    pub fn kind(&self, deployment: usize) -> Option<Kind> {
        Some(self.one(deployment)?.kind())
    }

    /// The lead time of a counted deployment to its finish, or why it has none.
    pub fn lead_time(&self, deployment: usize, events: &Events) -> Option<Result<Seconds, LeadTimeReason>> {
        let one = self.one(deployment)?;
        Some(one.lead_time(events.deployments.finished_at(deployment)?))
    }

    /// The counted deployment before it in the same place.
    pub fn previous(&self, deployment: usize) -> Option<usize> {
        self.one(deployment).filter(|one| !one.is_first())?;
        let before = self.position(deployment)?.checked_sub(1)?;
        self.found.places.items().get(before).map(|deployment| *deployment as usize)
    }

    /// Whether it finishes in the second in which its own commit was made.
    pub fn finishes_with_its_commit(&self, deployment: usize) -> bool {
        self.one(deployment).is_some_and(|one| one.finishes_with_its_commit)
    }

    /// What its lead time starts at; also of a negative one.
    pub fn start(&self, deployment: usize, events: &Events) -> Option<Start> {
        let one = self.one(deployment)?;
        Some(Start {
            at: one.start_at()?,
            sha: one.start_sha.map(|sha| self.found.text(sha)),
            pull_request: events.requests.get(one.start_request).map(|times| times.number),
        })
    }

    /// The stages of its lead time.
    pub fn stages(&self, deployment: usize, events: &Events) -> Stages {
        let stages = || {
            let one = self.one(deployment)?;
            let end = events.deployments.finished_at(deployment)?;
            one.lead_time(end).ok()?;
            let holder = events.requests.get(one.start_request)?;
            Some(stages(one.start_at()?, &holder, end))
        };
        stages().unwrap_or_default()
    }

    /// The pull requests merged in it, as indices into `Requests::times`, lowest number first.
    pub fn merged(&self, deployment: usize) -> &[u32] {
        self.position(deployment).map_or(&[], |at| self.found.merged.get(at))
    }

    /// The names of its commits whose authored date is a placeholder, which start no lead time.
    pub fn absurd(&self, deployment: usize) -> impl Iterator<Item = String> + '_ {
        let absurd = &self.found.absurd;
        let from = absurd.partition_point(|(index, _)| (*index as usize) < deployment);
        let own = absurd.iter().skip(from).take_while(move |(index, _)| *index as usize == deployment);
        own.map(|(_, sha)| self.found.text(*sha))
    }

    /// Hands over the spans of every variant of its lead time; none where what each brought is not kept.
    pub fn each_variant(&self, deployment: usize, events: &Events, mut take: impl FnMut(VariantSpan)) {
        let (Some(one), Some(at), Some(brought)) =
            (self.one(deployment), self.position(deployment), &self.found.brought)
        else {
            return;
        };
        let Some(end) = events.deployments.finished_at(deployment) else { return };
        let brought = brought.get(at);
        let mut take = |variant, start| take(VariantSpan { variant, span: end.since(start) });
        let dated = |at: Timestamp| Some(at).filter(|at| !at.is_placeholder());
        if let Some(start) = one.start_at() {
            take(Variant::Deployment, start);
        }
        for &request in self.found.merged.get(at) {
            let Some(times) = events.requests.get(request) else { continue };
            // Commits are in order of authored instant.
            let own = || {
                let own = brought.iter().filter(|commit| commit.request() == Some(request));
                own.map(|commit| commit.authored_at).find_map(dated)
            };
            if let Some(first) = times.first_commit().or_else(own) {
                take(Variant::Change, first);
            }
            take(Variant::PullRequestOpened, times.opened_at);
        }
        for commit in brought {
            if let Some(at) = dated(commit.committed_at) {
                take(Variant::Commit, at);
            }
            if let Some(at) = dated(commit.authored_at).filter(|_| commit.request().is_none()) {
                take(Variant::Change, at);
            }
        }
    }
}

/// The counted deployments of each repo and environment, which are compared without case.
fn jobs(deployments: &Deployments, counted: &[u32]) -> Vec<Job> {
    let (repos, environments) = (WithoutCase::new(&deployments.repo), WithoutCase::new(&deployments.environment));
    let mut places: FxHashMap<(Option<u32>, Option<u32>), Vec<u32>> = FxHashMap::default();
    for &index in counted {
        let row = index as usize;
        places.entry((repos.of(row), environments.of(row))).or_default().push(index);
    }
    let mut by_repo: FxHashMap<Option<u32>, Vec<Vec<u32>>> = FxHashMap::default();
    for ((repo, _), list) in places {
        by_repo.entry(repo).or_default().push(list);
    }
    by_repo
        .into_values()
        .map(|mut environments| {
            environments.sort_unstable();
            let first = environments.first().and_then(|list| list.first()).map_or(0, |first| *first as usize);
            let repo = deployments.repo.get(first).unwrap_or_default().to_lowercase();
            Job { repo, environments }
        })
        .collect()
}

/// The stages from a start held by one pull request; a stage that would be negative is missing.
fn stages(start: Timestamp, times: &PullRequestTimes, end: Timestamp) -> Stages {
    let stage = |from: Option<Timestamp>, to: Option<Timestamp>| {
        from.zip(to).map(|(from, to)| to.since(from)).filter(|length| *length >= Seconds(0))
    };
    let opened = Some(times.opened_at);
    Stages {
        coding: stage(Some(start), opened),
        pickup: stage(opened, times.first_review_at.or(times.merged_at)),
        review: stage(times.first_review_at, times.merged_at),
        deploy: stage(times.merged_at, Some(end)),
    }
}
