//! Whole runs against a fake GitHub on this machine.

mod app;
mod fake;
mod histories;
mod resume;
mod several;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use self::fake::{HOUR, Made, Repo, answer, asked, sha};
use super::*;
use crate::domain::coverage::Coverage;
use crate::domain::event::{Commit, Deployment, PullRequest, Rows};
use crate::domain::graph::{Between, Graph, Walker};
use crate::domain::time::Span;
use crate::http::testing::{Answer, Seen, Server};

const YEAR: i64 = 365 * 24 * HOUR;

/// What came of a run.
pub(super) struct Run {
    result: Result<Cost, GitHubError>,
    deployments: BTreeMap<String, Deployment>,
    commits: BTreeMap<String, Commit>,
    pull_requests: BTreeMap<i64, PullRequest>,
    done: BTreeMap<String, Vec<Coverage>>,
    failed: BTreeMap<String, String>,
    cursor: Option<String>,
    notices: Vec<String>,
    renamed: Vec<(String, String)>,
    /// Names of the queries, in order.
    queries: Vec<String>,
    seen: Vec<Seen>,
}

/// One repo, `acme/shop`.
fn shop(repo: Repo) -> BTreeMap<String, Repo> {
    BTreeMap::from([("acme/shop".to_owned(), repo)])
}

fn plan(began: i64) -> Plan {
    Plan {
        api_url: Url::parse("http://127.0.0.1").expect("an address"),
        org: None,
        repos: vec![Glob::new("acme/shop").expect("a pattern")],
        exclude: Vec::new(),
        only: Vec::new(),
        environments: Vec::new(),
        only_production: false,
        kind: DeploymentKind::Deployments,
        since: Timestamp(began - YEAR),
        began: Timestamp(began),
        concurrency: 2,
        full: false,
        waits: WaitLimits::new(Duration::from_mins(1)),
    }
}

async fn run(plan: Plan, known: Known, repos: BTreeMap<String, Repo>) -> Run {
    run_with(plan, known, move |seen| answer(&repos, seen)).await
}

async fn run_with(mut plan: Plan, known: Known, answer: impl Fn(&Seen) -> Answer + Send + 'static) -> Run {
    let server = Server::new(answer);
    plan.api_url = server.url.clone();
    let (began, auth) = (plan.began, Auth::Token(SecretString::from("ghp_secret")));
    let (events, mut received) = mpsc::channel(4);
    let reading = tokio::spawn(fetch(plan, auth, known, Arc::new(move || began), events));
    let mut run = Run {
        result: Ok(Cost::default()),
        deployments: BTreeMap::new(),
        commits: BTreeMap::new(),
        pull_requests: BTreeMap::new(),
        done: BTreeMap::new(),
        failed: BTreeMap::new(),
        cursor: None,
        notices: Vec::new(),
        renamed: Vec::new(),
        queries: Vec::new(),
        seen: Vec::new(),
    };
    while let Some(event) = received.recv().await {
        match event {
            Event::Page { rows, cursor, .. } => {
                run.cursor = cursor;
                for rows in rows {
                    run.take(rows);
                }
            }
            Event::Done { scope, covered } => drop(run.done.insert(scope, covered)),
            Event::Failed { scope, reason, .. } => drop(run.failed.insert(scope, reason)),
            Event::Notice(text) | Event::Waiting(text) => run.notices.push(text),
            Event::Renamed { from, to } => run.renamed.push((from, to)),
            Event::Budget(_) | Event::Scopes(_) | Event::TokenEnd(_) | Event::Cursor { .. } => {}
        }
    }
    run.result = reading.await.expect("a run");
    run.seen = server.seen();
    run.queries = run.seen.iter().map(|seen| asked(seen).0).collect();
    run
}

impl Run {
    fn take(&mut self, rows: Rows) {
        match rows {
            Rows::Deployments(rows) => self.deployments.extend(rows.into_iter().map(|row| (row.id.clone(), row))),
            Rows::Commits(rows) => self.commits.extend(rows.into_iter().map(|row| (row.sha.clone(), row))),
            Rows::PullRequests(rows) => self.pull_requests.extend(rows.into_iter().map(|row| (row.number, row))),
            Rows::Incidents(_) => panic!("GitHub has no incidents"),
        }
    }

