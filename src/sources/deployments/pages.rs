//! The pages of a list, one after the other, until there is none or the list repeats itself. If rows are deleted
//! during the reading, the list is read again.

use super::{Named, Page, System};
use crate::domain::time::Timestamp;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::json::reader::{ListReading, MOST_READINGS, MOVED, PageShown};

/// Where a reading is.
pub(super) struct Pages<'a, S: System> {
    pub(super) system: &'a S,
    pub(super) api: &'a Api,
    pub(super) list: &'a Named<S::Place>,
    pub(super) from: Timestamp,
    next: Option<String>,
    now: ListReading,
    /// How often the list was read again.
    again: usize,
    is_over: bool,
    /// How many rows the system counts but does not list.
    pub(super) missing: u64,
}

impl<'a, S: System> Pages<'a, S> {
    pub(super) fn new(system: &'a S, api: &'a Api, list: &'a Named<S::Place>, from: Timestamp) -> Self {
        let now = ListReading::default();
        Self { system, api, list, from, next: None, now, again: 0, is_over: false, missing: 0 }
    }

    /// The next page; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, QueryError> {
        if self.is_over {
            return Ok(None);
        }
        let mut page = self.system.page(self.api, self.list, self.from, self.next.as_deref()).await?;
        let has_moved = page.overlaps && page.rows.first().is_none_or(|row| !self.now.has(&row.id));
        let ids = page.rows.iter().map(|row| row.id.as_str()).collect();
        let shown = PageShown { ids, skipped: page.skipped, total: page.total, more: page.next.is_some() };
        self.now.take(&shown, "deployment")?;
        let further = page.next.take();
        // Only a list that was read to its end can be compared with its total.
        let total = page.total.filter(|_| further.is_none());
        let missing = if total.is_some() { self.now.missing() } else { 0 };
        if has_moved || (missing > 0 && self.now.has_lost_rows()) {
            // Rows were deleted while the list was read, so other rows may have been missed.
            self.again += 1;
            if self.again >= MOST_READINGS {
                return Err(QueryError::Here(MOVED.into()));
            }
            (self.next, self.now) = (None, ListReading::default());
            return Ok(Some(page));
        }
        if let Some(error) = page.may_go_on.take().filter(|_| total.is_none() || missing > 0) {
            return Err(error);
        }
        self.missing = missing;
        self.is_over = further.is_none();
        self.next = further;
        Ok(Some(page))
    }

    /// How many entries of the list were skipped. A list that was read again counts once.
    pub(super) fn skipped(&self) -> usize {
        self.now.skipped()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tokio::sync::mpsc;

    use super::*;
    use crate::domain::kind::DeploymentKind;
    use crate::sources::deployments::Row;
    use crate::sources::deployments::testing::plan;
    use crate::sources::incidents::api::Dialect;

    /// Shows pages: the ids of each, how many entries it skips, and the number of rows that it counts. The last page of
    /// each reading names no next one.
    #[derive(Debug, Clone)]
    struct Shows {
        readings: &'static [&'static [(&'static [&'static str], usize, u64)]],
        may_go_on: bool,
        /// How many readings began.
        begun: Arc<Mutex<usize>>,
    }

    impl Shows {
        fn of(readings: &'static [&'static [(&'static [&'static str], usize, u64)]]) -> Self {
            Self { readings, may_go_on: false, begun: Arc::default() }
        }
    }

    impl System for Shows {
        const LISTS: &'static str = "lists";
        type Place = ();

        fn source(&self) -> &'static str {
            "shows"
        }

        fn kind(&self) -> DeploymentKind {
            DeploymentKind::Deployments
        }

        fn dialect(&self) -> Dialect {
            Dialect {
                service: "Shows",
                scheme: crate::http::Scheme::Behind("Bearer "),
                or_scheme: None,
                headers: &[],
                scope: |_| "",
            }
        }

        fn digest(&self) -> Value {
            json!(null)
        }

        async fn lists(&self, _: &Api) -> Result<Vec<Named<()>>, QueryError> {
            Ok(Vec::new())
        }

        async fn page(&self, _: &Api, _: &Named<()>, _: Timestamp, next: Option<&str>) -> Result<Page, QueryError> {
            let reading = {
                let mut begun = self.begun.lock().expect("a number");
                *begun += usize::from(next.is_none());
                self.readings[(*begun - 1).min(self.readings.len() - 1)]
            };
            let nth: usize = next.map_or(0, |next| next.parse().expect("a number"));
            let (ids, skipped, total) = reading[nth];
            let rows = ids.iter().map(|id| Row { id: (*id).to_owned(), ..Row::default() }).collect();
            let next = (nth + 1 < reading.len()).then(|| (nth + 1).to_string());
            let lacks = next.is_none() && self.may_go_on;
            let may_go_on = lacks.then(|| QueryError::Here("it may go on".into()));
            Ok(Page { rows, next, skipped, total: Some(total), may_go_on, ..Page::default() })
        }
    }

    /// The result of a reading: how often the list was read, and how many rows are missing and skipped.
    async fn read(system: &Shows) -> Result<(usize, u64, usize), QueryError> {
        let (events, _heard) = mpsc::channel(1);
        let clock: crate::http::Clock = Arc::new(|| Timestamp(0));
        let api = Api::new(&plan("http://127.0.0.1:9"), None, system.dialect(), clock, &events).expect("an API");
        let list = Named { name: "list".to_owned(), repo: None, place: () };
        let mut pages = Pages::new(system, &api, &list, Timestamp(0));
        while pages.next().await?.is_some() {}
        let begun = *system.begun.lock().expect("a number");
        Ok((begun, pages.missing, pages.skipped()))
    }

    #[tokio::test]
    async fn a_list_that_loses_rows_in_every_reading_is_an_error_and_not_a_notice() {
        let system = Shows::of(&[&[(&["a", "b"], 0, 5), (&["d"], 0, 4)]]);
        assert_eq!(read(&system).await, Err(QueryError::Here(MOVED.into())));
        let system = Shows::of(&[&[(&["a", "b"], 0, 5), (&["d"], 0, 4)], &[(&["a", "b"], 0, 4), (&["c", "d"], 0, 4)]]);
        assert_eq!(read(&system).await, Ok((2, 0, 0)));
    }

    #[tokio::test]
    async fn a_list_that_grows_is_read_once_and_has_no_missing_rows() {
        let system = Shows::of(&[&[(&["d", "c"], 0, 4), (&["c", "b"], 0, 5), (&["a"], 0, 5)]]);
        assert_eq!(read(&system).await, Ok((1, 0, 0)));
    }

    #[tokio::test]
    async fn skipped_entries_of_a_list_that_is_read_again_count_once() {
        let system = Shows::of(&[&[(&["a"], 1, 5), (&["d"], 1, 4)], &[(&["a"], 1, 4), (&["c"], 1, 4)]]);
        assert_eq!(read(&system).await, Ok((2, 0, 2)));
    }

    #[tokio::test]
    async fn a_total_that_equals_the_rows_disproves_that_a_list_may_go_on() {
        let may_go_on = |total: Shows| Shows { may_go_on: true, ..total };
        assert_eq!(read(&may_go_on(Shows::of(&[&[(&["a", "b"], 0, 2)]]))).await, Ok((1, 0, 0)));
        let error = read(&may_go_on(Shows::of(&[&[(&["a", "b"], 0, 3)]]))).await;
        assert_eq!(error, Err(QueryError::Here("it may go on".into())));
    }
}
