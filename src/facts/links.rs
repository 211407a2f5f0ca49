//! A column of links for the metrics: those of one kind differ in an id alone, so what stands before it is kept once.

use super::columns::{Categories, Texts};

/// A column of links, each of which may be missing.
#[derive(Debug, Clone, Default)]
pub struct Links {
    before: Categories,
    rest: Texts,
}

/// Beginnings that a column of links may have at least, and of how many links each is worth one.
const BEGINNINGS: usize = 256;
const LINKS_A_BEGINNING: usize = 8;

impl Links {
    /// Adds a row.
    pub fn push(&mut self, link: Option<&str>) {
        let (mut before, mut rest) = link.map(divided).unzip();
        let most = BEGINNINGS + self.rest.len() / LINKS_A_BEGINNING;
        // Beginnings that differ from link to link would take more memory than the links.
        if self.before.names().len() >= most && before.is_some_and(|before| !self.before.has(before)) {
            (before, rest) = (link.map(|_| ""), link);
        }
        self.before.push(before);
        self.rest.push(rest);
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.before.reserve(rows);
        self.rest.reserve(rows);
    }

    /// The link of a row.
    pub fn get(&self, row: usize) -> Option<String> {
        Some([self.before.get(row)?, self.rest.get(row)?].concat())
    }

    /// Adds the rows of another column.
    pub(super) fn append(&mut self, other: &Self) {
        self.before.append(&other.before);
        self.rest.append(&other.rest);
    }
}

impl<'a> FromIterator<Option<&'a str>> for Links {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(links: I) -> Self {
        let mut column = Self::default();
        links.into_iter().for_each(|link| column.push(link));
        column
    }
}

/// A link up to its first part after the host that begins with a digit, else up to its last part; and the rest of it.
fn divided(link: &str) -> (&str, &str) {
    let host = link.find("://").map_or(0, |scheme| scheme + 3);
    let bytes = link.as_bytes();
    let parts = || (host..bytes.len()).filter(|at| bytes.get(*at) == Some(&b'/'));
    let number = parts().find(|slash| bytes.get(slash + 1).is_some_and(u8::is_ascii_digit));
    let end = number.or_else(|| parts().next_back()).map_or(0, |slash| slash + 1);
    link.split_at_checked(end).unwrap_or(("", link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_given_back_as_it_was_written_and_its_beginning_is_kept_once() {
        let all: Vec<String> = (0..2_000)
            .flat_map(|id| [format!("https://ci.example/d/{id}"), format!("https://cd.example/app/{id:x}/run")])
            .chain(["", "/", "7", "/7", "x", "https://é.example/9é/"].map(str::to_owned))
            .collect();
        let links: Vec<Option<&str>> = all.iter().map(|link| Some(link.as_str())).chain([None]).collect();
        let (some, others) = links.split_at(1_500);
        let mut column: Links = some.iter().copied().collect();
        column.append(&others.iter().copied().collect());
        for (row, link) in links.iter().enumerate() {
            assert_eq!(column.get(row).as_deref(), *link);
        }
        assert_eq!(column.get(links.len()), None);
        assert!(column.before.names().len() < 1_000, "{}", column.before.names().len());
        assert_eq!(divided("https://ci.example/d/17/log"), ("https://ci.example/d/", "17/log"));
        assert_eq!(divided("https://ci.example/runs/run-17"), ("https://ci.example/runs/", "run-17"));
        assert_eq!(divided("https://10.0.0.1/runs/17"), ("https://10.0.0.1/runs/", "17"));
        assert_eq!(divided("https://ci.example"), ("", "https://ci.example"));
    }
}
