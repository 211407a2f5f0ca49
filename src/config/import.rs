//! `[import.NAME]`: how the files of one program are read, as `import --save-mapping NAME` keeps it.

use std::fmt::Write as _;

use crate::document::{ConfigError, Section, Text, quoted};
use crate::domain::event::Table;
use crate::domain::status::{is_known_status, plain_status};
use crate::domain::time::Zone;

/// A mapping, by the flags of `import` that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportMapping {
    /// What the rows are; with `from` the preset says so.
    pub table: Option<Table>,
    /// A preset that the mapping is based on.
    pub from: Option<String>,
    /// `--map`: columns of ours and their names in the file.
    pub map: Vec<(&'static str, String)>,
    /// `--map-status`: their statuses and ours.
    pub statuses: Vec<(String, String)>,
    /// `--delimiter`.
    pub delimiter: Option<u8>,
    /// `--time-zone`.
    pub zone: Option<Zone>,
    /// `--time-format`.
    pub time_format: Option<String>,
    /// `--repo`.
    pub repo: Option<String>,
    /// `--source`.
    pub source: Option<String>,
}

/// The column of ours that a name is, in any table.
///
/// # Errors
/// It is none.
pub fn import_column(name: &str) -> Result<&'static str, String> {
    let mut columns = Table::ALL.into_iter().flat_map(Table::columns).copied();
    let plain = name.trim().to_lowercase();
    columns
        .find(|column| *column == plain)
        .ok_or_else(|| format!("`{name}` is not a column of deployments, commits, pull-requests or incidents"))
}

/// The table of a name, as `import` takes it.
pub fn import_table(name: &str) -> Option<Table> {
    Table::ALL.into_iter().find(|table| table.name() == name)
}

/// A status of ours.
///
/// # Errors
/// It is none.
pub fn import_status(text: &str) -> Result<String, String> {
    let plain = plain_status(text);
    if is_known_status(&plain) {
        Ok(plain)
    } else {
        Err(format!("`{}` is not a known status; write success, failure, error, cancelled or pending", text.trim()))
    }
}

/// The character that separates columns.
///
/// # Errors
/// It is none that can.
pub fn import_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text.eq_ignore_ascii_case("tab") || text == "\\t" => Ok(b'\t'),
        [delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n') => Ok(*delimiter),
        _ => Err("write one ASCII character other than a quote, or `tab`".into()),
    }
}

/// A repo: `OWNER/NAME`, or a path with nested groups, whose first part is not a host.
///
/// # Errors
/// It is none.
pub fn import_repo(text: &str) -> Result<String, String> {
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let parts: Vec<&str> = text.split('/').collect();
    let is_path = match parts.as_slice() {
        [_, _] => true,
        [first, _, _, ..] => !first.contains(['.', ':']),
        _ => false,
    };
    if is_path && parts.into_iter().all(is_part) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not a repo; write OWNER/NAME, like acme/web"))
    }
}

/// Whether a mapping can have this name.
///
/// # Errors
/// Says which characters a name has.
pub fn check_mapping_name(name: &str) -> Result<(), String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if !name.is_empty() && name.len() <= 64 && name.chars().all(fits) {
        Ok(())
    } else {
        Err("not a valid name; use up to 64 letters, digits, `-` and `_`".into())
    }
}

pub(super) fn read(top: &Section<'_>) -> Result<Vec<(String, ImportMapping)>, ConfigError> {
    let Some(imports) = top.section("import")? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for name in imports.names() {
        check_mapping_name(name).map_err(|why| imports.unusable(name, &why))?;
        if let Some(section) = imports.section(name)? {
            found.push((name.to_owned(), mapping(&section)?));
        }
    }
    Ok(found)
}

fn mapping(section: &Section<'_>) -> Result<ImportMapping, ConfigError> {
    let own = |text: Text<'_>| text.value.to_owned();
    let table = |text: Text<'_>| {
        import_table(text.value)
            .ok_or_else(|| text.unusable("not a table; write deployments, commits, pull-requests or incidents"))
    };
    let mut mapping = ImportMapping {
        table: section.text("table")?.map(table).transpose()?,
        from: section.text("from")?.map(own),
        map: Vec::new(),
        statuses: Vec::new(),
        delimiter: section.text("delimiter")?.map(|text| text.read(import_delimiter)).transpose()?,
        zone: section.text("time_zone")?.map(|text| text.read(Zone::parse)).transpose()?,
        time_format: section.text("time_format")?.map(own),
        repo: section.text("repo")?.map(|text| text.read(import_repo)).transpose()?,
        source: section.text("source")?.map(own),
    };
    if let Some(map) = section.section("map")? {
        for name in map.names() {
            let column = import_column(name).map_err(|why| map.unusable(name, &why))?;
            mapping.map.extend(map.text(name)?.map(|theirs| (column, theirs.value.to_owned())));
        }
    }
    if let Some(statuses) = section.section("map_status")? {
        for name in statuses.names() {
            let Some(text) = statuses.text(name)? else { continue };
            mapping.statuses.push((plain_status(name), text.read(import_status)?));
        }
    }
    mapping.map.sort_unstable();
    mapping.statuses.sort_unstable();
    match (&mapping.table, &mapping.from) {
        (None, None) => Err(section.incomplete("`table` or `from` is missing: it says what the rows are")),
        (Some(_), Some(_)) => Err(section.incomplete(
            "`table` and `from` are both set; `from` already says which table \
                                                      it is",
        )),
        _ => Ok(mapping),
    }
}

impl ImportMapping {
    /// The section that keeps it, as TOML.
    pub fn to_toml(&self, name: &str) -> String {
        let mut text = format!("[import.{name}]\n");
        let delimiter = self.delimiter.map(|delimiter| match delimiter {
            b'\t' => "tab".to_owned(),
            other => char::from(other).to_string(),
        });
        for (key, value) in [
            ("from", self.from.clone()),
            ("table", self.table.map(Table::name)),
            ("source", self.source.clone()),
            ("repo", self.repo.clone()),
            ("delimiter", delimiter),
            ("time_zone", self.zone.map(|zone| zone.name().to_owned())),
            ("time_format", self.time_format.clone()),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", quoted(&value));
            }
        }
        let map = self.map.iter().map(|(column, theirs)| format!("{column} = {}", quoted(theirs)));
        let statuses = self.statuses.iter().map(|(theirs, ours)| format!("{} = {}", quoted(theirs), quoted(ours)));
        for (key, entries) in [("map", map.collect::<Vec<_>>()), ("map_status", statuses.collect())] {
            if !entries.is_empty() {
                let _ = writeln!(text, "{key} = {{ {} }}", entries.join(", "));
            }
        }
        text
    }
}
