//! JSON: objects one a line, pretty-printed, in an array or in several arrays one after another, as `gh api --paginate`
//! writes them. Lists are arrays, missing is `null` or absent, case and white space around a key do not matter.
//!
//! A commit with `"parents": []` is a root; one without parents is a commit whose parents were not read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::blocks::Blocks;
use super::error::{FileError, shortened};
use super::fields::Fields;
use super::foreign::{Found, lacks};
use super::notes::OddInstants;
use super::pages::{self, end_of_object};
use super::preset::{Format, Preset};
use super::recognise;
use super::record::{Cells, Record};
use super::rows::{Collector, misspelt};
use super::text::Lines;
use crate::domain::event::Table;

/// Bytes of an error of the parser that is printed.
const MOST_SAID: usize = 500;

/// The longest object, in bytes: a list of numbers takes many times its length when it is read into memory.
const LONGEST: usize = 4 << 20;

pub(super) fn read(
    blocks: &mut Blocks<'_>,
    file: &str,
    rows: &mut Collector<'_>,
    odd: &OddInstants,
) -> Result<(), FileError> {
    let options = rows.options();
    let forms = options.forms();
    let list = match options.preset.map(|preset| preset.format) {
        Some(Format::Json { list }) => list,
        _ => None,
    };
    // Keys of `--map` that no object has had.
    let mut unseen: Vec<&(&str, String)> = options.map.iter().collect();
    let is_followed = objects(blocks, file, list, |line, object| {
        let is_one =
            |key: &str, name: &str| [name, first_part(name)].iter().any(|own| key.trim().eq_ignore_ascii_case(own));
        let has = |name: &str| object.keys().any(|key| is_one(key, name));
        unseen.retain(|(_, theirs)| !has(theirs));
        let Some(preset) = options.preset else {
            let (object, names) = by_column(&object, file, line, rows)?;
            return rows.push(&Record { file, line, cells: Cells::Json(&object), names: &names, forms, odd });
        };
        match options.how(preset).row(Fields::Object(&object)) {
            Found::Row(mut row) => {
                rows.sort(std::mem::take(&mut row.sorts));
                let cells = Cells::Json(&row.object);
                rows.push(&Record { file, line, cells, names: &row.names, forms, odd })
            }
            Found::Skipped(name) => {
                rows.skip(name);
                Ok(())
            }
            Found::Unknown => Err(shape(file, line, foreign_object(&object, preset, &options.map))),
        }
    })?;
    if is_followed {
        rows.note("the last page says that another one follows (`\"more\": true`); export it too".into());
    }
    for (column, theirs) in unseen {
        rows.note(format!("no object has the key `{}`, which --map gives to `{column}`", shortened(theirs)));
    }
    Ok(())
}

