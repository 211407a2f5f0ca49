//! The size of a page: halved where GitHub cannot answer in time, doubled again after some good pages.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde_json::Value;

use super::error::QueryError;
use super::queries::PAGE;

const SMALLEST: u32 = 5;
/// Good pages before the next is larger again.
const GOOD_PAGES: u32 = 3;
/// How often the smallest page is asked for.
const LAST_TRIES: u32 = 3;
/// How often a list may show the same page,
const MOST_ALIKE: u32 = 10;
/// and how often an empty one.
const MOST_EMPTY: u32 = 1_000;

/// The size of the next page of one list.
#[derive(Debug)]
pub(super) struct PageSize {
    now: u32,
    most: u32,
    good: u32,
    failures: u32,
    /// What the pages of this list were asked with, but for their size, folded.
    asked: FxHashSet<u64>,
    /// What they held, folded, and how many entries in all.
    held: FxHashMap<u64, u32>,
    entries: u64,
}

impl Default for PageSize {
    fn default() -> Self {
        Self::of(PAGE)
    }
}

impl PageSize {
    /// So many at first, and never more.
    pub(super) fn of(most: u32) -> Self {
        Self {
            now: most,
            most,
            good: 0,
            failures: 0,
            asked: FxHashSet::default(),
            held: FxHashMap::default(),
            entries: 0,
        }
    }

    /// Takes note of what the next page is asked with, but for its size.
    ///
    /// # Errors
    /// A cursor leads back to a page that was there before: the list has no end.
    pub(super) fn goes_on(&mut self, asked: &Value) -> Result<(), QueryError> {
        if asked["after"].is_null() {
            self.asked.clear();
            self.held.clear();
            self.entries = 0;
        }
        if !self.asked.insert(FxBuildHasher.hash_one(asked.to_string())) {
            return Err(endless("returned the same cursor twice"));
        }
        Ok(())
    }

    /// Takes note of what a page holds: the first list in it that has further pages.
    ///
    /// # Errors
    /// The list shows the same page again and again, or more entries than it says it has.
    pub(super) fn holds(&mut self, data: &Value) -> Result<(), QueryError> {
        let Some(list) = paged(data) else { return Ok(()) };
        let nodes = &list["nodes"];
        self.entries += nodes.as_array().map_or(0, |nodes| nodes.len() as u64);
        let total = list["totalCount"].as_u64().unwrap_or(u64::MAX);
        // Entries may come and go while the list is read.
        if self.entries > total.saturating_mul(2).saturating_add(u64::from(PAGE)) {
            return Err(endless(&format!("returned {} entries, but totalCount is {total}", self.entries)));
        }
        // GitHub shows empty pages of a list that goes on, where it hides their entries.
        let is_empty = nodes.as_array().is_none_or(Vec::is_empty);
        let most = if is_empty { MOST_EMPTY } else { MOST_ALIKE };
        let times = self.held.entry(FxBuildHasher.hash_one(nodes.to_string())).or_default();
        *times += 1;
        if *times > most { Err(endless(&format!("returned the same page more than {most} times"))) } else { Ok(()) }
    }

    /// How many to ask for.
    pub(super) fn first(&self) -> u32 {
        self.now
    }

    /// A page came.
    pub(super) fn came(&mut self) {
        self.failures = 0;
        self.good += 1;
        if self.good >= GOOD_PAGES && self.now < self.most {
            self.now = (self.now * 2).min(self.most);
            self.good = 0;
        }
    }

    /// A page was too much; says how many times in a row, from 0, or gives up with the cause.
    pub(super) fn was_too_much(&mut self, cause: &str) -> Result<u32, QueryError> {
        self.good = 0;
        if self.now == SMALLEST && self.failures >= LAST_TRIES {
            return Err(QueryError::Here(format!(
                "GitHub cannot answer even for {SMALLEST} at a time ({cause}); run again later"
            )));
        }
        // Counted from the smallest page on: before it, every failure makes the page smaller.
        self.failures = if self.now == SMALLEST { self.failures + 1 } else { 0 };
        self.now = (self.now / 2).max(SMALLEST);
        Ok(self.failures)
    }
}

fn endless(what: &str) -> QueryError {
    QueryError::Here(format!("GitHub's pagination {what}, so the list has no end; run again later"))
}

/// The list of a reply that goes on: the outermost with entries and pages.
fn paged(value: &Value) -> Option<&Value> {
    let fields = value.as_object()?;
    if value["pageInfo"]["hasNextPage"] == true && fields.contains_key("nodes") {
        return Some(value);
    }
    fields.values().find_map(paged)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_halved_down_to_five_then_given_up_and_grows_back() {
        let mut size = PageSize::default();
        let mut sizes = vec![size.first()];
        while size.was_too_much("502").is_ok() {
            sizes.push(size.first());
        }
        assert_eq!(sizes, [100, 50, 25, 12, 6, 5, 5, 5, 5]);
        let mut size = PageSize::default();
        size.was_too_much("502").expect("smaller");
        for wanted in [50, 50, 100, 100] {
            size.came();
            assert_eq!(size.first(), wanted);
        }
    }

    #[test]
    fn a_repeated_cursor_ends_pagination() {
        let mut size = PageSize::default();
        let ask = |after: Option<&str>| json!({"oid": "a1", "after": after, "first": 0});
        for after in [None, Some("x"), Some("y"), Some("z")] {
            size.goes_on(&ask(after)).expect("a new page");
        }
        assert!(matches!(size.goes_on(&ask(Some("x"))), Err(QueryError::Here(said)) if said.contains("no end")));
        // The same list from its beginning is another reading.
        size.goes_on(&ask(None)).expect("a new reading");
        size.goes_on(&ask(Some("x"))).expect("a new page");
    }

    #[test]
    fn repeated_pages_and_too_many_entries_end_pagination() {
        let page = |nodes: Value, total: Option<u64>| json!({"repository": {"deployments": {"pageInfo": {"hasNextPage": true}, "nodes": nodes, "totalCount": total}}});
        let mut size = PageSize::default();
        let alike = (0..50).find(|_| size.holds(&page(json!([{"id": 1}]), None)).is_err());
        assert_eq!(alike, Some(10));
        let mut size = PageSize::default();
        let fresh = |nth: u64| json!((0..100).map(|at| nth * 100 + at).collect::<Vec<u64>>());
        let more = (0..50).find(|nth| size.holds(&page(fresh(*nth), Some(250))).is_err());
        assert_eq!(more, Some(6), "600 entries are shown of 250");
        let mut size = PageSize::default();
        assert!((0..500).all(|nth| size.holds(&page(fresh(nth), None)).is_ok()), "a long list is no circle");
    }
}
