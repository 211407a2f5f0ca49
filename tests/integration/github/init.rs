//! `init`: the file that it writes with and without tokens, that nothing is overwritten, and that `doctor` and `fetch`
//! take the file as it is.

use std::process::Command;

use super::fault::{Effect, Fault};
use super::server::{Server, token};
use super::shapes::even;
use super::world::{DAY, NEW_YEAR, Repo, World};
use crate::incidents::server as incidents;
use crate::support::{DOCTOR, Place, Run};

/// A repo with deployments to `live` and to `staging`, one with `production`, one with none.
fn world() -> World {
    let mut shop = Repo::new("acme/web-shop");
    let head = shop.push(NEW_YEAR);
    for day in 1..=3 {
        shop.deploy(&head, "live", NEW_YEAR + day * DAY);
        shop.deploy(&head, "staging", NEW_YEAR + day * DAY);
    }
    let mut docs = Repo::new("acme/docs");
    docs.push(NEW_YEAR);
    World::of([even("acme/checkout", 4, 1), docs, shop])
}

fn pager() -> incidents::Server {
    let services = [("PCHECK", "Checkout"), ("PSHOP", "Web Shop Service"), ("PLOST", "Lost\"\n[data]")];
    let mut world = crate::incidents::world::World::new();
    world.services = services.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
    incidents::Server::start(world)
}

/// The program in an empty folder, without any token.
fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    for name in ["GITHUB_TOKEN", "PAGERDUTY_TOKEN", "OPSGENIE_API_KEY", "JSM_TOKEN", "GITHUB_API_URL"] {
        command.env_remove(name);
    }
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"] {
        command.env_remove(name);
    }
    command.env("PATH", "");
    command
}

fn ended(command: &mut Command) -> Run {
    let run = Run::of(command.output().expect("the program runs"));
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains(&token()) && !said.contains(incidents::KEY), "a token is in the output");
    run
}

/// `init` with a token for GitHub.
fn init(place: &Place, server: &Server, arguments: &[&str]) -> Run {
    let url = server.url();
    let flags = [&["init", "--github-url", &url], arguments].concat();
    ended(command(place, &flags).env("GITHUB_TOKEN", token()))
}

/// Expects these lines in the file.
fn has(place: &Place, lines: &[&str]) {
    let text = place.read("dora.toml");
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn without_a_token_a_template_is_written_that_doctor_accepts_and_it_is_never_overwritten() {
    let place = Place::new();
    let run = ended(&mut command(&place, &["init"]));
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("GITHUB_TOKEN is not set, so repos and environments are not looked up"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("dora.toml: written: a template; read its comments"), "{}", run.stderr);
    has(&place, &["# [github]", "# [pagerduty]  # PAGERDUTY_TOKEN: a read-only REST API key"]);
    let doctor = ended(&mut command(&place, &DOCTOR)).checks();
    assert!(doctor.code == 0 && doctor.stdout.starts_with("ok   config: dora.toml: "), "{}", doctor.stdout);
    place.write("dora.toml", "# mine\n");
    let before = place.files(".");
    let run = ended(&mut command(&place, &["init", "--org", "acme"]));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("dora.toml: the file exists, and init never overwrites one"), "{}", run.stderr);
    let printed = ended(&mut command(&place, &["init", "--org", "acme", "--stdout"]));
    assert!(printed.code == 0 && printed.stdout.contains("\n[github]\norg = \"acme\"\n"), "{}", printed.stdout);
    std::os::unix::fs::symlink("nowhere.toml", place.path("link.toml")).expect("a link");
    let run = ended(&mut command(&place, &["init", "--config", "link.toml"]));
    assert!(run.code == 2 && run.stderr.contains("link.toml: the file exists"), "{}", run.stderr);
    std::fs::remove_file(place.path("link.toml")).expect("removed");
    assert_eq!(place.files("."), before, "nothing is written");
    let other = ended(&mut command(&place, &["init", "--config", "other.toml", "--repo", "acme/web"]));
    assert!(other.stderr.contains("dora-report doctor --config other.toml"), "{}", other.stderr);
    assert!(place.read("other.toml").contains("\nrepos = [\n  \"acme/web\",\n]\n"));
}