    /// What a dataset would know after these runs.
    fn knows(runs: &[&Self], covered: Option<Span>, cursor: Option<String>) -> Known {
        let deployments: BTreeMap<&String, &Deployment> = runs.iter().flat_map(|run| &run.deployments).collect();
        let deployments = deployments.into_values().map(|row| KnownDeployment {
            id: row.id.clone(),
            created_at: row.created_at,
            sha: row.sha.clone(),
            environment: row.environment.clone(),
            terminal: row.finished_at.is_some(),
            succeeded: row.status == "success",
        });
        let commits = runs.iter().flat_map(|run| run.commits.values());
        let known = KnownRepo {
            deployments: deployments.collect(),
            pull_requests: Vec::new(),
            commits: commits.map(|row| (row.sha.clone(), row.parents.clone().unwrap_or_default())).collect(),
            cursor,
            covered_to: covered.map(|span| span.to),
            covered_from: covered.map(|span| span.from),
        };
        Known::from([("acme/shop".to_owned(), known)])
    }

    fn count(&self, query: &str) -> usize {
        self.queries.iter().filter(|name| *name == query).count()
    }

    fn span(&self) -> Span {
        self.done["acme/shop"][0].spans[0]
    }
}

/// Pairs of consecutive deployments of an environment whose commits between cannot be told.
fn untold(runs: &[&Run]) -> Vec<(String, String)> {
    let commits: BTreeMap<&String, &Commit> = runs.iter().flat_map(|run| &run.commits).collect();
    let shas: Vec<&str> = commits.values().map(|one| one.sha.as_str()).collect();
    let parents: Vec<Vec<&str>> =
        commits.values().map(|one| one.parents.iter().flatten().map(String::as_str).collect()).collect();
    let graph = Graph::new(&shas, |row| parents.get(row).map(Vec::as_slice));
    let all: BTreeMap<&String, &Deployment> = runs.iter().flat_map(|run| &run.deployments).collect();
    let environments: BTreeSet<_> = all.values().map(|one| one.environment.clone()).collect();
    let mut untold = Vec::new();
    for environment in environments {
        let here = all.values().filter(|one| one.environment == environment && one.status == "success");
        let mut here: Vec<_> = here.map(|one| (one.finished_at, one.sha.clone().expect("a sha"))).collect();
        here.sort();
        for two in here.windows(2) {
            if graph.between(&two[0].1.as_str(), &two[1].1.as_str(), &mut Walker::default()) == Between::Unknown {
                untold.push((two[0].1.clone(), two[1].1.clone()));
            }
        }
    }
    untold
}

#[tokio::test]
async fn a_first_run_reads_every_deployment_and_every_commit_between_them() {
    let run = run(plan(YEAR), Known::new(), shop(Repo::line(450, 3))).await;
    assert_eq!(run.failed, BTreeMap::new());
    assert_eq!(run.deployments.len(), 150);
    assert_eq!(untold(&[&run]), []);
    assert_eq!((run.count("Deployments"), run.count("Commits")), (2, 5));
    let cost = run.result.expect("a good run");
    assert_eq!(cost, Cost { requests: 7, points: Some(2 + 5 * 5), left: Some(4_000) });
    let one = &run.deployments["3000000000"];
    assert_eq!((one.status.as_str(), one.finished_at), ("success", Some(Timestamp(HOUR / 2 + 60_000))));
    assert_eq!(run.done["acme/shop"][0].spans, [Span { from: Timestamp(0), to: Timestamp(YEAR) }]);
}

#[tokio::test]
async fn a_year_of_a_busy_repo_costs_at_most_45_requests_and_200_points() {
    let run = run(plan(YEAR), Known::new(), shop(Repo::line(3_000, 3))).await;
    assert_eq!((run.deployments.len(), untold(&[&run])), (1_000, vec![]));
    let cost = run.result.expect("a good run");
    assert!(cost.requests <= 45 && cost.points <= Some(200), "{cost:?}");
}

#[tokio::test]
async fn below_the_first_day_only_the_predecessor_of_each_environment_is_kept() {
    let mut repo = Repo::line(400, 1);
    repo.put("staging", &sha(10), 10 * HOUR);
    repo.put("staging", &sha(350), 350 * HOUR);
    let mut plan = plan(YEAR);
    plan.since = Timestamp(300 * HOUR);
    // The week before is kept whole: what was asked for in it may go live inside.
    let week_before = Timestamp((300 - 7 * 24) * HOUR);
    let run = run(plan, Known::new(), shop(repo)).await;
    let before: Vec<&Deployment> = run.deployments.values().filter(|one| one.created_at < week_before).collect();
    let environments: Vec<_> = before.iter().map(|one| (one.environment.as_deref(), one.sha.clone())).collect();
    assert_eq!(environments, [(Some("production"), Some(sha(131))), (Some("staging"), Some(sha(10)))]);
    assert_eq!(untold(&[&run]), []);
    assert_eq!(run.count("Deployments"), 4, "two, and the search for the predecessor of staging");
}

