//! A TOML text with the line of everything in it, read key by key into plain Rust values.
//!
//! Opening one refuses what is not TOML, secrets, and keys that the schema does not have; the readers refuse wrong
//! types. The other files interpret the values.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::schema::{self, Schema};
use super::secret;
use crate::domain::words::within_a_message;

/// An opened file.
pub(crate) struct Document<'a> {
    file: String,
    /// The bytes at which lines end, in order.
    line_ends: Vec<usize>,
    root: DeTable<'a>,
}

/// What to say of a key that was set before; `before` is the text up to it.
fn duplicate(key: &str, before: &str) -> String {
    let is_section = before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('['));
    if is_section {
        format!(
            "the section `{key}` already exists; merge the two sections, or write [[{key}]] if the section may be repeated"
        )
    } else {
        format!("the key `{key}` is already set in this section; remove one of the two lines")
    }
}

impl<'a> Document<'a> {
    /// Reads a text and checks its keys.
    pub(crate) fn open(text: &'a str, path: &Path, schema: &Schema) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let root = DeTable::parse(text).map_err(|cause| {
            let span = cause.span().unwrap_or(text.len()..text.len());
            let (line, column) = position(text, span.start);
            let what = match (cause.message(), text.get(span.clone())) {
                ("duplicate key", Some(key)) => duplicate(key, text.get(..span.start).unwrap_or_default()),
                (message, _) => message.to_owned(),
            };
            ConfigError::Syntax { at: Place { file: file.clone(), line }, column, what: within_a_message(&what) }
        })?;
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        let document = Self { file, line_ends, root: root.into_inner() };
        if let Some(found) = secret::find(&document.root, schema) {
            let at = document.place(found.offset);
            return Err(ConfigError::Secret { at, key: key_name(&found.section, &found.key), way_out: found.way_out });
        }
        document.check_keys(schema)?;
        Ok(document)
    }

    /// The line that holds a byte of the text.
    fn place(&self, offset: usize) -> Place {
        Place { file: self.file.clone(), line: self.line_ends.partition_point(|end| *end < offset) + 1 }
    }

    /// Refuses the first key or section that is not in the schema.
    fn check_keys(&self, schema: &Schema) -> Result<(), ConfigError> {
        let mut unknown = Vec::new();
        unknown_keys(schema, "", &self.root, &mut unknown);
        let Some((offset, section, key, is_section)) = unknown.into_iter().min() else { return Ok(()) };
        let at = self.place(offset);
        Err(if is_section {
            ConfigError::UnknownSection {
                at,
                hint: schema::section_hint(schema, &key),
                section: within_a_message(&key),
            }
        } else {
            let hint = schema::key_hint(schema, &section, &key);
            ConfigError::UnknownKey { at, key: key_name(&section, &key), hint }
        })
    }

    /// The keys before the first section.
    pub(crate) fn top(&'a self) -> Section<'a> {
        Section { document: self, name: String::new(), table: &self.root, span: 0..0 }
    }
}

/// A section of an opened file, or a table in braces.
pub(crate) struct Section<'a> {
    document: &'a Document<'a>,
    name: String,
    table: &'a DeTable<'a>,
    span: Range<usize>,
}

/// A string with its line and its key.
#[derive(Clone)]
pub(crate) struct Text<'a> {
    /// What stands there.
    pub(crate) value: &'a str,
    /// Where.
    pub(crate) at: Place,
    /// Its key, as errors name it.
    pub(crate) key: String,
}

