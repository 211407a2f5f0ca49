//! The answers of a made-up OpsGenie: a query is mandatory, and no question shows more than 20,000 rows.

use serde_json::{Value, json};
use url::Url;

use super::world::{Made, World, iso};

/// Status and body.
pub(super) fn answer(world: &World, url: &Url) -> (u16, Value) {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    let not_found = (404, json!({"message": "Not found", "took": 0.1}));
    match parts[..] {
        ["v1", "incidents"] => list(world, url, false),
        ["v2", "alerts"] => list(world, url, true),
        ["v1", "incidents", id] => one(world, id, false).map_or(not_found, |made| (200, json!({"data": made}))),
        ["v2", "alerts", id] => one(world, id, true).map_or(not_found, |made| (200, json!({"data": made}))),
        ["v1", "services"] | ["v2", "teams"] => {
            let named = world.services.iter().map(|(id, name)| json!({"id": id, "name": name}));
            (200, json!({"data": named.collect::<Vec<_>>()}))
        }
        _ => not_found,
    }
}

fn one(world: &World, id: &str, alert: bool) -> Option<Value> {
    world.find(id).filter(|made| made.alert == alert).map(|made| shown(made, true))
}

fn list(world: &World, url: &Url, alerts: bool) -> (u16, Value) {
    let (found, is_last) = match page(world, url, alerts, "limit") {
        Ok(found) => found,
        Err(message) => return (422, json!({"message": message})),
    };
    let next = if is_last { Value::Null } else { "https://elsewhere.example/next".into() };
    let data: Vec<Value> = found.into_iter().map(|made| shown(made, false)).collect();
    (200, json!({"data": data, "took": 0.1, "requestId": "r", "paging": {"next": next}}))
}

/// The rows of a question, and whether they are the last; else why it is refused. The parameter `size` says how many.
pub(super) fn page<'w>(
    world: &'w World,
    url: &Url,
    alerts: bool,
    size: &str,
) -> Result<(Vec<&'w Made>, bool), &'static str> {
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let number = |name: &str, default: usize| query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let Some(filter) = query("query").filter(|text| !text.is_empty()) else {
        return Err("Request body is not processable. Please check the errors.");
    };
    let bound = |sign: &str| {
        let part = filter.split(" AND ").find_map(|part| part.strip_prefix("createdAt")?.strip_prefix(sign));
        part.and_then(|text| text.parse::<i64>().ok()).expect("a bound in milliseconds")
    };
    let (from, to) = (bound(">="), bound("<="));
    let (limit, offset) = (number(size, 20).min(100), number("offset", 0));
    if offset + limit > 20_000 {
        return Err("Sum of offset and limit should be lower than 20000.");
    }
    let wanted = |made: &&Made| made.alert == alerts && (from..=to).contains(&made.created);
    let mut found: Vec<&Made> = world.made.iter().filter(wanted).collect();
    found.sort_by_key(|made| (made.created, made.id.clone()));
    if query("order").as_deref() != Some("asc") {
        found.reverse();
    }
    let all = found.len();
    let rows: Vec<&Made> = found.into_iter().skip(offset).take(limit).collect();
    let is_last = offset + rows.len() >= all;
    Ok((rows, is_last))
}

fn shown(made: &Made, detailed: bool) -> Value {
    let fields = || made.fields.iter().cloned().collect::<serde_json::Map<String, Value>>();
    if made.alert {
        let mut alert = json!({
            "id": made.id, "message": made.title, "status": if made.ended.is_some() { "closed" } else { "open" },
            "priority": made.priority, "tags": made.tags, "createdAt": iso(made.created), "updatedAt": iso(made.created + 1),
            "responders": [{"id": made.service.0, "type": "team"}, {"id": "U", "type": "user"}],
            "integration": {"id": "I1", "name": "Prometheus", "type": "API"},
            "report": made.ended.map(|at| json!({"closeTime": at - made.created, "ackTime": 5_000})),
        });
        if detailed {
            alert["details"] = fields().into();
            alert["entity"] = "checkout-db".into();
        }
        return alert;
    }
    json!({
        "id": made.id, "message": made.title, "status": if made.ended.is_some() { "closed" } else { "open" },
        "priority": made.priority, "tags": made.tags, "createdAt": iso(made.created),
        "updatedAt": iso(made.ended.unwrap_or(made.created)), "impactedServices": [made.service.0], "ownerTeam": "",
        "impactStartDate": made.impact.map(iso), "extraProperties": fields(), "responders": [],
        "links": {"web": format!("https://acme.app.opsgenie.com/incident/detail/{}", made.id)},
    })
}
