//! Lead time for changes: what each counted deployment brought, since when that waited, and in which stages.
//!
//! The batch of a deployment is what `git rev-list SHA --not E1 E2 …` lists, the E being the revisions of all earlier
//! counted deployments of the same repo and environment, by (finished, id, source): a change arrives once. Start = the
//! earliest authored instant over the batch's commits and over the first commits of the pull requests merged in it;
//! end = the finish; lead time = end − start, whole seconds. An empty batch is a rollback (an ancestor of the revision
//! before) or a redeploy (the same revision, or forward again to one that had been live). The batch is unknown where a
//! commit of it was not read, or the revision before. Source: DORA, "change lead time: from committed to version control to deployed in production".
//!
//! The pull request that holds the start, lowest number first, gives the stages, which begin at the start itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::changes::{PullRequestTimes, RepoChanges, Repos};
use super::words::{Kind, LeadTimeReason, Stages, Start, Variant};
use crate::domain::event::Deployment;
use crate::domain::graph::{Arrival, CommitRow, Live, Node};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// What one counted deployment brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Index of the deployment.
    pub deployment: usize,
    /// Index of the counted deployment before it in the same place.
    pub previous: Option<usize>,
    /// What it did.
    pub kind: Kind,
    /// Its lead time, or why there is none.
    pub lead_time: Result<Seconds, LeadTimeReason>,
    /// What the lead time starts at; also of a negative one.
    pub start: Option<Start>,
    /// The stages of the lead time.
    pub stages: Stages,
    /// Whether it finishes in the second in which its own commit was made.
    pub finishes_with_its_commit: bool,
    /// Where the spans of its variants lie in [`Batches::variants`]: from, to.
    pub variants: (usize, usize),
    /// Where the pull requests merged in it lie in [`Batches::merged`]: from, to.
    pub merged: (usize, usize),
}

/// One span of a variant of the lead time; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantSpan {
    /// Of which way to count.
    pub variant: Variant,
    /// From its start to the deployment.
    pub span: Seconds,
}

/// The batches of all counted deployments, and the spans of every variant.
#[derive(Debug, Default)]
pub struct Batches {
    /// In order of repo, environment, finish, id, source.
    pub batches: Vec<Batch>,
    /// In the same order.
    pub variants: Vec<VariantSpan>,
    /// Indices of merged pull requests, in the same order.
    pub merged: Vec<u32>,
    /// Deployment and sha, in that order, of each commit whose authored instant stands for "none", which starts nothing.
    pub absurd: Vec<(usize, String)>,
}

/// Computes all batches; `counted` are indices of the deployments that count, in order of finish, id, source, and
/// `shas` the revisions of all deployments.
pub fn batches(
    deployments: &[Deployment],
    counted: &[usize],
    shas: &[Option<Cow<'_, str>>],
    repos: &Repos<'_>,
    requests: &[PullRequestTimes],
) -> Batches {
    let mut places: BTreeMap<(String, Option<String>), Vec<usize>> = BTreeMap::new();
    for &index in counted {
        let deployment = &deployments[index];
        // Repos and environments are compared without case.
        let place = (deployment.repo.to_lowercase(), deployment.environment.as_deref().map(str::to_lowercase));
        places.entry(place).or_default().push(index);
    }
    let unread = RepoChanges::default();
    let mut out = Batches::default();
    for ((repo, _), place) in places {
        let repo = repos.0.get(repo.as_str()).unwrap_or(&unread);
        let mut live = Place { commits: Live::new(&repo.graph), unread: FxHashSet::default() };
        let mut previous = None;
        for index in place {
            let from = (out.variants.len(), out.merged.len());
            let mut batch = One { deployments, shas, repo, requests, out: &mut out }.batch(index, previous, &mut live);
            batch.variants = (from.0, out.variants.len());
            batch.merged = (from.1, out.merged.len());
            out.batches.push(batch);
            previous = Some(index);
        }
    }
    out.absurd.sort_unstable();
    out
}

/// What has been live in one environment of a repo.
struct Place<'g, 'a> {
    commits: Live<'g, 'a>,
    /// Revisions of which no commit was read.
    unread: FxHashSet<&'a str>,
}

impl<'a> Place<'_, 'a> {
    fn arrive(&mut self, sha: Option<&'a str>, node: Option<Node>) -> Arrival {
        match (node, sha) {
            (Some(node), _) => self.commits.arrive(node),
            (None, Some(sha)) if !self.unread.insert(sha) => Arrival::Nothing,
            (None, _) => Arrival::Unknown,
        }
    }
}

/// What it takes to judge one deployment.
struct One<'o, 'a> {
    deployments: &'a [Deployment],
    shas: &'a [Option<Cow<'a, str>>],
    repo: &'a RepoChanges<'a>,
    requests: &'a [PullRequestTimes],
    out: &'o mut Batches,
}

