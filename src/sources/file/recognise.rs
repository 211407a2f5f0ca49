//! Guesses which program exported a file, for the error about a file that is read as something else.

use serde_json::{Map, Value};

use super::fields::{Fields, Header};
use super::foreign::{Found, How, lacks};
use super::preset::{Format, Kind, Preset};
use super::presets::PRESETS;
use super::rows::needed;
use crate::domain::event::Table;

/// The end of a sentence that says how a CSV file with this header is read; empty if unknown.
pub(super) fn of_header(header: &Header, read_as: Option<&Preset>) -> String {
    let fits = |kind: &Kind| lacks(kind, &[], |name| header.has(name)).is_none();
    let is_csv = |preset: &&Preset| preset.format == Format::Csv;
    let has = |table: &Table| {
        needed(*table).iter().all(|name| header.titles().iter().any(|it| it.eq_ignore_ascii_case(name)))
    };
    hint(
        &PRESETS.iter().filter(is_csv).filter(|preset| preset.kinds.iter().any(fits)).collect::<Vec<_>>(),
        Table::ALL.into_iter().find(has).filter(|_| read_as.is_some()),
        read_as,
    )
}

/// The same of an object in a JSON file.
pub(super) fn of_object(object: &Map<String, Value>, read_as: Option<&Preset>) -> String {
    let fits = |preset: &&'static Preset| {
        let Format::Json { list } = preset.format else { return false };
        let is_page = list.is_some_and(|list| object.get(list).is_some_and(Value::is_array));
        let how = How { preset, map: &[], has_statuses: true };
        is_page || !matches!(how.row(Fields::Object(object)), Found::Unknown)
    };
    let has = |table: &Table| needed(*table).iter().all(|name| object.contains_key(*name));
    let own = Table::ALL.into_iter().find(has).filter(|_| read_as.is_some());
    hint(PRESETS.iter().find(fits).as_slice(), own, read_as)
}

/// The same of the first line of a file that is read as JSON and is none.
pub(super) fn of_text(line: &str, read_as: &Preset) -> String {
    let headers = [',', ';', '\t', '|']
        .map(|delimiter| Header::of(line.split(delimiter).map(|title| title.trim_matches([' ', '"']))));
    let mut hints = headers.iter().map(|header| of_header(header, Some(read_as))).chain([of_line(line)]);
    hints.find(|hint| !hint.is_empty()).unwrap_or_default()
}

/// The same of a first line that has no header: one of `git log`.
pub(super) fn of_line(line: &str) -> String {
    let sha = line.split('\t').next().unwrap_or_default();
    let is_commit =
        sha.len() >= 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()) && line.matches('\t').count() >= 3;
    if is_commit { "; it looks like the file of `--from git-log`".into() } else { String::new() }
}

fn hint(presets: &[&Preset], own: Option<Table>, read_as: Option<&Preset>) -> String {
    let is_read_as_one = read_as.is_some_and(|preset| presets.contains(&preset));
    let names: Vec<String> = presets.iter().map(|preset| format!("`--from {}`", preset.name)).collect();
    match (own, names.join(" or ")) {
        (Some(table), _) => {
            let table = table.name();
            format!("; it has the columns of {table}: write `import {table} FILE`, without --from")
        }
        (None, names) if !names.is_empty() && !is_read_as_one => format!("; it looks like the file of {names}"),
        (None, _) => String::new(),
    }
}
