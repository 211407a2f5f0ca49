//! The JSON report against its schema and as a whole.

use serde_json::{Value, json};

use super::super::sample;
use super::{SCHEMA, write};
use crate::metrics::tables::{Analysis, Details, Metric};

fn text(analysis: &Analysis) -> String {
    let mut bytes = Vec::new();
    write(analysis, &sample::provenance(), &mut bytes).expect("JSON");
    String::from_utf8(bytes).expect("UTF-8")
}

fn value(analysis: &Analysis) -> Value {
    serde_json::from_str(&text(analysis)).expect("JSON")
}

/// What the schema has against a value.
fn complaint(value: &Value) -> Option<String> {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("https://schema.test/report", serde_json::from_str(SCHEMA).expect("JSON")).expect("a schema");
    let schema = compiler.compile("https://schema.test/report", &mut schemas).expect("a schema");
    schemas.validate(value, schema).err().map(|error| format!("{error:#}"))
}

#[test]
fn every_report_follows_the_schema() {
    for analysis in [sample::full(), sample::empty(), sample::without_incidents()] {
        assert_eq!(complaint(&value(&analysis)), None);
    }
}

#[test]
fn the_schema_refuses_a_report_that_is_broken_in_any_one_place() {
    let whole = value(&sample::full());
    let metrics = "/groups/0/metrics";
    for (place, bad) in [
        ("/schema_version".to_owned(), json!(2)),
        ("/as_of".to_owned(), json!("2026-11-24")),
        ("/period/from".to_owned(), json!("yesterday")),
        ("/groups/0/kind".to_owned(), json!("squad")),
        (format!("{metrics}/deployment_frequency/per_day"), json!("0.65")),
        (format!("{metrics}/deployment_frequency/deployments"), json!(null)),
        (format!("{metrics}/lead_time/ci95"), json!([1.0])),
        (format!("{metrics}/lead_time/verdict"), json!("best")),
        (format!("{metrics}/change_failure_rate/ratio"), json!(1.5)),
        (format!("{metrics}/change_failure_rate/band_range"), json!("elite–low")),
        (format!("{metrics}/recovery_time"), json!(null)),
        ("/groups/2/metrics/lead_time/n".to_owned(), json!(0)),
        ("/findings/0/severity".to_owned(), json!("fatal")),
    ] {
        let mut broken = whole.clone();
        *broken.pointer_mut(&place).expect(&place) = bad;
        assert!(complaint(&broken).is_some(), "{place}");
    }
}

#[test]
fn the_schema_refuses_a_missing_key_and_an_unknown_one_in_every_object() {
    fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(at.to_owned());
                map.iter().for_each(|(key, inner)| objects(inner, &format!("{at}/{key}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, inner)| objects(inner, &format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }
    let mut whole = value(&sample::full());
    whole["groups"].as_array_mut().expect("a list").truncate(1);
    let mut places = Vec::new();
    objects(&whole, "", &mut places);
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("https://schema.test/report", serde_json::from_str(SCHEMA).expect("JSON")).expect("a schema");
    let schema = compiler.compile("https://schema.test/report", &mut schemas).expect("a schema");
    assert!(schemas.validate(&whole, schema).is_ok());
    for place in places {
        let mut more = whole.clone();
        more.pointer_mut(&place).expect("there")["surprise"] = json!(1);
        assert!(schemas.validate(&more, schema).is_err(), "{place} takes an unknown key");
        let map = whole.pointer(&place).and_then(Value::as_object).expect("there");
        for key in map.keys() {
            let mut fewer = whole.clone();
            fewer.pointer_mut(&place).and_then(Value::as_object_mut).expect("there").remove(key);
            assert!(schemas.validate(&fewer, schema).is_err(), "{place} does without {key}");
        }
    }
}

#[test]
fn the_report_has_every_key_in_a_fixed_order() {
    insta::assert_snapshot!(text(&sample::full()));
}

#[test]
fn equal_input_gives_equal_bytes_that_end_with_a_newline() {
    assert_eq!(text(&sample::full()), text(&sample::full()));
    assert!(text(&sample::empty()).ends_with("}\n"));
}

#[test]
fn a_number_that_is_none_becomes_null() {
    let mut analysis = sample::full();
    let frequency = &mut analysis.groups[0].figures[Metric::DeploymentFrequency];
    frequency.value = Some(f64::NAN);
    if let Details::Frequency(details) = &mut frequency.details {
        details.median_days_between = Some(f64::INFINITY);
    }
    let frequency = &value(&analysis)["groups"][0]["metrics"]["deployment_frequency"];
    assert_eq!(frequency["per_day"], Value::Null);
    assert_eq!(frequency["median_days_between"], Value::Null);
}
