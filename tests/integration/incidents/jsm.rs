//! Jira Service Management operations as Atlassian's description has it: other fields than OpsGenie's alerts, other
//! states, and scopes that are granted each for itself.

use serde_json::{Value, json};
use url::Url;

use super::opsgenie::page;
use super::scene::Scene;
use super::world::{DAY, HOUR, Made, NEW_YEAR, World, iso};

/// A site with its address; the key is the token of an account.
pub(super) const SECTION: &str =
    "[jsm]\napi_url = \"URL\"\ncloud_id = \"c1\"\nemail = \"ops@acme.io\"\nsite = \"acme\"\n";

/// Status and body.
pub(super) fn answer(world: &World, url: &Url) -> (u16, Value) {
    let parts: Vec<&str> = url.path().trim_matches('/').split('/').collect();
    let not_found = (404, json!({"errors": [{"title": "Alert not found", "code": "NOT_FOUND"}]}));
    let ["jsm", "ops", "api", "c1", "v1", ref place @ ..] = parts[..] else { return not_found };
    match *place {
        ["alerts"] => match page(world, url, true, "size") {
            Ok((found, is_last)) => {
                let values: Vec<Value> = found.into_iter().map(shown).collect();
                let next = if is_last { Value::Null } else { "/v1/alerts?offset=100&size=100".into() };
                (200, json!({"values": values, "links": {"next": next}}))
            }
            Err(title) => (422, json!({"errors": [{"title": title, "code": "INVALID"}]})),
        },
        ["alerts", id] => world.find(id).filter(|made| made.alert).map_or(not_found, |made| (200, shown(made))),
        ["teams"] => {
            let named = world.services.iter().map(|(id, name)| json!({"teamId": id, "teamName": name}));
            (200, json!({"platformTeams": named.collect::<Vec<_>>()}))
        }
        _ => not_found,
    }
}

fn shown(made: &Made) -> Value {
    let status = match (made.ended, made.acknowledged) {
        (Some(_), _) => "closed",
        (None, Some(_)) => "acked",
        (None, None) => "open",
    };
    json!({
        "id": made.id, "tinyId": "7", "message": made.title, "status": status, "priority": made.priority,
        "source": "API", "integrationType": "API", "integrationName": "Prometheus", "entity": "checkout-db",
        "alias": "a", "tags": made.tags, "responders": [{"id": made.service.0, "type": "team"}, null],
        "createdAt": iso(made.created), "updatedAt": iso(made.created + 90 * DAY),
        "ackTime": made.acknowledged.map(iso), "closeTime": made.ended.map(iso),
        "extraProperties": made.fields.iter().cloned().collect::<serde_json::Map<String, Value>>(),
    })
}

/// As many alerts, an hour apart, each over after an hour.
fn alerts(count: i64) -> World {
    let mut world = World::new();
    for nth in 0..count {
        world.incident(NEW_YEAR + nth * HOUR).alert = true;
    }
    world
}

const JANUARY: &str = "2025-01";

#[test]
fn closed_alerts_end_when_they_say_and_are_not_asked_for_again() {
    let mut world = alerts(150);
    let acknowledged = &mut world.made[7];
    (acknowledged.acknowledged, acknowledged.ended) = (Some(acknowledged.created + 60_000), None);
    let scene = Scene::new(world, SECTION);
    scene.fetched(&["--strict"]);
    let ends = scene.column(JANUARY, "resolved_at");
    let open: Vec<&str> = ends.iter().filter(|(_, end)| end.is_empty()).map(|(id, _)| id.as_str()).collect();
    assert_eq!((ends.len(), open), (150, vec!["Q000007"]));
    assert_eq!(scene.column(JANUARY, "resolved_at")[0].1, "2025-01-01T01:00:00Z");
    assert_eq!(scene.column(JANUARY, "source")[0].1, "jsm");
    scene.server.state(|state| state.log.clear());
    scene.fetched(&["--strict"]);
    assert_eq!(scene.server.asked("/jsm/ops/api/c1/v1/alerts/"), 1, "the open one alone");
}

