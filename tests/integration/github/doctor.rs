//! `doctor`: what it says of the config, the dataset, the token, the repos and their environments, and that it writes
//! nothing.

use super::fault::{Effect, Fault};
use super::scene::Scene;
use super::server::{Server, token};
use super::shapes::even;
use super::world::{DAY, NEW_YEAR, Repo, World};
use crate::support::{DOCTOR, Place, Run};

const SERVICES: &str = "\n[[service]]\nname = \"shop\"\nrepos = [\"acme/web\"]\n";

/// A repo that is deployed to several environments.
fn web() -> Repo {
    let mut repo = even("acme/web", 4, 1);
    let head = repo.main.clone().expect("a head");
    for day in 1..=3 {
        repo.deploy(&head, "staging", NEW_YEAR + day * DAY);
    }
    repo
}

fn world() -> World {
    let mut tools = Repo::new("acme/tools");
    let head = tools.push(NEW_YEAR);
    tools.deploy(&head, "blue", NEW_YEAR + DAY);
    let mut empty = Repo::new("acme/docs");
    empty.push(NEW_YEAR);
    World::of([web(), tools, empty])
}

/// A classic token's reply header.
fn scopes(scene: &Scene, scopes: &str) {
    let header = vec![("x-oauth-scopes".to_owned(), scopes.to_owned())];
    scene.server.fault(Fault::when(usize::MAX, |_| true, Effect::Headers(header)));
}

/// Runs it; every line is a check, no file is made, no token is said.
fn doctor(scene: &Scene, arguments: &[&str]) -> Run {
    let before = scene.place.files(".");
    let run = scene.run(&[&DOCTOR[..], arguments].concat()).checks();
    kept(scene, &before, &run);
    run
}

fn kept(scene: &Scene, before: &[(std::path::PathBuf, Vec<u8>)], run: &Run) {
    assert_eq!(scene.place.files("."), before, "nothing is written");
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains(&token()) && !said.contains("s3cret"), "a token is in the output");
    let checks = ["ok ", "warn ", "fail "];
    assert!(run.stdout.lines().all(|line| checks.iter().any(|mark| line.starts_with(mark))), "{said}");
    assert_eq!(run.stdout.contains("\nfail "), run.code != 0, "{said}");
}

/// The one line that holds a text.
fn line<'a>(run: &'a Run, text: &str) -> &'a str {
    let mut found = run.stdout.lines().filter(|line| line.contains(text));
    let first = found.next().unwrap_or_else(|| panic!("no line with `{text}`\n{}{}", run.stdout, run.stderr));
    assert_eq!(found.next(), None, "{}", run.stdout);
    first
}

/// Expects lines with these beginnings and contents.
fn says(run: &Run, wanted: &[(&str, &str)]) {
    for (mark, text) in wanted {
        assert!(line(run, text).starts_with(mark), "wanted {mark}: {text}\n{}", run.stdout);
    }
}

#[test]
fn a_good_token_is_reported_with_what_it_can_see() {
    let scene = Scene::new(world(), &format!("org = \"acme\"\n{SERVICES}"));
    scopes(&scene, "repo, read:org");
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    says(
        &run,
        &[
            (
                "ok ",
                "config: dora.toml: 1 service; production is production, prod, prod-*, except names that contain a part like canary, staging or test; days are in time zone UTC",
            ),
            ("warn", "dataset: data: nothing is there yet; run `fetch` or `import`"),
            ("warn", "incidents: no source was read yet"),
            ("ok ", "token: GITHUB_TOKEN holds a classic personal token"),
            ("ok ", "accepts the token"),
            ("ok ", "scopes: repo, read:org"),
            ("ok ", "limit: 4999 of 5000 points are left until 2"),
            ("ok ", "repos: 3 of 3 can be read"),
            ("ok ", "acme/web: the newest 7 of 7 deployments: production 4 (service shop), staging 3 (does not count)"),
            ("warn", "acme/tools: the newest 1 of 1 deployments: blue 1 (does not count); no service has this repo"),
            ("warn", "acme/docs: no deployments"),
        ],
    );
    assert_eq!(scene.server.points(), 5, "the budget, the list, and one for each repo");
    let quiet = doctor(&scene, &["-q"]);
    assert!(quiet.stdout.contains("warn ") && !quiet.stdout.contains("ok "), "{}", quiet.stdout);
}

