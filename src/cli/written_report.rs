//! A `report.json` that was written earlier, read again and checked to be one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::domain::words::plain;

/// The keys that every report has, each with a check of its value.
const PARTS: [Part; 3] = [("groups", Value::is_array), ("period", Value::is_object), ("findings", Value::is_array)];
type Part = (&'static str, fn(&Value) -> bool);

/// Reads it. An error says what is wrong with the file, without its name.
pub(super) fn read(path: &Path) -> Result<Value, String> {
    // To open a pipe would wait for its writer.
    if path.exists() && !path.is_file() {
        return Err("is not a file".to_owned());
    }
    let text = fs::read_to_string(path).map_err(|cause| format!("cannot be read: {}", plain(&cause.to_string())))?;
    let report: Value = serde_json::from_str(&text).map_err(|cause| format!("is not valid JSON ({cause})"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_a_file_are_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        let said = |text: &str| {
            fs::write(&path, text).expect("written");
            read(&path).err().unwrap_or_default()
        };
        assert_eq!(said(r#"{"schema_version":1,"groups":[],"period":{},"findings":[]}"#), "");
        assert!(said("{").contains("is not valid JSON"));
        assert!(said("{}").contains("no `schema_version`"));
        assert!(said(r#"{"schema_version":2}"#).contains("schema_version 2"));
        assert!(said(r#"{"schema_version":1,"groups":{}}"#).contains("no `groups`"));
        assert!(said(r#"{"schema_version":1,"groups":[],"period":null,"findings":[]}"#).contains("no `period`"));
        assert_eq!(read(folder.path()).expect_err("a folder"), "is not a file");
        assert!(read(&folder.path().join("absent")).expect_err("absent").starts_with("cannot be read"));
    }
}
