//! JSON: objects one a line, pretty-printed, in an array or in several arrays one after another, as `gh api --paginate`
//! writes them. Lists are arrays, missing is `null` or absent, case and white space around a key do not matter.
//!
//! A commit with `"parents": []` is a root; one without parents is a commit whose parents were not read.

use std::borrow::Cow;
use std::cell::Cell;

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
                    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
                    let value = values.next();
                    at += values.byte_offset();
                    return match value {
                        Some(Ok(Value::Object(object))) => Some(Ok((line, object))),
                        Some(Err(cause)) => {
                            ended = true;
                            Some(Err(unreadable(&cause, file, line)))
                        }
                        _ => {
                            ended = true;
                            Some(Err(shape(file, line, "there is no JSON object here".into())))
                        }
                    };
                }
            }
            at += 1;
        }
    })
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
    let (line, column) = (line + cause.line() as u64 - 1, cause.column());
    let said = cause.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    shape(file, line, format!("this is not JSON: {said} at character {column}"))
}

/// The object with the names of columns as keys.
fn by_column<'a>(
    object: &'a Map<String, Value>,
    file: &str,
    line: u64,
    rows: &mut Collector<'_>,
) -> Result<Cow<'a, Map<String, Value>>, FileError> {
    let columns = Table::columns(rows.table());
    if object.keys().all(|key| columns.contains(&key.as_str())) {
        return Ok(Cow::Borrowed(object));
    }
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: format!("{file}:{line}"),
        column: column.escape_debug().to_string(),
        problem,
    };
    let mut named = Map::new();
    for (key, value) in object {
        let name = key.trim().to_lowercase();
        if named.insert(name.clone(), value.clone()).is_some() && columns.contains(&name.as_str()) {
            return Err(bad(&name, "appears twice in this object".into()));
        }
    }
    for key in object.keys() {
        let name = key.trim().to_lowercase();
        if columns.contains(&name.as_str()) {
            continue;
        }
        let missing = columns.iter().copied().filter(|known| !named.contains_key(*known));
        if let Some(known) = misspelt(&name, missing) {
            return Err(bad(key, format!("is not known; did you mean `{known}`?")));
        }
        rows.note(format!("unknown key `{}` is ignored", key.escape_debug()));
    }
    Ok(Cow::Owned(named))
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
            ("{\"id\":1}\n{\n\"id\" 2}", "f:3: this is not JSON: expected `:` at character 6"),
            ("[1]", "f:1: there is no JSON object here"),
            ("{\"id\":1}]", "f:1: this is not JSON"),
        ] {
            let said = ids(text).expect_err("refused");
            assert!(said.starts_with(wanted), "{text}: {said}");
        }
    }
}
