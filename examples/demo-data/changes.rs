//! What reaches a repository's main branch: squashed and merged pull requests and direct commits, as a commit graph.
//!
//! Invariants: the first change is the root; every later one has the one before as first parent; a branch forks from
//! the main branch as it was when its first commit was written. A squash leaves the branch's commits out.

use chrono::{NaiveDate, TimeDelta};

use crate::{
    calendar::{self, Instant, Phase},
    organisation::{ACTIVITY, CYCLE, Repo},
    random::{Quantiles, Random},
    text,
};

/// From writing a direct commit to pushing it, in minutes.
const KEPT_BACK: &Quantiles = &[(0, 2), (40, 30), (75, 300), (95, 1_500), (100, 6_000)];

/// One commit.
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) parents: Vec<String>,
    pub(crate) authored: Instant,
    pub(crate) committed: Instant,
}

/// One merged pull request.
pub(crate) struct PullRequest {
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) labels: &'static str,
    pub(crate) first_commit: Instant,
    pub(crate) opened: Instant,
    pub(crate) reviewed: Option<Instant>,
    pub(crate) approved: Option<Instant>,
}

/// One step of the main branch.
pub(crate) struct Change {
    /// When it got there.
    pub(crate) at: Instant,
    /// The main branch's new head.
    pub(crate) sha: String,
    /// What it adds to the graph, the head last.
    pub(crate) commits: Vec<Commit>,
    /// The pull request it came by.
    pub(crate) pull_request: Option<PullRequest>,
}

/// The whole history of a repository's main branch, oldest first.
pub(crate) fn of_repo(repo: &Repo, random: &mut Random) -> Vec<Change> {
    // A stream of its own, so that what a change is like does not move when the next one comes.
    let mut arrivals = Random::new(random.next(), 0);
    let mut changes = vec![root(random)];
    let mut number = random.between(100, 400);
    for date in calendar::days() {
        for at in instants(repo, date, &mut arrivals) {
            let head = changes.last().map(|c| c.sha.clone()).unwrap_or_default();
            let way = if is_late_branch(repo, date) { repo.squashed } else { random.between(0, 1000) };
            if way < repo.squashed + repo.merged {
                number += random.between(1, 4);
                let cycle = cycle(repo, date, random);
                let pull_request = pull_request(number, at, cycle, random);
                let merged = way >= repo.squashed;
                let commits = if merged { branch(&changes, &pull_request, at, random) } else { Vec::new() };
                changes.push(step(at, head, commits, Some(pull_request), at, random));
            } else {
                let authored = calendar::at_work_until(at - TimeDelta::seconds(random.seconds(KEPT_BACK, 100)));
                changes.push(step(at, head, Vec::new(), None, authored, random));
            }
        }
    }
    changes
}

fn root(random: &mut Random) -> Change {
    let at = calendar::local(calendar::day(2025, 6, 2), 10, 0);
    let sha = random.sha();
    let commits = vec![Commit { sha: sha.clone(), parents: Vec::new(), authored: at, committed: at }];
    Change { at, sha, commits, pull_request: None }
}

/// When a day's changes arrive: some days are busy, weekends and holidays nearly empty.
fn instants(repo: &Repo, date: NaiveDate, random: &mut Random) -> Vec<Instant> {
    let activity = Phase::of(date).of_each(ACTIVITY) * random.between(40, 161) / 100;
    let rate = repo.changes * activity / 100;
    let rate = if calendar::is_workday(date) { rate } else { rate / 25 };
    let mut instants = Vec::new();
    for chance in [rate / 5; 5] {
        if random.chance(chance) || (instants.is_empty() && is_late_branch(repo, date)) {
            instants.push(calendar::local(date, 9, 20) + TimeDelta::seconds(random.between(0, 7 * 3600 + 2400)));
        }
    }
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// From the first commit to the merge, in seconds.
fn cycle(repo: &Repo, date: NaiveDate, random: &mut Random) -> i64 {
    let drawn = random.seconds(repo.cycle, if repo.steady { 100 } else { Phase::of(date).of_each(CYCLE) });
    if is_late_branch(repo, date) { 41 * 86_400 } else { drawn }
}

/// The day on which a branch is merged that had waited for six weeks.
fn is_late_branch(repo: &Repo, date: NaiveDate) -> bool {
    repo.name == "shop/checkout" && date == calendar::day(2026, 8, 18)
}

fn pull_request(number: i64, merged: Instant, cycle: i64, random: &mut Random) -> PullRequest {
    let first_commit = calendar::at_work_until(merged - TimeDelta::seconds(cycle));
    // A step of the work in working hours, between the step before it and the merge.
    let within = |from: Instant, percent: i64| {
        let step = calendar::at_work_until(from + TimeDelta::seconds((merged - from).num_seconds() * percent / 100));
        let step = if step > from { step } else { calendar::at_work_from(from + TimeDelta::seconds(120)) };
        step.min(merged - TimeDelta::seconds(1)).max(from)
    };
    let opened = within(first_commit, random.between(10, 65));
    let reviewed = random.chance(780).then(|| within(opened, random.between(10, 80)));
    let approved = reviewed.filter(|_| random.chance(850)).map(|at| within(at, random.between(5, 90)));
    PullRequest {
        number,
        title: text::pull_request(random),
        author: text::person(random),
        labels: text::labels(random),
        first_commit,
        opened,
        reviewed,
        approved,
    }
}

/// The commits of a branch: written one after the other between its first commit and its merge.
fn branch(changes: &[Change], pull_request: &PullRequest, merged: Instant, random: &mut Random) -> Vec<Commit> {
    let start = pull_request.first_commit;
    let base = changes.iter().rev().find(|c| c.at <= start).or(changes.first());
    let mut parent = base.map(|c| c.sha.clone()).unwrap_or_default();
    let count = random.between(1, 5);
    let span = (merged - start).num_seconds();
    let mut last = start;
    let mut commits = Vec::new();
    for index in 0..count {
        let sha = random.sha();
        let at = calendar::at_work_until(start + TimeDelta::seconds(span * index / (count + 1))).max(last);
        last = at;
        commits.push(Commit { sha: sha.clone(), parents: vec![parent], authored: at, committed: at });
        parent = sha;
    }
    commits
}

fn step(
    at: Instant,
    head: String,
    mut commits: Vec<Commit>,
    pull_request: Option<PullRequest>,
    authored: Instant,
    random: &mut Random,
) -> Change {
    let sha = random.sha();
    let mut parents = vec![head];
    parents.extend(commits.last().map(|c| c.sha.clone()));
    commits.push(Commit { sha: sha.clone(), parents, authored, committed: at });
    Change { at, sha, commits, pull_request }
}
