//! Empty entries in GitHub's lists are skipped and said once; no repo is lost over one.

use serde_json::Value;

use super::fault::{Effect, Fault};
use super::scene::{MARCH, Scene};
use super::server::Request;
use super::shapes::every_shape;
use super::world::{DAY, HOUR, NEW_YEAR, Repo, World};

/// Puts a null before and behind the entries of every list under a key.
fn with_nulls(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let list = if inner.is_array() { Some(&mut *inner) } else { inner.get_mut("nodes") };
                if name == key
                    && let Some(Value::Array(entries)) = list
                {
                    entries.insert(0, Value::Null);
                    entries.push(Value::Null);
                }
                with_nulls(inner, key);
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| with_nulls(entry, key)),
        _ => {}
    }
}

/// From the first request on, every list under this key holds nulls as well.
fn nulls(key: &'static str) -> Fault {
    Fault::when(usize::MAX, |_: &Request| true, Effect::Edit(Box::new(move |value| with_nulls(value, key))))
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn empty_entries_are_skipped_and_counted_and_the_rest_is_unchanged() {
    let world = || World::of([every_shape("acme/web")]);
    for (key, words) in [
        ("deployments", "deployments"),
        ("statuses", "statuses"),
        ("history", "commits"),
        ("labels", "labels"),
        ("reviews", "reviews"),
        ("commits", "commits"),
        ("associatedPullRequests", "associated pull requests"),
    ] {
        let scene = Scene::repos(world(), &["acme/web"]);
        scene.server.fault(nulls(key));
        let run = scene.fetched(&["--strict"]);
        let said: Vec<&str> = run.stderr.lines().filter(|line| line.contains("empty entr")).collect();
        assert_eq!(said.len(), 1, "{key}: said once: {}", run.stderr);
        assert!(said[0].contains("acme/web: ") && said[0].contains(&format!("among the {words}")), "{}", said[0]);
        scene.is_as_imported(MARCH);
    }
}

#[test]
fn a_commit_with_an_empty_parent_is_not_treated_as_a_root() {
    let scene = Scene::repos(World::of([every_shape("acme/web")]), &["acme/web"]);
    scene.server.fault(nulls("parents"));
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("empty entries among the commits"), "{}", run.stderr);
    let report = scene.report(MARCH);
    let lead_time = report.metric("acme/web", "lead_time");
    assert_eq!(lead_time["n"], 0, "nothing is known of any commit: {lead_time}");
    // Once GitHub shows them, the next run fills the gaps.
    scene.server.state(|state| state.faults.clear());
    scene.fetched(&["--strict"]);
    scene.is_as_imported(MARCH);
}

#[test]
fn empty_entries_among_workflow_runs_and_jobs_do_not_block_a_repo() {
    let mut repo = Repo::new("acme/web");
    for nth in 0..3 {
        let head = repo.push(NEW_YEAR + 60 * DAY + nth * DAY);
        repo.run("Deploy", &head, NEW_YEAR + 60 * DAY + nth * DAY + HOUR);
    }
    for (key, words) in
        [("workflow_runs", "empty entries among the workflow runs"), ("jobs", "empty entries among the jobs")]
    {
        let scene =
            Scene::new(World::of([repo.clone()]), "repos = [\"acme/web\"]\ndeployments_from = \"workflow-runs\"");
        let config = scene.place.read("dora.toml");
        scene.place.write("dora.toml", &format!("{config}[deployments]\nenvironments = [\"deploy\"]\n"));
        scene.server.fault(nulls(key));
        let run = scene.fetched(&["--strict"]);
        assert_eq!(run.stderr.matches(words).count(), 1, "{}", run.stderr);
        assert_eq!(scene.report(MARCH).metric("acme/web", "deployment_frequency")["deployments"], 3, "{key}");
    }
}
