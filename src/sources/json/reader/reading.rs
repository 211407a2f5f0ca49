//! One reading of a list, page by page: which rows it has shown, how many the service counts, and signs that it has no
//! end.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::sources::event::counted;
use crate::sources::incidents::error::QueryError;

/// The maximum number of pages of a list.
const MOST_PAGES: usize = 10_000;
/// The maximum number of pages in a row without a row, if they name a next page.
const MOST_EMPTY: usize = 50;

/// How many times a list is read if rows are deleted from it during each reading.
pub(in crate::sources) const MOST_READINGS: usize = 3;

/// What the pages of one reading say about the number of rows of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Totals {
    first: Option<u64>,
    last: Option<u64>,
    most: Option<u64>,
    has_fallen: bool,
}

impl Totals {
    /// Adds the total of a page.
    fn take(&mut self, total: Option<u64>) {
        let Some(total) = total else { return };
        self.has_fallen |= self.last.is_some_and(|last| total < last);
        self.first = self.first.or(Some(total));
        self.last = Some(total);
        self.most = self.most.max(Some(total));
    }

    /// How many rows the service counts but did not list. Rows added since the first page may be absent.
    fn missing(self, listed: usize) -> u64 {
        let counted = if self.has_fallen { self.most } else { self.first };
        counted.map_or(0, |counted| counted.saturating_sub(u64::try_from(listed).unwrap_or(u64::MAX)))
    }
}

/// Why a list was not read to its end.
pub(in crate::sources) const MOVED: &str =
    "rows of the list were deleted during each reading, so others may be missing; run again later";

/// What a page of a list shows.
pub(in crate::sources) struct PageShown<'p> {
    /// The ids of its rows.
    pub(in crate::sources) ids: Vec<&'p str>,
    /// How many of its entries are not rows.
    pub(in crate::sources) skipped: usize,
    /// How many rows the list has, if the page says so.
    pub(in crate::sources) total: Option<u64>,
    /// Whether it names a next page.
    pub(in crate::sources) more: bool,
}

/// One reading of a list.
#[derive(Default)]
pub(in crate::sources) struct ListReading {
    pages: usize,
    empty: usize,
    /// The pages so far, by their ids.
    seen: FxHashSet<u64>,
    ids: FxHashSet<u64>,
    skipped: usize,
    totals: Totals,
    /// Whether it continues after the end of another reading.
    is_rest: bool,
}

impl ListReading {
    /// Takes a page; an error if it shows that the list has no end. `unit` is a row, for example "incident".
    pub(in crate::sources) fn take(&mut self, page: &PageShown<'_>, unit: &str) -> Result<(), QueryError> {
        self.pages += 1;
        self.skipped += page.skipped;
        if !self.is_rest {
            self.totals.take(page.total);
        }
        self.empty = if page.ids.is_empty() { self.empty + 1 } else { 0 };
        let endless = if !page.more {
            None
        } else if !page.ids.is_empty() && !self.seen.insert(FxBuildHasher.hash_one(&page.ids)) {
            let shown = counted(page.ids.len(), unit);
            Some(format!(
                "the service shows the same {shown} again, so its list has no end; run again later, or check how a list that \
                 you configured is paged"
            ))
        } else if self.empty >= MOST_EMPTY {
            Some(format!(
                "{MOST_EMPTY} pages in a row have no {unit}s and name a next page; check how the list is paged, or run again \
                 later"
            ))
        } else if self.pages >= MOST_PAGES {
            Some(format!("the list has more than {MOST_PAGES} pages; fetch a shorter history with `--since`"))
        } else {
            None
        };
        self.ids.extend(page.ids.iter().map(|id| FxBuildHasher.hash_one(id)));
        endless.map_or(Ok(()), |words| Err(QueryError::Here(words)))
    }

    /// How many pages were read.
    pub(in crate::sources) fn pages(&self) -> usize {
        self.pages
    }

    /// Whether a row with this id was shown.
    pub(in crate::sources) fn has(&self, id: &str) -> bool {
        self.ids.contains(&FxBuildHasher.hash_one(id))
    }

    /// How many entries are not rows.
    pub(in crate::sources) fn skipped(&self) -> usize {
        self.skipped
    }

    /// How many rows the service counts but does not list.
    pub(in crate::sources) fn missing(&self) -> u64 {
        self.totals.missing(self.ids.len() + self.skipped)
    }

    /// Whether rows were deleted during the reading. If not, the service counts rows that it does not show.
    pub(in crate::sources) fn has_lost_rows(&self) -> bool {
        self.totals.has_fallen
    }

    /// A reading that continues after the end of this one. It keeps the ids and totals: those of its pages are of a
    /// shorter list.
    pub(in crate::sources) fn rest(self) -> Self {
        let Self { ids, skipped, totals, .. } = self;
        Self { ids, skipped, totals, is_rest: true, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page<'p>(ids: &[&'p str], more: bool) -> PageShown<'p> {
        PageShown { ids: ids.to_vec(), skipped: 0, total: None, more }
    }

    /// How many pages are read before one is refused, and why.
    fn refused<'p>(pages: impl Iterator<Item = PageShown<'p>>) -> Option<(usize, String)> {
        let mut reading = ListReading::default();
        pages.enumerate().find_map(|(nth, page)| match reading.take(&page, "build") {
            Err(QueryError::Here(cause)) => Some((nth, cause)),
            _ => None,
        })
    }

    fn totals(of_pages: &[u64]) -> Totals {
        let mut totals = Totals::default();
        for total in of_pages {
            totals.take(Some(*total));
        }
        totals
    }

    #[test]
    fn a_list_has_lost_rows_only_if_a_page_counts_fewer_than_the_page_before() {
        for (of_pages, listed, has_fallen, missing) in [
            (&[300, 300][..], 300, false, 0),
            (&[300, 301], 300, false, 0),
            (&[300, 301], 299, false, 1),
            (&[300, 299], 299, true, 1),
            (&[300, 301, 300], 300, true, 1),
            (&[], 3, false, 0),
        ] {
            let totals = totals(of_pages);
            assert_eq!((totals.has_fallen, totals.missing(listed)), (has_fallen, missing), "{of_pages:?}");
        }
    }

    #[test]
    fn a_list_without_an_end_is_refused() {
        let again = ["a", "b", "a"].into_iter().map(|id| page(&[id], true));
        let (nth, cause) = refused(again).expect("refused");
        assert!(nth == 2 && cause.contains("the same 1 build again"), "{nth} {cause}");
        let (nth, cause) = refused((0..).map(|_| page(&[], true))).expect("refused");
        assert!(nth + 1 == MOST_EMPTY && cause.contains("have no builds"), "{nth} {cause}");
        let ids: Vec<String> = (0..MOST_PAGES).map(|id| id.to_string()).collect();
        let (nth, cause) = refused(ids.iter().map(|id| page(&[id], true))).expect("refused");
        assert!(nth + 1 == MOST_PAGES && cause.contains("--since"), "{nth} {cause}");
    }

    #[test]
    fn a_list_with_an_end_is_read_even_if_its_last_page_was_shown_before() {
        let pages = [page(&["a"], true), page(&[], true), page(&["a"], false)];
        assert_eq!(refused(pages.into_iter()), None);
    }
}