#[test]
fn environments_that_match_nothing_and_services_without_a_repo_are_named() {
    let other = "\n[[service]]\nname = \"tools\"\nrepos = [\"acme/tools\"]\n\n[[service]]\nname = \"gone\"\nrepos = [\"acme/gone-*\"]\n";
    let scene = Scene::new(world(), &format!("org = \"acme\"\n{SERVICES}{other}"));
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    says(
        &run,
        &[
            (
                "warn",
                "acme/tools: the newest 1 of 1 deployments: blue 1 (does not count); no environment counts as \
                 production",
            ),
            (
                "warn",
                "service tools: none of the newest deployments belongs to this service in production, prod, \
                      prod-*",
            ),
            ("warn", "service gone: no repo that can be read matches acme/gone-*"),
        ],
    );
    scene.configure(&scene.server.url(), "org = \"acme\"\n\n[deployments]\nenvironments = [\"BLUE\"]");
    let run = doctor(&scene, &[]);
    says(
        &run,
        &[
            ("ok ", "acme/tools: the newest 1 of 1 deployments: blue 1 (service acme/tools)"),
            ("warn", "acme/web: the newest 7 of 7 deployments: production 4 (does not count), staging 3"),
        ],
    );
}

#[test]
fn only_the_newest_fifty_deployments_are_looked_at_and_few_environments_named() {
    let mut web = even("acme/web", 60, 1);
    let head = web.main.clone().expect("a head");
    for number in 0..20 {
        web.deploy(&head, &format!("preview-{number:02}"), NEW_YEAR + 400 * DAY + number);
    }
    let scene = Scene::repos(World::of([web]), &["acme/web"]);
    let run = doctor(&scene, &[]);
    let said = line(&run, "acme/web: ");
    assert!(said.contains("the newest 50 of 80 deployments: production 30 (service acme/web), preview-00 1"), "{said}");
    assert!(said.ends_with("13 more environments"), "{said}");
}

#[test]
fn scopes_that_are_missing_are_named() {
    for (given, mark, text) in [
        ("repo", "ok ", "scopes: repo"),
        ("repo_deployment, read:org", "warn", "`repo` is missing: of private repos there are deployments"),
        ("", "warn", "scopes: none; `repo` is missing (`repo_deployment` is enough for deployments alone)"),
    ] {
        let scene = Scene::repos(World::of([web()]), &["acme/web"]);
        scopes(&scene, given);
        let run = doctor(&scene, &[]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        says(&run, &[(mark, text)]);
    }
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    says(&doctor(&scene, &[]), &[("warn", "scopes: GitHub's replies name no scopes")]);
}

#[test]
fn the_kind_of_a_token_follows_from_its_prefix() {
    for (begins, mark, text) in [
        ("github_pat_", "ok ", "holds a fine-grained personal token"),
        ("ghs_", "ok ", "holds a token of an installation"),
        ("gho_", "ok ", "holds a token of an OAuth app"),
        ("", "ok ", "holds a token of unknown kind"),
    ] {
        let scene = Scene::repos(World::of([web()]), &["acme/web"]);
        let secret = format!("{begins}{}", "s3cretT0ken".repeat(3));
        scene.server.state(|state| state.tokens.push((secret.clone(), None)));
        let done = scene.command(&DOCTOR).env("GITHUB_TOKEN", secret).output().expect("the program runs");
        let run = Run::of(done).checks();
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("s3cret"), "a token is in the output");
        says(&run, &[(mark, text)]);
    }
}

