//! One record of either format, read cell by cell with the reason why a cell cannot be read.

use serde_json::Value;

use super::error::FileError;
use crate::domain::time::Timestamp;

/// A cell as its format gives it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    /// Empty, null or absent.
    Missing,
    /// Text of a CSV cell.
    Text(&'a str),
    /// A JSON value other than null.
    Json(&'a Value),
}

/// A record whose cells are found by column name.
pub(super) trait Record {
    /// The cell of a column.
    fn cell(&self, column: &'static str) -> Cell<'_>;
    /// The line it begins on, from 1.
    fn line(&self) -> u64;
    /// The file's name.
    fn file(&self) -> &str;

    /// An error that names this place.
    fn unreadable(&self, column: &'static str, value: &str, reason: impl Into<String>) -> FileError {
        let mut value: String = value.chars().take(60).collect();
        if value.chars().count() == 60 {
            value.push('…');
        }
        FileError::Value {
            file: self.file().to_owned(),
            line: self.line(),
            column,
            value: value.escape_debug().to_string(),
            reason: reason.into(),
        }
    }

    /// Text, where there is some. A JSON number reads as its decimal text.
    fn text(&self, column: &'static str) -> Result<Option<String>, FileError> {
        // White space around a value is never meant: ` acme/web` would be a repo of its own.
        let trimmed = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        match self.cell(column) {
            Cell::Missing => Ok(None),
            Cell::Text(text) => Ok(trimmed(text)),
            Cell::Json(Value::String(text)) => Ok(trimmed(text)),
            Cell::Json(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(Some(number.to_string())),
            Cell::Json(Value::Number(number)) => Err(self.unreadable(
                column,
                &number.to_string(),
                "a number that cannot be kept exactly; write it as text",
            )),
            Cell::Json(other) => Err(self.unreadable(column, &other.to_string(), "not text")),
        }
    }

    /// Text that must be there.
    fn required_text(&self, column: &'static str) -> Result<String, FileError> {
        self.text(column)?.ok_or_else(|| self.unreadable(column, "", "a value is missing; this column needs one"))
    }

    /// The name of a revision, where there is one: text without white space.
    fn revision(&self, column: &'static str) -> Result<Option<String>, FileError> {
        let revision = self.text(column)?;
        match revision.as_deref().filter(|revision| revision.contains(char::is_whitespace)) {
            Some(broken) => Err(self.unreadable(column, broken, "not the name of one revision; it holds white space")),
            None => Ok(revision),
        }
    }

    /// An instant, where there is one.
    fn instant(&self, column: &'static str) -> Result<Option<Timestamp>, FileError> {
        match self.text(column)? {
            None => Ok(None),
            Some(text) => Timestamp::parse(text.trim()).map(Some).map_err(|why| self.unreadable(column, &text, why)),
        }
    }

    /// An instant that must be there.
    fn required_instant(&self, column: &'static str) -> Result<Timestamp, FileError> {
        self.instant(column)?.ok_or_else(|| self.unreadable(column, "", "an instant is missing; this column needs one"))
    }

    /// A list: joined with `;` in CSV, an array in JSON; `None` where a JSON record has none.
    fn list(&self, column: &'static str) -> Result<Option<Vec<String>>, FileError> {
        match self.cell(column) {
            Cell::Missing => Ok(None),
            Cell::Text(text) => {
                Ok(Some(text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()))
            }
            Cell::Json(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    Value::Number(number) => Ok(number.to_string()),
                    other => Err(self.unreadable(column, &other.to_string(), "no text in a list of texts")),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Cell::Json(other) => Err(self.unreadable(column, &other.to_string(), "no array")),
        }
    }

    /// A whole number, where there is one.
    fn integer(&self, column: &'static str) -> Result<Option<i64>, FileError> {
        match self.text(column)? {
            None => Ok(None),
            Some(text) => {
                text.trim().parse().map(Some).map_err(|_| self.unreadable(column, &text, "not a whole number"))
            }
        }
    }

    /// `true` or `false`, where there is one.
    fn flag(&self, column: &'static str) -> Result<Option<bool>, FileError> {
        match self.cell(column) {
            Cell::Missing => Ok(None),
            Cell::Json(Value::Bool(flag)) => Ok(Some(*flag)),
            Cell::Json(Value::String(text)) if text.is_empty() => Ok(None),
            Cell::Json(Value::String(_)) | Cell::Text(_) => match self.text(column)?.unwrap_or_default().as_str() {
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                other => Err(self.unreadable(column, other, "neither `true` nor `false`")),
            },
            Cell::Json(other) => Err(self.unreadable(column, &other.to_string(), "neither `true` nor `false`")),
        }
    }
}
