//! The answers of a made-up incident.io, after its API reference: a cursor, a date as the lower bound, custom fields and
//! timestamps by name.

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, instant, number, plain, query, within};
use crate::incidents::world::{Made, World, iso};

pub(super) static STAND_IN: StandIn = StandIn {
    source: "incident-io",
    section: "[incident_io]\napi_url = \"URL\"\n",
    variable: "INCIDENT_IO_API_KEY",
    login: Login::Bearer,
    parameters: &["page_size", "after", "sort_by", "created_at[gte]"],
    page: 250,
    window_days: 0,
    list: "{\"incidents\": ROWS, \"pagination_meta\": {\"page_size\": 250}}",
    before: 0,
    refusal: (401, "{\"type\": \"authentication_error\", \"errors\": [{\"code\": \"invalid_key\"}]}"),
    field_prefix: "",
    resumes: true,
    shows_one: true,
    shown,
    answer,
};

fn answer(world: &World, url: &Url) -> Answer {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match parts[..] {
        ["v2", "incidents"] => {
            let from =
                query(url, "created_at[gte]").map_or(0, |day| instant(&format!("{day} 00:00"), "%Y-%m-%d %H:%M"));
            let oldest_first = match query(url, "sort_by").as_deref() {
                Some("created_at_oldest_first") => true,
                None | Some("created_at_newest_first") => false,
                Some(other) => return plain(422, json!({"errors": [{"message": other}]})),
            };
            let size = number(url, "page_size", 25);
            if size > 250 {
                return plain(422, json!({"errors": [{"message": "the page is too large"}]}));
            }
            let found = within(world, from, i64::MAX, oldest_first);
            let after = query(url, "after");
            let begin = after.and_then(|id| found.iter().position(|made| made.id == id)).map_or(0, |at| at + 1);
            let rows: Vec<&&Made> = found.iter().skip(begin).take(size).collect();
            let after = rows.last().filter(|_| begin + rows.len() < found.len()).map(|made| made.id.clone());
            let rows: Vec<Value> = rows.into_iter().map(|made| shown(made)).collect();
            let mut meta = json!({"page_size": size, "total_record_count": found.len()});
            if let Some(after) = after {
                meta["after"] = after.into();
            }
            plain(200, json!({"incidents": rows, "pagination_meta": meta}))
        }
        ["v2", "incidents", id] => match world.find(id) {
            Some(made) => plain(200, json!({"incident": shown(made)})),
            None => plain(404, json!({"type": "not_found", "errors": [{"message": "not found"}]})),
        },
        _ => plain(404, json!({"type": "not_found"})),
    }
}

fn shown(made: &Made) -> Value {
    let category = match (made.ended, made.acknowledged) {
        (Some(_), _) => "closed",
        (None, Some(_)) => "live",
        (None, None) => "triage",
    };
    let entries: Vec<Value> = made
        .fields
        .iter()
        .map(|(name, value)| {
            json!({"custom_field": {"id": "01F", "name": name, "field_type": "text"}, "values": [{"value_text": value}]})
        })
        .chain([json!({
            "custom_field": {"id": "01S", "name": "Affected services", "field_type": "multi_select"},
            "values": [null, {"value_catalog_entry": {"id": "01C", "name": made.service.1, "external_id": made.service.0}}],
        })])
        .collect();
    let at = |name: &str, at: Option<i64>| json!({"incident_timestamp": {"name": name}, "value": at.map(|at| json!({"value": iso(at)}))});
    json!({
        "id": made.id, "reference": "INC-7", "name": made.title, "mode": "standard", "visibility": "public",
        "created_at": iso(made.created), "updated_at": iso(made.created + 1),
        "incident_status": {"name": "Anything", "category": category},
        "severity": made.priority.as_ref().map(|name| json!({"id": "01", "name": name, "rank": 3})),
        "incident_type": made.tags.first().map(|name| json!({"id": "01", "name": name})),
        "permalink": format!("https://app.incident.io/acme/incidents/{}", made.id),
        "custom_field_entries": entries, "team_ids": [],
        "incident_timestamp_values": [
            at("Reported at", made.impact), at("Accepted at", made.acknowledged), at("Resolved at", made.ended), null,
            at("Closed at", made.ended.map(|at| at + 3_600_000)),
        ],
    })
}
