//! Columns of text for the metrics: distinct texts are stored in one block of memory, repeated texts as numbers, and names
//! of commits as their bytes.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::codes::Codes;
use super::ends::Ends;
use crate::domain::sha::Sha;

/// A column of texts, each of which may be missing: one block of letters, and where each text ends.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    letters: String,
    ends: Ends,
    /// Whether each text is missing; empty where none is.
    missing: Vec<bool>,
}

impl Texts {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        if text.is_none() && self.missing.is_empty() {
            self.missing = vec![false; self.ends.len()];
        }
        if text.is_none() || !self.missing.is_empty() {
            self.missing.push(text.is_none());
        }
        self.letters.push_str(text.unwrap_or_default());
        self.ends.push(self.letters.len());
    }

    /// Makes room for so many rows, if there is memory for them: a footer may promise too many.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.ends.reserve(rows);
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        if self.missing.get(row) == Some(&true) {
            return None;
        }
        self.letters.get(self.ends.row(row)?)
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        let rows = self.ends.len();
        self.ends.append(&other.ends, self.letters.len());
        self.letters.push_str(&other.letters);
        if !self.missing.is_empty() || !other.missing.is_empty() {
            self.missing.resize(rows, false);
            self.missing.extend(&other.missing);
            self.missing.resize(self.ends.len(), false);
        }
    }
}

impl<'a> FromIterator<Option<&'a str>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

/// A column of revisions, each of which may be missing: 20 bytes each, and the text of those that are not a full name
/// in lower case.
#[derive(Debug, Clone, Default)]
pub struct ShaTexts {
    shas: Vec<Sha>,
    /// By row; `None` where there is none.
    others: FxHashMap<usize, Option<Box<str>>>,
}

impl ShaTexts {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let is_lower = |text: &&str| !text.bytes().any(|letter| letter.is_ascii_uppercase());
        let full = text.filter(is_lower).and_then(Sha::exact);
        if full.is_none() {
            self.others.insert(self.shas.len(), text.map(Into::into));
        }
        self.shas.push(full.or_else(|| text.map(Sha::of)).unwrap_or_default());
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.shas.try_reserve_exact(rows).ok();
    }

    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self.others.get(&row) {
            Some(other) => other.as_deref().map(Cow::Borrowed),
            None => self.shas.get(row).map(|sha| Cow::Owned(sha.text())),
        }
    }

    /// The name that the text of a row stands for.
    pub fn sha(&self, row: usize) -> Option<Sha> {
        let sha = *self.shas.get(row)?;
        // A missing one stands there as zeros, which spares the others a look at the map.
        (sha != Sha::default() || self.others.get(&row) != Some(&None)).then_some(sha)
    }

    /// The name that the text of a row is, digit by digit.
    pub fn exact(&self, row: usize) -> Option<Sha> {
        self.shas.get(row).filter(|_| !self.others.contains_key(&row)).copied()
    }

    /// The texts that are not a full name in lower case, by row, in any order.
    pub fn others(&self) -> impl Iterator<Item = (usize, &str)> {
        self.others.iter().filter_map(|(row, text)| Some((*row, text.as_deref()?)))
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        let rows = self.shas.len();
        self.shas.extend(&other.shas);
        self.others.extend(other.others.iter().map(|(row, text)| (rows + row, text.clone())));
    }
}

impl<'a> FromIterator<Option<&'a str>> for ShaTexts {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

/// A column of texts that repeat: of each row the index of its text, of each text one copy.
#[derive(Debug, Clone, Default)]
pub struct Categories {
    codes: Codes,
    names: Vec<String>,
    known: FxHashMap<String, u32>,
}

impl Categories {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map(|text| self.code(text));
        self.codes.push(code);
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    fn code(&mut self, text: &str) -> u32 {
        // Rows of one text stand together: a part is in order of its key.
        if let Some(last) = self.codes.len().checked_sub(1).and_then(|last| self.codes.get(last))
            && self.names.get(last as usize).is_some_and(|name| name == text)
        {
            return last;
        }
        self.code_of(text)
    }

    fn code_of(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.known.get(text) {
            return code;
        }
        let code = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(text.to_owned());
        self.known.insert(text.to_owned(), code);
        code
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        let codes: Vec<u32> = other.names.iter().map(|name| self.code_of(name)).collect();
        let code = |code: Option<u32>| codes.get(code? as usize).copied();
        self.codes.extend(other.codes.iter().map(code));
    }

    /// Whether any row has this text.
    pub(super) fn has(&self, text: &str) -> bool {
        self.known.contains_key(text)
    }

    /// The index of a row's text in [`Categories::names`].
    pub fn of(&self, row: usize) -> Option<usize> {
        self.codes.get(row).map(|code| code as usize)
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

/// A column of lists of texts that repeat.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    items: Categories,
    ends: Ends,
}

impl Lists {
    /// Adds a row.
    pub fn push<'a>(&mut self, list: impl IntoIterator<Item = &'a str>) {
        list.into_iter().for_each(|text| self.items.push(Some(text)));
        self.ends.push(self.items.codes.len());
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        self.ends.append(&other.ends, self.items.codes.len());
        self.items.append(&other.items);
    }

    /// The texts of a row.
    pub fn get(&self, row: usize) -> impl Iterator<Item = &str> {
        self.ends.row(row).into_iter().flatten().filter_map(|item| self.items.get(item))
    }

    /// The texts of a row as indices into [`Lists::names`].
    pub(super) fn codes(&self, row: usize) -> impl Iterator<Item = u32> {
        self.ends.row(row).into_iter().flatten().filter_map(|item| self.items.codes.get(item))
    }

