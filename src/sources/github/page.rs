//! The size of a page: halved where GitHub cannot answer in time, doubled again after some good pages.

use serde_json::Value;

use super::error::QueryError;
use super::queries::PAGE;

const SMALLEST: u32 = 5;
/// Good pages before the next is larger again.
const GOOD_PAGES: u32 = 3;
/// How often the smallest page is asked for.
const LAST_TRIES: u32 = 3;

/// The size of the next page of one list.
#[derive(Debug)]
pub(super) struct PageSize {
    now: u32,
    most: u32,
    good: u32,
    failures: u32,
    /// What the last page was asked with, but for its size.
    answered: Option<Value>,
}

impl Default for PageSize {
    fn default() -> Self {
        Self::of(PAGE)
    }
}

impl PageSize {
    /// So many at first, and never more.
    pub(super) fn of(most: u32) -> Self {
        Self { now: most, most, good: 0, failures: 0, answered: None }
    }

    /// Takes note of what the next page is asked with, but for its size.
    ///
    /// # Errors
    /// The last page was answered with a cursor that leads to itself: its list has no end.
    pub(super) fn goes_on(&mut self, asked: Value) -> Result<(), QueryError> {
        let repeats = !asked["after"].is_null() && self.answered.as_ref() == Some(&asked);
        self.answered = Some(asked);
        if repeats {
            return Err(QueryError::Here(
                "GitHub's list leads back to the same page, so it has no end; run again later".into(),
            ));
        }
        Ok(())
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

#[cfg(test)]
mod tests {
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
}
