//! The table as a JSON Schema, by which editors complete and check `dora.toml`.
//!
//! Draft 7, which taplo and Even Better TOML read. It knows the keys and the form of their values; what one key asks of
//! another (a `username` needs a `password_env`) only the program checks.

use serde_json::{Map, Value, json};

use super::sections;
use crate::document::keys::{Default, Form, Key, Kind, Section};

/// The schema as it is published: indented, with a line end.
pub fn json_schema() -> String {
    let top = sections().filter(|section| !matches!(section.form, Form::Nested | Form::NestedChoice));
    let properties: Map<String, Value> = top.map(|section| (section.name.to_owned(), section.schema())).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "dora.toml",
        "description": "The configuration of dora-report.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{schema:#}\n")
}

impl Section {
    fn schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.keys.iter().map(|key| (key.name.to_owned(), self.schema_of(key))).collect();
        let required: Vec<&str> =
            self.keys.iter().filter(|key| matches!(key.default, Default::Required)).map(|key| key.name).collect();
        let mut schema = json!({
            "description": plain(self.about),
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        match self.form {
            Form::Once | Form::Nested => schema,
            Form::NestedChoice => {
                schema["minProperties"] = json!(1);
                schema["maxProperties"] = json!(1);
                schema
            }
            Form::Named => {
                json!({ "description": plain(self.about), "type": "object", "additionalProperties": schema })
            }
            Form::Repeated => json!({ "description": plain(self.about), "type": "array", "items": schema }),
        }
    }

    fn schema_of(&self, key: &Key) -> Value {
        let mut schema = self.nested(key).map_or_else(|| key.kind.schema(), Section::schema);
        let default = match key.default {
            Default::Required => " Required.".to_owned(),
            Default::Nothing => String::new(),
            Default::Value(value) => format!(" Default: `{value}`."),
            Default::Words(words) => format!(" Default: {}.", plain(words)),
        };
        schema["description"] = Value::from(plain(key.about) + &default);
        schema
    }
}

impl Kind {
    fn schema(self) -> Value {
        // At least one character that is not a space, as the readers ask.
        let text = json!({ "type": "string", "pattern": "\\S" });
        let variable = json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" });
        match self {
            Self::Text => text,
            Self::Texts => json!({ "type": "array", "items": text }),
            Self::SomeTexts => json!({ "type": "array", "items": text, "minItems": 1 }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::Choice(words) => json!({ "type": "string", "enum": words }),
            Self::ChoiceOr(words, _) => json!({ "anyOf": [{ "type": "string", "enum": words }, text] }),
            Self::Choices(words) => {
                json!({ "type": "array", "items": { "type": "string", "enum": words }, "minItems": 1 })
            }
            Self::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhdw]$" }),
            Self::Variable => variable,
            Self::Address => json!({ "type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://" }),
            Self::Map => json!({ "type": "object", "additionalProperties": text }),
            Self::VariableMap => json!({ "type": "object", "additionalProperties": variable }),
            // A table that has no section of its own: the tests see that there is none.
            Self::Table => json!({ "type": "object" }),
        }
    }
}

/// Markdown without the targets of its links, for editors that show it as it is.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        match after.split_once("](").and_then(|(name, target)| Some((name, target.split_once(')')?.1))) {
            // Not a link if another bracket opens before this one ends: `[github]`.
            Some((name, after)) if !name.contains(['[', ']']) => {
                plain.extend([before, name]);
                rest = after;
            }
            _ => {
                plain.extend([before, "["]);
                rest = after;
            }
        }
    }
    plain + rest
}