#[test]
fn with_tokens_repos_environments_and_services_are_filled_in_and_the_file_works_as_it_is() {
    let (place, server, pager) = (Place::new(), Server::start(world()), pager());
    let (github, url) = (server.url(), pager.url());
    let flags = ["init", "--github-url", &github, "--pagerduty-url", &url, "--opsgenie-url", &url];
    let jsm = ["--jsm-url", &url, "--jsm-cloud-id", "c1", "--jsm-email", "ops@acme.io"];
    let with_tokens = |arguments: &[&str]| {
        let mut command = command(&place, arguments);
        command.env("GITHUB_TOKEN", token());
        for name in ["PAGERDUTY_TOKEN", "OPSGENIE_API_KEY", "JSM_TOKEN"] {
            command.env(name, incidents::KEY);
        }
        ended(&mut command)
    };
    let run = with_tokens(&[&flags[..], &jsm].concat());
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("2 repos, 2 environments that look like production, 3 services of PagerDuty (1 matched"),
        "{}",
        run.stderr
    );
    has(
        &place,
        &[
            "# org = \"acme\"  # in place of `repos`: also repos that are made later",
            "  \"acme/checkout\",  # 4 deployments",
            "  \"acme/web-shop\",  # 6 deployments",
            "#   acme/docs",
            "#   \"live\" 3 in 1 repo: looks like production: its name has the word `live`",
            "#   \"staging\" 3 in 1 repo: not production: its name has the word `staging`",
            "environments = [\"production\", \"live\"]",
            "name = \"web-shop\"",
            "pagerduty = [\"PCHECK\"]  # \"Checkout\" (PCHECK) of PagerDuty",
            "# doubtful: \"Web Shop Service\" (PSHOP) of PagerDuty, the same name but for a word like `service` or `api`; if it \
             belongs here:",
            "# pagerduty = [\"PSHOP\"]",
            "cloud_id = \"c1\"",
            "email = \"ops@acme.io\"",
            "incidents = [\"PCHECK\"]  # \"Checkout\" (PCHECK) of Jira Service Management",
        ],
    );
    let doctor = with_tokens(&DOCTOR).checks();
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    for line in [
        "ok   acme/checkout: the newest 4 of 4 deployments: production 4 (service checkout)",
        "ok   acme/web-shop: the newest 6 of 6 deployments: live 3 (service web-shop), staging 3 (does not count)",
    ] {
        assert!(doctor.stdout.contains(line), "{line}\n{}", doctor.stdout);
    }
    let fetched = with_tokens(&["fetch", "--since", "2025-01-01"]);
    assert_eq!(fetched.code, 0, "{}", fetched.stderr);
}

#[test]
fn the_only_organisation_is_found_and_of_several_one_has_to_be_named() {
    let (place, server) = (Place::new(), Server::start(World::of([even("acme/web", 2, 1), even("other/api", 2, 1)])));
    let run = init(&place, &server, &[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let said = "the token in GITHUB_TOKEN shows several organisations: acme, other; name one with --org";
    assert!(run.stderr.contains(said) && !place.path("dora.toml").exists(), "{}", run.stderr);
    assert_eq!(init(&place, &server, &["--org", "other"]).code, 0);
    has(&place, &["  \"other/api\",  # 2 deployments"]);
    let (place, server) = (Place::new(), Server::start(World::of([even("reader/web", 2, 1)])));
    assert_eq!(init(&place, &server, &[]).code, 0, "an account without an organisation has repos of its own");
    has(&place, &["  \"reader/web\",  # 2 deployments"]);
    let before = server.points();
    assert_eq!(init(&Place::new(), &server, &["--repo", "reader/web"]).code, 0);
    assert_eq!(server.points() - before, 2, "the budget and the repo");
}

#[test]
fn what_cannot_be_read_ends_without_a_file_where_nothing_is_left_and_is_a_comment_where_something_is() {
    let (place, server) = (Place::new(), Server::start(world()));
    for (arguments, code, said) in [
        (&["--org", "nobody"][..], 3, "GitHub knows no owner `nobody`"),
        (&["--repo", "acme/gone"], 3, "no repo can be read: acme/gone: "),
        (&["--repo", "acme"], 2, "`--repo acme` is not a repo; write it as owner/name"),
        (&["--org", "a b"], 2, "not the name of an organisation"),
    ] {
        let run = init(&place, &server, arguments);
        assert!(run.code == code && run.stderr.contains(said), "{arguments:?} {}: {}", run.code, run.stderr);
        assert!(!place.path("dora.toml").exists());
    }
    server.state(|state| state.tokens.clear());
    let run = init(&place, &server, &["--org", "acme"]);
    assert!(run.code == 3 && run.stderr.contains("GITHUB_TOKEN: GitHub does not accept the token"), "{}", run.stderr);
    server.state(|state| state.tokens.push((token(), None)));
    let pager = pager();
    pager.state(|state| state.revoked = true);
    let (github, url) = (server.url(), pager.url());
    let flags =
        ["init", "--github-url", &github, "--pagerduty-url", &url, "--repo", "acme/checkout", "--repo", "acme/gone"];
    let run = ended(command(&place, &flags).env("GITHUB_TOKEN", token()).env("PAGERDUTY_TOKEN", incidents::KEY));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: PagerDuty: PAGERDUTY_TOKEN: "), "{}", run.stderr);
    let text = place.read("dora.toml");
    assert!(text.contains("# Not read: PAGERDUTY_TOKEN: ") && text.contains("\n# [pagerduty]"), "{text}");
    assert!(text.contains("  \"acme/checkout\",  # 4 deployments\n]\n# Cannot be read:\n#   acme/gone: "), "{text}");
    let place = Place::new();
    server.fault(Fault::when(1, |_| true, Effect::Limited("RATE_LIMITED", 3_000)));
    let run = init(&place, &server, &["--org", "acme"]);
    assert!(run.code == 4 && run.stderr.contains("the limit of requests is used up until "), "{}", run.stderr);
    assert!(!place.path("dora.toml").exists());
}
