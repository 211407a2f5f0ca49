//! A walk over a span in windows and pages, oldest first, independent of how many rows a service shows for one request.
//!
//! A service caps the length of a window and how deep its pages go. Each page begins at the instant of the last row
//! before it: some rows come twice, but none is lost even if rows are deleted meanwhile. Offsets are used only among
//! rows of one instant.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::absent::Listed;
use super::error::QueryError;
use crate::domain::event::Incident;
use crate::domain::time::{Span, Timestamp};

/// What is asked of a service about one incident, whatever pages its list has.
pub(in crate::sources) trait Questions: Sync {
    /// One incident by its id; none where it is no longer there.
    fn lookup(&self, id: &str) -> impl Future<Output = Result<Option<Incident>, QueryError>> + Send;

    /// Whether the address of one incident may be wrong, because the configuration gives it.
    fn may_ask_wrongly(&self) -> bool {
        false
    }

    /// Whether verdicts are read with a request per incident; else the list shows them.
    fn asks_each(&self) -> bool;

    /// How many requests [`Questions::complete`] makes for one incident, mostly.
    fn questions(&self) -> u64;

    /// The most requests that [`Questions::complete`] makes for one incident beyond [`Questions::questions`].
    fn further_questions(&self) -> u64 {
        0
    }

    /// Whether references to deployments are read at all.
    fn reads_references(&self) -> bool;

    /// Adds to a row what a page does not show.
    fn complete(&self, incident: Incident) -> impl Future<Output = Result<Incident, QueryError>> + Send;
}

/// A list of incidents, oldest first.
pub(in crate::sources) trait List: Questions {
    /// Where a reading of its pages is.
    type Pages: Pages<Self>;

    /// The pages of a span.
    fn pages(&self, span: Span) -> Self::Pages;

    /// The newest rows of a span: one page of them.
    fn newest(&self, span: Span) -> impl Future<Output = Result<Vec<Row>, QueryError>> + Send;

    /// How many rows a span has at most, and how many requests it takes to read them. Asks little.
    fn extent(&self, span: Span) -> impl Future<Output = Result<Extent, QueryError>> + Send;
}

/// How much there is to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sources) struct Extent {
    /// Rows, at most.
    pub(in crate::sources) rows: u64,
    /// Windows that the span is read in.
    pub(in crate::sources) windows: u64,
    /// Rows of a page.
    pub(in crate::sources) page: u64,
}

/// The pages of a list.
pub(in crate::sources) trait Pages<L: ?Sized>: Send {
    /// The next page, and up to when everything is read with it; nothing at the end.
    fn next(&mut self, list: &L) -> impl Future<Output = Result<Option<(Vec<Row>, Timestamp)>, QueryError>> + Send;

    /// How many entries were skipped so far: null ones, and those that do not say when they were made.
    fn skipped(&self) -> usize;

    /// Messages about the incidents so far.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A list that is asked for by windows of time and offsets.
pub(in crate::sources) trait Windows: Questions {
    /// The longest window in milliseconds.
    const LONGEST_MS: i64;
    /// Rows of a page.
    const PAGE: usize;
    /// The deepest that pages go: offset and page together.
    const DEEPEST: usize;
    /// Whether a page that is empty and says that there are more is wrong; else it is the end.
    const SAYS_MORE: bool;
    /// How far windows overlap, where a service does not say that both ends are within.
    const OVERLAP_MS: i64;

    /// The rows of a window from an offset on, in order of the instant at which the service made them.
    fn page(&self, window: Span, offset: usize, order: Order) -> impl Future<Output = Result<Page, QueryError>> + Send;
}

/// In which order a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Order {
    OldestFirst,
    NewestFirst,
}

/// The rows of one page, and whether the service says that there are more.
pub(in crate::sources) struct Page {
    pub(in crate::sources) rows: Vec<Row>,
    pub(in crate::sources) more: Option<bool>,
    /// Entries that are null, or that do not say when they were made.
    pub(in crate::sources) skipped: usize,
}

