//! The commit pass over one repo: its graph, and what each counted deployment brought to its environment.
//!
//! The rules are those of `arrivals`; this file has the loop.

use rustc_hash::{FxHashMap, FxHashSet};

use super::commits::Commits;
use super::flat_lists::FlatLists;
use super::requests::PullRequestTimes;
use super::revisions::Revisions;
use super::scan::Events;
use super::words::{Kind, LeadTimeReason};
use crate::domain::graph::{Arrival, Graph, Live, Node};
use crate::domain::sha::Sha;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// Stands for "none" among indices.
const NONE: u32 = u32::MAX;

/// What one counted deployment brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeploymentChanges {
    /// Milliseconds; the smallest `i64` if there is no start.
    start_at: i64,
    /// The commit that was written then.
    pub(super) start_sha: Option<Sha>,
    /// Index of the pull request that holds the start.
    pub(super) start_request: u32,
    /// Why it has no lead time.
    pub(super) reason: Option<LeadTimeReason>,
    pub(super) finishes_with_its_commit: bool,
}

/// With a million deployments, every eight bytes more take 8 MB.
const _: () = assert!(size_of::<Option<DeploymentChanges>>() <= 40);

/// A commit that a deployment brought, as the ways to count a lead time take it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    pub(super) authored_at: Timestamp,
    pub(super) committed_at: Timestamp,
    /// Index of its pull request.
    request: u32,
}

impl Brought {
    pub(super) fn request(&self) -> Option<u32> {
        (self.request != NONE).then_some(self.request)
    }
}

impl DeploymentChanges {
    /// What it did.
    pub(super) fn kind(&self) -> Kind {
        match self.reason {
            Some(LeadTimeReason::Redeploy) => Kind::Redeploy,
            Some(LeadTimeReason::Rollback) => Kind::Rollback,
            _ => Kind::Deploy,
        }
    }

    /// Whether it is the first of its repo and environment.
    pub(super) fn is_first(&self) -> bool {
        self.reason == Some(LeadTimeReason::FirstDeployment)
    }

    pub(super) fn start_at(&self) -> Option<Timestamp> {
        (self.start_at != i64::MIN).then_some(Timestamp(self.start_at))
    }

    /// The lead time to an end.
    pub(super) fn lead_time(&self, end: Timestamp) -> Result<Seconds, LeadTimeReason> {
        match (self.reason, self.start_at()) {
            (None, Some(start)) => Ok(end.since(start)),
            (reason, _) => Err(reason.unwrap_or(LeadTimeReason::UnknownCommits)),
        }
    }
}

/// What some counted deployments brought, beside their [`DeploymentChanges`].
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The deployments of each place (a repo's environment), in order of finish.
    pub(super) places: FlatLists<u32>,
    /// The commits of each deployment in order of authored instant; only some ways to count a lead time need them.
    /// Deployments are in the order of [`Found::places`], here and below.
    pub(super) brought: Option<FlatLists<Brought>>,
    /// Indices of the pull requests of each deployment, lowest number first.
    pub(super) merged: FlatLists<u32>,
    /// Deployment and name of each commit that is dated in the year 1 or 1970; those of one deployment in order of text.
    pub(super) absurd: Vec<(u32, Sha)>,
    /// The texts of the names here that are no 40 hexadecimal digits.
    texts: FxHashMap<Sha, Box<str>>,
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

impl Found {
    /// Room for so many deployments; keeps the commits that they brought only if `keeps_brought`.
    pub(super) fn with_capacity(deployments: usize, keeps_brought: bool) -> Self {
        let mut found = Self { brought: keeps_brought.then(FlatLists::default), ..Self::default() };
        found.places.reserve(0, deployments);
        found.merged.reserve(deployments, 0);
        if let Some(brought) = &mut found.brought {
            brought.reserve(deployments, 0);
        }
        found
    }

    pub(super) fn append(&mut self, other: Self) {
        self.places.append(other.places);
        if let (Some(brought), Some(others)) = (&mut self.brought, other.brought) {
            brought.append(others);
        }
        self.merged.append(other.merged);
        self.absurd.extend(other.absurd);
        self.texts.extend(other.texts);
    }

    /// A name as text, in lower case.
    pub(super) fn text(&self, sha: Sha) -> String {
        self.texts.get(&sha).map_or_else(|| sha.text(), ToString::to_string)
    }

    fn keep_text(&mut self, sha: Sha, commits: &Commits) {
        if let Some(text) = commits.other_text(&sha) {
            self.texts.insert(sha, text.into());
        }
    }

    /// Ends the lists of one deployment.
    fn close(&mut self, deployment: u32) {
        self.places.push(deployment);
        self.merged.close();
        if let Some(brought) = &mut self.brought {
            brought.close();
        }
    }
}

/// One repo, ready to be walked.
pub(super) struct RepoPass<'a> {
    events: &'a Events,
    commits: &'a Commits,
    revisions: &'a Revisions,
    /// Rows of its commits, in order of committed instant, so that parents mostly come before their children.
    rows: Vec<u32>,
    graph: Graph<Sha>,
    /// The pull requests of the repo.
    requests: std::ops::Range<usize>,
    /// The merges of each node, in order of node and number.
    merges: Vec<(Node, u32)>,
    /// Where the merges of each node begin in that list; [`NONE`] where there are none.
    first_merge: Vec<u32>,
}

