//! The answers of a made-up Rootly, after its API reference: filters on both ends, numbered pages, and relations that
//! hold their `data`.

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, number, plain, query, within};
use crate::incidents::world::{Made, World, iso};

pub(super) static STAND_IN: StandIn = StandIn {
    source: "rootly",
    section: "[rootly]\napi_url = \"URL\"\n",
    variable: "ROOTLY_API_TOKEN",
    login: Login::Bearer,
    parameters: &["page[number]", "page[size]", "sort", "filter[created_at][gte]", "filter[created_at][lte]"],
    page: 49,
    window_days: 179,
    list: "{\"data\": ROWS, \"links\": {\"next\": null}, \"meta\": {}}",
    before: 0,
    refusal: (401, "{\"errors\": [{\"title\": \"Unauthorized\"}]}"),
    field_prefix: "",
    resumes: true,
    shows_one: true,
    shown,
    answer,
};

fn answer(world: &World, url: &Url) -> Answer {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    match parts[..] {
        ["v1", "incidents"] => {
            let at = |name: &str| {
                let text = query(url, name).expect("both ends are asked for");
                chrono::DateTime::parse_from_rfc3339(&text).expect("an instant").timestamp_millis()
            };
            let oldest_first = match query(url, "sort").as_deref() {
                Some("created_at") => true,
                Some("-created_at") => false,
                other => return plain(400, json!({"errors": [{"title": format!("{other:?}")}]})),
            };
            let found = within(world, at("filter[created_at][gte]"), at("filter[created_at][lte]"), oldest_first);
            let (page, size) = (number(url, "page[number]", 1), number(url, "page[size]", 25).min(100));
            let rows: Vec<Value> = found.iter().skip((page - 1) * size).take(size).map(|made| shown(made)).collect();
            let pages = found.len().div_ceil(size);
            let next =
                (page < pages).then(|| format!("https://elsewhere.example/v1/incidents?page[number]={}", page + 1));
            let meta = json!({"current_page": page, "total_pages": pages, "total_count": found.len()});
            plain(200, json!({"data": rows, "links": {"next": next}, "meta": meta}))
        }
        ["v1", "incidents", id] => match world.find(id) {
            Some(made) => plain(200, json!({"data": shown(made)})),
            None => plain(404, json!({"errors": [{"title": "Not found"}]})),
        },
        _ => plain(404, json!({"errors": []})),
    }
}

fn shown(made: &Made) -> Value {
    let status = match (made.ended, made.acknowledged) {
        (Some(_), _) => "resolved",
        (None, Some(_)) => "acknowledged",
        (None, None) => "started",
    };
    let mut labels: serde_json::Map<String, Value> = made.fields.iter().cloned().collect();
    labels.extend(made.tags.iter().map(|tag| (tag.clone(), tag.clone().into())));
    json!({
        "id": made.id, "type": "incidents",
        "attributes": {
            "title": made.title, "kind": "normal", "status": status, "duplicate_incident_id": made.merged.then_some("Q0"),
            "url": format!("https://rootly.com/account/incidents/{}", made.id), "labels": labels,
            "severity": made.priority.as_ref().map(|name| json!({"data": {"id": "s", "attributes": {"name": name, "slug": name}}})),
            "services": [null, {"data": {"id": made.service.0, "type": "services", "attributes": {"name": made.service.1}}}],
            "groups": [], "created_at": iso(made.created), "updated_at": iso(made.created + 1),
            "started_at": iso(made.impact.unwrap_or(made.created)), "acknowledged_at": made.acknowledged.map(iso),
            "resolved_at": made.ended.map(iso), "closed_at": null,
        },
        "relationships": {"services": {"data": [{"id": made.service.0, "type": "services"}]}},
    })
}
