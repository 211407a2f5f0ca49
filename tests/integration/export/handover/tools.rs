//! What each tool does with a request, by its description: which key it wants, what it knows events by, and what can be
//! asked.

use serde_json::{Value, json};

use super::stand_in::{KEY, Kept, Seen, reply};
use crate::support::Run;
use crate::wire::{Raw, Reply};

/// Deploys on a page of Cortex's list: fewer than are asked for, so that there are several pages.
const PAGE: usize = 7;

/// A tool that history is handed over to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    LinearB,
    Datadog,
    Dx,
    DevLake,
    Cortex,
    Sleuth,
}

impl Tool {
    pub(super) const ALL: [Self; 6] =
        [Self::LinearB, Self::Datadog, Self::Dx, Self::DevLake, Self::Cortex, Self::Sleuth];

    /// The command, and the flags without which the tool does not work.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::LinearB => &["linearb"],
            Self::Datadog => &["datadog"],
            Self::Dx => &["dx"],
            Self::DevLake => &["devlake", "--connection", "7"],
            Self::Cortex => &["cortex"],
            Self::Sleuth => &["sleuth", "--org", "acme", "--impact", "shop/production/incidents"],
        }
    }

    /// What a dry run needs besides: an address where there is no usual one.
    pub(super) fn address(self) -> &'static [&'static str] {
        match self {
            Self::Dx => &["--instance", "acme"],
            Self::DevLake => &["--url", "https://devlake.example"],
            _ => &[],
        }
    }

    /// The variables that hold its keys.
    pub(super) fn variables(self) -> &'static [&'static str] {
        match self {
            Self::LinearB => &["LINEARB_API_KEY"],
            Self::Datadog => &["DD_API_KEY", "DD_APP_KEY"],
            Self::Dx => &["DX_API_TOKEN"],
            Self::DevLake => &["DEVLAKE_API_KEY"],
            Self::Cortex => &["CORTEX_TOKEN"],
            Self::Sleuth => &["SLEUTH_API_KEY"],
        }
    }

    /// Whether a request has the right key in the right place.
    pub(super) fn is_signed(self, raw: &Raw, path: &str) -> bool {
        let authorization = |scheme: &str| raw.header("authorization") == Some(&format!("{scheme} {KEY}"));
        match self {
            Self::LinearB => raw.header("x-api-key") == Some(KEY),
            Self::Datadog => {
                let has_application = raw.header("dd-application-key") == Some(KEY);
                raw.header("dd-api-key") == Some(KEY) && (raw.method != "PATCH" || has_application)
            }
            Self::Dx | Self::DevLake | Self::Cortex => authorization("Bearer"),
            Self::Sleuth if path.contains("register_impact") => path.ends_with(&format!("/register_impact/{KEY}")),
            Self::Sleuth => authorization("apikey"),
        }
    }

    /// When an event happened, by its request.
    pub(super) fn instant(self, seen: &Seen) -> Option<String> {
        let value = |pointer: &str| seen.body.pointer(pointer).cloned();
        let found = match self {
            Self::LinearB => value("/timestamp").or_else(|| value("/issued_at")),
            Self::Datadog => value("/data/attributes/started_at"),
            Self::Dx => value("/deployed_at").or_else(|| value("/started_at")),
            Self::DevLake => value("/finishedDate").or_else(|| value("/createdDate")),
            Self::Cortex => value("/timestamp"),
            Self::Sleuth => value("/date"),
        };
        let milliseconds = |at: i64| chrono::DateTime::from_timestamp_millis(at).expect("an instant").to_rfc3339();
        found.map(|at| at.as_i64().map_or_else(|| at.as_str().expect("an instant").to_owned(), milliseconds))
    }

    /// Whether a tool that was killed and started again has what another has that was not, and nothing twice. What Sleuth
    /// cannot be asked for may be missing, if the last run names it.
    pub(super) fn has_all(self, kept: &[Kept], wanted: &[Kept], last: &Run) {
        let twice: Vec<&Kept> = kept.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty(), "{self:?}: twice: {twice:#?}");
        let foreign: Vec<&Kept> = kept.iter().filter(|one| !wanted.contains(one)).collect();
        assert!(foreign.is_empty(), "{self:?}: {foreign:#?}");
        let doubted: Vec<&str> = last.stderr.lines().filter(|line| line.contains("nobody knows")).collect();
        let key = |one: &Kept| {
            let body: Value = serde_json::from_str(&one.body).expect("JSON");
            format!("incident {}:", body["id"].as_str().unwrap_or_default())
        };
        let is_named = |one: &Kept| self == Self::Sleuth && doubted.iter().any(|line| line.contains(&key(one)));
        let missing: Vec<&Kept> = wanted.iter().filter(|one| !kept.contains(one) && !is_named(one)).collect();
        assert!(missing.is_empty(), "{self:?}: missing: {missing:#?}");
        assert_eq!(last.code, if doubted.is_empty() { 0 } else { 4 }, "{self:?}: {}", last.stderr);
    }

    /// Keeps what is sent, or answers what is asked.
    pub(super) fn answer(self, seen: &Seen, kept: &mut Vec<Kept>) -> Reply {
        let text = |pointer: &str| seen.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        match self {
            Self::LinearB => match (seen.method.as_str(), seen.path.as_str()) {
                ("GET", _) => listed(seen, kept),
                ("POST", "/api/v1/deployments") => keep(seen, kept, String::new()),
                ("POST", _) => keep(seen, kept, text("/provider_id")),
                _ => patch(seen, kept),
            },
            Self::Datadog if seen.method == "PATCH" => {
                let is_there = kept.iter().any(|one| one.at.ends_with("/deployment") && one.id == text("/data/id"));
                if is_there {
                    keep(seen, kept, text("/data/id"))
                } else {
                    reply(404, &json!({"errors": ["not found"]}))
                }
            }
            Self::Datadog => keep(seen, kept, text("/data/attributes/id")),
            Self::Dx => {
                let id = text("/reference_id");
                let is_create = seen.path.ends_with("create");
                let is_other = |one: &Kept| one.at == seen.path && one.id == id && one.body != seen.text;
                if is_create && kept.iter().any(is_other) {
                    return reply(422, &json!({"ok": false, "error": "reference_id is taken"}));
                }
                keep(seen, kept, id)
            }
            Self::DevLake if seen.path.ends_with("issues") => keep(seen, kept, text("/issueKey")),
            Self::DevLake => keep(seen, kept, text("/id")),
            Self::Cortex if seen.method == "GET" => deploys(seen, kept),
            Self::Sleuth if seen.path.ends_with("import_deploys") => import(seen, kept),
            Self::Sleuth if seen.path.ends_with("register_deploy") => {
                let is_there = kept.iter().any(|one| one.at == seen.path && one.id == text("/sha"));
                if is_there { reply(200, &json!("Success")) } else { keep(seen, kept, text("/sha")) }
            }
            Self::Cortex | Self::Sleuth => keep(seen, kept, String::new()),
        }
    }
}

