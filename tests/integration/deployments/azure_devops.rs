//! Azure DevOps: a release pipeline deploys `acme/web`, and a YAML pipeline `acme/api`.

use serde_json::{Value, json};
use url::Url;

use super::server::{Answer, System, parameter, with_nulls};
use super::world::{Deployed, Repo, World, iso};

pub(super) const AZURE_DEVOPS: System = System {
    source: "azure-devops",
    section: "[azure_devops]\napi_url = \"URL\"\norganization = \"acme\"\nprojects = [\"Shop\"]\n",
    variable: "AZURE_DEVOPS_TOKEN",
    // No user, and the key.
    authorization: "Basic OnMzY3JldEtleTAxMjM0NTY3ODk=",
    answer,
    list_of_api: "/environments/9/",
    repo: |name| format!("acme/Shop/{}", &name[5..]),
};

/// Builds of the second repo are numbered from here.
const OF_API: usize = 100_000;

fn answer(world: &World, url: &Url, _: &str) -> Option<Answer> {
    let (web, api) = (&world.repos[0], &world.repos[1]);
    assert!(parameter(url, "api-version").is_some_and(|version| version.starts_with("7.1")));
    match url.path().trim_start_matches("/acme/Shop/_apis/") {
        "release/deployments" => {
            let from = parameter(url, "minStartedTime").expect("an instant");
            let rows =
                web.rows.iter().filter(|row| iso(row.began).as_str() >= &from[..19]).map(|row| deployment(world, row));
            let mut rows: Vec<Value> = rows.collect();
            if parameter(url, "queryOrder").as_deref() != Some("ascending") {
                rows.reverse();
            }
            Some(page(world, url, &rows))
        }
        "distributedtask/environments" => {
            Some((json!({"value": [{"id": 9, "name": "production"}], "count": 1}), Vec::new()))
        }
        "distributedtask/environments/9/environmentdeploymentrecords" => {
            let rows: Vec<Value> = api.rows.iter().rev().map(|row| record(world, row)).collect();
            Some(page(world, url, &rows))
        }
        "build/builds" => {
            let ids = parameter(url, "buildIds").expect("ids");
            let ids = ids.split(',').map(|id| id.parse::<usize>().expect("an id"));
            let builds: Vec<Value> = ids
                .filter_map(|id| match id.checked_sub(OF_API) {
                    Some(id) => Some(build(id + OF_API, api, api.rows.get(id - 1)?)),
                    None => Some(build(id, web, web.rows.get(id - 1)?)),
                })
                .collect();
            Some((json!({"value": builds}), Vec::new()))
        }
        _ => None,
    }
}

fn page(world: &World, url: &Url, rows: &[Value]) -> Answer {
    let first: usize = parameter(url, "continuationToken").map_or(0, |text| text.parse().expect("a number"));
    let top: usize = parameter(url, "$top").map_or(50, |text| text.parse().expect("a number"));
    let shown: Vec<Value> = rows.iter().skip(first).take(top).cloned().collect();
    let more = first + top < rows.len();
    let headers =
        if more { vec![("x-ms-continuationtoken".to_owned(), (first + top).to_string())] } else { Vec::new() };
    (json!({"count": shown.len(), "value": with_nulls(world, shown)}), headers)
}

fn deployment(world: &World, row: &Deployed) -> Value {
    let status = world.state.unwrap_or(if row.succeeded { "succeeded" } else { "failed" });
    json!({
        "id": row.number, "deploymentStatus": status, "operationStatus": "Approved", "attempt": 1,
        "queuedOn": iso(row.began), "startedOn": iso(row.began), "completedOn": iso(row.ended),
        "requestedFor": {"displayName": "Ann"}, "releaseEnvironment": {"id": 7, "name": "production"},
        "release": {"id": row.number, "name": "Release", "artifacts": [{"type": "Build", "isPrimary": true,
            "definitionReference": {"version": {"id": row.number.to_string(), "name": "1"}}}]},
    })
}

fn record(world: &World, row: &Deployed) -> Value {
    let result = world.state.unwrap_or(if row.succeeded { "succeeded" } else { "failed" });
    json!({
        "id": OF_API + row.number, "environmentId": 9, "result": result, "stageName": "Deploy", "jobName": "deploy",
        "definition": {"id": 4, "name": "api"}, "owner": {"id": OF_API + row.number, "name": "1"},
        "queueTime": iso(row.began), "startTime": iso(row.began), "finishTime": iso(row.ended),
    })
}

fn build(id: usize, repo: &Repo, row: &Deployed) -> Value {
    let url = format!("https://dev.azure.com/acme/Shop/_git/{}", &repo.name[5..]);
    json!({"id": id, "sourceVersion": row.sha, "sourceBranch": "refs/heads/main",
        "repository": {"id": "f0", "type": "TfsGit", "url": url}, "requestedFor": {"displayName": "Ann"}})
}