#[test]
fn an_alert_has_its_page_under_the_address_of_the_site() {
    let scene = Scene::new(alerts(1), SECTION);
    scene.fetched(&[]);
    assert_eq!(scene.column(JANUARY, "url")[0].1, "https://acme.atlassian.net/jira/ops/alerts/Q000000");
    scene.configure(&SECTION.replace("site = \"acme\"\n", ""));
    scene.fetched(&[]);
    assert_eq!(scene.column(JANUARY, "url")[0].1, "", "no address is made up");
    scene.configure(&SECTION.replace("\"acme\"", "\"https://ops.acme.io/\""));
    scene.fetched(&[]);
    assert_eq!(scene.column(JANUARY, "url")[0].1, "https://ops.acme.io/jira/ops/alerts/Q000000");
}

#[test]
fn a_token_without_the_scope_for_teams_still_reads_alerts() {
    let scene = Scene::new(alerts(3), SECTION);
    let body = json!({"code": 401, "message": "Unauthorized; scope does not match"});
    scene.server.state(|state| state.refused = vec![("/jsm/ops/api/c1/v1/teams", 401, body.clone())]);
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("read:ops-config:jira-service-management"), "{}", run.stderr);
    assert_eq!(scene.incidents(JANUARY).len(), 3);

    scene.server.state(|state| state.refused = vec![("/jsm/ops/api/c1/v1/alerts", 401, body)]);
    let run = scene.fetch(&["--full"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("read:ops-alert:jira-service-management"), "{}", run.stderr);
}

#[test]
fn without_an_account_the_token_is_an_oauth_token() {
    let scene = Scene::new(alerts(3), &SECTION.replace("email = \"ops@acme.io\"\n", ""));
    scene.server.state(|state| state.is_oauth = true);
    scene.fetched(&["--strict"]);
    assert_eq!(scene.incidents(JANUARY).len(), 3);
}

#[test]
fn every_state_that_is_not_resolved_or_closed_is_open_and_a_closed_alert_without_an_end_ended_with_its_last_change() {
    let one = |id: &str, status: &str, more: Value| {
        let mut alert = json!({"id": id, "status": status, "createdAt": "2025-01-05T10:00:00Z", "tags": [null],
            "responders": null, "updatedAt": "2025-01-05T12:00:00Z", "message": null, "extraProperties": null});
        alert.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        alert
    };
    let end = json!({"closeTime": "2025-01-05T11:00:00Z", "ackTime": null});
    let values = json!([
        null,
        one("a", "open", json!({})),
        one("b", "acked", end.clone()),
        one("c", "snoozed", end.clone()),
        one("d", "resolved", end.clone()),
        one("e", "closed", end),
        one("f", "closed", json!({"closeTime": null})),
        one("g", "resolved", json!({"closeTime": "0001-01-01T00:00:00Z"}))
    ]);
    let scene = Scene::new(World::new(), SECTION);
    scene.server.state(|state| {
        state.refused = vec![("/jsm/ops/api/c1/v1/alerts?", 200, json!({"values": values, "links": {}}))];
    });
    let run = scene.fetched(&[]);
    let ends = scene.column(JANUARY, "resolved_at");
    let ends: Vec<(&str, &str)> = ends.iter().map(|(id, end)| (id.as_str(), end.get(11..16).unwrap_or(""))).collect();
    let wanted = [("a", ""), ("b", ""), ("c", ""), ("d", "11:00"), ("e", "11:00"), ("f", "12:00"), ("g", "12:00")];
    assert_eq!(ends, wanted, "{}", run.stderr);
}

#[test]
fn an_opsgenie_alert_that_is_closed_without_a_report_ended_with_its_last_change() {
    let scene = Scene::opsgenie(World::new(), "read = [\"alerts\"]\n");
    let body = json!({"data": [{"id": "a", "status": "closed", "createdAt": "2025-01-05T10:00:00Z",
        "updatedAt": "2025-01-05T12:00:00Z", "report": {"ackTime": 5}}], "paging": {}});
    scene.server.state(|state| state.refused = vec![("/v2/alerts?", 200, body)]);
    scene.fetched(&[]);
    assert_eq!(scene.column(JANUARY, "resolved_at")[0].1, "2025-01-05T12:00:00Z");
}

#[test]
fn if_a_plan_hides_service_names_only_the_names_are_missing() {
    let mut world = World::new();
    world.incident(NEW_YEAR);
    let scene = Scene::opsgenie(world, "");
    scene.server.state(|state| state.refused = vec![("/v1/services", 402, json!({"message": "upgrade your plan"}))]);
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("names of services are not shown: 402: upgrade your plan"), "{}", run.stderr);
    assert_eq!(scene.incidents(JANUARY).len(), 1);
}