impl Page {
    /// A page of what a service listed. Null entries are skipped, and so are those that do not say when they were made.
    pub(in crate::sources) fn of<T>(listed: Listed<T>, more: Option<bool>, row: impl Fn(T) -> Row) -> Self {
        let shown = listed.rows.len() + listed.nulls;
        let rows: Vec<Row> = listed.rows.into_iter().map(row).filter(|row| !row.made_at.is_placeholder()).collect();
        Self { more, skipped: shown - rows.len(), rows }
    }
}

/// A row and when the service made it, which is not always when the incident began.
pub(in crate::sources) struct Row {
    pub(in crate::sources) made_at: Timestamp,
    pub(in crate::sources) incident: Incident,
}

/// Where a walk is.
pub(in crate::sources) struct Walk {
    window: Span,
    offset: usize,
    end: Timestamp,
    newest: Timestamp,
    skipped: usize,
    /// Ids of the pages before within the same window, folded, where this one goes on behind them.
    before: FxHashSet<u64>,
}

impl Walk {
    pub(in crate::sources) fn over<L: Windows>(span: Span) -> Self {
        let window = Span { from: span.from, to: window_end::<L>(span.from, span.to) };
        Self { window, offset: 0, end: span.to, newest: span.from, skipped: 0, before: FxHashSet::default() }
    }
}

impl<L: Windows> Pages<L> for Walk {
    fn skipped(&self) -> usize {
        self.skipped
    }

    async fn next(&mut self, list: &L) -> Result<Option<(Vec<Row>, Timestamp)>, QueryError> {
        if self.window.from >= self.end {
            return Ok(None);
        }
        let Page { rows, more, skipped } = list.page(self.window, self.offset, Order::OldestFirst).await?;
        self.skipped += skipped;
        let shown = rows.len() + skipped;
        let ids: Vec<String> = rows.iter().map(|row| row.incident.id.clone()).collect();
        if self.offset == 0 {
            self.before.clear();
        }
        if shown == 0 && more == Some(true) && L::SAYS_MORE {
            let words = "the service says that there are more incidents and shows none; run again later";
            return Err(QueryError::Here(words.into()));
        }
        if !self.before.insert(FxBuildHasher.hash_one(&ids)) && !ids.is_empty() {
            let (offset, shown) = (self.offset, ids.len());
            return Err(QueryError::Here(format!(
                "the service shows the same {shown} incidents again at offset {offset}, so its list has no end; run again later"
            )));
        }
        // A row outside the requested window does not show how far the list was read.
        let within = rows.iter().map(|row| row.made_at).filter(|at| *at <= self.window.to);
        self.newest = within.max().unwrap_or(self.newest).max(self.newest);
        if shown == 0 || !more.unwrap_or(shown >= L::PAGE) {
            let reached = self.window.to;
            let from = if reached >= self.end { reached } else { Timestamp(reached.0 - L::OVERLAP_MS) };
            self.window = Span { from, to: window_end::<L>(reached, self.end) };
            self.offset = 0;
            self.newest = self.newest.max(reached);
            return Ok(Some((rows, reached)));
        }
        // The next page begins at the instant of the last row, so that a row deleted meanwhile cannot make others be
        // skipped.
        let earlier = Timestamp(self.newest.0 - L::OVERLAP_MS);
        match [earlier, self.newest].into_iter().find(|at| *at > self.window.from) {
            Some(next) => (self.window.from, self.offset) = (next, 0),
            None => self.offset += shown,
        }
        if self.offset + L::PAGE > L::DEEPEST {
            let (most, at) = (L::DEEPEST, self.newest);
            let words = format!("more than {most} incidents were made at {at}; the service shows no more of them");
            return Err(QueryError::Here(words));
        }
        Ok(Some((rows, self.newest)))
    }
}