/// Keeps an event in place of the one with its id; without an id, as a further one.
fn keep(seen: &Seen, kept: &mut Vec<Kept>, id: String) -> Reply {
    if !id.is_empty() {
        kept.retain(|one| one.at != seen.path || one.id != id);
    }
    kept.push(Kept { at: seen.path.clone(), id, body: seen.text.clone() });
    reply(if seen.path.contains("/dora/") { 202 } else { 200 }, &json!({"ok": true}))
}

/// Changes fields of an incident of LinearB.
fn patch(seen: &Seen, kept: &mut [Kept]) -> Reply {
    let id = seen.path.rsplit('/').next().unwrap_or_default().replace("%3A", ":");
    let Some(one) = kept.iter_mut().find(|one| one.id == id) else { return reply(404, &json!({})) };
    let mut body: Value = serde_json::from_str(&one.body).expect("JSON");
    for (name, value) in seen.body.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    one.body = body.to_string();
    reply(200, &json!({}))
}

fn asked(seen: &Seen, name: &str) -> Option<String> {
    seen.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
}

fn bodies(kept: &[Kept], at: &str) -> Vec<Value> {
    let own = kept.iter().filter(|one| one.at == at);
    own.map(|one| serde_json::from_str::<Value>(&one.body).expect("JSON")).collect()
}

/// Lists deployments of LinearB by commit and time.
fn listed(seen: &Seen, kept: &[Kept]) -> Reply {
    let (sha, after, before) = (asked(seen, "commit_sha"), asked(seen, "after"), asked(seen, "before"));
    let mut found = bodies(kept, "/api/v1/deployments");
    found.retain(|body| {
        let at = body["timestamp"].as_str().map(str::to_owned);
        body["ref_name"].as_str() == sha.as_deref() && at > after && at < before
    });
    let item = |body: &Value| {
        let sha = &body["ref_name"];
        json!({"repository_id": 1, "ref_name": sha, "commit_sha": sha, "published_at": body["timestamp"]})
    };
    let items: Vec<Value> = found.iter().map(item).collect();
    reply(200, &json!({"total": items.len(), "items": items}))
}

/// Lists deploys of an entity of Cortex, page by page.
fn deploys(seen: &Seen, kept: &[Kept]) -> Reply {
    let page: usize = asked(seen, "page").and_then(|page| page.parse().ok()).expect("a page");
    assert_eq!(asked(seen, "pageSize").as_deref(), Some("1000"));
    let all = bodies(kept, &seen.path);
    let own: Vec<&Value> = all.iter().skip(page * PAGE).take(PAGE).collect();
    let pages = all.len().div_ceil(PAGE);
    reply(200, &json!({"deployments": own, "page": page, "total": all.len(), "totalPages": pages}))
}

/// Replaces all deploys of a code deployment of Sleuth.
fn import(seen: &Seen, kept: &mut Vec<Kept>) -> Reply {
    let at = seen.path.replace("import_deploys", "register_deploy");
    kept.retain(|one| one.at != at);
    let csv = seen.body["csv_file"].as_str().expect("a file");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("sha,date"));
    for line in lines.filter(|line| !line.is_empty()) {
        let (sha, date) = line.split_once(',').expect("two columns");
        kept.push(Kept { at: at.clone(), id: sha.into(), body: json!({"sha": sha, "date": date}).to_string() });
    }
    reply(200, &json!("Success"))
}
