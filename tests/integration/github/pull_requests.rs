//! Which pull request brought a commit: every row of the dataset against the made-up world, where branches were closed
//! without a merge first, are still open, go into other repositories, or are stacked.

use std::collections::BTreeMap;

use dora_report::domain::event::Table;
use dora_report::store::Dataset;

use super::fault::{Effect, Fault, too_heavy};
use super::scene::{MARCH, Scene};
use super::shapes::{PRODUCTION, even};
use super::tables::Files;
use super::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, World};

const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

/// Some columns of a table of the dataset, by the first two of them.
fn stored(scene: &Scene, table: Table, columns: &[&str]) -> BTreeMap<(String, String), Vec<String>> {
    let dataset = Dataset::open(&scene.place.path("data")).expect("a dataset");
    let frame = dataset.read(table, &|rows| rows).expect("rows");
    let cell = |name: &str, row: usize| {
        let value = frame.column(name).expect("a column").get(row).expect("a cell");
        value.get_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
    };
    let rows = (0..frame.height()).map(|row| {
        let cells: Vec<String> = columns.iter().map(|name| cell(name, row)).collect();
        ((cells[0].clone(), cells[1].clone()), cells)
    });
    rows.collect()
}

/// The same of an import file.
fn expected(text: &str, columns: &[&str]) -> BTreeMap<(String, String), Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let cell = |name: &&str| row[heads.iter().position(|own| own == *name).expect("a column")].to_owned();
        let cells: Vec<String> = columns.iter().map(cell).collect();
        ((cells[0].clone(), cells[1].clone()), cells)
    });
    rows.collect()
}

/// Expects every stored commit and pull request to be as the world has it, and none of the reached ones to be missing.
fn is_true(scene: &Scene) {
    let files = scene.server.state(|state| Files::of(&state.world));
    let columns = ["repo", "sha", "pull_request"];
    let (commits, truth) = (stored(scene, Table::Commits, &columns), expected(&files.commits, &columns));
    for (key, row) in &commits {
        assert_eq!(Some(row), truth.get(key), "a commit");
    }
    let columns = ["repo", "number", "title", "author", "head_ref", "merge_sha"];
    let (pulls, truth) = (stored(scene, Table::PullRequests, &columns), expected(&files.pulls, &columns));
    for (key, row) in &pulls {
        assert_eq!(Some(row), truth.get(key), "a pull request");
    }
    let named = commits.values().filter(|row| !row[2].is_empty());
    for row in named {
        assert!(
            pulls.contains_key(&(row[0].clone(), row[2].clone())),
            "pull request {} of {} is missing",
            row[2],
            row[0]
        );
    }
    let reached = scene.server.state(|state| {
        let heads = state.world.repos.iter().filter_map(|repo| Some((repo, repo.main.clone()?)));
        heads.map(|(repo, head)| repo.log(&head).len()).sum::<usize>()
    });
    assert!(commits.len() >= reached.saturating_sub(1), "{} of {reached} commits", commits.len());
}

/// A deployment of each kind of pull request, and what the lead times are.
fn every_kind(name: &str) -> Repo {
    let mut repo = Repo::new(name);
    let root = repo.push(MARCH_1);
    repo.deploy(&root, PRODUCTION, MARCH_1 + HOUR);
    let mut day = MARCH_1;
    let mut next = || {
        day += 4 * DAY;
        day
    };
    // Closed without a merge before the same branch was merged by another one.
    let at = next();
    let closed = repo.open_pull(at - 30 * HOUR);
    closed.rejected = true;
    let closed = closed.number;
    let head = repo.pull(Merge::Commit, &[at - 31 * HOUR, at - 25 * HOUR], at - 20 * HOUR, at);
    let merged = repo.pulls.len() as u64;
    for sha in repo.pulls[&merged].commits.clone() {
        repo.holds(closed, &sha);
    }
    repo.holds(closed, &head);
    repo.deploy(&head, PRODUCTION, at + HOUR);
    // Open before, in a squash; and one that goes into a fork of its own, merged there before.
    let at = next();
    let (open, foreign) = (repo.open_pull(at - 40 * HOUR).number, repo.open_pull(at - 39 * HOUR).number);
    let fork = repo.pulls.get_mut(&foreign).expect("a pull request");
    (fork.base_repo, fork.merged) = (Some("joan/web".into()), Some(at - 38 * HOUR));
    let head = repo.pull(Merge::Squash, &[at - 50 * HOUR], at - 20 * HOUR, at);
    repo.holds(open, &head);
    repo.holds(foreign, &head);
    let fork = repo.pulls.get_mut(&foreign).expect("a pull request");
    fork.merge_sha = Some(head.clone());
    repo.deploy(&head, PRODUCTION, at + HOUR);
    let at = next();
    let head = repo.stack(at);
    repo.deploy(&head, PRODUCTION, at + HOUR);
    // Held by a pull request that was never merged, and by no other.
    let at = next();
    let open = repo.open_pull(at - HOUR).number;
    let direct = repo.push(at);
    repo.holds(open, &direct);
    repo.deploy(&direct, PRODUCTION, at + HOUR);
    // A release branch: all that it holds was merged into it by pull requests of its own.
    let at = next();
    let first = repo.pull(Merge::Rebase, &[at - 30 * HOUR, at - 29 * HOUR], at - 20 * HOUR, at);
    let release = repo.open_pull(at + HOUR);
    (release.merged, release.merge_sha) = (Some(at + 2 * HOUR), None);
    let release = release.number;
    let second = repo.push(at + MINUTE);
    repo.holds(release, &first);
    repo.holds(release, &second);
    repo.deploy(&second, PRODUCTION, at + HOUR);
    repo
}

