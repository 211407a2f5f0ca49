//! Reads the pages of made-up lists and checks the result.

use super::*;
use crate::domain::event::Incident;
use crate::sources::json::description::{Counts, text};
use crate::sources::json::place::Place;
use crate::sources::{grafana_irm, incident_io};

/// A page with the incidents made at these instants, and the number of incidents that it counts.
fn page(made_at: &[i64], total: Option<u64>) -> Turned {
    let incident = |at: &i64| Incident { id: at.to_string(), ..Incident::default() };
    let rows = made_at.iter().map(|at| Row { made_at: Timestamp(*at), incident: incident(at) }).collect();
    Turned { rows, skipped: 0, more: true, unsure: 0, total, is_full: true, overlaps: false }
}

/// The last page.
fn last(made_at: &[i64], total: Option<u64>) -> Turned {
    Turned { more: false, ..page(made_at, total) }
}

/// By page number, which may be wrong if it is configured.
fn by_page(is_configured: bool, sorted: Sorted) -> Description {
    let paging = Paging::Offset { parameter: text("page"), counts: Counts::Pages(1), more: Some(Place::at("/next")) };
    Description { is_configured, paging, sorted, longest_ms: None, ..incident_io::description() }
}

/// A reading after these pages; with up to when everything was read after each of them.
fn read(it: &Description, pages: Vec<Turned>) -> Result<(Turns, Vec<i64>), QueryError> {
    let ListPages::Turns(mut turns) = ListPages::over(it, Span { from: Timestamp(0), to: Timestamp(1_000) }) else {
        panic!("by time windows")
    };
    let mut reached = Vec::new();
    for page in pages {
        let window = turns.windows.last().copied().expect("the list has ended");
        reached.push(turns.take(it, window, page)?.1.0);
    }
    Ok((*turns, reached))
}

/// What a list ends with: how many incidents are missing, skipped and unsure.
fn ended(it: &Description, pages: Vec<Turned>) -> Result<(u64, usize, usize), QueryError> {
    let (turns, _) = read(it, pages)?;
    assert!(turns.windows.is_empty(), "the list goes on");
    Ok((turns.missing, turns.skipped, turns.unsure))
}

fn here(error: QueryError) -> String {
    let QueryError::Here(cause) = error else { panic!("{error:?}") };
    cause
}

#[test]
fn a_list_that_loses_rows_in_every_reading_is_an_error_and_not_a_notice() {
    let it = by_page(true, Sorted::Unknown);
    let reading = || [page(&[1, 2], Some(5)), Turned { is_full: false, ..last(&[4], Some(4)) }];
    let pages: Vec<Turned> = (0..MOST_READINGS).flat_map(|_| reading()).collect();
    assert_eq!(here(ended(&it, pages).expect_err("rows are missing")), MOVED);
    let whole = [page(&[1, 2], Some(4)), last(&[3, 4], Some(4))];
    assert_eq!(ended(&it, reading().into_iter().chain(whole).collect()), Ok((0, 0, 0)));
}

#[test]
fn a_list_that_grows_is_read_once_and_has_no_missing_rows() {
    let it = by_page(true, Sorted::NewestFirst);
    let pages = vec![page(&[4, 3], Some(4)), page(&[3, 2], Some(5)), last(&[1], Some(5))];
    assert_eq!(ended(&it, pages), Ok((0, 0, 0)));
}

#[test]
fn a_list_by_page_number_is_resumed_after_its_first_page() {
    let it = by_page(true, Sorted::OldestFirst);
    let (_, reached) = read(&it, vec![page(&[1, 2], None), page(&[4, 5], None), page(&[6, 7], None)]).expect("read");
    assert_eq!(reached, [2, 2, 2], "the row 3 may be hidden");
    let by_rows = Paging::Offset { parameter: text("offset"), counts: Counts::Rows, more: None };
    let it = Description { paging: by_rows, ..it };
    let checked = |made_at: &[i64]| Turned { overlaps: true, ..page(made_at, None) };
    let (_, reached) = read(&it, vec![page(&[1, 2], None), checked(&[2, 3]), checked(&[3, 4])]).expect("read");
    assert_eq!(reached, [2, 3, 4]);
    let (_, reached) = read(&it, vec![page(&[1], None), page(&[3], None), checked(&[3, 4])]).expect("read");
    assert_eq!(reached, [1, 1, 1], "pages of one row do not overlap");
}

