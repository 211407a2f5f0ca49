//! An upper bound of how many incidents a list has, found by doubling the offset (exponential search).

use super::error::{QueryError, SourceError};
use super::walk::{Extent, List, Order, Windows};
use super::{Known, Plan};
use crate::domain::time::{Span, Timestamp};
use crate::sources::estimate::{Estimate, RequestEstimate};

/// Windows shorter than this are not split.
const SHORTEST_MS: i64 = 1_000;
/// No list takes so many requests to be estimated.
const MOST_ASKED: u32 = 1_000;

/// What reading a list takes: the pages of a first run, and what a later run asks of the incidents that are known.
pub(in crate::sources) async fn extent<L: List>(
    list: &L,
    scope: &str,
    plan: &Plan,
    known: &Known,
) -> Result<Estimate, QueryError> {
    let Extent { rows: incidents, windows, page } = list.extent(Span { from: plan.since, to: plan.began }).await?;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let (pages, each) = (incidents.div_ceil(page), list.questions());
    let usual = RequestEstimate { requests: windows + pages + incidents * each, points: 0 };
    // Pages overlap where many incidents began within a second. Known ones are asked for by themselves.
    let each = each + list.further_questions();
    let again = count(known.unsettled.len()) * (1 + each) + count(known.undecided.len()) * (1 + each);
    // A row that two pages show is completed twice.
    let most = RequestEstimate { requests: windows + (2 + each) * pages + incidents * each + again, points: 0 };
    Ok(Estimate { scope: scope.to_owned(), incidents, usual, most, ..Estimate::default() })
}

/// How many rows a span has at most, where a list is asked for by windows and offsets.
pub(super) async fn windows_extent<L: Windows>(list: &L, span: Span) -> Result<Extent, QueryError> {
    let (mut rows, mut windows, mut from) = (0, 0, span.from);
    while from < span.to {
        let to = Timestamp(from.0.saturating_add(L::LONGEST_MS - L::OVERLAP_MS)).min(span.to);
        rows += at_most(list, Span { from, to }).await?;
        windows += 1;
        from = to;
    }
    Ok(Extent { rows, windows, page: u64::try_from(L::PAGE).unwrap_or(u64::MAX) })
}

/// An estimate, or why there is none; an error where nothing else can be asked either.
pub(in crate::sources) fn estimated(
    found: Result<Estimate, QueryError>,
    scope: String,
) -> Result<Estimate, SourceError> {
    found.or_else(|error| {
        let (problem, is_denied) = error.reason()?;
        Ok(Estimate { scope, problem: Some(problem), is_denied, ..Estimate::default() })
    })
}

/// How many rows a window has at most: never fewer than there are, and less than twice as many or a page more.
async fn at_most<L: Windows>(list: &L, window: Span) -> Result<u64, QueryError> {
    let (mut open, mut total, mut asked) = (vec![window], 0, 0);
    while let Some(window) = open.pop() {
        let (mut offset, mut before) = (0, Vec::new());
        loop {
            let page = list.page(window, offset, Order::OldestFirst).await?;
            let shown = page.rows.len() + page.skipped;
            let ids: Vec<String> = page.rows.into_iter().map(|row| row.incident.id).collect();
            asked += 1;
            if asked > MOST_ASKED || (offset > 0 && !ids.is_empty() && ids == before) {
                let words = format!(
                    "the service shows the same incidents again at offset {offset}, so its list has no end; run again later"
                );
                return Err(QueryError::Here(words));
            }
            before = ids;
            if shown == 0 || !page.more.unwrap_or(shown >= L::PAGE) {
                total += offset + shown;
                break;
            }
            let next = if offset == 0 { L::PAGE } else { 2 * offset };
            if next + L::PAGE <= L::DEEPEST {
                offset = next;
                continue;
            }
            let middle = Timestamp(window.from.0 + (window.to.0 - window.from.0) / 2);
            if window.to.0 - window.from.0 < SHORTEST_MS {
                total += L::DEEPEST;
            } else {
                open.extend([Span { from: window.from, to: middle }, Span { from: middle, to: window.to }]);
            }
            break;
        }
    }
    Ok(u64::try_from(total).unwrap_or(u64::MAX))
}
