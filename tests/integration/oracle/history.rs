//! Oracle: batches of commits, lead times, their stages and variants. Spans are whole seconds.

use std::collections::BTreeSet;

use dora_report::domain::event::{Commit, Deployment, PullRequest};
use dora_report::domain::group::ServiceName;
use dora_report::domain::time::Timestamp;
use dora_report::domain::unit::Seconds;
use dora_report::metrics::tables::{Kind, LeadTimeReason, Stages, Variant};

use super::World;

/// One counted deployment.
pub(super) struct Change {
    /// Where it stands in the list.
    pub(super) place: usize,
    pub(super) event: Deployment,
    pub(super) finished: Timestamp,
    /// Its revision, in lower case and in full.
    pub(super) sha: Option<String>,
    pub(super) service: ServiceName,
    /// Where its predecessor stands in the list.
    pub(super) previous: Option<usize>,
    pub(super) lead: Lead,
}

/// What its batch says.
pub(super) struct Lead {
    pub(super) kind: Kind,
    /// The lead time, or why there is none.
    pub(super) time: Result<Seconds, LeadTimeReason>,
    pub(super) stages: Stages,
    /// Numbers of the pull requests merged in it.
    pub(super) merged: Vec<i64>,
    /// Every span of every variant, negative ones too.
    pub(super) spans: Vec<(Variant, Seconds)>,
}

impl Lead {
    fn none(kind: Kind, reason: LeadTimeReason) -> Self {
        Self { kind, time: Err(reason), stages: Stages::default(), merged: Vec::new(), spans: Vec::new() }
    }
}

/// All counted deployments by (`finished_at`, id, source).
pub(super) fn changes(world: &World) -> Vec<Change> {
    let mut counted: Vec<(Timestamp, &Deployment, ServiceName)> = Vec::new();
    for row in &world.events.deployments {
        if let (true, Some(finished), Some(service)) = (row.status == "success", row.finished_at, world.service_of(row))
        {
            counted.push((finished, row, service));
        }
    }
    counted.sort_by(|(at, a, _), (bt, b, _)| (at, &a.id, &a.source).cmp(&(bt, &b.id, &b.source)));
    let mut changes = Vec::new();
    for (place, (finished, row, service)) in counted.iter().enumerate() {
        let same = |left: &Option<String>, right: &Option<String>| {
            left.as_ref().map(|text| text.to_lowercase()) == right.as_ref().map(|text| text.to_lowercase())
        };
        let earlier: Vec<usize> = (0..place)
            .filter(|&before| {
                let (_, other, _) = &counted[before];
                other.repo == row.repo && same(&other.environment, &row.environment)
            })
            .collect();
        let revisions: Vec<Option<String>> =
            earlier.iter().map(|&before| full(world, &row.repo, counted[before].1.sha.as_deref())).collect();
        let sha = full(world, &row.repo, row.sha.as_deref());
        let lead = lead(world, &row.repo, sha.as_deref(), *finished, &revisions);
        let previous = earlier.last().copied();
        let (event, service) = ((*row).clone(), service.clone());
        changes.push(Change { place, event, finished: *finished, sha, service, previous, lead });
    }
    changes
}

/// A sha in lower case, and in full where it begins only one commit of the repo.
fn full(world: &World, repo: &str, sha: Option<&str>) -> Option<String> {
    let sha = sha?.to_lowercase();
    let own = world.events.commits.iter().filter(|commit| commit.repo == repo);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for commit in own {
        known.insert(commit.sha.clone());
        known.extend(commit.parents.iter().flatten().cloned());
    }
    let deployed = world.events.deployments.iter().filter(|row| row.repo == repo).filter_map(|row| row.sha.as_ref());
    known.extend(deployed.filter(|sha| sha.len() == 40).map(|sha| sha.to_lowercase()));
    let begun: Vec<&String> = known.iter().filter(|other| other.starts_with(&sha)).collect();
    match begun.as_slice() {
        [only] if (7..40).contains(&sha.len()) => Some((*only).clone()),
        _ => Some(sha),
    }
}