#[tokio::test]
async fn revisions_off_the_line_are_walked_from_their_own_heads() {
    let mut repo = Repo::line(900, 9);
    for n in 0..150 {
        let parent = if n == 0 { sha(100) } else { sha(9_000 + n - 1) };
        let at = (100 + i64::try_from(n).expect("few")) * HOUR + 1;
        repo.commits.insert(sha(9_000 + n), Made { at, parents: vec![parent], pull_request: None });
    }
    repo.put("production", &sha(9_149), 700 * HOUR);
    repo.put("production", &format!("{:040x}", 0xdead), 500 * HOUR);
    let run = run(plan(YEAR), Known::new(), shop(repo)).await;
    let lost: Vec<_> = untold(&[&run]);
    assert!(lost.iter().all(|(old, new)| [old, new].iter().any(|sha| sha.ends_with("dead"))), "{lost:?}");
    assert_eq!(lost.len(), 2, "into and out of a revision that GitHub does not have");
    assert!(run.done.contains_key("acme/shop"));
    assert!(run.count("Commits") <= 9 + 5, "{}", run.count("Commits"));
}

#[tokio::test]
async fn statuses_beyond_the_page_are_read_and_pull_requests_come_once() {
    let mut repo = Repo::line(4, 1);
    let put = repo.put("production", &sha(3), 5 * HOUR);
    let tries = (0..30).rev().map(|n| ("IN_PROGRESS", 6 * HOUR + n));
    put.statuses = tries.chain([("SUCCESS", 5 * HOUR + 7), ("QUEUED", 5 * HOUR)]).collect();
    let pull_request = serde_json::json!({
        "id": "PR_7", "number": 7, "title": "t", "headRefName": "h", "createdAt": "1970-01-01T00:00:00Z", "author": null,
        "baseRepository": {"nameWithOwner": "acme/shop"}, "mergedAt": "1972-01-01T02:00:00Z", "mergeCommit": {"oid": sha(2)}, "labels": {"nodes": []},
        "commits": {"nodes": []}, "reviews": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []}
    });
    for n in [1, 2] {
        repo.commits.get_mut(&sha(n)).expect("a commit").pull_request = Some(pull_request.clone());
    }
    let run = run(plan(YEAR), Known::new(), shop(repo)).await;
    assert_eq!(run.count("Statuses"), 1);
    assert_eq!(run.deployments["3000000004"].finished_at, Some(Timestamp(5 * HOUR + 7)));
    assert_eq!(run.pull_requests.len(), 1);
    assert_eq!(run.commits[&sha(1)].pull_request, Some(7));
}

#[tokio::test]
async fn patterns_list_an_owner_and_exclusions_hold() {
    let repos: BTreeMap<String, Repo> =
        ["acme/web-a", "acme/web-b", "acme/web-old", "acme/api"].map(|name| (name.to_owned(), Repo::line(3, 1))).into();
    let mut plan = plan(YEAR);
    let glob = |text: &str| Glob::new(text).expect("a pattern");
    plan.repos = vec![glob("acme/web-*"), glob("acme/gone")];
    plan.exclude = vec![glob("*/web-old")];
    let run = run(plan.clone(), Known::new(), repos.clone()).await;
    assert_eq!(run.done.keys().collect::<Vec<_>>(), ["acme/web-a", "acme/web-b"]);
    assert!(run.failed["acme/gone"].contains("acme/gone"), "{:?}", run.failed);
    plan.only = vec![glob("acme/none")];
    let none = run_with(plan, Known::new(), move |seen| answer(&repos, seen)).await;
    assert!(matches!(none.result, Err(GitHubError::NoRepos { .. })));
}

#[tokio::test]
async fn an_estimate_asks_once_per_repo() {
    let repos = shop(Repo::line(450, 3));
    let server = Server::new(move |seen| answer(&repos, seen));
    let mut plan = plan(YEAR);
    plan.api_url = server.url.clone();
    let auth = Auth::Token(SecretString::from("ghp_secret"));
    let found = estimate(plan, auth, Arc::new(|| Timestamp(YEAR)), Arc::new(|_| ())).await.expect("an estimate");
    let usual = found.scopes[0].usual;
    assert_eq!((found.scopes.len(), usual.requests, usual.points), (1, 2 + 5, 2 + 25));
    assert!(found.most() > found.usual());
    assert_eq!(server.seen().len(), 1);
}
