//! A fake GitHub: repos with deployments and commits, and replies to the queries, page by page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::time::Timestamp;
use crate::http::testing::{Answer, Seen};

pub(super) const HOUR: i64 = 3_600_000;

/// One deployment; its statuses are newest first.
#[derive(Debug, Clone)]
pub(super) struct Put {
    pub(super) id: i64,
    pub(super) at: i64,
    pub(super) sha: String,
    pub(super) environment: String,
    pub(super) statuses: Vec<(&'static str, i64)>,
}

/// One commit.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    pub(super) at: i64,
    pub(super) parents: Vec<String>,
    pub(super) pull_request: Option<Value>,
}

/// One repo.
#[derive(Debug, Clone, Default)]
pub(super) struct Repo {
    pub(super) puts: Vec<Put>,
    pub(super) commits: BTreeMap<String, Made>,
}

/// A sha from a number.
pub(super) fn sha(n: usize) -> String {
    format!("{n:040x}")
}

pub(super) fn time(at: i64) -> String {
    Timestamp(at).to_rfc3339()
}

impl Repo {
    /// A line of commits an hour apart, the first `commits` of them; every `every`th was deployed half an hour later.
    pub(super) fn line(commits: usize, every: usize) -> Self {
        let mut repo = Self::default();
        for n in 0..commits {
            let at = i64::try_from(n).expect("few") * HOUR;
            let parents = n.checked_sub(1).map(sha).into_iter().collect();
            repo.commits.insert(sha(n), Made { at, parents, pull_request: None });
            if n % every == 0 {
                repo.put("production", &sha(n), at + HOUR / 2);
            }
        }
        repo
    }

    /// A deployment that succeeded a minute after it was asked for.
    pub(super) fn put(&mut self, environment: &str, sha: &str, at: i64) -> &mut Put {
        let id = 3_000_000_000 + i64::try_from(self.puts.len()).expect("few");
        let statuses = vec![("INACTIVE", at + 2 * HOUR), ("SUCCESS", at + 60_000), ("IN_PROGRESS", at + 1_000)];
        let (sha, environment) = (sha.to_owned(), environment.to_owned());
        self.puts.push(Put { id, at, sha, environment, statuses });
        self.puts.last_mut().expect("just put")
    }

    fn deployments(&self, name: &str, first: usize, after: Option<&str>) -> Value {
        let mut newest: Vec<&Put> = self.puts.iter().collect();
        newest.sort_by_key(|put| std::cmp::Reverse((put.at, put.id)));
        let from = after.map_or(0, |after| {
            1 + newest.iter().position(|put| put.id.to_string() == after).expect("a cursor of ours")
        });
        let page: Vec<&Put> = newest[from..].iter().take(first).copied().collect();
        let nodes = page.iter().map(|put| {
            json!({
                "id": format!("DE_{}", put.id), "databaseId": put.id, "commitOid": put.sha,
                "environment": put.environment, "task": "deploy", "createdAt": time(put.at), "ref": {"name": "main"},
                "creator": {"login": "ann"}, "statuses": statuses(put, 20, None),
            })
        });
        json!({
            "nameWithOwner": name, "url": format!("https://github.com/{name}"),
            "deployments": {
                "pageInfo": {"hasNextPage": from + page.len() < newest.len(), "endCursor": page.last().map(|put| put.id.to_string())},
                "nodes": nodes.collect::<Vec<_>>(),
            }
        })
    }

    fn history(&self, oid: &str, first: usize, after: Option<&str>) -> Value {
        if !self.commits.contains_key(oid) {
            return json!({"object": null});
        }
        let (mut reached, mut next) = (BTreeSet::new(), vec![oid]);
        while let Some(sha) = next.pop() {
            if reached.insert(sha) {
                next.extend(self.commits[sha].parents.iter().map(String::as_str));
            }
        }
        let mut list: Vec<&str> = reached.into_iter().collect();
        list.sort_by_key(|sha| std::cmp::Reverse((self.commits[*sha].at, *sha)));
        let from: usize = after.map_or(0, |after| after.parse().expect("a cursor of ours"));
        let page = list[from..].iter().take(first);
        let nodes: Vec<Value> = page
            .map(|sha| {
                let made = &self.commits[*sha];
                let parents: Vec<Value> = made.parents.iter().map(|parent| json!({"oid": parent})).collect();
                json!({
                    "oid": sha, "authoredDate": time(made.at), "committedDate": time(made.at),
                    "parents": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": parents},
                    "associatedPullRequests": {"nodes": made.pull_request.iter().collect::<Vec<_>>()},
                })
            })
            .collect();
        let end = from + nodes.len();
        let page_info = json!({"hasNextPage": end < list.len(), "endCursor": end.to_string()});
        json!({"object": {"history": {"pageInfo": page_info, "nodes": nodes}}})
    }
}

