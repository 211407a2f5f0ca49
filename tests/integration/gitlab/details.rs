//! The GraphQL answers of a made-up GitLab: the details of merge requests.

use serde_json::{Map, Value, json};

use super::rest;
use crate::github::graphql::{self, Field, Selection};
use crate::github::world::{Pull, Repo, World, iso};

/// The reply to a query about at most so many merge requests; 0: any number.
pub(super) fn answer(world: &World, body: &[u8], most: usize) -> Value {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let variables = body["variables"].as_object().cloned().unwrap_or_default();
    let selections = match graphql::read(body["query"].as_str().unwrap_or_default(), &variables) {
        Ok(selections) => selections,
        Err(why) => return json!({"errors": [{"message": format!("Parse error: {why}")}]}),
    };
    let [Selection::Field(project)] = &selections[..] else { panic!("one project is asked for") };
    assert_eq!(project.name, "project");
    let path = project.arguments["fullPath"].as_str().expect("a path");
    let Some(repo) = world.repos.iter().find(|repo| repo.name == path && !repo.forbidden) else {
        return json!({"data": {"project": null}});
    };
    // What may come counts, however few are asked for.
    let asked: u64 = fields(project).filter_map(Field::page).sum();
    if most > 0 && asked > most as u64 {
        return json!({"errors": [{"message": "Query has complexity of 300, which exceeds max complexity of 250"}]});
    }
    let mut found = Map::new();
    for field in fields(project) {
        let value = match field.name.as_str() {
            "mergeRequests" => {
                assert!(field.page().is_some_and(|first| first <= 100), "GitLab gives 100 at most");
                let pulls = iids(field).into_iter().filter_map(|iid| repo.pulls.get(&iid));
                json!({"nodes": pulls.map(|pull| details(repo, pull, field)).collect::<Vec<_>>()})
            }
            "mergeRequest" => {
                let iid = field.arguments["iid"].as_str().and_then(|iid| iid.parse().ok()).expect("a number");
                repo.pulls.get(&iid).map_or(Value::Null, |pull| details(repo, pull, field))
            }
            other => panic!("no field {other}"),
        };
        found.insert(field.key.clone(), value);
    }
    json!({"data": {"project": found}})
}

fn fields(of: &Field) -> impl Iterator<Item = &Field> {
    of.selections.iter().map(|selection| match selection {
        Selection::Field(field) => field,
        Selection::On(..) => panic!("no fragment is expected"),
    })
}

fn iids(field: &Field) -> Vec<u64> {
    let list = field.arguments.get("iids").and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|iid| iid.as_str().and_then(|iid| iid.parse().ok()).expect("a number as text")).collect()
}

/// What is selected of a merge request, within `nodes` or by itself.
fn details(repo: &Repo, pull: &Pull, of: &Field) -> Value {
    let selected = fields(of).find(|field| field.name == "nodes").unwrap_or(of);
    let mut found = Map::new();
    for field in fields(selected) {
        let value = match field.name.as_str() {
            "iid" => json!(pull.number.to_string()),
            "diffRefs" => {
                let (.., head) = rest::shas(repo, pull);
                let base = rest::base(repo, pull).unwrap_or_else(|| "0".repeat(40));
                json!({"baseSha": base, "headSha": head})
            }
            "commits" => {
                assert_eq!(field.arguments["last"], 1, "the newest comes first, and the first is asked for");
                let first = pull.commits.first().and_then(|sha| repo.commits.get(sha));
                json!({"nodes": first.map(|commit| json!({"authoredDate": iso(commit.authored)})).into_iter().collect::<Vec<_>>()})
            }
            "approvedBy" => {
                let approvals = pull.reviews.iter().filter(|review| review.state == "APPROVED").take(1);
                json!({"nodes": approvals.map(|review| json!({"username": review.author})).collect::<Vec<_>>()})
            }
            "notes" => notes(pull, field),
            other => panic!("no field {other}"),
        };
        found.insert(field.key.clone(), value);
    }
    Value::Object(found)
}

/// Reviews are notes, an approval one that GitLab writes; other notes of GitLab's stand before them.
fn notes(pull: &Pull, field: &Field) -> Value {
    let person =
        |name: &Option<String>| name.as_ref().map(|name| json!({"username": name, "bot": name.ends_with("[bot]")}));
    let chatter = json!({"createdAt": iso(pull.opened), "system": true, "body": "added 1 commit", "author": person(&pull.author)});
    let mut all = vec![chatter];
    all.extend(pull.reviews.iter().map(|review| {
        let is_approval = review.state == "APPROVED";
        let body = if is_approval { "approved this merge request" } else { "Why is that?" };
        json!({"createdAt": iso(review.submitted), "system": is_approval, "body": body, "author": person(&review.author)})
    }));
    let from: usize =
        field.arguments.get("after").and_then(Value::as_str).and_then(|after| after.parse().ok()).unwrap_or(0);
    let first = usize::try_from(field.page().expect("a page")).expect("few");
    let to = (from + first).min(all.len());
    let page_info = json!({"hasNextPage": to < all.len(), "endCursor": to.to_string()});
    json!({"pageInfo": page_info, "nodes": all[from.min(to)..to]})
}
