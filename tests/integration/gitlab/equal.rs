//! The same history through GitLab and through GitHub gives the same rows and the same figures.

use dora_report::domain::event::Table;

use super::scene::{Scene, cells};
use crate::github::scene::report;
use crate::github::scene::{MARCH, Scene as GitHub};
use crate::github::shapes::{PRODUCTION, even, every_shape};
use crate::github::tables::Files;
use crate::github::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, World};
use crate::support::Place;

/// GitLab has no state `error` beside `failed`.
fn without_errors(mut world: World) -> World {
    let deployments = world.repos.iter_mut().flat_map(|repo| &mut repo.deployments);
    for (state, _) in deployments.flat_map(|deployment| &mut deployment.statuses) {
        if state == "ERROR" {
            *state = "FAILURE".into();
        }
    }
    world
}

/// Reads a world through both, and compares every table of the reports on a period.
fn are_equal(world: World, period: &str) {
    let world = without_errors(world);
    let names: Vec<String> = world.repos.iter().map(|repo| repo.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (github, gitlab) = (GitHub::repos(world.clone(), &names), Scene::projects(world, &names));
    github.fetched(&["--strict"]);
    gitlab.fetched(&["--strict"]);
    let (github, gitlab) = (github.report(period), gitlab.report(period));
    for table in ["deployments", "daily", "summary", "findings", "incidents"] {
        let (of_github, of_gitlab) = (cells(github.table(table)), cells(gitlab.table(table)));
        let difference = of_gitlab.iter().zip(&of_github).find(|(own, other)| own != other);
        assert_eq!(difference, None, "{table}: GitLab and GitHub");
        assert_eq!(of_gitlab.len(), of_github.len(), "{table}");
    }
    assert!(cells(gitlab.table("deployments")).len() > 5, "there is something to compare");
}

#[test]
fn every_shape_of_history_gives_the_rows_and_figures_of_github() {
    are_equal(World::of([every_shape("acme/web")]), MARCH);
}

#[test]
fn a_year_of_two_projects_gives_the_rows_and_figures_of_github() {
    are_equal(World::of([even("acme/web", 230, 3), even("acme/api", 120, 2)]), "2025-Q3");
}

#[test]
fn every_way_to_merge_gives_the_rows_and_figures_of_github() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR + 60 * DAY);
    repo.deploy(&root, PRODUCTION, NEW_YEAR + 60 * DAY + HOUR);
    for day in 61..90 {
        let at = NEW_YEAR + day * DAY;
        let how = [Merge::Squash, Merge::Commit, Merge::Rebase][usize::try_from(day % 3).expect("small")];
        let mut head = repo.pull(how, &[at - 30 * HOUR, at - 20 * HOUR, at - 9 * HOUR], at - 8 * HOUR, at);
        if day % 4 == 0 {
            head = repo.stack(at + HOUR);
        }
        if day % 5 != 0 {
            repo.deploy(&head, PRODUCTION, at + 2 * HOUR);
        }
        if day % 7 == 0 {
            // A fix of what is live, which the main line does not hold.
            let fix = repo.commit(&[&head], at + 3 * HOUR, at + 3 * HOUR);
            repo.deploy(&fix, PRODUCTION, at + 4 * HOUR).branch = Some("hotfix".into());
        }
        repo.push(at + 5 * HOUR + MINUTE);
    }
    are_equal(World::of([repo]), MARCH);
}

#[test]
fn the_rows_of_commits_and_merge_requests_are_those_of_github() {
    let world = without_errors(World::of([every_shape("acme/web")]));
    let github = GitHub::repos(world.clone(), &["acme/web"]);
    github.fetched(&[]);
    let gitlab = Scene::projects(world.clone(), &["acme/web"]);
    gitlab.fetched(&[]);
    // The same folder, whichever service filled it.
    let of_github = Scene { place: github.place, server: std::sync::Arc::new(super::server::Server::start(world)) };
    for table in [Table::Commits, Table::PullRequests] {
        let (own, others) = (gitlab.rows(table), of_github.rows(table));
        assert!(own.equals_missing(&others), "{table:?}: {own:?} and {others:?}");
    }
}

#[test]
fn every_row_of_the_truth_table_of_an_organisation_is_read_as_it_is() {
    let names = ["acme/web", "acme/shop/api", "acme/shop/deep/er"];
    let world = World::of([every_shape(names[0]), even(names[1], 150, 3), every_shape(names[2])]);
    let world = without_errors(world);
    // Written from the world without the help of the program.
    let files = Files::of(&world);
    let truth = Place::new();
    truth.write("dora.toml", "").write("d.csv", &files.deployments);
    truth.write("c.csv", &files.commits).write("p.csv", &files.pulls);
    let known = ["--map-status", "levitating=waiting"];
    truth.done([&["import", "deployments", "d.csv", "--covers", "2025-01-01..2026-02-01"][..], &known].concat());
    truth.done(["import", "commits", "c.csv"]);
    truth.done(["import", "pull-requests", "p.csv"]);
    let scene = Scene::new(world, "groups = [\"acme\"]");
    scene.fetched(&["--strict"]);
    for period in [MARCH, "2025-Q3"] {
        let (own, truth) = (scene.report(period), report(&truth, period));
        for table in ["deployments", "daily", "summary", "findings"] {
            let known = own.table(table).replace("levitating", "waiting");
            let (own, truth) = (cells(&known), cells(truth.table(table)));
            let difference = own.iter().zip(&truth).find(|(own, truth)| own != truth);
            assert_eq!(difference, None, "{table} of {period}: GitLab and the truth");
            assert_eq!(own.len(), truth.len(), "{table} of {period}");
        }
    }
}
