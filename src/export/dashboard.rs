//! A dashboard for Grafana over the same series that the rules read: the metrics now and over time, coloured by the
//! bands in force, for a chosen scope, team or service.
//!
//! With samples of events it queries the events, so that history shows right after a backfill and without rules; with
//! pushed gauges it queries the recorded series of the rules. Source of the keys: Grafana's dashboard JSON model,
//! schema version 38. `.ci/validate-dashboard.mjs` holds the JSON to the types that Grafana publishes for releases 10.4
//! and 13.2; the integration tests ask every query of a Prometheus. The tests do not load it into a Grafana server,
//! because no package registry has one.

use serde_json::{Value, json};

use super::event_series::{ENVIRONMENT, Family, JOB};
use super::promql;
use super::rules::{Input, event_records};
use crate::domain::band::{Band, Bands, Limit, Thresholds};

/// One metric of the dashboard.
struct Metric<'a> {
    title: &'static str,
    record: &'static str,
    unit: &'static str,
    decimals: Option<u8>,
    description: &'static str,
    steps: Vec<Value>,
    input: &'a Input<'a>,
}

/// The dashboard as JSON.
///
/// # Errors
/// It cannot be written as JSON.
pub fn render(input: &Input<'_>, bands: &Bands) -> serde_json::Result<String> {
    let metrics = metrics(input, bands);
    let mut panels = vec![heading(bands)];
    panels.extend(metrics.iter().zip(0..).map(|(metric, nth)| metric.now(nth)));
    panels.extend(metrics.iter().zip(0..).map(|(metric, nth)| metric.over_time(nth)));
    panels.push(as_of(input));
    for (panel, id) in panels.iter_mut().zip(1..) {
        panel["id"] = json!(id);
    }
    let (uid, title) = match input {
        Input::Events => ("dora-report-events", "DORA (events)"),
        Input::Pushgateway { .. } => ("dora-report", "DORA"),
    };
    let dashboard = json!({
        "uid": uid, "title": title, "tags": ["dora"], "schemaVersion": 38, "version": 1, "editable": true,
        "graphTooltip": 1, "timezone": "utc", "time": {"from": "now-90d", "to": "now"}, "refresh": "", "links": [],
        "annotations": {"list": []}, "templating": {"list": variables(input)}, "panels": panels,
    });
    Ok(serde_json::to_string_pretty(&dashboard)? + "\n")
}

fn metrics<'a>(input: &'a Input<'a>, bands: &Bands) -> [Metric<'a>; 5] {
    [
        Metric {
            title: "Deployment frequency",
            record: "dora:deployment_frequency:rate30d",
            unit: "suffix: a day",
            decimals: Some(2),
            description: "Successful production deployments of the last 30 days, a day.",
            steps: upward(&bands.deployment_frequency),
            input,
        },
        Metric {
            title: "Lead time for changes (median)",
            record: "dora:lead_time_seconds:p50",
            unit: "dtdurations",
            decimals: None,
            description: "From the first commit to production: the median over the deployments of the last 30 days.",
            steps: downward(&bands.lead_time, 1.0),
            input,
        },
        Metric {
            title: "Change failure rate",
            record: "dora:change_failure_rate:ratio30d",
            unit: "percent",
            decimals: Some(1),
            description: "Share of the deployments of the last 30 days that failed. No deployments: no value.",
            steps: downward(&bands.change_failure_rate, 100.0),
            input,
        },
        Metric {
            title: "Time to restore (median)",
            record: "dora:mttr_seconds:p50",
            unit: "dtdurations",
            decimals: None,
            description: "From opened to resolved: the median over the incidents resolved in the last 30 days. Open \
                          incidents are not in it.",
            steps: downward(&bands.time_to_restore, 1.0),
            input,
        },
        Metric {
            title: "Deployment rework rate",
            record: "dora:rework_rate:ratio30d",
            unit: "percent",
            decimals: Some(1),
            description: "Share of the deployments of the last 30 days that were made because of an incident. No deployments: \
                          no value. No edition has bands for it.",
            steps: downward(&Thresholds::default(), 100.0),
            input,
        },
    ]
}

