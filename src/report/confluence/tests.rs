//! The page as a whole.

use super::{has_figures, render};
use crate::report::notes::{Action, Notes};
use crate::report::{Provenance, sample};

#[test]
fn the_page_shows_figures_and_says_what_is_not_known() {
    let action = Action {
        what: "Close <b>all</b> & more".to_owned(),
        owner: Some("\"ops\"".to_owned()),
        due: "2026-10-31".parse().ok(),
        aim: None,
    };
    let notes =
        Notes { comment: Some("It's <i>fine</i>".to_owned()), actions: vec![action.clone()], ..Notes::default() };
    let provenance = Provenance { notes, previous_actions: vec![action], synthetic: true, ..sample::provenance() };
    insta::assert_snapshot!(render(&sample::full(), &provenance));
}

#[test]
fn without_data_the_page_says_so() {
    insta::assert_snapshot!(render(&sample::empty(), &sample::provenance()));
}

#[test]
fn a_page_tells_whether_it_has_figures() {
    for (analysis, expected) in [(sample::full(), true), (sample::without_incidents(), true), (sample::empty(), false)]
    {
        let page = render(&analysis, &sample::provenance());
        assert_eq!((has_figures(&page), analysis.has_figures()), (expected, expected), "{page}");
    }
}

#[test]
fn every_element_that_is_opened_is_closed_in_order() {
    let page = render(&sample::full(), &sample::provenance());
    let mut open: Vec<&str> = Vec::new();
    for rest in page.split('<').skip(1) {
        let (tag, _) = rest.split_once('>').expect("the end of a tag");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{page}"),
            None => open.push(tag.split(' ').next().expect("a name")),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
