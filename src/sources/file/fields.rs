//! The fields of a record of another program, by their names: cells under a header, or values of an object.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use super::split::Split;

/// The columns of a file by their names, without regard to case, spaces and the like.
#[derive(Debug, Default)]
pub(super) struct Header {
    places: FxHashMap<String, Vec<usize>>,
    /// The names as written.
    titles: Vec<String>,
}

/// A name as headers are compared: `Created On`, `created_on` and `createdOn` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace() && !"_-/".contains(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

impl Header {
    pub(super) fn of<'t>(titles: impl Iterator<Item = &'t str>) -> Self {
        let mut header = Self::default();
        for (at, title) in titles.enumerate() {
            header.places.entry(plain(title)).or_default().push(at);
            header.titles.push(title.trim().to_owned());
        }
        header
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&plain(name))
    }

    /// A name as the file writes it, where it has it.
    pub(super) fn written(&self, name: &str) -> Option<&str> {
        let at = *self.places.get(&plain(name))?.first()?;
        self.titles.get(at).map(String::as_str)
    }

    pub(super) fn titles(&self) -> &[String] {
        &self.titles
    }
}

/// The fields of one record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fields<'a> {
    Cells { header: &'a Header, record: &'a Split, text: &'a str },
    Object(&'a Map<String, Value>),
}

impl<'a> Fields<'a> {
    /// All values of a field that are not missing.
    pub(super) fn values(self, name: &str) -> Vec<Cow<'a, Value>> {
        match self {
            Self::Cells { header, record, text } => {
                let places = header.places.get(&plain(name)).map_or(&[][..], Vec::as_slice);
                let cells = places.iter().filter_map(|at| record.get(text, *at)).map(str::trim);
                cells.filter(|cell| !cell.is_empty()).map(|cell| Cow::Owned(Value::from(cell))).collect()
            }
            Self::Object(object) => {
                let mut path = name.split('/');
                let first = path.next().and_then(|key| object.get(key));
                let found = path.fold(first.into_iter().collect::<Vec<_>>(), |values, key| {
                    let inner = |value: &'a Value| -> Vec<&'a Value> {
                        match (key, value) {
                            ("*", Value::Array(items)) => items.iter().collect(),
                            (key, Value::Object(object)) => object.get(key).into_iter().collect(),
                            _ => Vec::new(),
                        }
                    };
                    values.into_iter().flat_map(inner).collect()
                });
                found.into_iter().filter(|value| !is_missing(value)).map(Cow::Borrowed).collect()
            }
        }
    }

    pub(super) fn first(self, name: &str) -> Option<Cow<'a, Value>> {
        self.values(name).into_iter().next()
    }

    /// A field as the file writes it.
    pub(super) fn written(self, name: &'static str) -> &'a str {
        match self {
            Self::Cells { header, .. } => header.written(name).unwrap_or(name),
            Self::Object(_) => name,
        }
    }

    /// Whether the record has a field, with or without a value. Of a path its first part counts, because a list may be empty
    /// and an object null.
    pub(super) fn has(self, name: &str) -> bool {
        match self {
            Self::Cells { header, .. } => header.has(name),
            Self::Object(object) => object.contains_key(name.split('/').next().unwrap_or_default()),
        }
    }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_compared_without_case_spaces_and_dashes() {
        let header = Header::of(["Issue key", " Component/s ", "Labels", "Labels"].into_iter());
        assert!(header.has("issue_key") && header.has("components") && !header.has("key"));
        assert_eq!(header.written("components"), Some("Component/s"));
    }
}
