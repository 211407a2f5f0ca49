//! The place of a value in a reply: a JSON pointer that may lead through lists.
//!
//! A step is the name of a field. In a list, a number is the entry at this index, `name=value` are the entries whose
//! field `name` (dots lead into it) is this text, and any other name is looked for in every entry. `*` is every field
//! of an object and every entry of a list. Nulls are ignored.

use std::borrow::Cow;

use serde_json::Value;

/// A place; the empty one is the whole value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) struct Place(Cow<'static, str>);

impl Place {
    /// A place that the program names.
    pub(in crate::sources) const fn at(pointer: &'static str) -> Self {
        Self(Cow::Borrowed(pointer))
    }

    /// A place that the configuration names.
    ///
    /// # Errors
    /// It does not begin with `/`.
    pub(in crate::sources) fn read(pointer: &str) -> Result<Self, String> {
        if pointer == "/" {
            return Ok(Self::at(""));
        }
        if pointer.starts_with('/') {
            return Ok(Self(Cow::Owned(pointer.to_owned())));
        }
        Err(format!("`{pointer}` is not a JSON pointer; write one like `/incidents`, or `/` for the whole reply"))
    }

    /// The place as it is written.
    pub(in crate::sources) fn as_str(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }

    /// The place as a plain JSON pointer, which does not go through lists.
    pub(super) fn pointer(&self) -> &str {
        &self.0
    }

    /// Whether the place is missing; a null counts as present.
    pub(in crate::sources) fn is_absent(&self, value: &Value) -> bool {
        value.pointer(&self.0).is_none() && self.first(value).is_none()
    }

    /// All values at the place, in order, without nulls.
    pub(in crate::sources) fn all<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![value];
        for step in self.0.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            found = found.into_iter().flat_map(|value| below(value, &step)).collect();
        }
        found.retain(|value| !value.is_null());
        found
    }

    /// The first value at the place.
    pub(in crate::sources) fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.all(value).into_iter().next()
    }

    /// All texts at the place, also those in lists.
    pub(in crate::sources) fn texts(&self, value: &Value) -> Vec<String> {
        let entries = self.all(value).into_iter().flat_map(|found| match found {
            Value::Array(entries) => entries.iter().collect(),
            found => vec![found],
        });
        entries.filter_map(text).collect()
    }

    /// The first text at the place.
    pub(in crate::sources) fn text(&self, value: &Value) -> Option<String> {
        self.texts(value).into_iter().next()
    }
}

fn below<'v>(value: &'v Value, step: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(fields) if step == "*" => fields.values().collect(),
        Value::Object(fields) => fields.get(step).into_iter().collect(),
        Value::Array(entries) if step == "*" => entries.iter().collect(),
        Value::Array(entries) => match (step.parse::<usize>(), step.split_once('=')) {
            (Ok(index), _) => entries.get(index).into_iter().collect(),
            (_, Some((name, wanted))) => entries.iter().filter(|entry| is(entry, name, wanted)).collect(),
            _ => entries.iter().filter_map(|entry| entry.get(step)).collect(),
        },
        _ => Vec::new(),
    }
}

/// Whether a field of an entry is this text, in any case.
fn is(entry: &Value, name: &str, wanted: &str) -> bool {
    let found = name.split('.').try_fold(entry, |entry, name| entry.get(name));
    found.and_then(text).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// A text, number or flag as text; `None` if it is empty or has another type.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_goes_through_objects_and_lists_and_passes_nulls_over() {
        let value = json!({
            "id": 7,
            "services": [null, {"name": "Web"}, {"name": null}, {"other": 1}, {"name": "Search"}],
            "tags": ["a", null, " ", {"no": "text"}, "b"],
            "times": [
                {"at": {"name": "Reported at"}, "value": "early"},
                {"at": null, "value": "nobody's"},
                {"at": {"name": "Resolved at"}, "value": {"value": "late"}},
            ],
            "a/b": {"~": "x"},
            "flag": true,
            "labels": {"a": "x", "b": null, "c": "z"},
        });
        for (place, wanted) in [
            ("/id", vec!["7"]),
            ("/services/name", vec!["Web", "Search"]),
            ("/services/1/name", vec!["Web"]),
            ("/services/9/name", vec![]),
            ("/tags", vec!["a", "b"]),
            ("/times/at.name=resolved at/value/value", vec!["late"]),
            ("/times/at.name=closed at/value/value", vec![]),
            ("/a~1b/~0", vec!["x"]),
            ("/flag", vec!["true"]),
            ("/labels/*", vec!["x", "z"]),
            ("/services/*/name", vec!["Web", "Search"]),
            ("/id/deeper", vec![]),
            ("/none", vec![]),
        ] {
            assert_eq!(Place::at(place).texts(&value), wanted, "{place}");
        }
        assert_eq!(Place::at("").first(&value), Some(&value));
    }

    #[test]
    fn a_place_of_the_configuration_begins_with_a_slash() {
        assert_eq!(Place::read("/").map(|place| place.0), Ok("".into()));
        assert_eq!(Place::read("/data/rows").map(|place| place.0), Ok("/data/rows".into()));
        assert!(Place::read("data.rows").is_err_and(|words| words.contains("`data.rows` is not a JSON pointer")));
    }
}
