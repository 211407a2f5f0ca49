//! One record of either format, read cell by cell with the reason why a cell cannot be read.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::error::{FileError, shortened};
use super::local_time::InstantForms;
use super::notes::{OddInstants, count};
use super::split::Split;
use crate::domain::time::Timestamp;

/// 9001-01-01T00:00:00Z. Databases write 9999-12-31 for "never", and a day after that has no name.
const LATEST: Timestamp = Timestamp(221_876_928_000_000);

/// A record, and where it stands.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) file: &'a str,
    /// The line it begins on, from 1.
    pub(super) line: u64,
    pub(super) cells: Cells<'a>,
    /// What the file calls our columns, where it has other names.
    pub(super) names: &'a [(&'static str, Cow<'a, str>)],
    pub(super) forms: InstantForms<'a>,
    pub(super) odd: &'a OddInstants,
}

/// The cells of a record, by column.
#[derive(Debug)]
pub(super) enum Cells<'a> {
    /// Which column stands where, the row, and the text that it was read from.
    Csv { columns: &'a [(&'static str, usize)], record: &'a Split, text: &'a str },
    /// The keys are columns.
    Json(&'a Map<String, Value>),
}

enum Found<'a> {
    /// Empty, null or absent.
    Missing,
    Text(&'a str),
    /// Anything but null.
    Json(&'a Value),
}

impl<'a> Record<'a> {
    fn cell(&self, column: &'static str) -> Found<'a> {
        match self.cells {
            Cells::Csv { columns, record, text } => {
                let at = columns.iter().find(|(name, _)| *name == column).map(|(_, at)| *at);
                match at.and_then(|at| record.get(text, at)) {
                    // CSV cannot tell an empty list of parents, which a root commit has, from a missing one.
                    Some("") if column == "parents" => Found::Text(""),
                    None | Some("") => Found::Missing,
                    Some(text) => Found::Text(text),
                }
            }
            Cells::Json(object) => match object.get(column) {
                None | Some(Value::Null) => Found::Missing,
                Some(value) => Found::Json(value),
            },
        }
    }

    /// An error that names this place.
    pub(super) fn unreadable(&self, column: &'static str, value: &str, reason: impl Into<String>) -> FileError {
        FileError::Value {
            file: self.file.to_owned(),
            line: self.line,
            column: self.name_of(column),
            ours: column,
            value: shortened(value),
            reason: reason.into(),
        }
    }

    /// A column as the file calls it.
    fn name_of(&self, column: &'static str) -> String {
        let name = self.names.iter().find(|(own, _)| *own == column);
        name.map_or_else(|| column.to_owned(), |(_, name)| shortened(name))
    }

    /// Text without the white space around it, where there is some. A JSON number reads as its decimal text.
    pub(super) fn text(&self, column: &'static str) -> Result<Option<String>, FileError> {
        Ok(self.borrowed(column)?.map(Cow::into_owned))
    }

    /// The same, not copied where the file has it as it is.
    pub(super) fn borrowed(&self, column: &'static str) -> Result<Option<Cow<'a, str>>, FileError> {
        // White space around a value is never meant: ` acme/web` would be a repo of its own.
        let trimmed = |text: &'a str| Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed);
        match self.cell(column) {
            Found::Missing => Ok(None),
            Found::Text(text) => Ok(trimmed(text)),
            Found::Json(Value::String(text)) => Ok(trimmed(text)),
            Found::Json(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Some(Cow::Owned(number.to_string())))
            }
            Found::Json(Value::Number(number)) => Err(self.unreadable(
                column,
                &number.to_string(),
                "a number that cannot be kept exactly; write it as text",
            )),
            Found::Json(other) => Err(self.unreadable(column, &other.to_string(), "not text")),
        }
    }

    /// Text that must be there.
    pub(super) fn required_text(&self, column: &'static str) -> Result<String, FileError> {
        self.name(column)?.ok_or_else(|| self.unreadable(column, "", "a value is missing; this column needs one"))
    }

    /// The name of a revision, where there is one: text without white space.
    pub(super) fn revision(&self, column: &'static str) -> Result<Option<String>, FileError> {
        let revision = self.text(column)?;
        match revision.as_deref().filter(|revision| revision.contains(|it: char| it.is_whitespace() || it.is_control()))
        {
            Some(broken) if broken.contains(char::is_control) => {
                let why = "not the name of a revision; it has control characters, as colours of a terminal are: export \
                           without them (`git log --no-color`)";
                Err(self.unreadable(column, broken, why))
            }
            Some(broken) => Err(self.unreadable(column, broken, "not the name of one revision; it holds white space")),
            None => Ok(revision),
        }
    }

    /// A name, where there is one: text on one line.
    pub(super) fn name(&self, column: &'static str) -> Result<Option<String>, FileError> {
        let name = self.text(column)?;
        match name.as_deref().filter(|name| name.contains(['\n', '\r'])) {
            Some(broken) => Err(self.unreadable(column, broken, "several lines; a closing quote may be missing")),
            None => Ok(name),
        }
    }

    fn any_instant(&self, column: &'static str) -> Result<Option<Timestamp>, FileError> {
        match self.borrowed(column)? {
            None => Ok(None),
            Some(text) => {
                let read = self.forms.read(&text).map_err(|why| self.unreadable(column, &text, why))?;
                let at = read.at;
                if read.is_first_of_two {
                    count(&self.odd.shown_twice, self.line);
                }
                if at > LATEST {
                    let reason =
                        "after the year 9000, which some programs write if there is no end; leave the value empty";
                    return Err(self.unreadable(column, &text, reason));
                }
                Ok(Some(at))
            }
        }
    }

    /// An instant, where there is one. One of the years that programs write for "none" is none, and is counted.
    pub(super) fn instant(&self, column: &'static str) -> Result<Option<Timestamp>, FileError> {
        let at = self.any_instant(column)?;
        if at.is_some_and(Timestamp::is_placeholder) {
            count(&self.odd.zeros, self.line);
            return Ok(None);
        }
        Ok(at)
    }

    /// An instant that must be there.
    pub(super) fn required_instant(&self, column: &'static str) -> Result<Timestamp, FileError> {
        match self.any_instant(column)? {
            None => Err(self.unreadable(column, "", "an instant is missing; this column needs one")),
            Some(at) if at.is_placeholder() => Err(self.unreadable(
                column,
                &at.to_rfc3339(),
                "a placeholder for a missing timestamp; this column needs a real timestamp",
            )),
            Some(at) => Ok(at),
        }
    }

    /// An instant that must be there, whatever its year.
    pub(super) fn instant_of_any_year(&self, column: &'static str) -> Result<Timestamp, FileError> {
        self.any_instant(column)?
            .ok_or_else(|| self.unreadable(column, "", "an instant is missing; this column needs one"))
    }

    /// A list: joined with `;` in CSV, an array in JSON; `None` where a JSON record has none.
    pub(super) fn list(&self, column: &'static str) -> Result<Option<Vec<String>>, FileError> {
        let items = match self.cell(column) {
            Found::Missing => return Ok(None),
            Found::Text(text) => {
                let items = text.split(';').map(str::trim).filter(|item| !item.is_empty());
                return Ok(Some(items.map(str::to_owned).collect()));
            }
            Found::Json(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    Value::Number(number) => Ok(number.to_string()),
                    Value::Null => Ok(String::new()),
                    other => Err(self.unreadable(
                        column,
                        &other.to_string(),
                        "not text; every item of this list must be text",
                    )),
                })
                .collect::<Result<Vec<_>, _>>()?,
            Found::Json(other) => return Err(self.unreadable(column, &other.to_string(), "not an array")),
        };
        Ok(Some(items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).map(str::to_owned).collect()))
    }

    /// A whole number, where there is one.
    pub(super) fn integer(&self, column: &'static str) -> Result<Option<i64>, FileError> {
        match self.borrowed(column)? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| self.unreadable(column, &text, "not a whole number")),
        }
    }

    /// `true` or `false`, where there is one.
    pub(super) fn flag(&self, column: &'static str) -> Result<Option<bool>, FileError> {
        if let Found::Json(Value::Bool(flag)) = self.cell(column) {
            return Ok(Some(*flag));
        }
        match self.text(column)?.map(|text| text.to_lowercase()).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(self.unreadable(column, other, "neither `true` nor `false`")),
        }
    }
}
