//! Columns of text as the metrics take them: texts that differ from row to row stay one block of memory, texts that
//! repeat are a number each.

use polars::prelude::*;
use rustc_hash::FxHashMap;

/// A column of texts, each of which may be missing.
#[derive(Debug, Clone)]
pub struct Texts(StringChunked);

impl Default for Texts {
    fn default() -> Self {
        Self(StringChunked::full_null(PlSmallStr::EMPTY, 0))
    }
}

impl Texts {
    pub(super) fn new(column: StringChunked) -> Self {
        Self(column.rechunk().into_owned())
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.0.get(row)
    }
}

impl<'a> FromIterator<Option<&'a str>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        Self(StringChunked::from_iter_options(PlSmallStr::EMPTY, texts.into_iter()))
    }
}

/// A column of texts that repeat: of each row the index of its text, of each text one copy.
#[derive(Debug, Clone, Default)]
pub struct Categories {
    codes: Vec<u32>,
    names: Vec<String>,
    known: FxHashMap<String, u32>,
}

/// Stands for a missing text in [`Categories::codes`].
const MISSING: u32 = u32::MAX;

impl Categories {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map_or(MISSING, |text| self.code(text));
        self.codes.push(code);
    }

    fn code(&mut self, text: &str) -> u32 {
        // Rows of one text stand together: a part is in order of its key.
        if let Some(&last) = self.codes.last()
            && self.names.get(last as usize).is_some_and(|name| name == text)
        {
            return last;
        }
        if let Some(&code) = self.known.get(text) {
            return code;
        }
        let code = u32::try_from(self.names.len()).unwrap_or(MISSING);
        self.names.push(text.to_owned());
        self.known.insert(text.to_owned(), code);
        code
    }

    /// The index of a row's text in [`Categories::names`].
    pub fn of(&self, row: usize) -> Option<usize> {
        self.codes.get(row).filter(|code| **code != MISSING).map(|code| *code as usize)
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.names.get(self.of(row)?).map(String::as_str)
    }

    /// Every text once, in the order in which it came.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl<'a> FromIterator<Option<&'a str>> for Categories {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_one_text_however_often_it_comes_and_a_missing_one_is_none() {
        let column: Categories = [Some("a"), Some("a"), None, Some("b"), Some("a")].into_iter().collect();
        let texts: Vec<Option<&str>> = (0..5).map(|row| column.get(row)).collect();
        assert_eq!(texts, [Some("a"), Some("a"), None, Some("b"), Some("a")]);
        assert_eq!(column.names(), ["a", "b"]);
        assert_eq!((column.of(4), column.of(2), column.of(9)), (Some(0), None, None));
    }
}
