//! Jenkins' folders, jobs and builds.

use serde_json::{Value, json};
use url::Url;

use super::server::{Answer, System, parameter, with_nulls};
use super::world::{Deployed, World};

pub(super) const JENKINS: System = System {
    source: "jenkins",
    section: "[jenkins]\napi_url = \"URL/ci\"\nuser = \"ann\"\njobs = [\"deploy/*\"]\n",
    variable: "JENKINS_TOKEN",
    // `ann` and the key.
    authorization: "Basic YW5uOnMzY3JldEtleTAxMjM0NTY3ODk=",
    answer,
    list_of_api: "/job/api/",
    repo: str::to_owned,
};

fn answer(world: &World, url: &Url, _: &str) -> Option<Answer> {
    let tree = parameter(url, "tree").expect("no answer is wanted whole");
    let path: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    let reply = match path[..] {
        ["ci", "api", "json"] => json!({"jobs": with_nulls(world, vec![
            json!({"_class": "com.cloudbees.hudson.plugins.folder.Folder", "name": "deploy", "fullName": "deploy", "jobs": [{}]}),
            json!({"_class": "hudson.model.FreeStyleProject", "name": "test", "fullName": "test", "nextBuildNumber": 7}),
        ])}),
        ["ci", "job", "deploy", "api", "json"] => {
            let jobs = world.repos.iter().map(|repo| {
                let name = &repo.name[5..];
                json!({"name": name, "fullName": format!("deploy/{name}"), "nextBuildNumber": repo.rows.len() + 1})
            });
            json!({"jobs": jobs.collect::<Vec<_>>()})
        }
        ["ci", "job", "deploy", "job", name, "api", "json"] => {
            let repo = world.repos.iter().find(|repo| &repo.name[5..] == name)?;
            let (_, range) = tree.rsplit_once('{').expect("a range");
            let (first, end) = range.trim_end_matches('}').split_once(',').expect("two ends");
            let (first, end): (usize, usize) = (first.parse().expect("a number"), end.parse().expect("a number"));
            let kept = repo.rows.iter().rev().filter(|row| (world.keeps)(row.number));
            let rows = kept.skip(first).take(end - first);
            json!({"_class": "x", "allBuilds": with_nulls(world, rows.map(|row| build(world, repo.name, row)).collect())})
        }
        _ => return None,
    };
    Some((reply, Vec::new()))
}

fn build(world: &World, repo: &str, row: &Deployed) -> Value {
    let checkouts = if world.without_repo == Some(row.number) {
        json!([])
    } else {
        json!([format!("https://host.example/{repo}.git")])
    };
    let result = world.state.unwrap_or(if row.succeeded { "SUCCESS" } else { "FAILURE" });
    json!({
        "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": row.number, "result": result,
        "building": false, "timestamp": row.began.timestamp_millis(),
        "duration": (row.ended - row.began).num_milliseconds(), "url": "https://ci.example/1/",
        "actions": [null, {}, {"causes": [{"_class": "x", "userName": "Ann"}]},
            {"lastBuiltRevision": {"SHA1": row.sha, "branch": [{"name": "main"}]},
             "remoteUrls": checkouts}],
    })
}