/// `earlier` are the revisions deployed before, the latest last.
fn lead(world: &World, repo: &str, sha: Option<&str>, finished: Timestamp, earlier: &[Option<String>]) -> Lead {
    let Some(previous) = earlier.last() else {
        return Lead::none(Kind::Deploy, LeadTimeReason::FirstDeployment);
    };
    let (Some(new), Some(old)) = (sha, previous.as_deref()) else {
        return Lead::none(Kind::Deploy, LeadTimeReason::UnknownCommits);
    };
    if new == old {
        return Lead::none(Kind::Redeploy, LeadTimeReason::Redeploy);
    }
    if commit(world, repo, old).is_none() {
        return Lead::none(Kind::Deploy, LeadTimeReason::UnknownCommits);
    }
    let live: BTreeSet<String> = earlier.iter().flatten().flat_map(|sha| reached(world, repo, sha)).collect();
    if live.contains(new) {
        return if reached(world, repo, old).contains(new) {
            Lead::none(Kind::Rollback, LeadTimeReason::Rollback)
        } else {
            Lead::none(Kind::Redeploy, LeadTimeReason::Redeploy)
        };
    }
    let mut batch = Vec::new();
    for sha in reached(world, repo, new).difference(&live) {
        match commit(world, repo, sha) {
            Some(found) if found.parents.is_some() => batch.push(found),
            _ => return Lead::none(Kind::Deploy, LeadTimeReason::UnknownCommits),
        }
    }
    let requests: Vec<&PullRequest> =
        world.events.pull_requests.iter().filter(|request| request.repo == repo).collect();
    let is_merged = |request: &&PullRequest| batch.iter().any(|commit| Some(&commit.sha) == request.merge_sha.as_ref());
    let mut merged: Vec<&PullRequest> = requests.iter().copied().filter(is_merged).collect();
    merged.sort_by_key(|request| request.number);

    let authored = batch.iter().map(|commit| commit.authored_at);
    let start = authored
        .chain(merged.iter().filter_map(|request| request.first_commit_at))
        .min()
        .expect("a batch is not empty here");
    let headline = finished.since(start);
    let holder = merged.iter().find(|request| {
        let carries = |commit: &&Commit| commit.authored_at == start && commit.pull_request == Some(request.number);
        request.first_commit_at == Some(start) || batch.iter().any(carries)
    });

    let mut spans = vec![(Variant::Deployment, headline)];
    for request in &merged {
        let carried = batch.iter().filter(|commit| commit.pull_request == Some(request.number));
        if let Some(first) = request.first_commit_at.or(carried.map(|commit| commit.authored_at).min()) {
            spans.push((Variant::Change, finished.since(first)));
        }
        spans.push((Variant::PullRequestOpened, finished.since(request.opened_at)));
    }
    for commit in &batch {
        if !requests.iter().any(|request| Some(request.number) == commit.pull_request) {
            spans.push((Variant::Change, finished.since(commit.authored_at)));
        }
        spans.push((Variant::Commit, finished.since(commit.committed_at)));
    }
    let stages = holder.map(|request| stages(request, start, finished)).unwrap_or_default();
    let merged = merged.iter().map(|request| request.number).collect();
    if start > finished {
        return Lead { merged, spans, ..Lead::none(Kind::Deploy, LeadTimeReason::Negative) };
    }
    Lead { kind: Kind::Deploy, time: Ok(headline), stages, merged, spans }
}

fn stages(request: &PullRequest, start: Timestamp, finished: Timestamp) -> Stages {
    let span = |from: Option<Timestamp>, to: Option<Timestamp>| Some(to?.since(from?)).filter(|length| length.0 >= 0);
    let (opened, review, merged) = (Some(request.opened_at), request.first_review_at, request.merged_at);
    Stages {
        coding: span(Some(start), opened),
        pickup: span(opened, review.or(merged)),
        review: span(review, merged),
        deploy: span(merged, Some(finished)),
    }
}

fn commit<'a>(world: &'a World, repo: &str, sha: &str) -> Option<&'a Commit> {
    world.events.commits.iter().find(|commit| commit.repo == repo && commit.sha == sha)
}

/// Everything reached from a revision, itself included, as far as rows say.
fn reached(world: &World, repo: &str, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from.to_owned()];
    while let Some(sha) = todo.pop() {
        if seen.insert(sha.clone()) {
            todo.extend(commit(world, repo, &sha).and_then(|row| row.parents.clone()).unwrap_or_default());
        }
    }
    seen
}
