//! `fetch` before its first request: missing or wrong input is reported with what to do, and nothing is written.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::support::{Place, Run};

const CONFIG: &str = "[github]\ntoken_env = \"DORA_TEST_TOKEN\"\nrepos = [\"acme/web\"]\n";

fn fetch(place: &Place, arguments: &[&str], token: Option<&str>) -> Run {
    let mut command = place.command(["fetch"].iter().chain(arguments));
    command.env_remove("DORA_TEST_TOKEN").env_remove("GITHUB_TOKEN");
    if let Some(token) = token {
        command.env("DORA_TEST_TOKEN", token);
    }
    let done = command.output().expect("the program runs");
    Run {
        code: done.status.code().expect("an exit code"),
        stdout: String::from_utf8(done.stdout).expect("UTF-8"),
        stderr: String::from_utf8(done.stderr).expect("UTF-8"),
    }
}

/// The run ends with `code`, says `wanted`, prints no data and leaves no dataset.
fn refused(place: &Place, run: &Run, code: i32, wanted: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    for wanted in wanted {
        assert!(run.stderr.contains(wanted), "wanted: {wanted}\nfound: {}", run.stderr);
    }
    assert_eq!(run.stdout, "");
    assert!(!place.path("data").exists(), "nothing is written");
}

#[test]
fn without_a_section_for_github_there_is_nothing_to_fetch() {
    let place = Place::new();
    refused(
        &place,
        &fetch(&place, &[], None),
        2,
        &["dora.toml: there is no such file", "`--repo owner/name`", "dora-report init", "[github]", "import"],
    );
    place.write("dora.toml", "[report]\ntimezone = \"UTC\"\n");
    refused(&place, &fetch(&place, &[], None), 2, &["dora.toml: it has no section [github]", "repos = "]);
}

#[test]
fn a_missing_or_empty_token_variable_is_named_and_is_not_a_usage_error() {
    let place = Place::new();
    place.write("dora.toml", CONFIG);
    let wanted = ["the environment variable DORA_TEST_TOKEN is not set or empty", "token_env"];
    for token in [None, Some(""), Some(" \n")] {
        refused(&place, &fetch(&place, &[], token), 3, &wanted);
        refused(&place, &fetch(&place, &["--dry-run"], token), 3, &wanted);
    }
    place.write("dora.toml", "[github]\nrepos = [\"acme/web\"]\n");
    refused(&place, &fetch(&place, &[], None), 3, &["GITHUB_TOKEN"]);
}

#[test]
fn if_gh_is_installed_the_missing_token_message_has_the_gh_command() {
    let place = Place::new();
    std::fs::create_dir(place.path("bin")).expect("a folder");
    let run = |config: &str| {
        place.write("dora.toml", config);
        let mut command = place.command(["fetch"]);
        command.env_remove("GITHUB_TOKEN").env("PATH", place.path("bin"));
        Run::of(command.output().expect("the program runs"))
    };
    place.write("bin/gh", "#!/bin/sh\n");
    let config = "[github]\nrepos = [\"acme/web\"]\n";
    let without = run(config);
    assert!(!without.stderr.contains("gh auth"), "a file that cannot be run is no program: {}", without.stderr);
    std::fs::set_permissions(place.path("bin/gh"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    for (config, command) in [
        (config.to_owned(), "GITHUB_TOKEN=$(gh auth token)"),
        (
            format!("{config}api_url = \"https://ghes.acme.io/api/v3\"\n"),
            "GITHUB_TOKEN=$(gh auth token --hostname ghes.acme.io)",
        ),
        (
            format!("{config}api_url = \"https://acme.ghe.com\"\n"),
            "GITHUB_TOKEN=$(gh auth token --hostname acme.ghe.com)",
        ),
    ] {
        refused(&place, &run(&config), 3, &[&format!("put `{command}` before the command"), "or set it to a token"]);
    }
}

#[test]
fn repos_on_the_command_line_need_no_configuration_but_names() {
    let place = Place::new();
    for (repo, wanted) in [
        (
            "acme/*",
            "`--repo acme/*` is a pattern, and no `org` or `repos` under [github] says which repos it chooses from",
        ),
        ("acme", "`--repo acme` is not a repo; write it as owner/name"),
        ("acme/web/x", "`--repo acme/web/x` is not a repo"),
    ] {
        refused(&place, &fetch(&place, &["--repo", repo], None), 2, &[wanted]);
    }
    refused(&place, &fetch(&place, &["--repo", "acme/web"], None), 3, &["GITHUB_TOKEN is not set or empty"]);
    let mut command = place.command(["fetch", "--repo", "acme/web"]);
    let run = command.env("GITHUB_TOKEN", "t").env("GITHUB_API_URL", "http://ghes.acme.io").output();
    let wanted = "the environment variable GITHUB_API_URL: a token would travel unencrypted; write https";
    refused(&place, &Run::of(run.expect("the program runs")), 2, &[wanted]);
}

#[test]
fn a_private_key_is_looked_for_beside_the_config() {
    let place = Place::new();
    std::fs::create_dir(place.path("etc")).expect("a folder");
    let app = "[github]\norg = \"acme\"\napp_id = 1\ninstallation_id = 2\nprivate_key_file = \"app.pem\"\n";
    place.write("etc/dora.toml", app);
    let run = fetch(&place, &["--config", "etc/dora.toml"], None);
    refused(&place, &run, 3, &["etc/app.pem: the private key of the GitHub App cannot be read: no such file"]);
}

#[test]
fn flags_that_cannot_be_read_are_usage_errors_with_an_example() {
    let place = Place::new();
    place.write("dora.toml", CONFIG);
    for (arguments, wanted) in [
        (["--since", "yesterday"], "`yesterday` is not a valid date; write one like 2026-07-01"),
        (["--since", "2026-07-01T00:00:00Z"], "is not a valid date"),
        (["--since", "9998-01-01"], "`--since 9998-01-01` lies in the future"),
        (["--max-wait", "soon"], "`soon` is not a valid duration; write a whole number and s, m, h, d or w"),
        (["--max-wait", "1y"], "`1y` is not a valid duration"),
        (["--repo", "acme/["], "`acme/[` is not a valid pattern"),
    ] {
        refused(&place, &fetch(&place, &arguments, Some("t")), 2, &[wanted]);
    }
}

#[test]
fn a_second_writer_gets_the_error_before_the_first_request() {
    let place = Place::new();
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("a socket that does not wait");
    let port = server.local_addr().expect("an address").port();
    place.write("dora.toml", &format!("{CONFIG}api_url = \"http://127.0.0.1:{port}\"\n"));
    let writer = dora_report::store::Writer::lock(
        &place.path("data"),
        "the test",
        dora_report::domain::time::Timestamp(i64::MAX),
    )
    .expect("nobody else writes here");
    let run = fetch(&place, &[], Some("t"));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("data: the dataset is being written by the test"), "{}", run.stderr);
    assert!(server.accept().is_err(), "nobody came to the server");
    drop(writer);
}
