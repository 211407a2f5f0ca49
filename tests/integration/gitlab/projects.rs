//! Which projects of GitLab are read, under which names, and what `doctor` says of them.

use super::scene::Scene;
use super::server::token;
use crate::github::scene::MARCH;
use crate::github::shapes::{PRODUCTION, even, every_shape};
use crate::github::world::{DAY, HOUR, NEW_YEAR, Repo, World};
use crate::support::DOCTOR;

fn organisation() -> World {
    let names = ["acme/web", "acme/shop/api", "acme/shop/deep/er", "acme/sandbox/x", "other/y"];
    World::of(names.map(|name| even(name, 4, 2)))
}

/// The projects that are covered.
fn covered(scene: &Scene) -> Vec<&'static str> {
    let all = ["acme/web", "acme/shop/api", "acme/shop/deep/er", "acme/sandbox/x", "other/y"];
    all.into_iter().filter(|name| !scene.covered("deployments", "gitlab", name).is_empty()).collect()
}

#[test]
fn groups_are_read_with_their_subgroups_and_patterns_choose_from_them() {
    for (keys, wanted) in [
        (
            "groups = [\"acme\"]\nexclude = [\"acme/sandbox/*\"]",
            &["acme/web", "acme/shop/api", "acme/shop/deep/er"][..],
        ),
        ("groups = [\"acme/shop\"]", &["acme/shop/api", "acme/shop/deep/er"]),
        ("projects = [\"acme/w*\", \"acme/shop/*/er\"]", &["acme/web", "acme/shop/deep/er"]),
        ("groups = [\"acme/shop/deep\"]\nprojects = [\"other/y\"]", &["acme/shop/deep/er", "other/y"]),
    ] {
        let scene = Scene::new(organisation(), keys);
        scene.fetched(&["--strict"]);
        assert_eq!(covered(&scene), wanted, "{keys}");
    }
    let scene = Scene::new(World::of([even("~ann/tool", 4, 2)]), "projects = [\"~ann/*\"]");
    scene.fetched(&["--strict"]);
    assert_eq!(scene.covered("deployments", "gitlab", "~ann/tool").len(), 1, "a person owns projects too");
    let scene = Scene::new(organisation(), "groups = [\"acme\"]");
    scene.fetched(&["--strict", "--repo", "acme/shop/*"]);
    assert_eq!(covered(&scene), ["acme/shop/api", "acme/shop/deep/er"], "--repo restricts the run");
}

#[test]
fn a_project_of_a_subgroup_is_a_service_by_its_whole_path() {
    let scene = Scene::projects(organisation(), &["acme/shop/deep/er"]);
    scene.fetched(&["--strict"]);
    let report = scene.report("2025");
    assert_eq!(report.metric("acme/shop/deep/er", "deployment_frequency")["deployments"], 4);
}