impl<'a> Section<'a> {
    /// The section `[name]` inside this one.
    pub(crate) fn section(&self, name: &str) -> Result<Option<Section<'a>>, ConfigError> {
        let Some(value) = self.table.get(name) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(self.nested(name, table, value.span()))),
            _ => Err(self.wrong_type(name, value, "a section")),
        }
    }

    /// The section `[name]` of the same file, for a section that is read with another one.
    pub(crate) fn beside(&self, name: &str) -> Result<Option<Section<'a>>, ConfigError> {
        self.document.top().section(name)
    }

    /// The sections `[[name]]` inside this one, in the order of the file.
    pub(crate) fn repeated(&self, name: &str) -> Result<Vec<Section<'a>>, ConfigError> {
        let Some(value) = self.table.get(name) else { return Ok(Vec::new()) };
        let wanted = "one or more sections in double brackets, like [[service]]";
        let DeValue::Array(items) = value.get_ref() else { return Err(self.wrong_type(name, value, wanted)) };
        let mut sections = Vec::new();
        for item in items {
            let DeValue::Table(table) = item.get_ref() else { return Err(self.wrong_type(name, item, wanted)) };
            sections.push(self.nested(name, table, item.span()));
        }
        Ok(sections)
    }

    fn nested(&self, name: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Section<'a> {
        Section { document: self.document, name: dotted(&self.name, name), table, span }
    }

    /// The keys that stand in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.table.iter().map(|(key, _)| key.get_ref().as_ref())
    }

    /// Where the section begins.
    pub(crate) fn at(&self) -> Place {
        self.document.place(self.span.start)
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, key: &str) -> Result<Option<Text<'a>>, ConfigError> {
        self.table.get(key).map(|value| self.read_text(key, value, "a string")).transpose()
    }

    /// A list of strings that are not empty.
    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<Text<'a>>>, ConfigError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let wanted = "a list of strings";
        let DeValue::Array(items) = value.get_ref() else { return Err(self.wrong_type(key, value, wanted)) };
        items.iter().map(|item| self.read_text(key, item, wanted)).collect::<Result<_, _>>().map(Some)
    }

    /// A list of strings with at least one in it.
    pub(crate) fn some_texts(&self, key: &str, why: &str) -> Result<Option<Vec<Text<'a>>>, ConfigError> {
        match self.texts(key)? {
            Some(list) if list.is_empty() => Err(self.unusable(key, &format!("an empty list; {why}"))),
            list => Ok(list),
        }
    }

    fn read_text(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        wanted: &'static str,
    ) -> Result<Text<'a>, ConfigError> {
        let DeValue::String(text) = value.get_ref() else { return Err(self.wrong_type(key, value, wanted)) };
        let text =
            Text { value: text.as_ref(), at: self.document.place(value.span().start), key: key_name(&self.name, key) };
        if text.value.trim().is_empty() {
            return Err(text.unusable("an empty text; write something or leave the key out"));
        }
        Ok(text)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(Some(*flag)),
            _ => Err(self.wrong_type(key, value, "true or false")),
        }
    }

    /// A whole number between two others.
    pub(crate) fn number(&self, key: &str, least: u32, most: u32) -> Result<Option<u32>, ConfigError> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let DeValue::Integer(number) = value.get_ref() else {
            return Err(self.wrong_type(key, value, "a whole number"));
        };
        match u32::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(ConfigError::OutOfRange {
                at: self.document.place(value.span().start),
                key: key_name(&self.name, key),
                found: within_a_message(&number.to_string()),
                least,
                most,
            }),
        }
    }

    /// A value that cannot be used.
    pub(crate) fn unusable(&self, key: &str, what: &str) -> ConfigError {
        let offset = self.table.get(key).map_or(self.span.start, |value| value.span().start);
        ConfigError::Unusable {
            at: self.document.place(offset),
            key: key_name(&self.name, key),
            what: within_a_message(what),
        }
    }

    /// The section lacks something or has too much.
    pub(crate) fn incomplete(&self, what: &str) -> ConfigError {
        ConfigError::Incomplete { at: self.at(), section: within_a_message(&self.name), what: what.to_owned() }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &'static str) -> ConfigError {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let at = self.document.place(value.span().start);
        ConfigError::WrongType { at, key: key_name(&self.name, key), wanted, found }
    }
}

impl Text<'_> {
    /// Says that the value cannot be used, and why.
    pub(crate) fn unusable(&self, what: impl Into<String>) -> ConfigError {
        ConfigError::Unusable { at: self.at.clone(), key: self.key.clone(), what: within_a_message(&what.into()) }
    }

    /// The value as something else, by a reader that says what is wrong in words.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        reader(self.value).map_err(|what| self.unusable(what))
    }

    /// One of several words.
    pub(crate) fn choose<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, ConfigError> {
        choices.iter().find(|(word, _)| *word == self.value).map(|(_, it)| *it).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            ConfigError::UnknownChoice {
                at: self.at.clone(),
                key: self.key.clone(),
                found: within_a_message(self.value),
                choices: schema::list(&words, "`", "`"),
            }
        })
    }
}

/// A key as errors name it.
fn key_name(section: &str, key: &str) -> String {
    let (section, key) = (within_a_message(section), within_a_message(key));
    if section.is_empty() { format!("`{key}`") } else { format!("`{key}` in [{section}]") }
}

fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Line and column, both from 1, of a byte of a text.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Collects offset, section and key of everything that the schema does not have, and whether it is a section.
fn unknown_keys(schema: &Schema, section: &str, table: &DeTable<'_>, found: &mut Vec<(usize, String, String, bool)>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let inner = dotted(section, name);
        if schema::keys(schema, &inner).is_some() {
            match value.get_ref() {
                DeValue::Table(table) => unknown_keys(schema, &inner, table, found),
                DeValue::Array(items) => {
                    for item in items {
                        if let DeValue::Table(table) = item.get_ref() {
                            unknown_keys(schema, &inner, table, found);
                        }
                    }
                }
                _ => {}
            }
        } else if !schema::keys(schema, section).is_some_and(|keys| keys.contains(&name)) {
            let is_section = section.is_empty()
                && match value.get_ref() {
                    DeValue::Table(_) => true,
                    DeValue::Array(items) => items.first().is_some_and(|item| item.get_ref().is_table()),
                    _ => false,
                };
            found.push((key.span().start, section.to_owned(), name.to_owned(), is_section));
        }
    }
}
