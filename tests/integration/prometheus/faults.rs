//! Failures of a remote-write server, and interrupted runs.

use std::process::Stdio;

use super::installed;
use super::scene::Scene;
use super::server::{ANY_AGE, Server, free_port};
use crate::proxy::{Proxy, Step};
use crate::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place, Run};

/// The token of the tests, in the variable that their config names.
const TOKEN: &str = "s3cretToken0123456789";

/// A few events, and the address that they go to.
fn place(url: &str) -> Place {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    configure(&place, url);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn configure(place: &Place, url: &str) {
    let section = format!("[remote_write]\nurl = \"{url}/api/v1/write\"\nbearer_token_env = \"WRITE_TOKEN\"\n");
    place.write("dora.toml", &section);
}

fn write(place: &Place, flags: &[&str]) -> Run {
    let mut command = place.command([&["backfill", "remote-write", "--as-of", "2026-10-01T00:00:00Z"], flags].concat());
    Run::of(command.env("WRITE_TOKEN", TOKEN).stdin(Stdio::null()).output().expect("the program runs"))
}

/// One refusal by a server of the test's own.
fn refused(status: u16, body: &'static str) -> (Run, Proxy) {
    let proxy = Proxy::new(None, &[Step::Answer(status, None, body)]);
    let run = write(&place(&proxy.url), &[]);
    assert!(!run.stderr.contains(TOKEN), "{}", run.stderr);
    (run, proxy)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn too_old_samples_are_refused_once_with_the_setting_to_change() {
    for (status, body) in [(400, "out of bounds\n"), (500, "too old sample\n"), (400, "out of order sample\n")] {
        let (run, proxy) = refused(status, body);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert_eq!(proxy.requests(), 1, "{body}: the same again would be refused again");
        for words in ["out_of_order_time_window: ", "--storage.tsdb.retention.time=", body.trim(), "2026-06-"] {
            assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        }
    }
}

#[test]
fn a_token_that_is_not_accepted_is_code_3_and_its_variable_is_named() {
    let (run, proxy) = refused(401, "who are you?");
    assert_eq!((run.code, proxy.requests()), (3, 1), "{}", run.stderr);
    assert!(run.stderr.contains("bearer_token_env") && run.stderr.contains("who are you?"), "{}", run.stderr);
    assert_eq!(proxy.last_header("authorization"), Some(format!("Bearer {TOKEN}")));
    assert_eq!(proxy.last_header("content-encoding").as_deref(), Some("snappy"));
    assert_eq!(proxy.last_header("content-type").as_deref(), Some("application/x-protobuf"));
    assert_eq!(proxy.last_header("x-prometheus-remote-write-version").as_deref(), Some("0.1.0"));
}

#[test]
fn for_a_server_that_accepts_no_writes_the_error_says_which_setting_to_change() {
    let (run, _) = refused(404, "remote write receiver needs to be enabled");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("--web.enable-remote-write-receiver"), "{}", run.stderr);
}

#[test]
fn an_html_page_is_not_accepted_as_the_reply_of_a_remote_write_server() {
    let (run, _) = refused(200, "<!doctype html><title>Log in</title>");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("accepts no remote writes: 200"), "{}", run.stderr);
}

