//! Limits, failures and refusals: what is tried again, what is counted, and how the command ends.

use std::time::{Duration, Instant};

use super::stand_in::{Fault, Server};
use super::tools::Tool;
use super::{dataset, done, run, start};
use crate::support::Run;

fn answer(status: u16, body: &str) -> Fault {
    Fault::Answer(status, Vec::new(), body.to_owned())
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_limit_is_waited_for_and_nothing_is_sent_twice() {
    for tool in Tool::ALL {
        let (place, server) = (dataset(5), Server::start(tool));
        let limit = Fault::Answer(429, vec![("retry-after", "1")], "slow down".into());
        server.state(|state| state.faults.push((2, limit)));
        let run = done(&place, tool, &server, &[]);
        assert!(run.stderr.contains("it takes no more requests; waiting 1 s"), "{}", run.stderr);
        let whole = Server::start(tool);
        done(&dataset(5), tool, &whole, &[]);
        assert!(server.kept() == whole.kept(), "{tool:?}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_key_that_is_refused_or_missing_ends_with_3() {
    for tool in Tool::ALL {
        let (place, server) = (dataset(5), Server::start(tool));
        server.state(|state| state.faults.push((1, answer(401, "{\"error\": \"no such key\"}"))));
        let refused = run(&place, tool, &server, &[]);
        assert_eq!(refused.code, 3, "{}", refused.stderr);
        assert!(refused.stderr.contains(tool.variables()[0]), "{}", refused.stderr);
        let url = server.url();
        let arguments = ["export"].into_iter().chain(tool.arguments().iter().copied()).chain(["--url", &url]);
        let missing = place.run(arguments);
        assert_eq!(missing.code, 3, "{}", missing.stderr);
        assert!(missing.stderr.contains("is not set or empty"), "{}", missing.stderr);
        // The event that was refused with the key is sent with the right one.
        done(&place, tool, &server, &[]);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn refusals_for_age_are_counted_apart_and_not_sent_again() {
    for tool in Tool::ALL {
        let (place, server) = (dataset(30), Server::start(tool));
        server.state(|state| state.oldest = Some("2026-03-02T00:00:00Z"));
        let first = run(&place, tool, &server, &["--log-format", "json"]);
        assert_eq!(first.code, 4, "{tool:?}: {}", first.stderr);
        let end = first.stderr.lines().find(|line| line.contains("\"handed_over\"")).expect("the end");
        let end: serde_json::Value = serde_json::from_str(end).expect("JSON");
        let old = end["refused_for_age"].as_u64().expect("a number");
        assert!(old >= 12 && end["refused"] == 0, "{tool:?}: {end}");
        let before = server.state(|state| state.seen.len());
        done(&place, tool, &server, &[]);
        assert_eq!(server.state(|state| state.seen.len()), before, "{tool:?}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_event_that_is_refused_does_not_hold_up_the_others_and_is_sent_again_by_the_next_run() {
    for tool in Tool::ALL {
        let (place, server) = (dataset(5), Server::start(tool));
        server.state(|state| state.faults.push((2, answer(400, "{\"error\": \"no such service\"}"))));
        let refused = run(&place, tool, &server, &[]);
        assert_eq!(refused.code, 4, "{}", refused.stderr);
        assert!(refused.stderr.contains("no such service"), "{}", refused.stderr);
        done(&place, tool, &server, &[]);
        let whole = Server::start(tool);
        done(&dataset(5), tool, &whole, &[]);
        assert!(server.kept() == whole.kept(), "{tool:?}");
    }
}

#[test]
fn a_tool_that_refuses_everything_is_not_asked_for_the_rest() {
    let (place, server) = (dataset(30), Server::start(Tool::LinearB));
    server.state(|state| state.faults = (1..=40).map(|nth| (nth, answer(404, "no such path"))).collect());
    let refused = run(&place, Tool::LinearB, &server, &[]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("refused the first 10 events"), "{}", refused.stderr);
    assert_eq!(server.state(|state| state.seen.len()), 10);
}

#[test]
fn a_page_for_people_is_not_taken_for_an_api() {
    let (place, server) = (dataset(5), Server::start(Tool::LinearB));
    server.state(|state| state.faults.push((1, answer(200, "<html>Sign in</html>"))));
    let refused = run(&place, Tool::LinearB, &server, &[]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("what answers is not its API"), "{}", refused.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_reply_that_breaks_off_or_a_failure_of_the_service_makes_no_event_twice() {
    for tool in Tool::ALL {
        for fault in [Fault::CutReply, answer(502, "bad gateway")] {
            let (place, server) = (dataset(5), Server::start(tool));
            server.state(|state| state.faults.push((2, fault)));
            let first = run(&place, tool, &server, &[]);
            let last = run(&place, tool, &server, &[]);
            assert!([0, 4].contains(&first.code), "{tool:?}: {}", first.stderr);
            let whole = Server::start(tool);
            done(&dataset(5), tool, &whole, &[]);
            tool.has_all(&server.kept(), &whole.kept(), &last);
        }
    }
}

#[test]
fn a_key_is_not_sent_over_plain_http_to_another_machine() {
    let place = dataset(5);
    let refused = place.run(["export", "linearb", "--dry-run", "--url", "http://linearb.example"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("plain http"), "{}", refused.stderr);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures how long the program takes to end")]
fn sigterm_ends_it_within_five_seconds_and_the_next_run_goes_on() {
    let (place, server) = (dataset(5), Server::start(Tool::LinearB));
    let limit = Fault::Answer(429, vec![("retry-after", "300")], "slow down".into());
    server.state(|state| state.faults.push((3, limit)));
    let child = start(&place, Tool::LinearB, &server, &[]);
    while server.state(|state| state.seen.len()) < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    let began = Instant::now();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    let ended = Run::of(child.wait_with_output().expect("the program ends"));
    assert_eq!(ended.code, 143, "{}", ended.stderr);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(ended.stderr.contains("interrupted by SIGTERM"), "{}", ended.stderr);
    done(&place, Tool::LinearB, &server, &[]);
    let whole = Server::start(Tool::LinearB);
    done(&dataset(5), Tool::LinearB, &whole, &[]);
    assert!(server.kept() == whole.kept());
}
