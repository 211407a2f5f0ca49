//! Lead time for changes: what each counted deployment brought, since when that waited, and in which stages.
//!
//! The batch of a deployment is what `git rev-list PREVIOUS..SHA` lists, PREVIOUS being the revision of the counted
//! deployment before it in the same repo and environment, by (finished, id, source). Start = the earliest authored
//! instant over the batch's commits and over the first commits of the pull requests merged in it; end = the finish;
//! lead time = end − start, whole seconds. An empty batch is a redeploy (same sha) or a rollback (an ancestor).
//! Source: DORA, "change lead time: from committed to version control to deployed in production".
//!
//! The pull request that holds the start, lowest number first, gives the stages, which begin at the start itself.

use std::collections::BTreeMap;

use super::changes::{Changes, PullRequestTimes, RepoChanges};
use super::tables::{Kind, LeadTimeReason, Stages, Variant};
use crate::domain::event::Deployment;
use crate::domain::graph::{Between, CommitRow, Node, Walker};
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// What one counted deployment brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Index of the deployment.
    pub deployment: usize,
    /// Index of the counted deployment before it in the same place.
    pub previous: Option<usize>,
    /// What it did.
    pub kind: Kind,
    /// Its lead time, or why there is none.
    pub lead_time: Result<Seconds, LeadTimeReason>,
    /// The stages of the lead time.
    pub stages: Stages,
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
}

/// Computes all batches; `counted` are indices of the deployments that count, in order of finish, id, source.
pub fn batches(deployments: &[Deployment], counted: &[usize], changes: &Changes) -> Batches {
    let mut chains: BTreeMap<(String, Option<&str>), Vec<usize>> = BTreeMap::new();
    for &index in counted {
        let deployment = &deployments[index];
        // A repo is one repo however its name is spelt.
        chains.entry((deployment.repo.to_lowercase(), deployment.environment.as_deref())).or_default().push(index);
    }
    let repos = changes.by_repo();
    let unread = RepoChanges::default();
    let mut out = Batches::default();
    let mut walker = Walker::default();
    for ((repo, _), chain) in chains {
        let repo = repos.get(repo.as_str()).unwrap_or(&unread);
        let mut previous = None;
        for index in chain {
            let (variants, merged) = (&mut out.variants, &mut out.merged);
            let mut one = One { deployments, repo, requests: &changes.pull_requests, out: variants, merged };
            let from = (one.out.len(), one.merged.len());
            let mut batch = one.batch(index, previous, &mut walker);
            batch.variants = (from.0, one.out.len());
            batch.merged = (from.1, one.merged.len());
            out.batches.push(batch);
            previous = Some(index);
        }
    }
    out
}

/// What it takes to judge one deployment.
struct One<'a> {
    deployments: &'a [Deployment],
    repo: &'a RepoChanges<'a>,
    requests: &'a [PullRequestTimes],
    out: &'a mut Vec<VariantSpan>,
    merged: &'a mut Vec<u32>,
}

impl One<'_> {
    fn batch(&mut self, deployment: usize, previous: Option<usize>, walker: &mut Walker) -> Batch {
        let without = |kind, reason| Batch {
            deployment,
            previous,
            kind,
            lead_time: Err(reason),
            stages: Stages::default(),
            variants: (0, 0),
            merged: (0, 0),
        };
        let Some(before) = previous else { return without(Kind::Deploy, LeadTimeReason::FirstDeployment) };
        let (Some(old), Some(new)) = (&self.deployments[before].sha, &self.deployments[deployment].sha) else {
            return without(Kind::Deploy, LeadTimeReason::UnknownCommits);
        };
        if old == new {
            return without(Kind::Redeploy, LeadTimeReason::Redeploy);
        }
        match self.repo.graph.between(old, new, walker) {
            Between::Unknown => without(Kind::Deploy, LeadTimeReason::UnknownCommits),
            Between::Nothing => without(Kind::Rollback, LeadTimeReason::Rollback),
            Between::Commits(commits) => {
                let (lead_time, stages) = self.measure(deployment, &commits);
                Batch { deployment, previous, kind: Kind::Deploy, lead_time, stages, variants: (0, 0), merged: (0, 0) }
            }
        }
    }

    fn measure(&mut self, deployment: usize, commits: &[Node]) -> (Result<Seconds, LeadTimeReason>, Stages) {
        let Some(end) = self.deployments[deployment].finished_at else {
            return (Err(LeadTimeReason::UnknownCommits), Stages::default());
        };
        let mut rows: Vec<&CommitRow<'_>> = commits.iter().filter_map(|&node| self.repo.graph.row(node)).collect();
        rows.sort_unstable_by_key(|row| (row.authored_at, row.sha));
        let mut merged: Vec<u32> =
            commits.iter().filter_map(|node| self.repo.merges.get(node)).flatten().copied().collect();
        merged.sort_unstable();
        self.spans(end, &rows, &merged);
        self.merged.extend(&merged);
        let firsts = merged.iter().filter_map(|&request| self.request(request)?.first_commit_at);
        let Some(start) = rows.first().map(|row| Timestamp(row.authored_at)).into_iter().chain(firsts).min() else {
            return (Err(LeadTimeReason::UnknownCommits), Stages::default());
        };
        let lead_time = end.since(start);
        self.out.push(VariantSpan { variant: Variant::Deployment, span: lead_time });
        if lead_time < Seconds(0) {
            return (Err(LeadTimeReason::Negative), Stages::default());
        }
        let holds = |request: u32| {
            self.request(request).is_some_and(|times| times.first_commit_at == Some(start))
                || rows
                    .iter()
                    .take_while(|row| row.authored_at <= start.0)
                    .any(|row| row.authored_at == start.0 && row.pull_request == Some(request))
        };
        // Indices are in order of number within the repo.
        let holder = merged.iter().copied().find(|&request| holds(request)).and_then(|request| self.request(request));
        (Ok(lead_time), holder.map_or_else(Stages::default, |times| stages(start, times, end)))
    }

    fn request(&self, index: u32) -> Option<&PullRequestTimes> {
        self.requests.get(index as usize)
    }

    /// The spans of the other variants; `rows` are in order of authored instant.
    fn spans(&mut self, end: Timestamp, rows: &[&CommitRow<'_>], merged: &[u32]) {
        let mut spans = Vec::new();
        for &request in merged {
            let Some(times) = self.request(request) else { continue };
            let own =
                || rows.iter().find(|row| row.pull_request == Some(request)).map(|row| Timestamp(row.authored_at));
            if let Some(first) = times.first_commit_at.or_else(own) {
                spans.push((Variant::Change, first));
            }
            spans.push((Variant::PullRequestOpened, times.opened_at));
        }
        for row in rows {
            spans.push((Variant::Commit, Timestamp(row.committed_at)));
            if row.pull_request.is_none() {
                spans.push((Variant::Change, Timestamp(row.authored_at)));
            }
        }
        self.out.extend(spans.into_iter().map(|(variant, start)| VariantSpan { variant, span: end.since(start) }));
    }
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
