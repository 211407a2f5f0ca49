//! Graphs against what git lists, and against sets of ancestors.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Rows of a sha and its parents.
type Rows<'a> = Vec<(&'a str, Vec<&'a str>)>;

fn graph<'a>(rows: &[(&'a str, &[&'a str])]) -> Graph<&'a str> {
    graph_of(&rows.iter().map(|&(sha, parents)| (sha, parents.to_vec())).collect())
}

fn graph_of<'a>(rows: &Rows<'a>) -> Graph<&'a str> {
    let shas: Vec<&str> = rows.iter().map(|(sha, _)| *sha).collect();
    Graph::new(&shas, |row| rows.get(row).map(|(_, parents)| parents.as_slice()))
}

fn shas_of<'a>(graph: &Graph<&'a str>, nodes: &[Node]) -> Vec<&'a str> {
    let mut shas: Vec<&str> =
        graph.keys().copied().filter(|sha| graph.node(sha).is_some_and(|node| nodes.contains(&node))).collect();
    shas.sort_unstable();
    shas
}

fn listed<'a>(graph: &Graph<&'a str>, old: &str, new: &str) -> Option<Vec<&'a str>> {
    match graph.between(&old, &new, &mut Walker::default()) {
        Between::Commits(nodes) => Some(shas_of(graph, &nodes)),
        Between::Nothing => Some(Vec::new()),
        Between::Unknown => None,
    }
}

#[test]
fn merges_criss_cross_and_several_roots_list_what_git_lists() {
    let graph = graph(&[
        ("r", &[]),
        ("a", &["r"]),
        ("b", &["r"]),
        ("x", &["a", "b"]),
        ("y", &["b", "a"]),
        ("s", &[]),
        ("m", &["x", "y", "s"]),
    ]);
    assert_eq!(listed(&graph, "a", "m"), Some(vec!["b", "m", "s", "x", "y"]));
    assert_eq!(listed(&graph, "x", "y"), Some(vec!["y"]));
    assert_eq!(listed(&graph, "m", "a"), Some(vec![]), "an ancestor brings nothing");
    assert_eq!(listed(&graph, "s", "a"), Some(vec!["a", "r"]), "unrelated histories share nothing");
}

fn arrived<'a>(graph: &Graph<&'a str>, revisions: &[&str]) -> Option<Vec<&'a str>> {
    let mut live = Live::new(graph);
    let nodes = revisions.iter().map(|sha| graph.node(sha).expect("a known sha"));
    match nodes.map(|node| live.arrive(node)).last()? {
        Arrival::Unknown => None,
        Arrival::Nothing => Some(Vec::new()),
        Arrival::Commits(nodes) => Some(shas_of(graph, &nodes)),
    }
}

#[test]
fn a_commit_arrives_with_the_first_revision_that_reaches_it() {
    let graph = graph(&[("a", &[]), ("b", &["a"]), ("h", &["a"]), ("c", &["b", "h"]), ("d", &["c"])]);
    assert_eq!(arrived(&graph, &["b", "h"]), Some(vec!["h"]), "a hotfix beside the main branch");
    assert_eq!(arrived(&graph, &["b", "h", "c"]), Some(vec!["c"]), "`b` was there before the hotfix");
    assert_eq!(arrived(&graph, &["d", "b", "d"]), Some(vec![]), "back and forth brings nothing");
}

#[test]
fn a_hole_makes_an_arrival_unknown_only_where_no_earlier_revision_reaches_it() {
    let graph = graph(&[("b", &["a"]), ("c", &["b", "z"]), ("d", &["b"])]);
    assert_eq!(arrived(&graph, &["b"]), None, "`a` was not read");
    assert_eq!(arrived(&graph, &["b", "d"]), Some(vec!["d"]));
    assert_eq!(arrived(&graph, &["b", "c"]), None, "`z` was not read");
    assert_eq!(arrived(&graph, &["b", "c", "d"]), Some(vec!["d"]));
    assert_eq!(arrived(&graph, &["b", "a"]), Some(vec![]), "named as a parent of `b`, so it was there");
}

#[test]
fn ancestry_is_followed_through_merges_and_ends_at_holes() {
    let graph = graph(&[("a", &[]), ("b", &["a"]), ("h", &["a"]), ("m", &["b", "h"]), ("x", &["gone", "m"])]);
    let is =
        |old: &str, new: &str| graph.is_ancestor(graph.node(&old).expect("a sha"), graph.node(&new).expect("a sha"));
    assert!(is("a", "m") && is("h", "m") && is("m", "m") && is("gone", "x"));
    assert!(!is("m", "a") && !is("b", "h"));
}

