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
use crate::domain::words::capital;
use crate::metrics::tables::{Better, Metric, Statistic, Unit};

/// Columns of Grafana's grid.
const COLUMNS: usize = 24;
/// Where the panels over time begin.
const BELOW: usize = 8;
/// Rows of the grid that a panel over time takes.
const HEIGHT: usize = 9;

/// One metric of the dashboard.
struct Panel<'a> {
    title: String,
    record: &'static str,
    unit: &'static str,
    decimals: Option<u8>,
    description: String,
    steps: Vec<Value>,
    input: &'a Input<'a>,
}

/// The dashboard as JSON.
///
/// # Errors
/// It cannot be written as JSON.
pub fn render(input: &Input<'_>, bands: &Bands) -> serde_json::Result<String> {
    let metrics: Vec<_> = Metric::ALL.into_iter().filter_map(|metric| panel(metric, input, bands)).collect();
    let count = metrics.len();
    let mut panels = vec![heading(bands)];
    panels.extend(metrics.iter().enumerate().map(|(nth, metric)| metric.now(nth, count)));
    panels.extend(metrics.iter().enumerate().map(|(nth, metric)| metric.over_time(nth)));
    panels.push(as_of(input, BELOW + HEIGHT * count.div_ceil(2)));
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

/// A panel of a metric; none if it has no series.
fn panel<'a>(metric: Metric, input: &'a Input<'a>, bands: &Bands) -> Option<Panel<'a>> {
    let own = metric.descriptor();
    let series = own.prometheus?;
    let (unit, decimals, scale) = match own.unit {
        Unit::PerDay => ("suffix: a day", Some(2), 1.0),
        Unit::Seconds => ("dtdurations", None, 1.0),
        Unit::Ratio => ("percent", Some(1), 100.0),
    };
    let mut title = capital(own.in_text);
    if own.statistics.first() == Some(&Statistic::P50) {
        title.push_str(" (median)");
    }
    let mut sentences = vec![series.description.to_owned()];
    if own.unit == Unit::Ratio {
        sentences.push(format!("No {}: no value.", own.counts.1));
    }
    let thresholds = (own.thresholds)(bands);
    if thresholds.is_none() {
        sentences.push("No edition has bands for it.".to_owned());
    }
    let steps = steps(own.better, thresholds.unwrap_or(&Thresholds::default()), scale);
    Some(Panel { title, record: series.record, unit, decimals, description: sentences.join(" "), steps, input })
}

impl Panel<'_> {
    /// The current value, in one row with those of the other metrics.
    fn now(&self, nth: usize, count: usize) -> Value {
        let (width, wider) = (COLUMNS / count, COLUMNS % count);
        json!({
            "type": "stat", "title": self.title, "description": self.description, "datasource": source(),
            "gridPos": {"h": 5, "w": width + usize::from(nth < wider), "x": width * nth + nth.min(wider), "y": 3},
            "fieldConfig": self.fields(json!({"color": {"mode": "thresholds"}})),
            "options": stat("background", "auto"),
            "targets": [target(&self.expression(), "{{scope}} {{team}} {{service}}", true)],
        })
    }

    /// The history, two panels a row.
    fn over_time(&self, nth: usize) -> Value {
        let lines = json!({
            "color": {"mode": "palette-classic"},
            "custom": {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 0, "showPoints": "auto", "spanNulls": false,
                       "lineInterpolation": "stepAfter", "thresholdsStyle": {"mode": "area"}},
        });
        json!({
            "type": "timeseries", "title": format!("{}, over time", self.title), "description": self.description,
            "datasource": source(), "gridPos": {"h": HEIGHT, "w": 12, "x": 12 * (nth % 2), "y": BELOW + HEIGHT * (nth / 2)},
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

fn as_of(input: &Input<'_>, y: usize) -> Value {
    let expression = format!("1000 * max(max_over_time({}{{{}}}[30d]))", Family::AsOf.name(), job(input));
    json!({
        "type": "stat", "title": "Figures as of", "description": "End of the last report.", "datasource": source(),
        "gridPos": {"h": 3, "w": 24, "x": 0, "y": y},
        "fieldConfig": {"defaults": {"unit": "dateTimeAsIso", "noValue": "never",
                                     "color": {"mode": "fixed", "fixedColor": "text"},
                                     "thresholds": {"mode": "absolute", "steps": [step(None, None)]}}, "overrides": []},
        "options": stat("none", "value"),
        "targets": [target(&expression, "as of", true)],
    })
}

/// What can be chosen: the data source, a scope, teams, services.
fn variables(input: &Input<'_>) -> Vec<Value> {
    // Of all metrics, only the frequency has a value for a group that had no event.
    let recorded = Metric::DeploymentFrequency.descriptor().prometheus.map_or("", |series| series.record);
    let (series, job) = match input {
        Input::Events => (Family::Deployment.name(), job(input)),
        Input::Pushgateway { .. } => (recorded, job(input)),
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

/// Steps of a metric, its limits multiplied.
fn steps(better: Better, thresholds: &Thresholds, scale: f64) -> Vec<Value> {
    match better {
        Better::Higher => upward(thresholds, scale),
        Better::Lower => downward(thresholds, scale),
    }
}

fn upward(thresholds: &Thresholds, scale: f64) -> Vec<Value> {
    let begin = |limit: Limit| match limit {
        Limit::Above(value) => (value * scale).next_up(),
        other => other.value() * scale,
    };
    let mut steps = vec![step((!thresholds.0.is_empty()).then_some(Band::Low), None)];
    steps.extend(thresholds.0.iter().rev().map(|(band, limit)| step(Some(*band), Some(begin(*limit)))));
    steps
}

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

    fn shown(steps: &[Value]) -> String {
        let one = |it: &Value| format!("{}@{}", it["color"].as_str().unwrap_or_default(), it["value"]);
        steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_step_begins_at_the_first_value_of_its_band_to_the_last_digit() {
        let bands = Bands::handbook();
        assert_eq!(
            shown(&upward(&bands.deployment_frequency, 1.0)),
            "red@null orange@0.005434782608695652 blue@0.03225806451612903 green@1.0000000000000002"
        );
        assert_eq!(
            shown(&downward(&bands.change_failure_rate, 100.0)),
            "green@null blue@5.0 orange@10.0 red@15.000000000000002"
        );
        assert_eq!(shown(&downward(&Thresholds::default(), 1.0)), "text@null");
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