/// The error for an object that is not a record of a preset.
fn foreign_object(object: &Map<String, Value>, preset: &Preset, map: &[(&'static str, String)]) -> String {
    let hint = recognise::of_object(object, Some(preset));
    if !matches!(preset.format, Format::Json { .. }) {
        return format!("this is JSON, and `--from {}` reads another format{hint}", preset.name);
    }
    let said = object.get("message").or_else(|| object.get("error")?.get("message")).and_then(Value::as_str);
    if let Some(said) = said.filter(|_| hint.is_empty()) {
        return format!("this is an error of the API, not data: `{}`; export again", shortened(said));
    }
    let kinds: Vec<&str> = preset.kinds.iter().map(|kind| kind.name).collect();
    let last = preset.kinds.last().and_then(|kind| lacks(kind, map, |name| object.contains_key(first_part(name))));
    let lacks = match last {
        Some(column) => format!("it has no `{}`", column.theirs.join("` or `")),
        None => "its `url` is not like https://api.github.com/repos/OWNER/NAME/deployments/1".into(),
    };
    format!("this is not what `--from {}` reads ({}): {lacks}{hint}", preset.name, kinds.join(" or "))
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// Hands on every object of a file at the top or in arrays, with the line that it begins on. Of an object with a list of
/// this name, the objects in the list are handed on. Whether the last of such pages says that another one follows.
fn objects(
    blocks: &mut Blocks<'_>,
    file: &str,
    list: Option<&str>,
    mut take: impl FnMut(u64, Map<String, Value>) -> Result<(), FileError>,
) -> Result<bool, FileError> {
    let (mut depth, mut is_followed) = (0_usize, false);
    loop {
        let (text, is_whole) = (blocks.text()?, blocks.is_whole());
        let mut lines = Lines::from_line(text, blocks.line());
        let mut at = 0;
        while let Some(first) = text.as_bytes().get(at) {
            match first {
                b'[' => depth += 1,
                b']' if depth > 0 => depth -= 1,
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b',' if depth > 0 => {}
                _ => {
                    let rest = text.get(at..).unwrap_or_default();
                    let end = end_of_object(rest.as_bytes());
                    if end.is_none() && !is_whole && rest.len() <= LONGEST {
                        break;
                    }
                    let line = lines.at(at);
                    let end = end.unwrap_or(rest.len());
                    let one = rest.get(..end).unwrap_or_default();
                    match list.filter(|_| end <= LONGEST).and_then(|list| pages::items(one, list)) {
                        Some(items) => {
                            is_followed = pages::is_followed(one);
                            let mut lines = Lines::from_line(one, line);
                            for (at, item) in items {
                                let line = lines.at(at);
                                take(line, object(item, file, line, true)?)?;
                            }
                        }
                        None => take(line, object(one, file, line, is_whole)?)?,
                    }
                    at += end;
                    continue;
                }
            }
            at += 1;
        }
        if is_whole {
            return if depth > 0 { Err(cut_off(file, lines.at(at), "array")) } else { Ok(is_followed) };
        }
        blocks.use_up(at)?;
        blocks.more()?;
    }
}

/// Reads one object; `is_whole` where the file ends with the text.
fn object(text: &str, file: &str, line: u64, is_whole: bool) -> Result<Map<String, Value>, FileError> {
    if text.len() > LONGEST {
        let problem =
            format!("this value has more than {} MiB; a row of a table has a few hundred bytes", LONGEST >> 20);
        return Err(shape(file, line, problem));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Unique>();
    match values.next() {
        Some(Ok(Unique(object))) => Ok(object),
        Some(Err(cause)) if cause.is_eof() && !is_whole => Err(shape(file, line, "this is not a JSON object".into())),
        Some(Err(cause)) => Err(unreadable(&cause, file, line)),
        None => Err(cut_off(file, line, "object")),
    }
}

/// An object without duplicate keys: otherwise the last value would silently win.
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
                        return Err(A::Error::custom(format!("the key `{}` appears twice", shortened(&key))));
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
    let problem = match said.len() {
        // It quotes the value.
        MOST_SAID.. => "this is not a JSON object".to_owned(),
        _ if cause.is_data() => said.to_owned(),
        _ => format!("this is not JSON: {said}"),
    };
    shape(file, line, problem)
}

/// The columns of an object, and what it calls those that `--map` names.
type Named<'o, 'a> = (Cow<'o, Map<String, Value>>, Vec<(&'static str, Cow<'a, str>)>);

/// The object with the names of columns as keys.
fn by_column<'o, 'a>(
    object: &'o Map<String, Value>,
    file: &str,
    line: u64,
    rows: &mut Collector<'a>,
) -> Result<Named<'o, 'a>, FileError> {
    let columns = Table::columns(rows.table());
    let map = &rows.options().map;
    let bad = |column: &str, problem: String| FileError::BadColumn {
        file: format!("{file}:{line}"),
        column: shortened(column),
        problem,
    };
    let name_of = |key: &str| key.trim().to_lowercase();
    let is_written_otherwise = |key: &&String| !columns.contains(&key.as_str()) && columns.contains(&&*name_of(key));
    let mut named = Cow::Borrowed(object);
    if object.keys().any(|key| is_written_otherwise(&key)) || !map.is_empty() {
        let mut renamed = Map::new();
        for (key, value) in object {
            let name = name_of(key);
            if renamed.insert(name.clone(), value.clone()).is_some() && columns.contains(&name.as_str()) {
                return Err(bad(&name, "appears twice in this object".into()));
            }
        }
        let taken: Vec<Option<Value>> = map.iter().map(|(_, theirs)| renamed.get(&name_of(theirs)).cloned()).collect();
        for ((column, _), value) in map.iter().zip(taken) {
            renamed.insert((*column).into(), value.unwrap_or_default());
        }
        named = Cow::Owned(renamed);
    }
    let is_mapped = |key: &str| map.iter().any(|(_, theirs)| name_of(theirs) == name_of(key));
    for key in
        object.keys().filter(|key| !columns.contains(&key.as_str()) && !is_written_otherwise(key) && !is_mapped(key))
    {
        // Once for each name: a file of a million objects has the same ones in all of them.
        if !rows.is_first(key) {
            continue;
        }
        let missing = columns.iter().copied().filter(|known| !named.contains_key(*known));
        if let Some(known) = misspelt(&name_of(key), missing) {
            return Err(bad(key, format!("is not known; did you mean `{known}`?")));
        }
        rows.note(format!("unknown key `{}` is ignored", shortened(key)));
    }
    let theirs = map.iter().map(|(column, theirs)| (*column, Cow::Borrowed(theirs.as_str())));
    Ok((named, theirs.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Result<Vec<(u64, i64)>, String> {
        let id = |object: &Map<String, Value>| object.get("id").and_then(Value::as_i64).unwrap_or_default();
        let mut found = Vec::new();
        Blocks::of(text.as_bytes(), "f")
            .and_then(|mut blocks| {
                objects(&mut blocks, "f", None, |line, object| {
                    found.push((line, id(&object)));
                    Ok(())
                })
            })
            .map(|_| found)
            .map_err(|cause| cause.to_string())
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
    fn anything_but_a_list_of_objects_is_reported_with_its_line() {
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

    #[test]
    fn objects_are_found_wherever_the_pieces_of_a_file_end() {
        // Some three pieces in one line, with every character that has a meaning within strings.
        let one = |id: usize| format!("{{\"id\":{id},\"x\":{{\"y\":\"}}{{\\\\\\\"[\u{1f600}\"}}}}");
        let text = format!("[{}]", (0..80_000).map(one).collect::<Vec<_>>().join(","));
        assert!(text.len() > 2 << 20);
        let found = ids(&text).expect("read");
        assert!(found.iter().zip(0..80_000).all(|((line, id), wanted)| *line == 1 && *id == wanted));
        assert_eq!(found.len(), 80_000);
    }

    #[test]
    fn a_value_that_is_too_long_is_refused_with_its_line() {
        for text in [
            format!("\n{{\"id\":[{}0]}}", "0,".repeat(3 << 20)),
            format!("\n[{{\"id\":\"{}\"}}]", "x".repeat(9 << 20)),
            format!("\n{{\"id\":\"{}", "x".repeat(9 << 20)),
        ] {
            let said = ids(&text).expect_err("refused");
            assert!(said.starts_with("f:2: this value has more than 4 MiB"), "{said}");
        }
        let said = ids(&format!("[\"{}\"]", "x".repeat(3 << 20))).expect_err("refused");
        assert!(said.starts_with("f:1: ") && said.len() < 300, "{said}");
        let said = ids(&"[".repeat(5 << 20)).expect_err("refused");
        assert!(said.starts_with("f:1: this JSON array ends too early"), "{said}");
        let said = ids(&format!("{{\"a\":{}", "[".repeat(1 << 20))).expect_err("refused");
        assert!(said.starts_with("f:1: this is not JSON: recursion limit"), "{said}");
    }
}
