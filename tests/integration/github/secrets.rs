//! Tokens appear nowhere, whatever goes wrong; an App's are renewed before they end.

use std::process::Command;

use super::fault::{Effect, Fault, secondary};
use super::scene::{MARCH, SINCE, Scene};
use super::server::{Credentials, token};
use super::shapes::{even, every_shape};
use super::world::World;

/// No file of the scene's folder holds a secret but those named.
fn nowhere(scene: &Scene, secrets: &[String], but: &[&str]) {
    for (path, bytes) in scene.place.files(".") {
        if but.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a token is in {}", path.display());
        }
    }
}

#[test]
fn a_token_appears_in_no_output_no_file_and_no_process_list() {
    let secret = token();
    let scene = Scene::repos(World::of([every_shape("acme/web")]), &["acme/web"]);
    // An error that repeats what it was sent, as a careless proxy does.
    let echo = format!("{{\"message\":\"Bad header: Authorization: Bearer {secret}\"}}");
    scene.server.fault(Fault::at(1, Effect::Reply(500, vec![], echo.clone())));
    scene.server.fault(Fault::at(2, secondary(429, Some(1))));
    scene.server.fault(Fault::at(4, Effect::Reply(200, vec![], format!("not JSON {secret}"))));
    for run in [scene.fetched(&["-vvv"]), scene.fetch(&["-vvv", "--log-format", "json", "--full"])] {
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(&secret), "a token is in the output");
    }
    let page = ["report", "-vvv", "--period", MARCH, "--as-of", "2026-02-01T00:00:00Z"];
    let run = scene.run(&page);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(&secret));
    for status in [400, 401, 403, 422] {
        scene.server.state(|state| state.faults.clear());
        scene.server.fault(Fault::when(usize::MAX, |_| true, Effect::Reply(status, vec![], echo.clone())));
        let run = scene.fetch(&["-vvv", "--max-wait", "1s", "--full"]);
        assert_ne!(run.code, 0, "{status}");
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(&secret), "after {status}: a token is in the output");
    }
    nowhere(&scene, &[secret], &[]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_token_that_also_occurs_in_replies_does_not_change_the_data() {
    for short in ["x", "y", "name", "cursor", "success", "2025"] {
        let scene =
            Scene::repos(World::of([every_shape("acme/web"), even("acme/api", 120, 2)]), &["acme/web", "acme/api"]);
        scene.server.state(|state| state.tokens = vec![(short.into(), None)]);
        let mut command = scene.command(&["fetch", "--since", SINCE, "--strict"]);
        let done = command.env("GITHUB_TOKEN", short).output().expect("the program runs");
        assert!(done.status.success(), "{short}: {}", String::from_utf8_lossy(&done.stderr));
        scene.is_as_imported(MARCH);
    }
}

#[test]
fn while_it_runs_the_command_line_holds_no_token_and_killed_it_leaves_none() {
    let scene = Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"]);
    scene.server.fault(Fault::at(3, Effect::Hold));
    let mut child = scene.command(&["fetch", "-vvv", "--since", SINCE]).spawn().expect("the program starts");
    scene.server.wait_held();
    let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    child.kill().expect("the program is there");
    child.wait().expect("the program ends");
    assert!(!String::from_utf8_lossy(&line).contains(&token()));
    nowhere(&scene, &[token()], &[]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_app_signs_in_for_its_installation_and_renews_its_tokens_before_they_end() {
    let scene = Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"]);
    let made =
        Command::new("openssl").args(["genrsa", "-traditional", "-out"]).arg(scene.place.path("app.pem")).output();
    if !made.is_ok_and(|done| done.status.success()) {
        return crate::support::skip("openssl, which makes the key of a made-up App, is missing");
    }
    let keys = "app_id = 7\ninstallation_id = 42\nprivate_key_file = \"app.pem\"\nrepos = [\"acme/web\"]";
    scene.configure(&scene.server.url(), keys);
    // Tokens that end within the minute must not be used up to their last second.
    scene.server.state(|state| {
        state.tokens.clear();
        state.token_life = 45;
    });
    scene.fetched(&["-vvv"]);
    let log = scene.server.log();
    let (signing, asking): (Vec<_>, Vec<_>) = log.iter().partition(|request| request.path.contains("access_tokens"));
    assert!(signing.iter().all(|request| request.path == "/app/installations/42/access_tokens"), "{signing:?}");
    assert!(signing.len() >= 2, "a token that is about to end is renewed: {} of them", signing.len());
    assert!(asking.len() >= 4 && asking.iter().all(|request| request.credentials == Credentials::Right));
    scene.is_as_imported("2025-Q2");
    let issued = scene.server.state(|state| state.tokens.iter().map(|(token, _)| token.clone()).collect::<Vec<_>>());
    nowhere(&scene, &issued, &["app.pem"]);
}

#[test]
fn an_invalid_app_key_is_reported_without_repeating_it() {
    let scene = Scene::repos(World::of([even("acme/web", 3, 1)]), &["acme/web"]);
    scene.place.write("app.pem", "not-a-key-but-secret-all-the-same\n");
    let keys = "app_id = 7\ninstallation_id = 42\nprivate_key_file = \"app.pem\"\nrepos = [\"acme/web\"]";
    scene.configure(&scene.server.url(), keys);
    let run = scene.fetch(&["-vvv"]);
    assert!([2, 3].contains(&run.code), "{}: {}", run.code, run.stderr);
    assert!(run.stderr.contains("private") && !run.stderr.contains("secret-all"), "{}", run.stderr);
    assert_eq!(scene.server.requests(), 0);
}