fn window_end<L: Windows>(from: Timestamp, end: Timestamp) -> Timestamp {
    Timestamp(from.0.saturating_add(L::LONGEST_MS - L::OVERLAP_MS)).min(end)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::*;

    /// Rows a few at an instant, behind pages of 10 of which only five are shown.
    struct Small {
        rows: Vec<i64>,
        asked: Mutex<Vec<(Span, usize)>>,
        ends_are_within: bool,
        /// Shows the same page of rows made at this instant, whatever is asked for.
        repeats: Option<i64>,
    }

    impl Small {
        fn of(rows: Vec<i64>, ends_are_within: bool) -> Self {
            Self { rows, asked: Mutex::default(), ends_are_within, repeats: None }
        }
    }

    impl Windows for Small {
        const SAYS_MORE: bool = true;
        const LONGEST_MS: i64 = 100_000;
        const PAGE: usize = 10;
        const DEEPEST: usize = 50;
        const OVERLAP_MS: i64 = 1_000;

        async fn page(&self, window: Span, offset: usize, _: Order) -> Result<Page, QueryError> {
            self.asked.lock().expect("a log").push((window, offset));
            assert!(window.to.0 - window.from.0 <= Self::LONGEST_MS && offset + Self::PAGE <= Self::DEEPEST);
            if let Some(made_at) = self.repeats {
                let incident = |id: usize| Incident { id: id.to_string(), ..Incident::default() };
                let rows = (0..Self::PAGE).map(|id| Row { made_at: Timestamp(made_at), incident: incident(id) });
                return Ok(Page { rows: rows.collect(), more: Some(true), skipped: 0 });
            }
            let within = |at: i64| {
                if self.ends_are_within {
                    window.from.0 <= at && at <= window.to.0
                } else {
                    window.from.0 < at && at < window.to.0
                }
            };
            let found = self.rows.iter().enumerate().filter(|(_, at)| within(**at)).skip(offset).take(Self::PAGE);
            let row = |(id, at): (usize, &i64)| Row {
                made_at: Timestamp(*at),
                incident: Incident { id: id.to_string(), ..Incident::default() },
            };
            Ok(Page { rows: found.map(row).collect(), more: None, skipped: 0 })
        }
    }

    impl Questions for Small {
        async fn lookup(&self, _: &str) -> Result<Option<Incident>, QueryError> {
            Ok(None)
        }

        fn asks_each(&self) -> bool {
            false
        }

        fn questions(&self) -> u64 {
            0
        }

        fn reads_references(&self) -> bool {
            false
        }

        async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
            Ok(incident)
        }
    }

    async fn ids(small: &Small, to: i64) -> Result<BTreeSet<String>, QueryError> {
        let mut walk = Walk::over::<Small>(Span { from: Timestamp(-1), to: Timestamp(to) });
        let mut ids = BTreeSet::new();
        while let Some((rows, _)) = walk.next(small).await? {
            ids.extend(rows.into_iter().map(|row| row.incident.id));
        }
        Ok(ids)
    }

    #[tokio::test]
    async fn no_row_is_lost_over_windows_and_depths() {
        for ends_are_within in [true, false] {
            let rows: Vec<i64> = (0..900).map(|nth| nth / 3 * 997).collect();
            let small = Small::of(rows, ends_are_within);
            let found = ids(&small, 300_000).await.expect("read");
            assert_eq!(found.len(), 900);
        }
    }

    #[tokio::test]
    async fn more_rows_at_one_instant_than_the_service_shows_are_reported() {
        let small = Small::of(vec![5_000; 60], true);
        let said = ids(&small, 90_000).await.expect_err("too many");
        assert!(matches!(said, QueryError::Here(text) if text.contains("more than 50 incidents")));
    }

    #[tokio::test]
    async fn a_list_that_repeats_itself_ends_with_a_sentence_wherever_its_rows_are_dated() {
        for made_at in [50_000, -900_000, 900_000_000] {
            let list = Small { repeats: Some(made_at), ..Small::of(Vec::new(), true) };
            let mut walk = Walk::over::<Small>(Span { from: Timestamp(0), to: Timestamp(90_000) });
            let mut pages = 0;
            let said = loop {
                match walk.next(&list).await {
                    Ok(page) => assert!(page.is_some(), "the service says that there is more"),
                    Err(said) => break said,
                }
                pages += 1;
                assert!(pages < 10, "it goes on");
            };
            assert!(
                matches!(said, QueryError::Here(text) if text.contains("the same 10 incidents again")),
                "{made_at}"
            );
        }
    }
}