impl Metric<'_> {
    fn now(&self, nth: u32) -> Value {
        json!({
            "type": "stat", "title": self.title, "description": self.description, "datasource": source(),
            "gridPos": {"h": 5, "w": if nth < 4 { 5 } else { 4 }, "x": 5 * nth, "y": 3},
            "fieldConfig": self.fields(json!({"color": {"mode": "thresholds"}})),
            "options": stat("background", "auto"),
            "targets": [target(&self.expression(), "{{scope}} {{team}} {{service}}", true)],
        })
    }

    fn over_time(&self, nth: u32) -> Value {
        let lines = json!({
            "color": {"mode": "palette-classic"},
            "custom": {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "spanNulls": false,
                       "lineInterpolation": "stepAfter", "thresholdsStyle": {"mode": "area"}},
        });
        json!({
            "type": "timeseries", "title": format!("{}, over time", self.title), "description": self.description,
            "datasource": source(), "gridPos": {"h": 9, "w": 12, "x": 12 * (nth % 2), "y": 8 + 9 * (nth / 2)},
            "fieldConfig": self.fields(lines),
            "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []},
                        "tooltip": {"mode": "multi", "sort": "none"}},
            "targets": [target(&self.expression(), "{{scope}} {{team}} {{service}}", false)],
        })
    }

    fn fields(&self, mut defaults: Value) -> Value {
        defaults["unit"] = json!(self.unit);
        defaults["noValue"] = json!("no data");
        defaults["min"] = json!(0);
        defaults["thresholds"] = json!({"mode": "absolute", "steps": self.steps});
        if let Some(decimals) = self.decimals {
            defaults["decimals"] = json!(decimals);
        }
        json!({"defaults": defaults, "overrides": []})
    }

    /// What it asks, for the scope, teams and services that are chosen.
    fn expression(&self) -> String {
        let chosen = format!("{}, {CHOICE}", job(self.input));
        match self.input {
            Input::Pushgateway { .. } => format!("{}{{{chosen}}}", self.record),
            Input::Events => {
                let all = format!("job=\"{JOB}\", env=\"{ENVIRONMENT}\"");
                let own = event_records().into_iter().find(|(name, _)| name == self.record);
                own.map_or_else(String::new, |(_, text)| {
                    text.replace(&all, &format!("{chosen}, env=\"{ENVIRONMENT}\""))
                })
            }
        }
    }
}

/// The selector of what is chosen; a label that a series lacks is matched by "all".
const CHOICE: &str = "scope=\"$scope\", service=~\"$service\", team=~\"$team\"";

fn job(input: &Input<'_>) -> String {
    match input {
        Input::Events => format!("job=\"{JOB}\""),
        Input::Pushgateway { job } => format!("job=\"{}\"", promql(job)),
    }
}

fn source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn target(expression: &str, legend: &str, instant: bool) -> Value {
    json!({"refId": "A", "datasource": source(), "expr": expression, "instant": instant, "range": !instant,
           "format": "time_series", "legendFormat": legend})
}

