//! The answers of a made-up PagerDuty: windows of six months at most, 10,000 rows of any question, one month and the
//! account's time zone (two hours ahead of UTC) where they are not said.

use serde_json::{Value, json};
use url::Url;

use super::world::{DAY, HOUR, Made, World, iso};

const ACCOUNT_OFFSET: i64 = 2 * HOUR;

/// Status and body.
pub(super) fn answer(world: &World, url: &Url, now: i64) -> (u16, Value) {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    let found = |id: &str| world.find(id).filter(|made| !made.alert);
    let not_found = (404, json!({"error": {"message": "Not Found", "code": 2100}}));
    match &parts[..] {
        ["incidents"] => list(world, url, now),
        ["incidents", "types"] => {
            let named = ["incident_default", "major"].map(|name| json!({"id": format!("P{name}"), "name": name}));
            (200, json!({"incident_types": named}))
        }
        ["incidents", "custom_fields"] => (200, json!({"fields": []})),
        // The fields are those of one type alone.
        ["incidents", "types", "Pincident_default" | "incident_default", "custom_fields"] => {
            (200, json!({"fields": []}))
        }
        ["incidents", "types", "Pmajor", "custom_fields"] => {
            let fields = world.fields.iter().map(|name| json!({"id": "F", "name": name, "display_name": name}));
            (200, json!({"fields": fields.collect::<Vec<_>>()}))
        }
        ["incidents", id] => found(id).map_or(not_found, |made| (200, json!({"incident": shown(made)}))),
        ["incidents", id, rest @ ..] => {
            let Some(made) = found(id) else { return not_found };
            match rest {
                ["custom_fields", "values"] => {
                    let values =
                        made.fields.iter().map(|(name, value)| json!({"id": "F", "name": name, "value": value}));
                    (200, json!({"custom_fields": values.collect::<Vec<_>>()}))
                }
                ["notes"] => {
                    let notes = made.notes.iter().map(|text| json!({"content": text}));
                    (200, json!({"notes": notes.collect::<Vec<_>>()}))
                }
                ["related_change_events"] => (200, json!({"change_events": made.changes})),
                ["log_entries"] => {
                    let entry = |kind: &str, at: i64| json!({"type": kind, "created_at": iso(at)});
                    let acknowledged = made.acknowledged.map(|at| entry("acknowledge_log_entry", at));
                    // Newest first; the first acknowledgement is on a later page.
                    let later = (0..made.chatter).map(|nth| entry("notify_log_entry", made.created + DAY - nth));
                    let entries: Vec<Value> =
                        later.chain(acknowledged).chain([entry("trigger_log_entry", made.created)]).collect();
                    let (limit, offset) = paging(url, 25);
                    let page: Vec<&Value> = entries.iter().skip(offset).take(limit).collect();
                    (200, json!({"log_entries": page, "more": offset + limit < entries.len()}))
                }
                _ => not_found,
            }
        }
        ["services"] => {
            let (limit, offset) = paging(url, 25);
            let page = world.services.iter().skip(offset).take(limit);
            let services = page.map(|(id, name)| json!({"id": id, "name": name, "summary": name}));
            (200, json!({"services": services.collect::<Vec<_>>(), "more": offset + limit < world.services.len()}))
        }
        ["priorities"] => {
            let priorities = world.priorities.iter().map(|name| json!({"id": name, "summary": name, "name": name}));
            (200, json!({"priorities": priorities.collect::<Vec<_>>()}))
        }
        _ => not_found,
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn paging(url: &Url, default: usize) -> (usize, usize) {
    let number = |name: &str, default: usize| query(url, name).and_then(|text| text.parse().ok()).unwrap_or(default);
    (number("limit", default).min(100), number("offset", 0))
}

fn list(world: &World, url: &Url, now: i64) -> (u16, Value) {
    let refused =
        |words: &str| (400, json!({"error": {"message": "Arguments Caused Error", "code": 2002, "errors": [words]}}));
    let instant = |name: &str| query(url, name).map(|text| read(&text));
    let (since, until) = match (instant("since"), instant("until")) {
        (Some(since), Some(until)) => (since, until),
        (Some(since), None) => (since, since + 30 * DAY),
        (None, until) => (until.unwrap_or(now) - 30 * DAY, until.unwrap_or(now)),
    };
    if until - since > 184 * DAY {
        return refused("The time range may not be longer than 6 months.");
    }
    let (limit, offset) = paging(url, 25);
    if offset + limit > 10_000 {
        return refused("Offset+limit exceeds maximum allowed value of 10000.");
    }
    let services: Vec<String> =
        url.query_pairs().filter(|(key, _)| key == "service_ids[]").map(|(_, value)| value.into_owned()).collect();
    if services.iter().any(|id| world.forbidden.contains(id)) {
        return (403, json!({"error": {"message": "Access Denied", "code": 2010}}));
    }
    let wanted = |made: &&Made| {
        !made.alert
            && (since..until).contains(&made.created)
            && (services.is_empty() || services.contains(&made.service.0))
            && !world.forbidden.contains(&made.service.0)
    };
    let mut found: Vec<&Made> = world.made.iter().filter(wanted).collect();
    found.sort_by_key(|made| (made.created, made.id.clone()));
    if query(url, "sort_by").as_deref() != Some("created_at:asc") {
        found.reverse();
    }
    let page: Vec<Value> = found.iter().skip(offset).take(limit).map(|made| shown(made)).collect();
    (
        200,
        json!({"incidents": page, "limit": limit, "offset": offset, "more": offset + limit < found.len(), "total": null}),
    )
}

/// An instant without an offset is the account's.
fn read(text: &str) -> i64 {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return at.timestamp_millis();
    }
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").expect("an instant");
    naive.and_utc().timestamp_millis() - ACCOUNT_OFFSET
}

fn shown(made: &Made) -> Value {
    let status = match (made.ended, made.acknowledged) {
        (Some(_), _) => "resolved",
        (None, Some(_)) => "acknowledged",
        (None, None) => "triggered",
    };
    let acknowledgements: Vec<Value> = match (made.ended, made.acknowledged) {
        (None, Some(at)) => vec![json!({"at": iso(at)})],
        _ => Vec::new(),
    };
    json!({
        "id": made.id, "title": made.title, "status": status, "urgency": made.urgency,
        "priority": made.priority.as_ref().map(|name| json!({"id": name, "summary": name})),
        "created_at": iso(made.created), "resolved_at": made.ended.map(iso),
        "last_status_change_at": iso(made.ended.or(made.acknowledged).unwrap_or(made.created)),
        "service": {"id": made.service.0, "summary": made.service.1}, "teams": [], "acknowledgements": acknowledgements,
        "resolve_reason": made.merged.then(|| json!({"type": "merge_resolve_reason", "incident": {"id": "Q0"}})),
        "html_url": format!("https://acme.pagerduty.com/incidents/{}", made.id),
    })
}