fn statuses(put: &Put, first: usize, after: Option<&str>) -> Value {
    let from: usize = after.map_or(0, |after| after.parse().expect("a cursor of ours"));
    let page = put.statuses[from..].iter().take(first);
    let nodes: Vec<Value> = page.map(|(state, at)| json!({"state": state, "createdAt": time(*at)})).collect();
    let end = from + nodes.len();
    json!({"pageInfo": {"hasNextPage": end < put.statuses.len(), "endCursor": end.to_string()}, "nodes": nodes})
}

/// The name and the variables of the query in a request.
pub(super) fn asked(seen: &Seen) -> (String, Value) {
    let body: Value = serde_json::from_str(&seen.body).expect("JSON");
    let query = body["query"].as_str().expect("a query");
    let name = query.split_once("query ").expect("a name").1.split('(').next().expect("a name");
    (name.to_owned(), body["variables"].clone())
}

/// Answers a query over these repos, by lower-case name.
pub(super) fn answer(repos: &BTreeMap<String, Repo>, seen: &Seen) -> Answer {
    let (query, variables) = asked(seen);
    let mut reply = match query.strip_suffix("OfSeveral") {
        None => reply(repos, &query, &variables),
        Some(query) => several(repos, query, &variables),
    };
    if let Value::Object(data) = &mut reply["data"] {
        let cost = if query.starts_with("Commits") { 5 } else { 1 };
        data.insert("rateLimit".into(), json!({"cost": cost, "remaining": 4_000}));
    }
    Answer::new(200, reply.to_string()).with("x-ratelimit-remaining", 4_000)
}

/// The same of several repos: each as if it were asked for alone, under its alias.
fn several(repos: &BTreeMap<String, Repo>, query: &str, variables: &Value) -> Value {
    let (mut data, mut errors) = (json!({}), Vec::new());
    for index in 0.. {
        let of = |key: &str| &variables[format!("{key}{index}")];
        if of("name").is_null() {
            break;
        }
        let own = json!({"owner": of("owner"), "name": of("name"), "oid": of("oid"), "first": variables["first"]});
        let mut own = reply(repos, query, &own);
        let alias = format!("r{index}");
        if let Some(error) = own.pointer_mut("/errors/0") {
            error["path"][0] = alias.as_str().into();
            errors.push(error.take());
        }
        data[alias] = own["data"]["repository"].take();
    }
    if errors.is_empty() { json!({"data": data}) } else { json!({"data": data, "errors": errors}) }
}

fn reply(repos: &BTreeMap<String, Repo>, query: &str, variables: &Value) -> Value {
    let text = |name: &str| variables[name].as_str();
    let first = usize::try_from(variables["first"].as_u64().unwrap_or(0)).expect("a page");
    let name = format!("{}/{}", text("owner").unwrap_or_default(), text("name").unwrap_or_default());
    let repo = repos.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name));
    let data = match (query, repo) {
        ("Repositories", _) => {
            let names = repos.keys().map(|name| json!({"nameWithOwner": name, "isEmpty": false}));
            let page_info = json!({"hasNextPage": false, "endCursor": null});
            json!({"repositoryOwner": {"repositories": {"pageInfo": page_info, "nodes": names.collect::<Vec<_>>()}}})
        }
        ("Statuses", _) => {
            let mut puts = repos.values().flat_map(|repo| &repo.puts);
            let put = puts.find(|put| text("id") == Some(&format!("DE_{}", put.id))).expect("a deployment");
            json!({"node": {"statuses": statuses(put, first, text("after"))}})
        }
        ("Deployments", Some((name, repo))) => json!({"repository": repo.deployments(name, first, text("after"))}),
        ("Commits", Some((_, repo))) => {
            json!({"repository": repo.history(text("oid").expect("a revision"), first, text("after"))})
        }
        ("Estimate", Some((name, repo))) => json!({"repository": {
            "nameWithOwner": name, "releases": {"totalCount": 0}, "pullRequests": {"totalCount": 0}, "deployments": {"totalCount": repo.puts.len()},
            "defaultBranchRef": {"target": {"history": {"totalCount": repo.commits.len()}}}
        }}),
        _ => {
            let message = format!("Could not resolve to a Repository with the name '{name}'.");
            let error = json!({"type": "NOT_FOUND", "path": ["repository"], "message": message});
            return json!({"data": {"repository": null}, "errors": [error]});
        }
    };
    json!({"data": data})
}
