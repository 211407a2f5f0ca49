//! JSON: objects one a line, pretty-printed, in an array or in several arrays one after another, as `gh api --paginate`
//! writes them. Lists are arrays, missing is `null` or absent, case and white space around a key do not matter.
//!
//! A commit with `"parents": []` is a root; one without parents is a commit whose parents were not read.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::error::FileError;
use super::notes::Tally;
use super::record::{Cells, Record};
use super::rows::{Collector, misspelt};
use super::text::Lines;
use crate::domain::event::Table;

pub(super) fn read(
    text: &str,
    file: &str,
    rows: &mut Collector<'_>,
    zero_instants: &Cell<Tally>,
) -> Result<(), FileError> {
    for object in objects(text, file) {
        let (line, object) = object?;
        let object = match rows.preset() {
            Some(preset) => Cow::Owned(preset.columns(&object).map_err(|problem| shape(file, line, problem))?),
            None => by_column(&object, file, line, rows)?,
        };
        rows.push(&Record { file, line, cells: Cells::Json(&object), zero_instants })?;
    }
    Ok(())
}

/// Every object of the text at the top or in arrays, with the line that it begins on.
fn objects<'a>(
    text: &'a str,
    file: &'a str,
) -> impl Iterator<Item = Result<(u64, Map<String, Value>), FileError>> + 'a {
    let mut lines = Lines::of(text);
    let (mut at, mut depth, mut ended) = (0, 0_usize, false);
    std::iter::from_fn(move || {
        loop {
            if ended {
                return None;
            }
            let rest = text.get(at..).unwrap_or_default();
            let Some(first) = rest.bytes().next() else {
                ended = true;
                return (depth > 0).then(|| Err(cut_off(file, lines.at(at), "array")));
            };
            match first {
                b'[' => depth += 1,
                b']' if depth > 0 => depth -= 1,
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b',' if depth > 0 => {}
                _ => {
                    let line = lines.at(at);
                    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Unique>();
                    let value = values.next();
                    at += values.byte_offset();
                    return match value {
                        Some(Ok(Unique(object))) => Some(Ok((line, object))),
                        Some(Err(cause)) => {
                            ended = true;
                            Some(Err(unreadable(&cause, file, line)))
                        }
                        None => {
                            ended = true;
                            None
                        }
                    };
                }
            }
            at += 1;
        }
    })
}

/// An object in which no key stands twice: of two values the last would win without a word.
struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Unique;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
                let mut object = Map::new();
                while let Some((key, value)) = entries.next_entry::<String, Value>()? {
                    if object.contains_key(&key) {
                        return Err(A::Error::custom(format!("the key `{}` appears twice", key.escape_debug())));
                    }
                    object.insert(key, value);
                }
                Ok(Unique(object))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

fn shape(file: &str, line: u64, problem: String) -> FileError {
    FileError::Shape { file: file.to_owned(), line, problem }
}

fn cut_off(file: &str, line: u64, what: &str) -> FileError {
    shape(file, line, format!("this JSON {what} ends too early; the file seems to be cut off"))
}

/// `line` is that of the value which cannot be read.
fn unreadable(cause: &serde_json::Error, file: &str, line: u64) -> FileError {
    if cause.is_eof() {
        return cut_off(file, line, "object");
    }
    let line = line + cause.line() as u64 - 1;
    let said = cause.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let problem = if cause.is_data() { said.to_owned() } else { format!("this is not JSON: {said}") };
    shape(file, line, problem)
}

/// The object with the names of columns as keys.
fn by_column<'a>(
    object: &'a Map<String, Value>,
    file: &str,
    line: u64,
    rows: &mut Collector<'_>,
) -> Result<Cow<'a, Map<String, Value>>, FileError> {
    let columns = Table::columns(rows.table());
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: format!("{file}:{line}"),
        column: column.escape_debug().to_string(),
        problem,
    };
    let name_of = |key: &str| key.trim().to_lowercase();
    let is_written_otherwise = |key: &&String| !columns.contains(&key.as_str()) && columns.contains(&&*name_of(key));
    let mut named = Cow::Borrowed(object);
    if object.keys().any(|key| is_written_otherwise(&key)) {
        let mut renamed = Map::new();
        for (key, value) in object {
            let name = name_of(key);
            if renamed.insert(name.clone(), value.clone()).is_some() && columns.contains(&name.as_str()) {
                return Err(bad(&name, "appears twice in this object".into()));
            }
        }
        named = Cow::Owned(renamed);
    }
    for key in object.keys().filter(|key| !columns.contains(&key.as_str()) && !is_written_otherwise(key)) {
        // Once for each name: a file of a million objects has the same ones in all of them.
        if !rows.is_first(key) {
            continue;
        }
        let missing = columns.iter().copied().filter(|known| !named.contains_key(*known));
        if let Some(known) = misspelt(&name_of(key), missing) {
            return Err(bad(key, format!("is not known; did you mean `{known}`?")));
        }
        rows.note(format!("unknown key `{}` is ignored", key.escape_debug()));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Result<Vec<(u64, i64)>, String> {
        let id = |object: &Map<String, Value>| object.get("id").and_then(Value::as_i64).unwrap_or_default();
        objects(text, "f")
            .map(|it| it.map(|(line, object)| (line, id(&object))).map_err(|cause| cause.to_string()))
            .collect()
    }

    #[test]
    fn objects_are_found_in_every_shape_with_their_lines() {
        for text in [
            "{\"id\":1}\n{\"id\":2}",
            "[{\"id\":1},\n{\"id\":2}]",
            "[[{\"id\":1}],\r\n[{\"id\":2}]]",
            "[{\"id\":1}]\n[{\"id\":2}]",
            "{\n\"id\":1}{\"id\":2}",
        ] {
            assert_eq!(ids(text), Ok(vec![(1, 1), (2, 2)]), "{text}");
        }
        assert_eq!(ids(" \n[]\n"), Ok(vec![]));
        assert_eq!(ids("{\n \"id\": 1\n}\n\n{\n \"id\": 2\n}\n"), Ok(vec![(1, 1), (5, 2)]));
    }

    #[test]
    fn what_is_no_list_of_objects_is_named_by_its_line() {
        for (text, wanted) in [
            ("[{\"id\":1}", "f:1: this JSON array ends too early"),
            ("{\"id\":1}\n{\"id\":", "f:2: this JSON object ends too early"),
            ("{\"id\":1}\n{\n\"id\" 2}", "f:3: this is not JSON: expected `:`"),
            ("[1]", "f:1: invalid type: integer `1`, expected a JSON object"),
            ("{\"id\":1,\"id\":2}", "f:1: the key `id` appears twice"),
            ("{\"id\":1}]", "f:1: this is not JSON"),
        ] {
            let said = ids(text).expect_err("refused");
            assert!(said.starts_with(wanted), "{text}: {said}");
        }
    }
}
