//! The verdict and the deployment reference of an incident, and the rule that found each.
//!
//! The rule is stored in the tags of the row, so that figures that depend on it can be explained.

use serde_json::Value;

use crate::domain::event::Incident;

/// Sets the verdict, unless there is none, and keeps the rule.
pub(in crate::sources) fn verdict(row: &mut Incident, verdict: Option<bool>, rule: &str) {
    if verdict.is_some() && row.caused_by_deploy.is_none() {
        row.caused_by_deploy = verdict;
        row.tags.push(format!("caused-by-deploy:{rule}"));
    }
}

/// Sets the reference, unless there is none, and keeps the rule.
pub(in crate::sources) fn reference(row: &mut Incident, reference: Option<String>, rule: &str) {
    if row.deployment_ref.is_none()
        && let Some(reference) = reference.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    {
        row.deployment_ref = Some(reference);
        row.tags.push(format!("deployment-ref:{rule}"));
    }
}

/// What a field says: yes, no, or nothing.
pub(in crate::sources) fn yes_or_no(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Some(true),
            "false" | "no" | "n" | "0" => Some(false),
            _ => None,
        },
        Value::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        Value::Array(list) => list.first().and_then(yes_or_no),
        Value::Null | Value::Object(_) => None,
    }
}

/// A field as text; nothing where it is empty.
pub(in crate::sources) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => list.first().and_then(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unset_field_is_missing_and_a_set_one_is_yes_or_no() {
        for (value, wanted) in [
            (json!(true), Some(true)),
            (json!("No"), Some(false)),
            (json!(["yes"]), Some(true)),
            (json!(0), Some(false)),
            (json!(null), None),
            (json!("maybe"), None),
            (json!([]), None),
        ] {
            assert_eq!(yes_or_no(&value), wanted, "{value}");
        }
        assert_eq!((text(&json!(3_881_429_895_u64)), text(&json!(" "))), (Some("3881429895".into()), None));
    }

    #[test]
    fn the_first_rule_that_says_something_is_kept() {
        let mut row = Incident::default();
        verdict(&mut row, None, "title");
        verdict(&mut row, Some(false), "custom-field");
        verdict(&mut row, Some(true), "note");
        reference(&mut row, Some(" ".into()), "title");
        reference(&mut row, Some("abc1234".into()), "change-event");
        assert_eq!((row.caused_by_deploy, row.deployment_ref.as_deref()), (Some(false), Some("abc1234")));
        assert_eq!(row.tags, ["caused-by-deploy:custom-field", "deployment-ref:change-event"]);
    }
}
