//! The dashboards: the four metrics, bands as thresholds, and data behind every query.

use serde_json::Value;

use super::installed;
use super::scene::Scene;
use super::server::{ANY_AGE, Server};
use crate::support::DOCTOR;

/// Every query of a dashboard, and of its variables.
fn queries(dashboard: &Value) -> (Vec<String>, Vec<String>) {
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let variables = dashboard["templating"]["list"].as_array().expect("variables");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (
        targets.filter_map(|target| text(&target["expr"])).collect(),
        variables.iter().filter_map(|it| text(&it["definition"])).collect(),
    )
}

fn chosen(text: &str, scope: &str, team: &str, service: &str) -> String {
    text.replace("$scope", scope).replace("$team", team).replace("$service", service)
}

/// Asks everything, for several choices, at an instant.
fn every_query_answers(dashboard: &Value, server: &Server, at: Option<f64>) {
    let titles = dashboard["panels"].to_string();
    for title in [
        "Deployment frequency",
        "Lead time for changes",
        "Change failure rate",
        "Time to restore",
        "Deployment rework rate",
    ] {
        assert!(titles.contains(title), "{title}");
    }
    let stats = dashboard["panels"].as_array().expect("panels").iter().filter(|panel| panel["type"] == "timeseries");
    for panel in stats {
        let steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array().expect("steps");
        let colours: Vec<&str> = steps.iter().filter_map(|step| step["color"].as_str()).collect();
        let mut sorted = colours.clone();
        sorted.sort_unstable();
        let title = panel["title"].as_str().expect("a title");
        let wanted: &[&str] = if title.contains("rework") { &["text"] } else { &["blue", "green", "orange", "red"] };
        assert_eq!(sorted, wanted, "{title}");
    }
    let (expressions, variables) = queries(dashboard);
    assert_eq!((expressions.len(), variables.len()), (11, 3));
    let choices = [
        ("all", ".*", ".*"),
        ("team", "payments|platform", ".*"),
        ("service", ".*", ".*"),
        ("service", "payments", "checkout"),
    ];
    for (scope, team, service) in choices {
        for expression in &expressions {
            let asked = chosen(expression, scope, team, service);
            let mut found = 0;
            server.wait(&asked, |server| {
                found = server.query(&asked, at).len();
                found > 0
            });
        }
        for variable in &variables {
            let inner = variable.trim_start_matches("label_values(").trim_end_matches(')');
            let (series, label) = inner.rsplit_once(", ").expect("a series and a label");
            let asked = format!("count by ({label}) (last_over_time({}[31d]))", chosen(series, scope, team, service));
            assert!(!server.query(&asked, at).is_empty(), "{asked}");
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_query_over_events_answers_from_a_backfilled_server_without_any_rule() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let scene = Scene::organisation();
    let server = Server::prometheus(&scene.place, "tsdb", ANY_AGE);
    scene.configure(&format!("[remote_write]\nurl = \"{}/api/v1/write\"", server.url));
    scene.place.done(["backfill", "remote-write", "--as-of", scene.as_of]);
    let dashboard = scene.place.done(["rules", "--grafana"]).stdout;
    let end = chrono::DateTime::parse_from_rfc3339(scene.as_of).expect("an instant").timestamp();
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let at = end as f64 - 0.001;
    every_query_answers(&serde_json::from_str(&dashboard).expect("JSON"), &server, Some(at));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_query_over_pushed_gauges_answers_from_a_server_that_scrapes_and_records() {
    if !installed(&["prometheus", "prometheus-pushgateway", "curl"]) {
        return;
    }
    let scene = Scene::organisation();
    let gateway = Server::pushgateway();
    scene.configure(&format!("[pushgateway]\nurl = \"{}\"\njob = \"our dora\"", gateway.url));
    scene.place.done(["push", "--as-of", scene.as_of]);
    let server = scene.scraping(&gateway);
    let dashboard = scene.place.done(["rules", "--for", "pushgateway", "--grafana"]).stdout;
    every_query_answers(&serde_json::from_str(&dashboard).expect("JSON"), &server, None);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn doctor_reports_each_server_and_how_old_a_sample_may_be() {
    if !installed(&["prometheus", "prometheus-pushgateway", "curl"]) {
        return;
    }
    let scene = Scene::organisation();
    let gateway = Server::pushgateway();
    for (config, words) in [
        (ANY_AGE, "ok   remote_write: a sample may be 7300 days older than the newest there"),
        ("storage: {tsdb: {out_of_order_time_window: 30d}}\n", "warn remote_write: a sample may be 30 days older"),
        ("global: {}\n", "warn remote_write: a sample may be one hour older"),
    ] {
        let server = Server::prometheus(&scene.place, "tsdb", config);
        let sections =
            format!("[pushgateway]\nurl = \"{}\"\n[remote_write]\nurl = \"{}/api/v1/write\"", gateway.url, server.url);
        scene.configure(&sections);
        let said = scene.place.run(DOCTOR).checks().stdout;
        for words in [words, "takes remote writes, Prometheus ", "ok   remote_write: samples are kept for 36500 days"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(said.contains(&format!("ok   pushgateway: {} answers, version ", gateway.url)), "{said}");
        assert!(server.query("{__name__=~\"dora.*\"}", None).is_empty(), "doctor writes nothing");
    }
}