#[test]
fn a_missing_token_and_a_refused_one_have_their_own_code() {
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    let done = scene.command(&DOCTOR).env_remove("GITHUB_TOKEN").output().expect("the program runs");
    let run = Run::of(done).checks();
    assert_eq!(run.code, 3, "{}", run.stdout);
    says(&run, &[("fail", "token: there is no token for GitHub: the environment variable GITHUB_TOKEN")]);
    assert_eq!(scene.server.requests(), 0);
    scene.server.state(|state| state.tokens.clear());
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    says(&run, &[("fail", "github: GITHUB_TOKEN: GitHub does not accept the token: 401: Bad credentials")]);
    assert_eq!(scene.server.requests(), 1);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_refusal_that_repeats_the_token_does_not_show_it() {
    let echo = format!("{{\"message\":\"Bad header: Authorization: Bearer {}\"}}", token());
    for status in [400, 401, 403, 422, 500] {
        let scene = Scene::repos(World::of([web()]), &["acme/web"]);
        scopes(&scene, &token());
        scene.server.fault(Fault::when(usize::MAX, |_| true, Effect::Reply(status, vec![], echo.clone())));
        assert_ne!(doctor(&scene, &["-vvv"]).code, 0, "{status}");
    }
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    scopes(&scene, &token());
    assert_eq!(doctor(&scene, &["-vvv"]).code, 0);
}

#[test]
fn a_repo_that_is_not_visible_is_named_and_none_at_all_is_a_failure() {
    let mut hidden = even("acme/hidden", 3, 1);
    hidden.forbidden = true;
    let world = || World::of([web(), hidden.clone()]);
    let scene = Scene::repos(world(), &["acme/web", "acme/gone", "acme/hidden"]);
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    says(
        &run,
        &[
            ("ok ", "repos: 1 of 3 can be read"),
            ("warn", "acme/gone: Could not resolve to a Repository"),
            ("warn", "acme/hidden: Resource not accessible"),
        ],
    );
    let scene = Scene::repos(world(), &["acme/gone"]);
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    says(&run, &[("fail", "repos: 0 of 1 can be read"), ("warn", "acme/gone: Could not")]);
    let scene = Scene::new(world(), "org = \"nobody\"");
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    says(&run, &[("ok ", "accepts the token"), ("fail", "GitHub knows no owner `nobody`")]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_silent_server_and_an_exhausted_limit_are_reported_without_waiting() {
    // A port on which nobody listens any more.
    let url = {
        let closed = Server::start(World::default());
        closed.url()
    };
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    scene.configure(&url, "repos = [\"acme/web\"]");
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 4, "{}", run.stdout);
    says(&run, &[("fail", "127.0.0.1"), ("ok ", "token: GITHUB_TOKEN holds")]);
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    scene.server.fault(Fault::at(1, Effect::Limited("RATE_LIMITED", 3_000)));
    let run = doctor(&scene, &[]);
    assert_eq!(run.code, 4, "{}", run.stdout);
    says(&run, &[("fail", "it is used up until 2")]);
}

#[test]
fn a_server_without_limits_has_none() {
    let scene = Scene::repos(World::of([web()]), &["acme/web"]);
    scene.server.state(|state| state.limit = 0);
    says(&doctor(&scene, &[]), &[("ok ", "limit: this server has no rate limit")]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_dataset_is_counted_and_an_interrupted_fetch_named() {
    let scene = Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"]);
    scene.server.fault(Fault::at(3, Effect::Revoke));
    assert_eq!(scene.fetch(&[]).code, 3);
    scene.server.state(|state| state.tokens.push((token(), None)));
    says(&doctor(&scene, &[]), &[("warn", "interrupted: github: acme/web was not read to its end; run `fetch` again")]);
    scene.fetched(&[]);
    let run = doctor(&scene, &[]);
    says(
        &run,
        &[
            ("ok ", "dataset: data: format 1, 210 deployments, 210 commits, 0 pull requests, 0 incidents"),
            ("ok ", "coverage: deployments from github: 1 repo, within 2025-01-01..20"),
        ],
    );
    assert!(!run.stdout.contains("interrupted"), "{}", run.stdout);
    scene.place.write("i.csv", crate::support::INCIDENTS);
    scene.place.done(["import", "incidents", "i.csv"]);
    says(&doctor(&scene, &[]), &[("ok ", "incidents: 2 from file")]);
}

#[test]
fn without_a_section_for_github_it_says_how_to_add_it_and_a_wrong_config_fails() {
    let place = Place::new();
    let run = place.run(DOCTOR).checks();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    says(
        &run,
        &[
            ("warn", "config: there is no dora.toml here"),
            ("warn", "github: there is no section [github], so there is nothing to fetch; add it with `org = "),
        ],
    );
    place.write("dora.toml", "[github]\norgs = \"acme\"\n");
    let run = place.run(DOCTOR).checks();
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stdout.contains("fail config: dora.toml:2"), "{}", run.stdout);
    assert!(!place.path("data").exists(), "nothing is written");
}
