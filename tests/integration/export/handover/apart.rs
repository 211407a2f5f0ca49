//! What single tools have that the others do not: marks of failures, events that nobody can be asked for, an import that
//! deletes.

use serde_json::Value;

use super::plans::odd;
use super::stand_in::{Moment, Server};
use super::tools::Tool;
use super::{COVERS, dataset, done, run, start};
use crate::support::Place;

/// The marks of Datadog: whether a deployment failed.
fn marks(server: &Server) -> Vec<Value> {
    let kept = server.kept().into_iter().filter(|one| one.at.contains("/deployments/"));
    kept.map(|one| serde_json::from_str::<Value>(&one.body).expect("JSON")["data"]["attributes"].clone()).collect()
}

#[test]
fn a_failure_that_is_none_any_more_is_taken_back_from_datadog() {
    let (place, server) = (odd(), Server::start(Tool::Datadog));
    done(&place, Tool::Datadog, &server, &[]);
    let failed = |server: &Server| marks(server).iter().filter(|mark| mark["change_failure"] == true).count();
    assert_eq!((marks(&server).len(), failed(&server)), (2, 2));
    place.write(
        "verdict.csv",
        "id,title,service_keys,status,opened_at,resolved_at,caused_by_deploy,url\n\
         A,Web is slow,web,resolved,2026-07-01T09:15:00Z,2026-07-01T10:15:00Z,false,https://incidents.example/A\n",
    );
    place.done(["import", "incidents", "verdict.csv", "-q"].iter().chain(&COVERS));
    done(&place, Tool::Datadog, &server, &[]);
    assert_eq!((marks(&server).len(), failed(&server)), (2, 1));
}

#[test]
fn datadog_is_told_which_deployment_remedied_a_failure() {
    let (place, server) = (odd(), Server::start(Tool::Datadog));
    done(&place, Tool::Datadog, &server, &[]);
    let remedies: Vec<String> = marks(&server).iter().map(|mark| mark["remediation"]["type"].to_string()).collect();
    assert!(remedies.contains(&"\"rollforward\"".to_owned()), "{remedies:?}");
}

#[test]
fn without_an_application_key_datadog_is_not_asked() {
    let (place, server) = (dataset(5), Server::start(Tool::Datadog));
    let mut command = place.command(["export", "datadog", "--url", &server.url()]);
    let refused = command.env("DD_API_KEY", super::KEY).env_remove("DD_APP_KEY").output().expect("the program runs");
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("DD_APP_KEY"));
    assert_eq!(server.state(|state| state.seen.len()), 0);
}

/// A hand-over to Sleuth that was killed while an incident was under way: it arrived, or not.
fn doubtful(moment: Moment) -> (Place, Server) {
    let (place, server) = (dataset(5), Server::start(Tool::Sleuth));
    // Five deployments, then the incident.
    server.arm(Some((6, moment)));
    let mut child = start(&place, Tool::Sleuth, &server, &[]);
    while !server.is_reached() {
        assert!(child.try_wait().expect("a state").is_none(), "it ended before");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    server.release();
    server.arm(None);
    (place, server)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn what_sleuth_may_have_is_named_and_sent_again_only_on_request() {
    for (moment, before, after) in [(Moment::Unseen, 5, 6), (Moment::Kept, 6, 7)] {
        let (place, server) = doubtful(moment);
        for _ in 0..2 {
            let left = run(&place, Tool::Sleuth, &server, &[]);
            assert_eq!(left.code, 4, "{}", left.stderr);
            assert!(left.stderr.contains("incident file:I4: nobody knows whether it arrived"), "{}", left.stderr);
            assert_eq!(server.kept().len(), before, "{moment:?}");
        }
        done(&place, Tool::Sleuth, &server, &["--resend-unconfirmed"]);
        assert_eq!(server.kept().len(), after, "{moment:?}");
        done(&place, Tool::Sleuth, &server, &[]);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn sleuths_deploys_are_deleted_only_behind_a_flag_of_its_own() {
    let (place, server) = (dataset(30), Server::start(Tool::Sleuth));
    let other = |server: &Server| {
        server.state(|state| {
            let at = "/api/1/deployments/acme/web/register_deploy".to_owned();
            state.kept.push(super::stand_in::Kept { at, id: "other".into(), body: "{\"sha\":\"other\"}".into() });
        });
    };
    other(&server);
    done(&place, Tool::Sleuth, &server, &[]);
    let paths =
        |server: &Server| server.state(|state| state.seen.iter().map(|seen| seen.path.clone()).collect::<Vec<_>>());
    assert!(!paths(&server).iter().any(|path| path.ends_with("import_deploys")));
    assert_eq!(server.kept().len(), 30 + 6 + 1);

    let (place, server) = (dataset(30), Server::start(Tool::Sleuth));
    other(&server);
    let said = done(&place, Tool::Sleuth, &server, &["--replace-existing-deploys"]);
    assert!(said.stderr.contains("handed over 30 deployments, 6 incidents"), "{}", said.stderr);
    let imports = paths(&server).iter().filter(|path| path.ends_with("import_deploys")).count();
    assert_eq!(imports, 2, "one for each service");
    assert_eq!(server.kept().len(), 30 + 6, "the other deploy is gone");
    // What is there is not imported again.
    let before = paths(&server).len();
    done(&place, Tool::Sleuth, &server, &["--replace-existing-deploys"]);
    assert_eq!(paths(&server).len(), before);
    let refused = run(&place, Tool::Sleuth, &server, &["--replace-existing-deploys", "--period", "2026"]);
    assert_eq!(refused.code, 2, "a period would delete the rest");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_key_in_an_address_of_sleuth_is_in_no_message() {
    use super::stand_in::Fault;
    let answers = [
        Fault::Answer(404, Vec::new(), format!("no such path: /register_impact/{}", super::KEY)),
        Fault::Answer(400, Vec::new(), format!("bad key {}", super::KEY)),
        Fault::Answer(302, vec![("location", "/elsewhere")], String::new()),
        Fault::Answer(500, Vec::new(), super::KEY.to_owned()),
        Fault::CutReply,
    ];
    for fault in answers {
        let (place, server) = (dataset(5), Server::start(Tool::Sleuth));
        server.state(|state| state.faults = vec![(6, fault.clone())]);
        // `run` fails where the key is in a message.
        let refused = run(&place, Tool::Sleuth, &server, &["-vv"]);
        assert_eq!(refused.code, 4, "{fault:?}: {}", refused.stderr);
        assert!(!place.read("data/handover.jsonl").contains(super::KEY));
    }
}
