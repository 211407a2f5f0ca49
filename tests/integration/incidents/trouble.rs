//! Errors of one service, and their effect on the others, the coverage and the exit code.

use serde_json::json;

use super::late::verdict;
use super::scene::{SINCE, Scene};
use super::server::{Fault, KEY};
use super::world::{DAY, NEW_YEAR, World, now};
use crate::support::DOCTOR;

fn small() -> World {
    let mut world = World::new();
    for nth in 0..150 {
        world.incident(NEW_YEAR + nth * DAY);
    }
    world
}

/// However short a key is, and whatever words it is a part of: replies are read as they were sent.
#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_key_that_also_occurs_in_replies_does_not_change_the_data() {
    let world = || {
        let mut world = World::new();
        for nth in 0..230 {
            world.incident(NEW_YEAR + nth * DAY / 4).priority = Some(format!("P{}", nth % 5 + 1));
        }
        world
    };
    let plain = Scene::pagerduty(world(), "");
    plain.fetched(&["--strict"]);
    let wanted = plain.incidents("2025-01-01..2025-03-01");
    assert!(wanted.iter().flatten().any(|(name, value)| name == "priority" && value == "P5"), "{:?}", wanted.first());
    for key in ["x", "y", "P", "more", "priority", "2025"] {
        let scene = Scene::pagerduty(world(), "");
        scene.server.state(|state| state.key = Some(key));
        let mut command = scene.command(&["fetch", "--since", SINCE, "--strict"]);
        let done = command.env("PAGERDUTY_TOKEN", key).output().expect("the program runs");
        assert!(done.status.success(), "{key}: {}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(scene.incidents("2025-01-01..2025-03-01"), wanted, "{key}");
    }
}

