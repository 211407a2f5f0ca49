//! What is sent and what is not: the dry run, what changed since, periods, names of services.

use super::stand_in::Server;
use super::tools::Tool;
use super::{COVERS, NOW, dataset, done, run};
use crate::support::{Place, Run};

/// A small history with everything that can get lost: no commit, no link, no service, no end, and what does not count.
pub(super) fn odd() -> Place {
    let place = dataset(0);
    place.write(
        "d.csv",
        "id,repo,environment,sha,status,created_at,finished_at,url\n\
         1,acme/web,production,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z,https://ci.example/1\n\
         2,acme/web,production,,success,2026-07-02T09:00:00Z,2026-07-02T09:05:00Z,\n\
         3,acme/web,staging,aaaaaaaaaaaaaaaaaaaa3,success,2026-07-03T09:00:00Z,2026-07-03T09:05:00Z,\n\
         4,acme/api,production,aaaaaaaaaaaaaaaaaaaa4,success,2026-07-04T09:00:00Z,2026-07-04T09:05:00Z,\n\
         5,acme/api,production,aaaaaaaaaaaaaaaaaaaa4,success,2026-07-05T09:00:00Z,2026-07-05T09:05:00Z,\n\
         6,acme/web,production,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa6,success,2026-07-06T09:00:00Z,2026-07-06T09:05:00Z,\n",
    );
    place.write(
        "i.csv",
        "id,title,service_keys,priority,status,opened_at,resolved_at,caused_by_deploy,url\n\
         A,Web is slow,web,P2,resolved,2026-07-01T09:15:00Z,2026-07-01T10:15:00Z,true,https://incidents.example/A\n\
         B,,web,,triggered,2026-07-02T09:15:00Z,,,https://incidents.example/B\n\
         C,Nobody's,elsewhere,,closed,2026-07-03T09:15:00Z,,,\n\
         D,Twice,web,,merged,2026-07-03T09:15:00Z,,,\n",
    );
    place.done(["import", "deployments", "d.csv", "-q"].iter().chain(&COVERS));
    place.done(["import", "incidents", "i.csv", "-q"].iter().chain(&COVERS));
    place
}

/// A dry run: it has neither a key nor a server.
fn dry(place: &Place, tool: Tool, more: &[&str]) -> Run {
    let arguments = ["export"].into_iter().chain(tool.arguments().iter().copied()).chain(["--dry-run"]);
    let arguments = arguments.chain(tool.address().iter().copied());
    let mut command = place.command(arguments.chain(more.iter().copied()));
    command.env("DORA_REPORT_TEST_CLOCK", NOW);
    Run::of(command.output().expect("the program runs"))
}

#[test]
fn a_dry_run_counts_what_is_sent_and_what_gets_lost_and_needs_no_key() {
    let place = odd();
    for tool in Tool::ALL {
        let run = dry(&place, tool, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        insta::assert_snapshot!(format!("dry_run_{tool:?}").to_lowercase(), run.stdout);
    }
    assert!(!place.path("data/handover.jsonl").exists(), "nothing is written");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_request_of_an_odd_history_is_in_the_description_of_its_tool() {
    for tool in Tool::ALL {
        let (place, server) = (odd(), Server::start(tool));
        done(&place, tool, &server, &[]);
        let kept = server.kept().into_iter().map(|one| format!("{} {}\n", one.at, one.body));
        insta::assert_snapshot!(format!("sent_{tool:?}").to_lowercase(), kept.collect::<String>());
        // What was handed over is not sent again.
        let before = server.state(|state| state.seen.len());
        let again = done(&place, tool, &server, &[]);
        assert!(again.stderr.contains("handed over nothing new"), "{}", again.stderr);
        assert_eq!(server.state(|state| state.seen.len()), before);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_incident_that_ended_later_is_changed_where_the_tool_allows_it() {
    for tool in Tool::ALL {
        let (place, server) = (odd(), Server::start(tool));
        done(&place, tool, &server, &[]);
        place.write(
            "later.csv",
            "id,title,service_keys,status,opened_at,resolved_at,url\n\
             B,,web,resolved,2026-07-02T09:15:00Z,2026-07-09T09:15:00Z,https://incidents.example/B\n",
        );
        place.done(["import", "incidents", "later.csv", "-q"].iter().chain(&COVERS));
        let before = server.state(|state| state.seen.len());
        done(&place, tool, &server, &[]);
        let sent = server.state(|state| state.seen[before..].to_vec());
        let lines = sent.iter().map(|seen| format!("{} {} {}", seen.method, seen.path, seen.text));
        let sent = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(sent.is_empty(), tool == Tool::Cortex, "{tool:?}: {sent}");
        insta::assert_snapshot!(format!("amended_{tool:?}").to_lowercase(), sent);
        server.kept();
    }
}

#[test]
fn a_period_restricts_what_is_handed_over() {
    let (place, server) = (odd(), Server::start(Tool::LinearB));
    done(&place, Tool::LinearB, &server, &["--period", "2026-07-01..2026-07-02"]);
    assert_eq!(server.kept().len(), 2, "one deployment and its incident");
}

#[test]
fn a_service_has_the_name_that_a_flag_gives_it_and_an_unknown_service_is_refused() {
    let (place, server) = (odd(), Server::start(Tool::LinearB));
    done(&place, Tool::LinearB, &server, &["--map", "web=Shop Front"]);
    assert!(server.kept().iter().any(|one| one.body.contains("\"services\":[\"shop front\"]")));
    let refused = run(&place, Tool::LinearB, &server, &["--map", "wbe=x"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("there is no service `wbe`; did you mean `web`?"), "{}", refused.stderr);
}

#[test]
fn events_of_another_account_are_not_those_of_this_one() {
    let (place, one, other) = (odd(), Server::start(Tool::LinearB), Server::start(Tool::LinearB));
    done(&place, Tool::LinearB, &one, &[]);
    done(&place, Tool::LinearB, &other, &[]);
    assert!(one.kept() == other.kept());
}