impl<'a> One<'_, 'a> {
    fn batch(&mut self, deployment: usize, previous: Option<usize>, live: &mut Place<'_, 'a>) -> Batch {
        let graph = &self.repo.graph;
        let sha = self.shas[deployment].as_deref();
        let node = sha.and_then(|sha| graph.node(sha));
        let made = node.and_then(|node| graph.row(node)).map(|row| Timestamp(row.committed_at));
        let finished = self.deployments[deployment].finished_at;
        let without = |kind, reason| Batch {
            deployment,
            previous,
            kind,
            lead_time: Err(reason),
            start: None,
            stages: Stages::default(),
            finishes_with_its_commit: made.is_some_and(|made| finished.is_some_and(|at| at.since(made) == Seconds(0))),
            variants: (0, 0),
            merged: (0, 0),
        };
        // Its commits are live from now on, also where its own batch is unknown.
        let arrival = live.arrive(sha, node);
        let Some(before) = previous else { return without(Kind::Deploy, LeadTimeReason::FirstDeployment) };
        let old = self.shas[before].as_deref();
        if sha.is_some() && sha == old {
            return without(Kind::Redeploy, LeadTimeReason::Redeploy);
        }
        let read = old.and_then(|old| graph.node(old)).filter(|&old| graph.row(old).is_some());
        let Some(old) = read else { return without(Kind::Deploy, LeadTimeReason::UnknownCommits) };
        let goes_back = || node.is_some_and(|node| graph.is_ancestor(node, old));
        match arrival {
            Arrival::Unknown => without(Kind::Deploy, LeadTimeReason::UnknownCommits),
            Arrival::Nothing if goes_back() => without(Kind::Rollback, LeadTimeReason::Rollback),
            Arrival::Nothing => without(Kind::Redeploy, LeadTimeReason::Redeploy),
            Arrival::Commits(commits) => {
                let (lead_time, start, stages) = self.measure(deployment, &commits);
                Batch { lead_time, start, stages, ..without(Kind::Deploy, LeadTimeReason::UnknownCommits) }
            }
        }
    }

    fn measure(
        &mut self,
        deployment: usize,
        commits: &[Node],
    ) -> (Result<Seconds, LeadTimeReason>, Option<Start>, Stages) {
        let unknown = (Err(LeadTimeReason::UnknownCommits), None, Stages::default());
        let Some(end) = self.deployments[deployment].finished_at else { return unknown };
        let mut rows: Vec<&CommitRow<'_>> = commits.iter().filter_map(|&node| self.repo.graph.row(node)).collect();
        rows.sort_unstable_by_key(|row| (row.authored_at, row.sha));
        let mut merged: Vec<u32> =
            commits.iter().filter_map(|node| self.repo.merges.get(node)).flatten().copied().collect();
        merged.sort_unstable();
        // An instant that a program wrote for "none" is not the start of anything.
        let (absurd, dated): (Vec<&CommitRow<'_>>, Vec<&CommitRow<'_>>) =
            rows.iter().copied().partition(|row| Timestamp(row.authored_at).is_placeholder());
        self.out.absurd.extend(absurd.into_iter().map(|row| (deployment, row.sha.to_owned())));
        self.spans(end, &rows, &dated, &merged);
        self.out.merged.extend(&merged);
        let firsts = merged.iter().filter_map(|&request| first_commit(self.request(request)?));
        let Some(at) = dated.first().map(|row| Timestamp(row.authored_at)).into_iter().chain(firsts).min() else {
            return unknown;
        };
        let lead_time = end.since(at);
        self.out.variants.push(VariantSpan { variant: Variant::Deployment, span: lead_time });
        let earliest = || dated.iter().take_while(|row| row.authored_at == at.0);
        let holds = |request: u32| {
            self.request(request).is_some_and(|times| first_commit(times) == Some(at))
                || earliest().any(|row| row.pull_request == Some(request))
        };
        // Indices are in order of number within the repo.
        let holder = merged.iter().copied().find(|&request| holds(request));
        let own = |row: &&&CommitRow<'_>| holder.is_none() || row.pull_request == holder;
        let start = Start {
            at,
            sha: earliest().find(own).or_else(|| earliest().next()).map(|row| row.sha.to_owned()),
            pull_request: holder.and_then(|request| self.request(request)).map(|times| times.number),
        };
        if lead_time < Seconds(0) {
            return (Err(LeadTimeReason::Negative), Some(start), Stages::default());
        }
        let holder = holder.and_then(|request| self.request(request));
        (Ok(lead_time), Some(start), holder.map_or_else(Stages::default, |times| stages(at, times, end)))
    }

    fn request(&self, index: u32) -> Option<&PullRequestTimes> {
        self.requests.get(index as usize)
    }

    /// The spans of the other variants; `rows` and those of them whose authored instant can be true, `dated`, are in
    /// order of authored instant.
    fn spans(&mut self, end: Timestamp, rows: &[&CommitRow<'_>], dated: &[&CommitRow<'_>], merged: &[u32]) {
        let mut spans = Vec::new();
        for &request in merged {
            let Some(times) = self.request(request) else { continue };
            let own =
                || dated.iter().find(|row| row.pull_request == Some(request)).map(|row| Timestamp(row.authored_at));
            if let Some(first) = first_commit(times).or_else(own) {
                spans.push((Variant::Change, first));
            }
            spans.push((Variant::PullRequestOpened, times.opened_at));
        }
        spans.extend(rows.iter().map(|row| (Variant::Commit, Timestamp(row.committed_at))));
        let direct = dated.iter().filter(|row| row.pull_request.is_none());
        spans.extend(direct.map(|row| (Variant::Change, Timestamp(row.authored_at))));
        let span = |(variant, start)| VariantSpan { variant, span: end.since(start) };
        self.out.variants.extend(spans.into_iter().map(span));
    }
}

fn first_commit(times: &PullRequestTimes) -> Option<Timestamp> {
    times.first_commit_at.filter(|at| !at.is_placeholder())
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
