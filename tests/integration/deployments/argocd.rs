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
    let mut reply = json!({"metadata": {}, "items": with_nulls(world, applications)});
    let fields = parameter(url, "fields").expect("the program asks for the fields that it reads");
    keep(&mut reply, "", &fields.split(',').collect::<Vec<_>>());
    Some((reply, Vec::new()))
}

/// What Argo CD does with `fields`: all that is neither named nor above a named field is removed.
fn keep(value: &mut Value, path: &str, fields: &[&str]) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(|entry| keep(entry, path, fields)),
        Value::Object(entries) => {
            let of = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            entries.retain(|name, _| fields.iter().any(|field| field.starts_with(&of(name))));
            for (name, value) in entries.iter_mut().filter(|(name, _)| !fields.contains(&of(name).as_str())) {
                keep(value, &of(name), fields);
            }
        }
        _ => {}
    }
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