#[test]
fn the_pull_request_that_was_merged_into_the_repo_brought_the_commit_whatever_stands_before_it() {
    let scene = Scene::repos(World::of([every_kind("acme/web")]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    is_true(&scene);
    scene.is_as_imported(MARCH);
    let lead: Vec<String> =
        scene.report(MARCH).deployments("lead_time_seconds").into_iter().map(|(_, cell)| cell).collect();
    // From the first commit of the branch; of a stack, from that of the upper one.
    let hours = |hours: i64| (hours * HOUR + 65 * MINUTE - HOUR).to_string();
    assert_eq!(lead, ["", &hours(32), &hours(51), &hours(61), &hours(1), &hours(31)]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_organisation_with_every_kind_of_pull_request_is_read_as_it_is() {
    let repos = (0..7).map(|nth| {
        let mut repo = if nth % 2 == 0 {
            every_kind(&format!("acme/repo-{nth}"))
        } else {
            even(&format!("acme/repo-{nth}"), 130, 3)
        };
        let heads: Vec<String> = repo.commits.keys().cloned().collect();
        for (index, sha) in heads.iter().enumerate().filter(|(index, _)| index % (3 + nth) == 0) {
            // Every third one was closed, every third one goes elsewhere, the others are open.
            let pull = repo.open_pull(NEW_YEAR - DAY);
            pull.rejected = index % 9 < 3;
            pull.base_repo = (index % 9 > 5).then(|| "acme/upstream".into());
            let number = pull.number;
            repo.holds(number, sha);
        }
        repo
    });
    let scene = Scene::new(World::of(repos), "org = \"acme\"");
    scene.fetched(&["--strict"]);
    is_true(&scene);
    scene.is_as_imported(MARCH);
    scene.is_as_imported("2025-Q3");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn one_request_serves_a_hundred_commits_or_fewer_if_github_cannot_answer() {
    let mut repo = even("acme/web", 100, 3);
    let squashed: Vec<String> = repo.pulls.values().filter_map(|pull| pull.merge_sha.clone()).collect();
    for sha in squashed {
        let closed = repo.open_pull(NEW_YEAR - DAY);
        closed.rejected = true;
        let number = closed.number;
        repo.holds(number, &sha);
    }
    let plain = Scene::repos(World::of([even("acme/web", 100, 3)]), &["acme/web"]);
    plain.fetched(&[]);
    let asked = |scene: &Scene, query: &str| scene.server.log().iter().filter(|one| one.query.contains(query)).count();
    assert_eq!(asked(&plain, "query AssociatedPullRequests"), 0, "one pull request each leaves nothing to ask");
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.server.fault(Fault::when(1, |request| request.query.contains("query AssociatedPullRequests"), too_heavy()));
    scene.fetched(&["--strict"]);
    is_true(&scene);
    // Two hundred commits: 100 refused, then by 50 and by 100 again.
    assert!(asked(&scene, "query AssociatedPullRequests") <= 6, "{}", asked(&scene, "query AssociatedPullRequests"));
    assert!(asked(&scene, "query PullRequests(") <= 3, "{}", asked(&scene, "query PullRequests("));
}

#[test]
fn commits_with_pending_pull_requests_are_read_again_after_an_interruption() {
    let make = || Scene::repos(World::of([every_kind("acme/web")]), &["acme/web"]);
    let interrupted = make();
    let is_question = |request: &super::server::Request| request.query.contains("query AssociatedPullRequests");
    interrupted.server.fault(Fault::when(1, is_question, Effect::Revoke));
    assert_eq!(interrupted.fetch(&[]).code, 3);
    interrupted.server.state(|state| state.tokens = vec![(super::server::token(), None)]);
    interrupted.fetched(&["--strict"]);
    is_true(&interrupted);
    interrupted.is_as_imported(MARCH);
}
