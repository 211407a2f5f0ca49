//! Argo CD's applications.

use serde_json::{Value, json};
use url::Url;

use super::server::{Answer, System, parameter, with_nulls};
use super::world::{Repo, World, iso};

pub(super) const ARGOCD: System = System {
    source: "argocd",
    section: "[argocd]\napi_url = \"URL\"\nenvironment = { name = \"production\" }\n",
    variable: "ARGOCD_TOKEN",
    authorization: "Bearer s3cretKey0123456789",
    answer,
    list_of_api: "",
    repo: str::to_owned,
};

fn answer(world: &World, url: &Url, _: &str) -> Option<Answer> {
    if url.path() != "/api/v1/applications" {
        return None;
    }
    let applications = world.repos.iter().map(|repo| application(world, repo)).collect();
    // Argo CD would leave out the history of syncs, whatever fields are named.
    assert!(parameter(url, "fields").is_none(), "the history is among the fields that can be asked for");
    Some((json!({"metadata": {}, "items": with_nulls(world, applications)}), Vec::new()))
}

fn application(world: &World, repo: &Repo) -> Value {
    let source = json!({"repoURL": format!("https://host.example/{}.git", repo.name), "targetRevision": "main"});
    // Argo CD keeps no syncs that failed.
    let syncs = repo.rows.iter().filter(|row| row.succeeded).enumerate().map(|(nth, row)| {
        json!({"id": nth, "revision": row.sha, "deployStartedAt": iso(row.began), "deployedAt": iso(row.ended),
            "source": source, "initiatedBy": {"automated": true}})
    });
    let history = with_nulls(world, syncs.collect());
    json!({
        "metadata": {"name": &repo.name[5..], "namespace": "argocd", "creationTimestamp": "2024-01-01T00:00:00Z",
            "managedFields": ["much"]},
        "spec": {"project": "shop", "destination": {"namespace": "live"}, "source": source, "revisionHistoryLimit": 5_000},
        "status": {"history": history, "resources": ["much"]},
    })
}