#[test]
fn a_request_that_is_too_large_goes_in_halves() {
    let proxy = Proxy::new(None, &[Step::Answer(413, None, "too large")]);
    let run = write(&place(&proxy.url), &[]);
    assert_eq!((run.code, proxy.requests()), (0, 3), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_limit_and_a_busy_server_are_waited_for_as_long_as_they_say() {
    let steps = [Step::Answer(429, Some("1"), "slow down"), Step::Answer(503, Some("0"), "busy")];
    let proxy = Proxy::new(None, &steps);
    let run = write(&place(&proxy.url), &[]);
    assert_eq!((run.code, proxy.requests()), (0, 3), "{}", run.stderr);
    assert!(run.stderr.contains("it takes no more requests; waiting 1 s"), "{}", run.stderr);
    let proxy = Proxy::new(None, &[Step::Answer(429, Some("3600"), "slow down")]);
    let run = write(&place(&proxy.url), &["--max-wait", "1m"]);
    assert_eq!((run.code, proxy.requests()), (4, 1), "{}", run.stderr);
    assert!(run.stderr.contains("--max-wait"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_that_fails_or_is_down_is_tried_again_and_then_named() {
    let proxy = Proxy::new(None, &[const { Step::Answer(500, None, "disk full") }; 4]);
    let run = write(&place(&proxy.url), &[]);
    assert_eq!((run.code, proxy.requests()), (4, 4), "{}", run.stderr);
    assert!(run.stderr.contains("disk full"), "{}", run.stderr);
    let port = free_port();
    let run = write(&place(&format!("http://127.0.0.1:{port}")), &[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains(&port.to_string()) && run.stderr.contains("cannot be reached"), "{}", run.stderr);
}

#[test]
fn a_token_is_never_sent_unencrypted_and_a_missing_token_is_reported() {
    let place = place("http://prometheus.example");
    assert_eq!(write(&place, &[]).code, 2);
    configure(&place, "https://prometheus.example");
    let run = place.run(["backfill", "remote-write"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("WRITE_TOKEN"), "{}", run.stderr);
}

#[derive(Clone, PartialEq, prost::Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Sample {
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the future is what the program's clock says")]
#[ignore = "slow: .ci/run runs it"]
fn nothing_from_the_future_is_sent() {
    let proxy = Proxy::new(None, &[]);
    let place = place(&proxy.url);
    let header = DEPLOYMENTS.lines().next().expect("a header");
    let later = "9,acme/web,production,fffffff9,success,2190-01-01T00:00:00Z,2190-01-01T00:00:00Z,2026-10-01T00:00:00Z";
    place.write("later.csv", &format!("{header}\n{later}\n"));
    place.done(["import", "deployments", "later.csv", "--covers", "2026-06-01..2190-02-01"]);
    for as_of in [&["--as-of", "2190-02-01T00:00:00Z"][..], &[]] {
        let run = place.done([&["backfill", "remote-write"], as_of].concat());
        assert_eq!(run.stderr.contains("lie in the future"), !as_of.is_empty(), "{}", run.stderr);
        let text = place.done([&["backfill", "openmetrics", "-"], as_of].concat()).stdout;
        assert!(!text.contains("69423"), "seconds of the year 2190");
    }
    let now = chrono::Utc::now().timestamp_millis();
    let times = proxy.bodies().into_iter().flat_map(|body| {
        let bytes = snap::raw::Decoder::new().decompress_vec(&body).expect("a block of Snappy");
        let request = <WriteRequest as prost::Message>::decode(bytes.as_slice()).expect("a request");
        request.timeseries.into_iter().flat_map(|one| one.samples).map(|sample| sample.timestamp)
    });
    let times: Vec<i64> = times.collect();
    assert!(times.len() > 100 && times.iter().all(|&at| at < now), "{} samples", times.len());
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_run_killed_half_way_and_run_again_ends_with_the_same_series() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let scene = Scene::organisation();
    let whole = Server::prometheus(&scene.place, "whole", ANY_AGE);
    let send = ["backfill", "remote-write", "--as-of", scene.as_of];
    let configure = |url: &str| scene.configure(&format!("[remote_write]\nurl = \"{url}/api/v1/write\""));
    configure(&whole.url);
    scene.place.done(send);
    for (name, step) in [("held", Step::Hold), ("unanswered", Step::PassAndHold)] {
        let halved = Server::prometheus(&scene.place, name, ANY_AGE);
        let proxy = Proxy::new(Some(&halved.url), &[Step::Pass, step]);
        configure(&proxy.url);
        let mut child = scene.place.command(send).stderr(Stdio::null()).spawn().expect("the program starts");
        proxy.held();
        child.kill().and_then(|()| child.wait()).expect("killed");
        let broken_off = proxy.requests();
        let run = scene.place.done(send);
        assert!(run.stderr.contains("were there before"), "it goes on where it was: {}", run.stderr);
        assert!(proxy.requests() > broken_off);
        let run = scene.place.done([&send[..], &["--since-last"]].concat());
        assert!(run.stderr.contains(": 0 samples"), "nothing is new: {}", run.stderr);
        let all = |server: &Server| {
            let mut series = server.query("{job=\"dora-events\"}[20y]", None);
            series.sort_by_key(|one| one["metric"].to_string());
            series
        };
        let (expected, found) = (all(&whole), all(&halved));
        assert!(expected.len() > 40 && expected == found, "{} and {} series", expected.len(), found.len());
    }
}

#[test]
fn a_later_correction_is_reported_and_does_not_block_other_samples() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let servers = Place::new();
    let server = Server::prometheus(&servers, "tsdb", ANY_AGE);
    let place = place(&server.url);
    // A server sees the other value only near its newest sample; of an older instant it drops it in silence.
    let moved = DEPLOYMENTS.replace("2026-07-22T10:05:00Z", "2026-09-30T23:30:00Z");
    place.write("d.csv", &moved);
    place.done(["import", "deployments", "d.csv"]);
    assert_eq!(write(&place, &[]).code, 0);
    // The last deployment's commit turns out to be older, and a deployment of the same day comes late.
    let late = "6,acme/web,production,ccccccc3,success,2026-09-30T23:00:00Z,2026-09-30T23:40:00Z,2026-10-01T00:00:00Z";
    place.write("d.csv", &format!("{moved}{late}\n"));
    place.write("c.csv", &COMMITS.replace("2026-07-20T10:05:00Z", "2026-07-19T10:05:00Z").replace("-10-01", "-10-02"));
    place.done(["import", "deployments", "d.csv"]);
    place.done(["import", "commits", "c.csv"]);
    let run = write(&place, &["--since-last"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("already had another value at the same time"), "{}", run.stderr);
    let count = server.answers("count_over_time(dora_deployment_timestamp{scope=\"all\"}[20y])", None);
    assert_eq!(count, [("all".to_owned(), "all".to_owned(), 4.0)]);
}