#[test]
fn a_row_that_is_deleted_before_a_full_last_page_has_the_list_read_again() {
    let it = grafana_irm::description();
    let it = Description { longest_ms: None, ..it };
    let (turns, reached) = read(&it, vec![page(&[5, 4], Some(5)), last(&[2, 1], Some(4))]).expect("read");
    assert_eq!((turns.windows.len(), turns.now.again, reached), (1, 1, vec![0, 0]));
}

#[test]
fn a_service_that_counts_hidden_incidents_on_every_page_is_not_refused_for_a_full_last_page() {
    let pages = || vec![page(&[6, 5], Some(7)), last(&[4, 3], Some(7))];
    assert_eq!(ended(&by_page(false, Sorted::NewestFirst), pages()), Ok((3, 0, 0)));
    let words = here(ended(&by_page(true, Sorted::NewestFirst), pages()).expect_err("a place may be wrong"));
    assert!(words.contains("the service counts 3 more incidents than it lists"), "{words}");
    assert!(words.contains("check `next` and `total`"), "{words}");
}

#[test]
fn a_full_last_page_without_a_cursor_is_checked_with_a_request_from_its_newest_incident_on() {
    let it = incident_io::description();
    let full = || vec![page(&[1, 2], Some(5)), last(&[3, 4], Some(5))];
    let (turns, reached) = read(&it, full()).expect("read");
    assert_eq!(turns.windows, [Span { from: Timestamp(4), to: Timestamp(1_000) }]);
    assert_eq!(reached, [2, 4]);
    let rest = |made_at: &[i64]| Turned { is_full: false, ..last(made_at, Some(1)) };
    let with = |page: Turned| full().into_iter().chain([page]).collect();
    assert_eq!(ended(&it, with(rest(&[4]))), Ok((1, 0, 0)), "the fifth is hidden");
    assert_eq!(ended(&it, with(rest(&[4, 5]))), Ok((0, 0, 0)), "the token was lost");
    let words = here(ended(&it, with(last(&[4], Some(5)))).expect_err("as full, and no further"));
    assert!(
        words.ends_with(
            "the service counts 1 more incident than it lists, but its last page is full and does not \
             name a next page; run again later"
        ),
        "{words}"
    );
}

#[test]
fn a_full_page_without_a_header_is_the_last_one_if_the_total_says_so() {
    let it = Description { paging: Paging::Link(None), is_configured: true, ..by_page(true, Sorted::Unknown) };
    assert_eq!(ended(&it, vec![page(&[2, 1], Some(4)), last(&[4, 3], Some(4))]), Ok((0, 0, 0)));
    let words = here(ended(&it, vec![last(&[1, 2], None)]).expect_err("it may go on"));
    assert!(words.contains("the page has 2 rows, and `page_size` is 250"), "{words}");
    assert!(words.contains("set `page_size` to more than 250, or set `total`"), "{words}");
}

#[test]
fn what_is_said_of_a_list_that_is_read_again_counts_its_rows_once() {
    let it = by_page(false, Sorted::Unknown);
    let of = |page: Turned| Turned { skipped: 1, unsure: 1, is_full: false, ..page };
    let pages =
        vec![of(page(&[1], Some(5))), of(last(&[4], Some(4))), of(page(&[1], Some(4))), of(last(&[3], Some(4)))];
    assert_eq!(ended(&it, pages), Ok((0, 2, 2)));
}

#[test]
fn one_incident_is_not_called_incidents() {
    let pages = vec![Turned { unsure: 1, is_full: false, ..last(&[1], Some(2)) }];
    let (turns, _) = read(&by_page(false, Sorted::Unknown), pages).expect("read");
    let notices = Pages::<Listing<'_>>::notices(&ListPages::Turns(Box::new(turns)));
    assert!(
        notices[0].contains("part of the history of 1 incident. The end is not in this part, so its end"),
        "{}",
        notices[0]
    );
    assert!(notices[1].contains("the service counts 1 more incident than it lists"), "{}", notices[1]);
}