/// Options of a panel with one figure.
fn stat(colour: &str, text: &str) -> Value {
    json!({"colorMode": colour, "graphMode": "none", "justifyMode": "auto", "orientation": "auto", "textMode": text,
           "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false}})
}

fn heading(bands: &Bands) -> Value {
    let words = format!(
        "Colours are bands, edition **{}**: green elite, blue high, orange medium, red low. Bands are a diagnostic, not a \
         target. Every figure is over the last 30 days; no figure means no data, never 0.",
        // Markdown and the dashboard's own variables are not what a name means.
        bands.edition.replace(['*', '$', '<', '[', '`', '\n'], " ")
    );
    json!({"type": "text", "title": "", "gridPos": {"h": 3, "w": 24, "x": 0, "y": 0}, "transparent": true,
           "options": {"mode": "markdown", "content": words}})
}

fn as_of(input: &Input<'_>) -> Value {
    let expression = format!("1000 * max(max_over_time({}{{{}}}[30d]))", Family::AsOf.name(), job(input));
    json!({
        "type": "stat", "title": "Figures as of", "description": "End of the last report.", "datasource": source(),
        "gridPos": {"h": 3, "w": 24, "x": 0, "y": 35},
        "fieldConfig": {"defaults": {"unit": "dateTimeAsIso", "noValue": "never",
                                     "color": {"mode": "fixed", "fixedColor": "text"},
                                     "thresholds": {"mode": "absolute", "steps": [step(None, None)]}}, "overrides": []},
        "options": stat("none", "value"),
        "targets": [target(&expression, "as of", true)],
    })
}

/// What can be chosen: the data source, a scope, teams, services.
fn variables(input: &Input<'_>) -> Vec<Value> {
    let (series, job) = match input {
        Input::Events => (Family::Deployment.name(), job(input)),
        Input::Pushgateway { .. } => ("dora:deployment_frequency:rate30d", job(input)),
    };
    let ask = |name: &str, label: &str, query: String| {
        json!({"name": name, "label": label, "type": "query", "datasource": source(), "definition": query,
               "query": {"query": query, "refId": format!("Var-{name}")}, "refresh": 2, "sort": 1, "hide": 0,
               "regex": "", "skipUrlSync": false, "multi": false, "includeAll": false, "options": [],
               "current": {"selected": true, "text": "all", "value": "all"}})
    };
    let several = |mut variable: Value| {
        variable["multi"] = json!(true);
        variable["includeAll"] = json!(true);
        variable["allValue"] = json!(".*");
        variable["current"] = json!({"selected": true, "text": ["All"], "value": ["$__all"]});
        variable
    };
    let scoped = format!("{job}, scope=\"$scope\"");
    vec![
        json!({"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "current": {},
               "hide": 0, "includeAll": false, "multi": false, "options": [], "refresh": 1, "regex": "",
               "skipUrlSync": false}),
        ask("scope", "Scope", format!("label_values({series}{{{job}}}, scope)")),
        several(ask("team", "Team", format!("label_values({series}{{{scoped}}}, team)"))),
        several(ask("service", "Service", format!("label_values({series}{{{scoped}, team=~\"$team\"}}, service)"))),
    ]
}

/// Grafana's colour of a band.
fn colour(band: Option<Band>) -> &'static str {
    match band {
        Some(Band::Elite) => "green",
        Some(Band::High) => "blue",
        Some(Band::Medium) => "orange",
        Some(Band::Low) => "red",
        None => "text",
    }
}

/// A step begins at the first value that has its colour.
fn step(band: Option<Band>, from: Option<f64>) -> Value {
    json!({"color": colour(band), "value": from})
}

/// Steps of a metric of which more is better.
fn upward(thresholds: &Thresholds) -> Vec<Value> {
    let begin = |limit: Limit| match limit {
        Limit::Above(value) => value.next_up(),
        other => other.value(),
    };
    let mut steps = vec![step((!thresholds.0.is_empty()).then_some(Band::Low), None)];
    steps.extend(thresholds.0.iter().rev().map(|(band, limit)| step(Some(*band), Some(begin(*limit)))));
    steps
}

/// Steps of a metric of which less is better, its limits multiplied.
fn downward(thresholds: &Thresholds, scale: f64) -> Vec<Value> {
    let end = |limit: Limit| match limit {
        Limit::AtMost(value) => (value * scale).next_up(),
        other => other.value() * scale,
    };
    let mut steps = vec![step(thresholds.0.first().map(|(band, _)| *band), None)];
    let worse = thresholds.0.iter().skip(1).map(|(band, _)| *band).chain([Band::Low]);
    steps.extend(thresholds.0.iter().zip(worse).map(|((_, limit), worse)| step(Some(worse), Some(end(*limit)))));
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn steps(steps: &[Value]) -> String {
        let one = |it: &Value| format!("{}@{}", it["color"].as_str().unwrap_or_default(), it["value"]);
        steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_step_begins_at_the_first_value_of_its_band_to_the_last_digit() {
        let bands = Bands::handbook();
        assert_eq!(
            steps(&upward(&bands.deployment_frequency)),
            "red@null orange@0.005434782608695652 blue@0.03225806451612903 green@1.0000000000000002"
        );
        assert_eq!(
            steps(&downward(&bands.change_failure_rate, 100.0)),
            "green@null blue@5.0 orange@10.0 red@15.000000000000002"
        );
        assert_eq!(steps(&downward(&Thresholds::default(), 1.0)), "text@null");
    }

    #[test]
    fn every_panel_has_an_id_of_its_own_and_a_place_that_no_other_covers() {
        let read: Value =
            serde_json::from_str(&render(&Input::Events, &Bands::handbook()).expect("JSON")).expect("JSON");
        let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
        for panel in read["panels"].as_array().expect("panels") {
            assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{panel}");
            let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().expect("a number"));
            assert!(x + w <= 24, "a row has 24 columns: {panel}");
            let mut places = (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y)));
            assert!(places.all(|place| cells.insert(place)), "{panel}");
        }
    }

    #[test]
    fn every_panel_asks_for_what_is_chosen_and_a_hostile_job_stays_one_label() {
        for input in [Input::Events, Input::Pushgateway { job: "a\"b" }] {
            let text = render(&input, &Bands::handbook()).expect("JSON");
            let read: Value = serde_json::from_str(&text).expect("JSON");
            let panels = read["panels"].as_array().expect("panels");
            let asked: Vec<&str> = panels.iter().filter_map(|it| it["targets"][0]["expr"].as_str()).collect();
            assert_eq!(asked.len(), 11, "{asked:?}");
            assert_eq!(asked.iter().filter(|it| it.contains(CHOICE)).count(), 10, "{asked:?}");
            let job = if input == Input::Events { "job=\"dora-events\"" } else { "job=\"a\\\"b\"" };
            assert!(asked.iter().all(|it| it.contains(job)), "{asked:?}");
        }
    }
}