#[test]
fn a_project_that_is_not_shown_fails_by_itself_and_a_run_that_sees_nothing_is_refused() {
    let mut world = organisation();
    world.repo_mut("acme/shop/api").forbidden = true;
    let scene = Scene::projects(world.clone(), &["acme/web", "acme/shop/api"]);
    let run = scene.fetch(&["--strict"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(run.stderr.contains("GitLab shows no project `acme/shop/api` to this token"), "{}", run.stderr);
    assert_eq!(covered(&scene), ["acme/web"]);
    let run = Scene::projects(world.clone(), &["acme/shop/api"]).fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let run = Scene::new(world, "groups = [\"nobody\"]").fetch(&[]);
    assert!(run.code == 4 || run.code == 3, "{}: {}", run.code, run.stderr);
    assert!(run.stderr.contains("the group `nobody` cannot be listed"), "{}", run.stderr);
}

#[test]
fn hidden_merge_requests_are_reported_and_everything_else_is_read() {
    let scene = Scene::projects(organisation(), &["acme/web"]);
    scene.server.state(|state| state.refused = vec![("acme/web", "merge_requests")]);
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("acme/web: its merge requests are not shown"), "{}", run.stderr);
    assert_eq!(covered(&scene), ["acme/web"]);
}

#[test]
fn a_renamed_project_keeps_its_history_however_it_is_asked_for() {
    for keys in ["projects = [\"acme/old\"]", "groups = [\"acme\"]"] {
        let scene = Scene::new(World::of([every_shape("acme/old")]), keys);
        scene.fetched(&["--strict"]);
        let before = scene.report(MARCH);
        let before: Vec<_> = before.deployments("lead_time_seconds");
        scene.server.state(|state| {
            let repo = state.world.repo_mut("acme/old");
            (repo.name, repo.formerly) = ("acme/new/er".into(), Some("acme/old".into()));
        });
        let asked = scene.server.requests();
        let run = scene.fetched(&["--strict"]);
        assert!(run.stderr.contains("acme/old is called acme/new/er now"), "{keys}: {}", run.stderr);
        assert!(scene.server.requests() - asked <= 7, "{keys}: what is known is not read again");
        assert_eq!(scene.covered("deployments", "gitlab", "acme/new/er").len(), 1, "{keys}");
        assert!(scene.covered("deployments", "gitlab", "acme/old").is_empty(), "{keys}");
        assert_eq!(scene.report(MARCH).deployments("lead_time_seconds"), before, "{keys}");
    }
}

#[test]
fn the_last_success_before_the_first_day_is_kept_as_predecessor() {
    let mut repo = Repo::new("acme/web");
    for days in [-90, -60, 20] {
        let at = NEW_YEAR + days * DAY;
        let head = repo.push(at - HOUR);
        repo.deploy(&head, PRODUCTION, at);
    }
    let scene = Scene::projects(World::of([repo]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    let leads = scene.report("2025-01").deployments("lead_time_seconds");
    assert_eq!(leads.len(), 1, "{leads:?}");
    assert_eq!(leads[0].1, (HOUR + 300).to_string(), "measured from the one before");
}

#[test]
fn only_production_drops_the_other_environments_and_another_choice_reads_again() {
    let scene = Scene::new(World::of([every_shape("acme/web")]), "projects = [\"acme/web\"]\nonly_production = true");
    scene.fetched(&["--strict"]);
    let environments = scene.report(MARCH).deployments("environment");
    assert!(environments.iter().all(|(_, name)| name == PRODUCTION), "{environments:?}");
    scene.configure("projects = [\"acme/web\"]");
    scene.fetched(&["--strict"]);
    let environments = scene.report(MARCH).deployments("environment");
    assert!(environments.iter().any(|(_, name)| name == "staging"), "{environments:?}");
}

#[test]
fn doctor_says_which_projects_can_be_read_and_never_the_token() {
    let mut world = organisation();
    world.repo_mut("other/y").forbidden = true;
    let scene = Scene::new(world, "groups = [\"acme/shop\"]\nprojects = [\"other/y\"]");
    scene.server.state(|state| state.refused = vec![("acme/shop/api", "deployments")]);
    let run = scene.run(&DOCTOR).checks();
    let lines: Vec<&str> = run.stdout.lines().filter(|line| line.contains("gitlab:")).collect();
    assert!(lines.iter().any(|line| line.contains("accepts the key in GITLAB_TOKEN")), "{}", run.stdout);
    assert!(lines.iter().any(|line| line.contains("fetch reads 1 projects: acme/shop/deep/er")), "{}", run.stdout);
    assert!(lines.iter().any(|line| line.contains("acme/shop/api cannot be read: its deployments are not shown")));
    assert!(lines.iter().any(|line| line.contains("other/y cannot be read")), "{}", run.stdout);
    assert!(!run.stdout.contains("github:"), "nothing is missing without it: {}", run.stdout);
    assert!(!run.stdout.contains(&token()) && !run.stderr.contains(&token()));
}

#[test]
fn doctor_and_fetch_refuse_a_wrong_token() {
    let scene = Scene::projects(organisation(), &["acme/web"]);
    scene.server.state(|state| state.revoked = true);
    let run = scene.run(&DOCTOR).checks();
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("GitLab does not accept the key"), "{}", run.stdout);
}

#[test]
fn a_section_that_cannot_be_read_is_refused_with_its_key() {
    for (keys, words) in [
        ("", "needs `groups = [\"acme\"]` or `projects = [\"acme/shop/checkout\"]`"),
        ("projects = [\"checkout\"]", "`checkout` is not a project; write its path"),
        ("projects = [\"*/web\"]", "does not begin with a group"),
        ("groups = [\"https://gitlab.com/acme\"]", "not a group; write its path"),
        ("groups = [\"ac*\"]", "not a group; write its path"),
    ] {
        let run = Scene::new(World::default(), keys).fetch(&[]);
        assert_eq!(run.code, 2, "{keys}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{keys}: {}", run.stderr);
    }
}