    /// Every text once, in the order in which it came.
    pub(super) fn names(&self) -> &[String] {
        self.items.names()
    }
}

impl<'a, L: IntoIterator<Item = &'a str>> FromIterator<L> for Lists {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut column = Self::default();
        lists.into_iter().for_each(|list| column.push(list));
        column
    }
}

/// Numbers for the texts of a column, one for all that differ in case alone.
#[derive(Debug)]
pub struct WithoutCase<'a> {
    column: &'a Categories,
    numbers: Vec<u32>,
}

impl<'a> WithoutCase<'a> {
    /// The numbers of one column; those of another have nothing to do with them.
    pub fn new(column: &'a Categories) -> Self {
        let mut lower = Categories::default();
        let numbers = column.names.iter().map(|name| lower.code_of(&name.to_lowercase())).collect();
        Self { column, numbers }
    }

    /// The number of a row's text; of a missing text, none.
    pub fn of(&self, row: usize) -> Option<u32> {
        self.numbers.get(self.column.of(row)?).copied()
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
    fn columns_that_are_joined_hold_what_each_held() {
        let parts = [vec![Some("b"), Some("")], vec![None, Some("a")], vec![], vec![Some("c"), None]];
        let (mut texts, mut categories) = (Texts::default(), Categories::default());
        for part in &parts {
            texts.append(&part.iter().copied().collect());
            categories.append(&part.iter().copied().collect());
        }
        let wanted: Vec<Option<&str>> = parts.concat();
        assert_eq!((0..6).map(|row| texts.get(row)).collect::<Vec<_>>(), wanted);
        assert_eq!((0..6).map(|row| categories.get(row)).collect::<Vec<_>>(), wanted);
        assert_eq!((texts.get(6), categories.get(6)), (None, None));
    }

    #[test]
    fn categories_that_together_have_many_texts_hold_what_each_held() {
        let texts: Vec<Option<String>> = (0..400).map(|nth| (nth % 150 != 7).then(|| nth.to_string())).collect();
        let mut all = Categories::default();
        for part in texts.chunks(200) {
            all.append(&part.iter().map(Option::as_deref).collect());
        }
        assert!((0..400).all(|row| all.get(row) == texts[row].as_deref()));
    }

    #[test]
    fn lists_that_are_joined_keep_each_row_apart_also_an_empty_one() {
        let parts: [&[&[&str]]; 3] = [&[&["a", "b"], &[]], &[], &[&["b"], &["c", "a", "a"], &[]]];
        let mut lists = Lists::default();
        for part in parts {
            lists.append(&part.iter().map(|list| list.iter().copied()).collect());
        }
        for (row, list) in parts.concat().iter().enumerate() {
            assert_eq!(lists.get(row).collect::<Vec<_>>(), *list, "{row}");
        }
        assert_eq!(lists.get(5).count(), 0);
    }

    #[test]
    fn a_revision_is_given_back_as_it_was_written_and_compared_without_case() {
        let name = "7de3687b23e58b971cba89db409f1f980ed8fdfb";
        let upper = name.to_uppercase();
        let zeros = "0".repeat(40);
        let texts =
            [Some(name), None, Some(upper.as_str()), Some("v1.2"), Some(""), Some("7de3687"), Some(zeros.as_str())];
        let mut column: ShaTexts = texts.iter().copied().collect();
        column.append(&column.clone());
        for (row, text) in texts.iter().chain(&texts).enumerate() {
            assert_eq!(column.get(row).as_deref(), *text, "{row}");
            assert_eq!(column.sha(row), text.map(Sha::of), "{row}");
            assert_eq!(column.exact(row), text.filter(|text| [name, &zeros].contains(text)).map(Sha::of), "{row}");
        }
        assert_eq!((column.get(14), column.sha(14)), (None, None));
        let mut others: Vec<(usize, &str)> = column.others().filter(|(row, _)| *row < texts.len()).collect();
        others.sort_unstable();
        assert_eq!(others, [(2, upper.as_str()), (3, "v1.2"), (4, ""), (5, "7de3687")]);
    }

    #[test]
    fn missing_texts_stay_missing_whichever_part_has_them_and_whatever_is_added_after() {
        let parts = [vec![None, None, Some("a")], vec![Some("b")], vec![None, None]];
        let mut texts = Texts::default();
        for part in &parts {
            texts.append(&part.iter().copied().collect());
        }
        texts.append(&[Some("c")].into_iter().collect());
        texts.push(None);
        texts.push(Some("d"));
        let wanted = [None, None, Some("a"), Some("b"), None, None, Some("c"), None, Some("d")];
        assert_eq!((0..9).map(|row| texts.get(row)).collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn a_repeated_text_is_one_category_and_a_missing_text_has_none() {
        let column: Categories = [Some("a"), Some("a"), None, Some("b"), Some("a")].into_iter().collect();
        let texts: Vec<Option<&str>> = (0..5).map(|row| column.get(row)).collect();
        assert_eq!(texts, [Some("a"), Some("a"), None, Some("b"), Some("a")]);
        assert_eq!(column.names(), ["a", "b"]);
        assert_eq!((column.of(4), column.of(2), column.of(9)), (Some(0), None, None));
    }

    #[test]
    fn texts_that_differ_only_in_case_have_one_number() {
        let column: Categories = [Some("Acme/Web"), Some("acme/api"), None, Some("acme/web")].into_iter().collect();
        let numbers = WithoutCase::new(&column);
        assert_eq!((0..5).map(|row| numbers.of(row)).collect::<Vec<_>>(), [Some(0), Some(1), None, Some(0), None]);
    }
}
