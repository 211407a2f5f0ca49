//! Lists in replies that hold nulls in place of entries, which services send without an error.
//!
//! A null is removed and counted before the reply is read into types, so no list has to be written as a list of
//! options. Where a null changes the meaning of the entry around it, the caller names the list and reads it as options.

use std::collections::BTreeMap;

use serde_json::Value;

/// How many nulls each list held, by the key of the list.
pub(crate) type Nulls = BTreeMap<String, u64>;

/// Removes the nulls from every list of a reply, except from lists under the keys `kept`; counts what was removed.
///
/// The key of a GraphQL list is that of its connection: `labels`, not `nodes`.
pub(crate) fn remove(reply: &mut Value, kept: &[&str]) -> Nulls {
    let mut nulls = Nulls::new();
    walk(reply, "list", kept, &mut nulls);
    nulls
}

fn walk(value: &mut Value, key: &str, kept: &[&str], nulls: &mut Nulls) {
    match value {
        Value::Array(entries) => {
            if !kept.contains(&key) {
                let before = entries.len();
                entries.retain(|entry| !entry.is_null());
                let removed = u64::try_from(before - entries.len()).unwrap_or(u64::MAX);
                if removed > 0 {
                    *nulls.entry(key.to_owned()).or_default() += removed;
                }
            }
            for entry in entries {
                walk(entry, key, kept, nulls);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let own = if matches!(name.as_str(), "nodes" | "edges") { key } else { name };
                walk(value, own, kept, nulls);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_are_removed_from_every_list_and_counted_by_its_key() {
        let mut reply = json!({
            "repository": {"deployments": {"nodes": [null, {"labels": {"nodes": [null, {"name": null}, null]}}]}},
            "workflow_runs": [null, {"steps": [1, null]}],
        });
        let nulls = remove(&mut reply, &[]);
        let counted: Vec<(&str, u64)> = nulls.iter().map(|(key, count)| (key.as_str(), *count)).collect();
        assert_eq!(counted, [("deployments", 1), ("labels", 2), ("steps", 1), ("workflow_runs", 1)]);
        let wanted = json!({
            "repository": {"deployments": {"nodes": [{"labels": {"nodes": [{"name": null}]}}]}},
            "workflow_runs": [{"steps": [1]}],
        });
        assert_eq!(reply, wanted);
    }

    #[test]
    fn nulls_stay_in_the_lists_that_are_kept() {
        let mut reply = json!({"parents": {"nodes": [null, {"oid": "a"}]}, "labels": [null]});
        assert_eq!(remove(&mut reply, &["parents"]).len(), 1);
        assert_eq!(reply, json!({"parents": {"nodes": [null, {"oid": "a"}]}, "labels": []}));
    }
}