/// What has been live in one environment.
struct Place<'g> {
    commits: Live<'g, Sha>,
    /// Revisions of which no commit was read.
    unread: FxHashSet<Sha>,
}

impl Place<'_> {
    fn arrive(&mut self, sha: Option<Sha>, node: Option<Node>) -> Arrival {
        match (node, sha) {
            (Some(node), _) => self.commits.arrive(node),
            (None, Some(sha)) if !self.unread.insert(sha) => Arrival::Nothing,
            (None, _) => Arrival::Unknown,
        }
    }
}

impl<'a> RepoPass<'a> {
    /// `repo` is in lower case.
    pub(super) fn new(events: &'a Events, commits: &'a Commits, revisions: &'a Revisions, repo: &str) -> Self {
        let mut rows = commits.of_repo(repo).to_vec();
        rows.sort_unstable_by_key(|row| (commits.committed_at.get(*row as usize), *row));
        let keys: Vec<Sha> = rows.iter().filter_map(|row| commits.sha.get(*row as usize).copied()).collect();
        let graph = Graph::new(&keys, |at| commits.parents(*rows.get(at)? as usize));
        let requests = events.requests.of_repo(repo);
        let node = |(sha, request)| Some((graph.node(&sha)?, request));
        let mut merges: Vec<(Node, u32)> = events.requests.merges(&requests).filter_map(node).collect();
        merges.sort_unstable();
        let mut first_merge = vec![NONE; graph.len()];
        for (at, (node, _)) in merges.iter().enumerate().rev() {
            if let Some(first) = first_merge.get_mut(*node as usize) {
                *first = index(at);
            }
        }
        Self { events, commits, revisions, rows, graph, requests, merges, first_merge }
    }

    /// The changes of the deployments in the order of [`Found::places`], and the rest of what they brought. Keeps the
    /// commits, if the ways to count a lead time are asked for.
    pub(super) fn run(&self, environments: &[Vec<u32>], keeps_brought: bool) -> (Vec<DeploymentChanges>, Found) {
        let deployments = environments.iter().map(Vec::len).sum();
        let mut changes = Vec::with_capacity(deployments);
        let mut found = Found::with_capacity(deployments, keeps_brought);
        for deployments in environments {
            let mut place = Place { commits: Live::new(&self.graph), unread: FxHashSet::default() };
            let mut before = None;
            for &deployment in deployments {
                let one = self.one(deployment, before, &mut place, &mut found);
                if let Some(sha) = one.start_sha {
                    found.keep_text(sha, self.commits);
                }
                changes.push(one);
                found.close(deployment);
                before = Some(deployment);
            }
            found.places.close();
        }
        (changes, found)
    }

    /// The row of a node's commit among all commits.
    fn row(&self, node: Node) -> Option<u32> {
        self.rows.get(self.graph.row(node)?).copied()
    }

