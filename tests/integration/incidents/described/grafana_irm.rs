//! The answers of a made-up Grafana IRM, after its API reference and the source of Grafana OnCall: 50 alert groups a page,
//! the newest first, and a range of instants without an offset.

use serde_json::{Value, json};
use url::Url;

use super::{Answer, Login, StandIn, instant, number, plain, query, within};
use crate::incidents::world::{Made, World, iso};

pub(super) static STAND_IN: StandIn = StandIn {
    source: "grafana-irm",
    section: "[grafana_irm]\napi_url = \"URL/oncall\"\n",
    variable: "GRAFANA_IRM_TOKEN",
    login: Login::Plain,
    parameters: &["page", "started_at"],
    page: 50,
    window_days: 30,
    list: "{\"count\": 0, \"next\": null, \"previous\": null, \"results\": ROWS}",
    before: 0,
    refusal: (403, "{\"detail\": \"Invalid token.\"}"),
    field_prefix: "",
    resumes: true,
    shows_one: true,
    shown,
    answer,
};

fn answer(world: &World, url: &Url) -> Answer {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    if !url.path().ends_with('/') {
        let to = vec![("location".to_owned(), format!("{}/?{}", url.path(), url.query().unwrap_or_default()))];
        return (301, to, Value::Null);
    }
    match parts[..] {
        ["oncall", "api", "v1", "alert_groups"] => {
            let range = query(url, "started_at").expect("both ends are asked for");
            let (from, to) = range.split_once('/').expect("two ends");
            let at = |text: &str| instant(text, "%Y-%m-%dT%H:%M:%S");
            let found = within(world, at(from), at(to), false);
            let page = number(url, "page", 1);
            let rows: Vec<Value> = found.iter().skip((page - 1) * 50).take(50).map(|made| shown(made)).collect();
            if page > 1 && rows.is_empty() {
                return plain(404, json!({"detail": "Invalid page."}));
            }
            let next = (page * 50 < found.len()).then(|| format!("http://engine:8080/oncall/?page={}", page + 1));
            let total = found.len().div_ceil(50);
            plain(
                200,
                json!({"count": found.len(), "next": next, "previous": null, "results": rows, "current_page_number": page,
                    "page_size": 50, "total_pages": total}),
            )
        }
        ["oncall", "api", "v1", "alert_groups", id] => match world.find(id) {
            Some(made) => plain(200, shown(made)),
            None => plain(404, json!({"detail": "Not found."})),
        },
        _ => plain(404, json!({"detail": "Not found."})),
    }
}

fn shown(made: &Made) -> Value {
    let state = match (made.ended, made.acknowledged) {
        (Some(_), _) => "resolved",
        (None, Some(_)) => "acknowledged",
        (None, None) => "new",
    };
    let label = |key: &str, value: &Value| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        json!({"key": {"id": key, "name": key}, "value": {"id": value, "name": value}})
    };
    let mut labels = vec![Value::Null, label("service", &json!(made.service.1))];
    labels.extend(made.priority.iter().map(|name| label("severity", &json!(name))));
    labels.extend(made.tags.iter().map(|tag| label(tag, &json!(tag))));
    labels.extend(made.fields.iter().map(|(name, value)| label(name, value)));
    json!({
        "id": made.id, "integration_id": made.service.0, "route_id": "R", "team_id": null, "alerts_count": 3, "state": state,
        "created_at": iso(made.created), "resolved_at": made.ended.map(iso), "acknowledged_at": made.acknowledged.map(iso),
        "title": made.title, "labels": labels, "root_alert_group_id": made.merged.then_some("I0"),
        "permalinks": {"slack": null, "web": format!("https://acme.grafana.net/a/grafana-irm-app/alert-groups/{}", made.id)},
    })
}
