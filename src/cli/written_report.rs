//! A `report.json` that was written earlier, read again and checked to be one.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::domain::words::plain;

/// The keys that every report has, each with a check of its value.
const PARTS: [Part; 3] = [("groups", Value::is_array), ("period", Value::is_object), ("findings", Value::is_array)];
type Part = (&'static str, fn(&Value) -> bool);

/// Which groups are kept. A thousand of them are a hundred megabytes of text, and several times as much as values.
type Wanted = fn(&Value) -> bool;

/// Reads it, with the groups that are wanted. An error says what is wrong with the file, without its name.
pub(super) fn read(path: &Path, wanted: Wanted) -> Result<Value, String> {
    // To open a pipe would wait for its writer.
    if path.exists() && !path.is_file() {
        return Err("is not a file".to_owned());
    }
    let unreadable = |cause: &dyn fmt::Display| format!("cannot be read: {}", plain(&cause.to_string()));
    let file = File::open(path).map_err(|cause| unreadable(&cause))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, file));
    let report = json.deserialize_map(Report(wanted)).and_then(|report| json.end().map(|()| report));
    let report = report.map_err(|cause| match cause.classify() {
        Category::Io => unreadable(&cause),
        Category::Data => "is not a report".to_owned(),
        Category::Syntax | Category::Eof => format!("is not valid JSON ({cause})"),
    })?;
    match report["schema_version"].as_u64() {
        Some(1) => {}
        Some(other) => return Err(format!("has schema_version {other}, and this program reads 1")),
        None => return Err("has no `schema_version`, so it is not a report".to_owned()),
    }
    match PARTS.iter().find(|(key, is_right)| !is_right(&report[*key])) {
        Some((key, _)) => Err(format!("has no `{key}`, so it is damaged or not a report")),
        None => Ok(report),
    }
}

/// The keys of a report, of which `groups` is read group by group.
struct Report(Wanted);

impl<'de> Visitor<'de> for Report {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut report = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value =
                if key == "groups" { entries.next_value_seed(Groups(self.0))? } else { entries.next_value()? };
            report.insert(key, value);
        }
        Ok(Value::Object(report))
    }
}

/// An array with the groups that are wanted; null where there is no array.
struct Groups(Wanted);

impl<'de> DeserializeSeed<'de> for Groups {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Groups {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("groups")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut groups: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(group) = groups.next_element::<Value>()? {
            if (self.0)(&group) {
                kept.push(group);
            }
        }
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, _: &str) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_a_file_are_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        let said = |text: &str| {
            std::fs::write(&path, text).expect("written");
            read(&path, |_| true).err().unwrap_or_default()
        };
        assert_eq!(said(r#"{"schema_version":1,"groups":[],"period":{},"findings":[]}"#), "");
        assert!(said("{").contains("is not valid JSON"));
        assert!(said("{}").contains("no `schema_version`"));
        assert!(said(r#"{"schema_version":2}"#).contains("schema_version 2"));
        assert_eq!(said("[]"), "is not a report");
        assert!(said(r#"{"schema_version":1} 2"#).contains("is not valid JSON"));
        for groups in [r#"{"a":[1]}"#, "null", "true", "3", "-3", "0.5", r#""x""#] {
            assert!(said(&format!(r#"{{"schema_version":1,"groups":{groups}}}"#)).contains("no `groups`"));
        }
        assert!(said(r#"{"schema_version":1,"groups":{}}"#).contains("no `groups`"));
        assert!(said(r#"{"schema_version":1,"groups":[],"period":null,"findings":[]}"#).contains("no `period`"));
        assert_eq!(read(folder.path(), |_| true).expect_err("a folder"), "is not a file");
        assert!(read(&folder.path().join("absent"), |_| true).expect_err("absent").starts_with("cannot be read"));
    }

    #[test]
    fn only_the_groups_that_are_wanted_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        let text = r#"{"schema_version":1,"groups":[{"kind":"all"},{"kind":"team"}],"period":{},"findings":[3]}"#;
        std::fs::write(&path, text).expect("written");
        let whole: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(read(&path, |_| true), Ok(whole));
        let teams = read(&path, |group| group["kind"] == "team").expect("a report");
        assert_eq!(teams["groups"], serde_json::json!([{ "kind": "team" }]));
    }
}