    fn one(&self, deployment: u32, before: Option<u32>, place: &mut Place<'_>, found: &mut Found) -> DeploymentChanges {
        let graph = &self.graph;
        let revision = |deployment: u32| self.revisions.get(deployment as usize, &self.events.deployments);
        let sha = revision(deployment);
        let node = sha.and_then(|sha| graph.node(&sha));
        let made = node.and_then(|node| self.row(node)).and_then(|row| self.commits.committed_at.get(row as usize));
        let finished = self.events.deployments.finished_at(deployment as usize);
        let in_one_second = |made: &i64| finished.is_some_and(|at| at.since(Timestamp(*made)) == Seconds(0));
        let without = |reason| DeploymentChanges {
            start_at: i64::MIN,
            start_sha: None,
            start_request: NONE,
            reason: Some(reason),
            finishes_with_its_commit: made.is_some_and(in_one_second),
        };
        // Its commits are live from now on, also where its own batch is unknown.
        let arrival = place.arrive(sha, node);
        let Some(before) = before else { return without(LeadTimeReason::FirstDeployment) };
        let old = revision(before);
        if sha.is_some() && sha == old {
            return without(LeadTimeReason::Redeploy);
        }
        let read = old.and_then(|old| graph.node(&old)).filter(|&old| graph.row(old).is_some());
        let Some(old) = read else { return without(LeadTimeReason::UnknownCommits) };
        let goes_back = || node.is_some_and(|node| graph.is_ancestor(node, old));
        match (arrival, finished) {
            (Arrival::Commits(commits), Some(end)) => {
                self.measure(without(LeadTimeReason::UnknownCommits), &commits, (deployment, end), found)
            }
            (Arrival::Unknown | Arrival::Commits(_), _) => without(LeadTimeReason::UnknownCommits),
            (Arrival::Nothing, _) if goes_back() => without(LeadTimeReason::Rollback),
            (Arrival::Nothing, _) => without(LeadTimeReason::Redeploy),
        }
    }

    /// Notes what a deployment brought, and measures its lead time.
    fn measure(
        &self,
        one: DeploymentChanges,
        nodes: &[Node],
        (deployment, end): (u32, Timestamp),
        found: &mut Found,
    ) -> DeploymentChanges {
        let commits = self.commits;
        let at_row = |instants: &[i64], row: u32| Timestamp(instants.get(row as usize).copied().unwrap_or_default());
        let name = |row: u32| commits.sha.get(row as usize).copied().unwrap_or_default();
        let mut brought: Vec<(Brought, Sha)> = Vec::with_capacity(nodes.len());
        for row in nodes.iter().filter_map(|&node| self.row(node)) {
            let number = commits.pull_request(row as usize);
            let request = number.and_then(|number| self.events.requests.of_number(&self.requests, number));
            let commit = Brought {
                authored_at: at_row(&commits.authored_at, row),
                committed_at: at_row(&commits.committed_at, row),
                request: request.unwrap_or(NONE),
            };
            brought.push((commit, name(row)));
        }
        brought.sort_unstable_by(|(one, a), (other, b)| {
            one.authored_at.cmp(&other.authored_at).then_with(|| commits.by_text(a, b))
        });
        for &node in nodes {
            let first = self.first_merge.get(node as usize).copied().unwrap_or(NONE);
            let own = self.merges.iter().skip(first as usize).take_while(|(of, _)| *of == node);
            found.merged.extend(own.map(|(_, request)| *request));
        }
        if let Some(all) = &mut found.brought {
            all.extend(brought.iter().map(|(commit, _)| *commit));
        }
        // An instant that a program wrote for "none" is not the start of anything.
        let mut absurd: Vec<Sha> =
            brought.iter().filter(|(commit, _)| commit.authored_at.is_placeholder()).map(|(_, sha)| *sha).collect();
        absurd.sort_unstable_by(|a, b| commits.by_text(a, b));
        for sha in absurd {
            found.absurd.push((deployment, sha));
            found.keep_text(sha, commits);
        }
        let merged = found.merged.open();
        merged.sort_unstable();
        let dated = || brought.iter().filter(|(commit, _)| !commit.authored_at.is_placeholder());
        let firsts = merged.iter().filter_map(|&request| self.request(request)?.first_commit());
        let earliest = dated().next().map(|(commit, _)| commit.authored_at);
        let Some(at) = earliest.into_iter().chain(firsts).min() else { return one };
        let then = || dated().take_while(|(commit, _)| commit.authored_at == at);
        let holds = |request: u32| {
            self.request(request).is_some_and(|times| times.first_commit() == Some(at))
                || then().any(|(commit, _)| commit.request == request)
        };
        // Indices are in order of number within the repo.
        let holder = merged.iter().copied().find(|&request| holds(request)).unwrap_or(NONE);
        let own = then().find(|(commit, _)| holder == NONE || commit.request == holder).or_else(|| then().next());
        DeploymentChanges {
            start_at: at.0,
            start_sha: own.map(|(_, sha)| *sha),
            start_request: holder,
            reason: (end.since(at) < Seconds(0)).then_some(LeadTimeReason::Negative),
            ..one
        }
    }

    fn request(&self, index: u32) -> Option<PullRequestTimes> {
        self.events.requests.get(index)
    }
}
