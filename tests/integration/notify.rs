//! `report --notify` to a webhook: what is posted, to whom in which form, and what a post that fails leaves behind.

use std::process::Stdio;

use serde_json::Value;

use crate::proxy::{Proxy, Step};
use crate::support::{COMMITS, DEPLOYMENTS, DOCTOR, INCIDENTS, Place, Run, free_port};

/// The part of the address that lets someone in.
const PATH: &str = "/services/T0SECRET/B0SECRET/s3cretKey0123456789";
const PAGE: &str = "reports/2026-07/index.html";

/// A dataset and a config.
pub(crate) fn place(config: &str) -> Place {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-05-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-05-01..2026-10-01"]);
    place
}

/// Runs `report` with the webhook at an address; neither it nor a part of its path is ever in the output.
fn report(place: &Place, address: &str, flags: &[&str]) -> Run {
    let arguments = [&["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"], flags].concat();
    let mut command = place.command(arguments);
    let run = Run::of(command.env("HOOK", address).stdin(Stdio::null()).output().expect("the program runs"));
    let said = format!("{}{}", run.stdout, run.stderr);
    for secret in ["s3cret", "T0SECRET", "B0SECRET"] {
        assert!(!said.contains(secret), "{secret} is in the output: {said}");
    }
    run
}

const HOOK: &str = "[report]\norganisation = \"Acme <!channel>\"\n[notify]\nwebhook_env = \"HOOK\"\n";

