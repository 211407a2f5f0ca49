//! The sources against replies that the services themselves gave: `../shared/data`, where it is.

use std::path::PathBuf;

use serde_json::Value;

use super::scene::Scene;
use super::server::Fault;
use super::world::World;

fn recordings() -> Option<PathBuf> {
    crate::support::shared_data("api-recordings")
}

fn json(folder: &std::path::Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).expect("a recording");
    serde_json::from_str(&text).expect("JSON")
}

/// Reads one recorded page as the answer to the first question for a list, and compares row by row.
fn agrees(source: &str, scope: &str, section: &str, file: &str, list: &str, period: &str) {
    let Some(folder) = recordings() else { return };
    let expected = json(&folder, "expected.json");
    let expected = &expected[source][file.rsplit('/').next().expect("a name")];
    let page = json(&folder, file);
    let scene = Scene::new(World::new(), section);
    // The list is asked for after what comes before it; found by asking once.
    let since = format!("{}-01", &period[..7]);
    scene.run(&["fetch", "--since", &since]);
    let before =
        scene.server.state(|state| state.log.iter().position(|asked| asked.starts_with(list)).expect("a list"));
    std::fs::remove_dir_all(scene.place.path("data")).expect("removed");
    scene.server.state(|state| state.log.clear());
    scene.server.fault(before + 1, Fault::Reply(200, Vec::new(), page.to_string()));
    let run = scene.run(&["fetch", "--since", &since]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let dataset = dora_report::store::Dataset::open(&scene.place.path("data")).expect("a dataset");
    let known = dataset.known_incidents(source, |_| dora_report::domain::time::Timestamp(i64::MIN)).expect("rows");
    assert!(known.scopes.contains_key(scope));
    let rows = if expected["incidents"].is_object() { &expected["incidents"] } else { &expected["alerts"] };
    let rows = rows.as_object().expect("rows");
    assert_eq!(known.unsettled.len(), rows.len(), "{file}");
    for row in known.unsettled {
        let want = &rows[&row.id];
        let same = |name: &str, own: Option<String>| {
            let instant =
                |text: &str| dora_report::domain::time::Timestamp::parse(text).expect("an instant").to_rfc3339();
            if let Some(text) = want[name].as_str() {
                let text = if name.ends_with("_at") { instant(text) } else { text.to_owned() };
                assert_eq!(own, Some(text), "{} {name}", row.id);
            } else if want.get(name).is_some() {
                assert_eq!(own, None, "{} {name}", row.id);
            }
        };
        let at =
            |at: Option<dora_report::domain::time::Timestamp>| at.map(dora_report::domain::time::Timestamp::to_rfc3339);
        same("title", row.title.clone());
        same("opened_at", at(Some(row.opened_at)));
        same("resolved_at", at(row.resolved_at));
        same("status", row.status.clone());
        same("priority", row.priority.clone());
        same("urgency", row.urgency.clone());
        if let Some(keys) = want["service_keys"].as_array() {
            let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
            assert_eq!(row.service_keys, keys, "{}", row.id);
        }
        let restored = row.resolved_at.map(|end| end.since(row.opened_at).0);
        let seconds = want["whole_seconds"]
            .as_i64()
            .or_else(|| want["restore_seconds"].as_f64().map(|it| format!("{it:.0}").parse().expect("seconds")));
        assert_eq!(restored, seconds, "{}", row.id);
    }
}

#[test]
fn pagerduty_of_2022_without_instants_of_resolution() {
    let section = "[pagerduty]\napi_url = \"URL\"\n";
    agrees("pagerduty", "*", section, "pagerduty/devlake-incidents.json", "/incidents?", "2022-11-01");
}

#[test]
fn pagerduty_of_2021_with_open_incidents_alone() {
    let section = "[pagerduty]\napi_url = \"URL\"\n";
    agrees("pagerduty", "*", section, "pagerduty/faros-incidents.json", "/incidents?", "2021-10-01");
}

#[test]
fn opsgenie_incidents_with_impact_windows() {
    let section = "[opsgenie]\napi_url = \"URL\"\n";
    agrees("opsgenie", "incidents", section, "opsgenie/devlake-incidents.json", "/v1/incidents?", "2023-09-01");
    agrees("opsgenie", "incidents", section, "opsgenie/faros-incidents.json", "/v1/incidents?", "2022-04-01");
}

#[test]
fn opsgenie_alerts_end_by_their_report() {
    let section = "[opsgenie]\napi_url = \"URL\"\nread = [\"alerts\"]\n";
    agrees("opsgenie", "alerts", section, "opsgenie/faros-alerts.json", "/v2/alerts?", "2017-03-01");
}