fn survives(fault: Fault) -> Scene {
    let scene = Scene::pagerduty(small(), "");
    scene.server.fault(4, fault);
    scene.fetched(&["--strict"]);
    assert_eq!(scene.incidents("2025-01-30..2025-05-01").len(), 120 + 1 - 1);
    scene
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_limit_is_waited_out_as_long_as_it_says() {
    let headers =
        vec![("ratelimit-limit", "960".into()), ("ratelimit-remaining", "0".into()), ("ratelimit-reset", "1".into())];
    let body = r#"{"error":{"message":"Rate Limit Exceeded","code":2020}}"#.to_owned();
    survives(Fault::Reply(429, headers, body));
}

#[test]
fn opsgenie_throttling_is_waited_out() {
    let scene = Scene::opsgenie(small(), "");
    let headers = vec![("x-ratelimit-state", "THROTTLED".into()), ("x-ratelimit-period-in-sec", "1".into())];
    scene.server.fault(3, Fault::Reply(429, headers, r#"{"message":"You are making too many requests!"}"#.into()));
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("waiting 1 s"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn server_errors_and_truncated_bodies_are_retried() {
    survives(Fault::Reply(503, Vec::new(), "<html>".into()));
    survives(Fault::Reply(200, Vec::new(), r#"{"incidents":[{"id":"Q1","#.into()));
    survives(Fault::Cut);
}

#[test]
fn a_key_that_is_not_accepted_ends_with_its_own_code_and_is_named_by_its_variable() {
    let scene = Scene::pagerduty(small(), "");
    scene.server.state(|state| state.revoked = true);
    let run = scene.fetch(&["-vvv"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("PAGERDUTY_TOKEN") && run.stderr.contains("region"), "{}", run.stderr);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(KEY));
}

#[test]
fn one_service_that_is_forbidden_leaves_the_others_whole_and_its_own_figures_empty() {
    let mut world = small();
    world.services.push(("PSECRET".into(), "Secret".into()));
    world.forbidden = vec!["PSECRET".into()];
    let scene = Scene::pagerduty(world, "services = [\"Checkout\", \"PSECRET\"]\n");
    assert_eq!(scene.fetch(&[]).code, 0);
    assert_eq!(scene.fetch(&["--strict"]).code, 5);
    assert_eq!(scene.covered("pagerduty", "Checkout").len(), 1);
    assert!(scene.covered("pagerduty", "PSECRET").is_empty());
    scene.place.done(["report", "--format", "json", "--period", "2025-03", "--as-of", "2026-01-01T00:00:00Z"]);
    let text = std::fs::read_to_string(scene.place.path("reports/2025-03/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let all = &report["groups"][0]["metrics"]["time_to_restore"];
    assert!(all["p50_seconds"].is_null(), "silence of a service that was not read is no zero: {all}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_source_that_is_down_does_not_affect_the_others() {
    let scene = Scene::new(small(), "[pagerduty]\napi_url = \"URL\"\n[opsgenie]\napi_url = \"http://127.0.0.1:9\"\n");
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 4, "a whole source is missing: {}", run.stderr);
    assert!(run.stderr.contains("error: opsgenie: ") && run.stderr.contains("pagerduty"), "{}", run.stderr);
    assert_eq!(scene.covered("pagerduty", "*").len(), 1);
    assert!(scene.covered("opsgenie", "incidents").is_empty());
    assert_eq!(scene.fetch(&["--strict"]).code, 4);
}

#[test]
fn a_missing_key_does_not_stop_the_other_source_and_run_still_reports() {
    let more = "[opsgenie]\napi_url = \"URL\"\n[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\n";
    let scene = Scene::pagerduty(small(), more);
    let csv = "id,repo,environment,sha,status,created_at,finished_at\n\
               1,a/shop,production,x,success,2025-03-02T00:00:00Z,2025-03-02T00:00:00Z\n";
    scene.place.write("d.csv", csv).done(["import", "deployments", "d.csv", "--covers", "2024-01-01..2026-01-01"]);
    let run = ["run", "--since", "2025-01-01", "--period", "2025-03", "--as-of", "2026-01-01T00:00:00Z"];
    let done = scene.command(&run).env_remove("OPSGENIE_API_KEY").output().expect("the program runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("OPSGENIE_API_KEY"), "{said}");
    assert_eq!(scene.covered("pagerduty", "*").len(), 1);
    assert!(scene.place.path("reports/2025-03/index.html").exists());
}

#[test]
fn a_redirect_to_another_host_does_not_receive_the_key() {
    let elsewhere = super::server::Server::start(World::new());
    let scene = Scene::pagerduty(small(), "");
    scene.server.fault(1, Fault::Reply(302, vec![("location", elsewhere.url())], String::new()));
    let run = scene.fetch(&[]);
    assert_ne!(run.code, 0);
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn plain_http_to_another_machine_is_refused_by_the_config() {
    let scene = Scene::pagerduty(World::new(), "");
    scene.configure("[pagerduty]\napi_url = \"http://pagerduty.example\"\n");
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_missing_key_is_reported_before_the_first_request() {
    let scene = Scene::pagerduty(small(), "");
    let done = scene.command(&["fetch"]).env_remove("PAGERDUTY_TOKEN").output().expect("the program runs");
    assert_eq!(done.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&done.stderr).contains("PAGERDUTY_TOKEN"));
    assert_eq!(scene.server.requests(), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_failed_extra_request_fails_the_source_gives_no_zero_and_the_next_run_is_complete() {
    let with_flags = || {
        let mut world = small();
        world.fields = vec!["caused_by_deploy".into()];
        Scene::pagerduty(world, "caused_by_deploy = { custom_field = \"caused_by_deploy\" }\n")
    };
    let whole = with_flags();
    whole.fetched(&["--strict"]);
    let asked = whole.server.requests();
    let flags = whole.server.asked("/incidents/");
    assert!(flags >= 150, "each incident is asked for its flag: {flags} of {asked}");

    let scene = with_flags();
    for number in asked - 20..asked + 40 {
        scene.server.fault(number, Fault::Reply(500, Vec::new(), "oops".into()));
    }
    let run = scene.fetch(&[]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    scene.place.done(["report", "--format", "json", "--period", "2025-05", "--as-of", "2026-01-01T00:00:00Z"]);
    let text = scene.place.read("reports/2025-05/report.json");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let all = &report["groups"][0]["metrics"];
    for metric in ["time_to_restore", "change_failure_rate"] {
        assert!(all[metric]["no_data"]["code"].is_string(), "what broke down is not 0: {}", all[metric]);
    }

    scene.server.state(|state| state.faults.clear());
    scene.fetched(&["--strict"]);
    let of = |scene: &Scene| scene.incidents("2025-01-30..2025-05-31");
    assert_eq!(of(&scene), of(&whole));
}

/// The column of the rows of some months.
const MONTHS: &str = "2025-01-30..2025-05-01";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn features_missing_from_the_plan_are_reported_and_affect_nothing_else() {
    let words = "Account does not have access";
    let body = json!({"message": words, "error": {"message": words}});
    for status in [402, 403, 404] {
        for (path, lost) in [
            ("/services", "services are not shown"),
            ("/priorities", "the order of priorities is not shown"),
            ("/incidents/types", "custom fields are not shown"),
        ] {
            let scene = Scene::pagerduty(small(), "");
            scene.server.state(|state| state.refused = vec![(path, status, body.clone())]);
            let run = scene.fetched(&["--strict"]);
            assert!(run.stderr.contains(lost) && run.stderr.contains(words), "{status} {path}: {}", run.stderr);
            assert_eq!(scene.incidents(MONTHS).len(), 120, "{status} {path}");
        }
        for (path, lost) in [("/v1/services", "the names of services"), ("/v2/teams", "the names of teams")] {
            let scene = Scene::opsgenie(small(), "");
            scene.server.state(|state| state.refused = vec![(path, status, body.clone())]);
            let run = scene.fetched(&["--strict"]);
            assert!(run.stderr.contains(lost) && run.stderr.contains(words), "{status} {path}: {}", run.stderr);
            assert_eq!(scene.incidents(MONTHS).len(), 120, "{status} {path}");
        }
    }
}

#[test]
fn a_key_that_sees_no_service_exits_with_3() {
    let scene = Scene::pagerduty(World::default(), "");
    for command in [&["fetch"][..], &DOCTOR] {
        let run = scene.run(command);
        assert_eq!(run.code, 3, "{command:?}: {}{}", run.stdout, run.stderr);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains("sees no service"), "{command:?}: {said}");
    }
    assert!(scene.covered("pagerduty", "*").is_empty());
}

#[test]
fn a_scoped_oauth_token_is_sent_as_one() {
    let scene = Scene::pagerduty(small(), "");
    scene.server.state(|state| state.is_oauth = true);
    scene.fetched(&["--strict"]);
    assert_eq!(scene.incidents(MONTHS).len(), 120);
    scene.server.state(|state| state.revoked = true);
    let before = scene.server.requests();
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(scene.server.requests() - before, 2, "each kind of key was tried once");
}

#[test]
fn custom_fields_are_found_where_the_types_of_incidents_are_not_shown() {
    let mut world = World::new();
    world.incident(NEW_YEAR + DAY).fields = vec![("caused_by_deploy".into(), json!(true))];
    let scene = Scene::pagerduty(world, "");
    let denied = json!({"error": {"message": "Access Denied", "code": 2010}});
    let fields = json!({"fields": [null, {"id": "F", "name": "caused_by_deploy", "display_name": null}]});
    scene.server.state(|state| {
        state.refused =
            vec![("/incidents/types/incident_default/custom_fields", 200, fields), ("/incidents/types", 403, denied)];
    });
    scene.fetched(&["--strict"]);
    assert_eq!(verdict(&scene, "pagerduty").0, Some(true));
    assert_eq!(scene.server.asked("/incidents/custom_fields"), 0, "that address is deprecated");
}

#[test]
fn the_first_acknowledgement_is_found_behind_hundreds_of_other_entries() {
    let mut world = World::new();
    let made = world.incident(NEW_YEAR + DAY);
    (made.acknowledged, made.chatter) = (Some(NEW_YEAR + DAY + 120_000), 350);
    let scene = Scene::pagerduty(world, "acknowledgements = true\n");
    scene.fetched(&["--strict"]);
    assert_eq!(scene.column("2025-01", "acknowledged_at")[0].1, "2025-01-02T00:02:00Z");
}

#[test]
fn doctor_looks_at_the_newest_incidents() {
    let mut world = World::new();
    for nth in 0..160 {
        world.incident(now() - 20 * DAY + nth * DAY / 10).title = "quiet".into();
    }
    world.made[159].title = "caused by a deploy".into();
    let scene = Scene::pagerduty(world, "caused_by_deploy = { title = \"caused by\" }\n");
    let run = scene.run(&DOCTOR).checks();
    assert!(run.stdout.contains("of the newest 25 incidents of the last 30 days 1 say"), "{}", run.stdout);
}

#[test]
fn a_key_whose_form_is_refused_is_code_3() {
    let scene = Scene::opsgenie(small(), "");
    let body = r#"{"message":"Key format is not valid!","took":0.001,"requestId":"x"}"#.to_owned();
    scene.server.fault(1, Fault::Reply(422, Vec::new(), body));
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("OPSGENIE_API_KEY") && run.stderr.contains("Key format is not valid"),
        "{}",
        run.stderr
    );
}

#[test]
fn fields_of_hidden_types_are_reported_as_missing() {
    let scene = Scene::pagerduty(small(), "");
    let denied = json!({"error": {"message": "Access Denied", "code": 2010}});
    let none = json!({"fields": []});
    scene.server.state(|state| {
        state.refused =
            vec![("/incidents/types/incident_default/custom_fields", 200, none), ("/incidents/types?", 403, denied)];
    });
    let run = scene.fetched(&[]);
    assert!(
        run.stderr.contains("custom fields are not shown") && run.stderr.contains("Access Denied"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_list_that_ignores_where_it_is_asked_from_ends_a_dry_run_and_a_fetch() {
    let rows: Vec<serde_json::Value> = (0..100)
        .map(|nth| json!({"id": format!("Q{nth}"), "status": "triggered", "created_at": "2025-03-01T00:00:00Z"}))
        .collect();
    let scene = Scene::pagerduty(World::new(), "");
    scene.server.state(|state| {
        state.refused = vec![("/incidents?", 200, json!({"incidents": rows, "more": true}))];
    });
    for arguments in [&["--dry-run"][..], &[]] {
        let run = scene.fetch(arguments);
        assert_eq!(run.code, 4, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("its list has no end"), "{arguments:?}: {}", run.stderr);
    }
    assert!(scene.server.requests() < 60, "{} requests", scene.server.requests());
    let services: Vec<serde_json::Value> = (0..100).map(|nth| json!({"id": format!("P{nth}"), "name": "x"})).collect();
    let scene = Scene::pagerduty(World::new(), "services = [\"Checkout\"]\n");
    scene.server.state(|state| {
        state.refused = vec![("/services?", 200, json!({"services": services, "more": true}))];
    });
    let run = scene.fetch(&[]);
    assert!(run.stderr.contains("list of services repeats itself"), "{}", run.stderr);
}