fn posted(proxy: &Proxy) -> Value {
    let seen = proxy.seen();
    let [(method, path, body)] = &seen[..] else { panic!("one post, not {}", seen.len()) };
    assert_eq!((method.as_str(), path.as_str()), ("POST", PATH));
    assert_eq!(proxy.last_header("content-type").as_deref(), Some("application/json"));
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn report_posts_only_with_notify_and_in_the_form_of_slack_where_the_host_tells_nothing() {
    let (proxy, place) = (Proxy::new(None, &[]), place(HOOK));
    let address = format!("{}{PATH}", proxy.url);
    assert_eq!((report(&place, &address, &[]).code, proxy.requests()), (0, 0));
    let run = report(&place, &address, &["--notify"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("main points posted to 127.0.0.1"), "{}", run.stderr);
    let message = posted(&proxy);
    let text = message["text"].as_str().expect("a text");
    for words in [
        "*Acme &lt;!channel&gt;: DORA metrics 2026-07*\n1 to 31 Jul 2026, compared with 2026-06.",
        "*Deployment frequency:* ",
        "(3 deployments in 31 days)",
        "*Change failure rate:* 33.3 % (1 of 3 deployments failed)",
        "Can these numbers be trusted? ",
        "Report: reports/2026-07/index.html",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(message["blocks"][0]["type"], "section");
}

#[test]
fn the_form_of_teams_is_posted_where_the_config_says_so() {
    let (proxy, place) = (Proxy::new(None, &[]), place(&format!("{HOOK}webhook_kind = \"teams\"\n")));
    let run = report(&place, &format!("{}{PATH}", proxy.url), &["--notify", "-q"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let card = posted(&proxy)["attachments"][0]["content"].clone();
    assert_eq!(card["type"], "AdaptiveCard");
    assert_eq!(card["body"][0]["inlines"][0]["text"], "Acme <!channel>: DORA metrics 2026-07");
}

#[test]
fn tables_alone_give_the_same_message_with_the_folder_in_place_of_the_page() {
    let (whole, tables) = (Proxy::new(None, &[]), Proxy::new(None, &[]));
    let place = place(HOOK);
    assert_eq!(report(&place, &format!("{}{PATH}", whole.url), &["--notify"]).code, 0);
    std::fs::remove_dir_all(place.path("reports")).expect("removed");
    assert_eq!(report(&place, &format!("{}{PATH}", tables.url), &["--notify", "--format", "csv"]).code, 0);
    let text = |proxy: &Proxy| posted(proxy)["text"].as_str().expect("a text").to_owned();
    assert_eq!(text(&whole).replace("/index.html", ""), text(&tables));
}

#[test]
fn a_redacted_report_posts_no_name() {
    let (proxy, place) = (Proxy::new(None, &[]), place(HOOK));
    let run = report(&place, &format!("{}{PATH}", proxy.url), &["--notify", "--redact", "--service", "acme/w*"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = posted(&proxy).to_string();
    assert!(!text.contains("Acme") && !text.contains("acme/w"), "{text}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_failed_post_gives_code_6_with_cause_and_advice_and_keeps_the_report() {
    let once = |status, body| vec![Step::Answer(status, None, body)];
    let cases = [
        (once(404, "no_service"), "404, no_service; the webhook was removed, or its address is not complete"),
        (once(403, "invalid_token"), "put its whole address into HOOK"),
        (once(400, "invalid_payload"), "set `webhook_kind = \"slack\"` or \"teams\" in [notify]"),
        (once(404, "no hook s3cretKey0123456789 of T0SECRET here"), "no hook *** of *** here"),
        (once(200, "<!doctype html><title>Log in</title>"), "the address leads to a web page"),
        (once(200, "Webhook message delivery failed with error: 413"), "delivery failed with error: 413"),
        (
            vec![Step::Answer(500, None, "at /services/T0SECRET/B0SECRET/s3cretKey0123456789"); 4],
            "answered 500, 4 times",
        ),
        (vec![Step::Answer(429, Some("3600"), "slow down")], "accepts no more messages until "),
    ];
    // Side by side: one of them waits before it tries again.
    std::thread::scope(|scope| {
        for (steps, words) in &cases {
            scope.spawn(move || {
                let (proxy, place) = (Proxy::new(None, steps), place(HOOK));
                let run = report(&place, &format!("{}{PATH}", proxy.url), &["--notify"]);
                assert_eq!(run.code, 6, "{}", run.stderr);
                assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
                assert!(run.stderr.contains("127.0.0.1"), "{}", run.stderr);
                let stays = format!(
                    "the report is written: {PAGE}; to send the messages again, run `dora-report report --notify`"
                );
                assert!(run.stderr.contains(&stays), "{}", run.stderr);
                assert!(place.path(PAGE).exists());
            });
        }
    });
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_webhook_that_cannot_be_reached_is_code_6() {
    let (place, port) = (place(HOOK), free_port());
    let run = report(&place, &format!("http://127.0.0.1:{port}{PATH}"), &["--notify"]);
    assert_eq!(run.code, 6, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("127.0.0.1:{port}: cannot be reached")), "{}", run.stderr);
    assert!(place.path(PAGE).exists());
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_address_that_is_missing_or_not_safe_is_code_3_and_names_its_variable_after_the_report_is_written() {
    for (address, words) in [
        ("", "the environment variable HOOK is not set or empty"),
        ("s3cret", "the environment variable HOOK does not hold the address of a webhook"),
        ("http://chat.example/s3cret", "HOOK would travel unencrypted over plain http"),
        ("https://user:s3cret@chat.example/", "HOOK has a user or password"),
    ] {
        let place = place(HOOK);
        let run = report(&place, address, &["--notify"]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        assert!(place.path(PAGE).exists());
        let mut doctor = place.command(DOCTOR);
        let run = Run::of(doctor.env("HOOK", address).output().expect("the program runs")).checks();
        assert!(run.stdout.contains("fail notify: ") && run.stdout.contains(words), "{}", run.stdout);
        assert!(!run.stdout.contains("s3cret"), "{}", run.stdout);
    }
}

#[test]
fn doctor_says_whose_webhook_it_is_and_posts_nothing() {
    let (proxy, place) = (Proxy::new(None, &[]), place(HOOK));
    let mut doctor = place.command(DOCTOR);
    let run = Run::of(doctor.env("HOOK", format!("{}{PATH}", proxy.url)).output().expect("the program runs"));
    let run = run.checks();
    let line = "ok   notify: HOOK holds the address of a webhook on 127.0.0.1; it gets the form of slack (not tried)";
    assert!(run.stdout.contains(line) && !run.stdout.contains("SECRET"), "{}", run.stdout);
    assert_eq!(proxy.requests(), 0);
}

#[test]
fn a_gate_that_trips_comes_before_a_message_that_could_not_be_sent() {
    let (proxy, place) = (Proxy::new(None, &[Step::Answer(404, None, "no_service")]), place(HOOK));
    let address = format!("{}{PATH}", proxy.url);
    let run = report(&place, &address, &["--notify", "--fail-if", "deployment_frequency < 1000"]);
    assert_eq!((run.code, proxy.requests()), (10, 1), "{}", run.stderr);
}

#[test]
fn notify_without_the_section_is_a_mistake_before_anything_is_written() {
    let place = place("");
    let run = report(&place, "", &["--notify"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("there is no section [notify]"), "{}", run.stderr);
    assert!(!place.path("reports").exists());
}

#[test]
fn help_says_when_a_report_touches_the_network() {
    let help = Place::new().done(["report", "--help"]).stdout;
    assert!(help.contains("only `--notify` uses the network"), "{help}");
    assert!(Place::new().done(["run", "--help"]).stdout.contains("--no-notify"));
}
