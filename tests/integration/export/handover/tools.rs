//! What each tool does with a request, by its description: which key it wants, what it knows events by, and what can be
//! asked.

use serde_json::{Value, json};

use super::stand_in::{KEY, Kept, Seen, reply};
use crate::support::Run;
use crate::wire::{Raw, Reply};

/// A tool that history is handed over to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    LinearB,
}

impl Tool {
    pub(super) const ALL: [Self; 1] = [Self::LinearB];

    /// The command, and the flags without which the tool does not work.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::LinearB => &["linearb"],
        }
    }

    /// The variables that hold its keys.
    pub(super) fn variables(self) -> &'static [&'static str] {
        match self {
            Self::LinearB => &["LINEARB_API_KEY"],
        }
    }

    /// Whether a request has the right key in the right place.
    pub(super) fn is_signed(self, raw: &Raw, _path: &str) -> bool {
        match self {
            Self::LinearB => raw.header("x-api-key") == Some(KEY),
        }
    }

    /// When an event happened, by its request.
    pub(super) fn instant(self, seen: &Seen) -> Option<String> {
        let text = |pointer: &str| seen.body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match self {
            Self::LinearB => text("/timestamp").or_else(|| text("/issued_at")),
        }
    }

    /// Whether a tool that was killed and started again has what another has that was not, and nothing twice.
    pub(super) fn has_all(self, kept: &[Kept], wanted: &[Kept], last: &Run) {
        let twice: Vec<&Kept> = kept.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty(), "{self:?}: twice: {twice:#?}");
        let missing: Vec<&Kept> = wanted.iter().filter(|one| !kept.contains(one)).collect();
        assert_eq!(last.code, 0, "{self:?}: {}", last.stderr);
        assert!(missing.is_empty() && kept.len() == wanted.len(), "{self:?}: missing: {missing:#?}");
    }

    /// Keeps what is sent, or answers what is asked.
    pub(super) fn answer(self, seen: &Seen, kept: &mut Vec<Kept>) -> Reply {
        let text = |name: &str| seen.body[name].as_str().unwrap_or_default().to_owned();
        match self {
            Self::LinearB => match (seen.method.as_str(), seen.path.as_str()) {
                ("GET", "/api/v1/deployments") => listed(seen, kept),
                ("POST", "/api/v1/deployments") => keep(seen, kept, String::new()),
                ("POST", _) => keep(seen, kept, text("provider_id")),
                _ => patch(seen, kept),
            },
        }
    }
}

/// Keeps an event in place of the one with its id; without an id, as a further one.
fn keep(seen: &Seen, kept: &mut Vec<Kept>, id: String) -> Reply {
    if !id.is_empty() {
        kept.retain(|one| one.at != seen.path || one.id != id);
    }
    kept.push(Kept { at: seen.path.clone(), id, body: seen.text.clone() });
    reply(200, &json!({"request_id": "x"}))
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

/// Lists deployments of LinearB by commit and time.
fn listed(seen: &Seen, kept: &[Kept]) -> Reply {
    let asked = |name: &str| seen.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    let (sha, after, before) = (asked("commit_sha"), asked("after"), asked("before"));
    let items: Vec<Value> = kept
        .iter()
        .filter(|one| one.at == "/api/v1/deployments")
        .map(|one| serde_json::from_str::<Value>(&one.body).expect("JSON"))
        .filter(|body| {
            let at = body["timestamp"].as_str().map(str::to_owned);
            body["ref_name"].as_str() == sha.as_deref() && at > after && at < before
        })
        .map(|body| {
            let sha = &body["ref_name"];
            json!({"repository_id": 1, "ref_name": sha, "commit_sha": sha, "stage": "release", "published_at": body["timestamp"]})
        })
        .collect();
    reply(200, &json!({"total": items.len(), "items": items}))
}