#[test]
fn a_hole_makes_a_batch_unknown_only_where_the_old_revision_does_not_reach_it() {
    let graph = graph(&[("b", &["a"]), ("c", &["b", "z"]), ("d", &["b"])]);
    assert_eq!(listed(&graph, "b", "d"), Some(vec!["d"]), "`a` was not read, but lies behind `b`");
    assert_eq!(listed(&graph, "b", "c"), None, "`z` was not read");
    assert_eq!(listed(&graph, "a", "d"), None, "the old revision was not read");
    assert_eq!(listed(&graph, "b", "a"), Some(vec![]), "named as a parent of `b`, so an ancestor");
    assert_eq!(listed(&graph, "b", "q"), None);
}

#[test]
fn cyclic_parents_give_unknown_commits() {
    let graph = graph(&[("r", &[]), ("a", &["b"]), ("b", &["a"]), ("c", &["a", "r"])]);
    assert_eq!(listed(&graph, "r", "c"), None);
}

#[test]
fn a_long_history_is_walked_without_recursion() {
    let names: Vec<String> = (0..100_000).map(|n| format!("{n:040}")).collect();
    let rows: Rows<'_> = names
        .iter()
        .enumerate()
        .map(|(n, sha)| (sha.as_str(), n.checked_sub(1).map(|n| names[n].as_str()).into_iter().collect()))
        .collect();
    let graph = graph_of(&rows);
    let found = graph.between(&names[0].as_str(), &names[99_999].as_str(), &mut Walker::default());
    assert!(matches!(found, Between::Commits(nodes) if nodes.len() == 99_999));
}

proptest! {
    #[test]
    fn a_walk_equals_the_difference_of_two_sets_of_ancestors(
        parents in proptest::collection::vec(proptest::collection::vec(0usize..30, 0..3), 1..30),
        missing in proptest::collection::vec(any::<bool>(), 30),
        (old, new) in (0usize..30, 0usize..30),
    ) {
        let names: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
        let count = parents.len();
        let (old, new) = (old % count, new % count);
        let rows: Rows<'_> = parents
            .iter()
            .enumerate()
            .filter(|(n, _)| !missing[*n])
            .map(|(n, list)| {
                let list = list.iter().filter(|&&parent| parent < n).map(|&parent| names[parent].as_str()).collect();
                (names[n].as_str(), list)
            })
            .collect();
        let ancestors = |from: usize| {
            let mut seen = BTreeSet::from([from]);
            let mut next = vec![from];
            while let Some(at) = next.pop() {
                if missing[at] { continue }
                for &parent in parents[at].iter().filter(|&&parent| parent < at) {
                    if seen.insert(parent) { next.push(parent) }
                }
            }
            seen
        };
        let only_new: Vec<usize> = ancestors(new).difference(&ancestors(old)).copied().collect();
        let known_new = !missing[new] || ancestors(old).contains(&new);
        let wanted = if missing[old] || !known_new || only_new.iter().any(|&at| missing[at]) {
            None
        } else {
            let mut shas: Vec<&str> = only_new.iter().map(|&at| names[at].as_str()).collect();
            shas.sort_unstable();
            Some(shas)
        };
        prop_assert_eq!(listed(&graph_of(&rows), &names[old], &names[new]), wanted);
    }

    #[test]
    fn what_arrives_equals_the_ancestors_less_those_of_all_earlier_revisions(
        parents in proptest::collection::vec(proptest::collection::vec(0usize..30, 0..3), 1..30),
        revisions in proptest::collection::vec(0usize..30, 1..8),
    ) {
        let names: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
        let older = |n: usize| parents[n].iter().copied().filter(move |&parent| parent < n);
        let rows: Rows<'_> = (0..parents.len())
            .map(|n| (names[n].as_str(), older(n).map(|parent| names[parent].as_str()).collect()))
            .collect();
        let graph = graph_of(&rows);
        let (mut live, mut before) = (Live::new(&graph), BTreeSet::new());
        for revision in revisions.into_iter().map(|at| at % parents.len()) {
            let mut ancestors = BTreeSet::new();
            let mut next = vec![revision];
            while let Some(at) = next.pop() {
                if ancestors.insert(at) { next.extend(older(at)) }
            }
            let new: BTreeSet<&str> = ancestors.difference(&before).map(|&at| names[at].as_str()).collect();
            let found: BTreeSet<&str> = match live.arrive(graph.node(&names[revision].as_str()).expect("a row")) {
                Arrival::Commits(nodes) => shas_of(&graph, &nodes).into_iter().collect(),
                Arrival::Nothing => BTreeSet::new(),
                Arrival::Unknown => return Err(TestCaseError::fail("no hole here")),
            };
            prop_assert_eq!(found, new);
            before.extend(ancestors);
        }
    }
}
