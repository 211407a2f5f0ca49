//! The commit graph of one repo: what a revision brings that no earlier one brought (`git rev-list D --not E1 E2 …`),
//! and what lies between two revisions (`git rev-list OLD..NEW`).
//!
//! [`Live`] marks each commit once, when the first revision that reaches it arrives, so a whole history of deployments
//! costs one visit per commit. [`Graph::between`] walks down from both revisions in order of generation numbers (one
//! more than the greatest parent's): its cost is that of the difference, not of the history. No recursion. A commit is
//! a hole where it has no row, its parents were not read, or the data loop. Shas are in lower case.

use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};

/// Index of a commit in its repo's graph.
pub type Node = u32;

/// One commit row as the graph takes it; instants are UTC milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct CommitRow<'a> {
    /// Its sha.
    pub sha: &'a str,
    /// When it was written.
    pub authored_at: i64,
    /// When it was applied.
    pub committed_at: i64,
    /// Index of its pull request among those read; `None` for a commit without one.
    pub pull_request: Option<u32>,
}

/// What lies between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Between {
    /// Commits reached from the new revision and not from the old one; never empty.
    Commits(Vec<Node>),
    /// None: the new revision is an ancestor of the old one, or the same.
    Nothing,
    /// A hole is among them, or the old revision was not read.
    Unknown,
}

/// The commits of one repo.
#[derive(Debug, Default)]
pub struct Graph<'a> {
    nodes: FxHashMap<&'a str, Node>,
    rows: Vec<Option<CommitRow<'a>>>,
    parents_read: Vec<bool>,
    parent_offsets: Vec<u32>,
    parents: Vec<Node>,
    generations: Vec<u32>,
}

/// What a revision brings that no earlier one brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// Commits that no earlier revision reaches; never empty.
    Commits(Vec<Node>),
    /// None: an earlier revision reaches this one.
    Nothing,
    /// A hole is among them.
    Unknown,
}

/// The commits that earlier revisions brought to one place.
#[derive(Debug)]
pub struct Live<'g, 'a> {
    graph: &'g Graph<'a>,
    is_live: Vec<bool>,
}

impl<'g, 'a> Live<'g, 'a> {
    /// Nothing has arrived yet.
    pub fn new(graph: &'g Graph<'a>) -> Self {
        Self { graph, is_live: vec![false; graph.rows.len()] }
    }

    /// Lets a revision arrive: `git rev-list revision --not` all that arrived before, as far as the rows can prove it.
    pub fn arrive(&mut self, revision: Node) -> Arrival {
        let mut found = Vec::new();
        let mut has_hole = false;
        let mut waiting = vec![revision];
        while let Some(node) = waiting.pop() {
            let at = node as usize;
            if std::mem::replace(&mut self.is_live[at], true) {
                continue;
            }
            found.push(node);
            // The parents of a hole are unknown, whatever its row says.
            if self.graph.parents_read[at] {
                waiting.extend(self.graph.parents_of(at));
            } else {
                has_hole = true;
            }
        }
        match found.is_empty() {
            _ if has_hole => Arrival::Unknown,
            true => Arrival::Nothing,
            false => Arrival::Commits(found),
        }
    }
}

/// Marks of one walk, kept between walks to save the allocation.
#[derive(Debug, Default)]
pub struct Walker {
    marks: Vec<u8>,
    touched: Vec<Node>,
    queue: BinaryHeap<(u32, Node)>,
}

const NEW: u8 = 1;
const OLD: u8 = 2;
const QUEUED: u8 = 4;

impl<'a> Graph<'a> {
    /// Builds the graph of one repo from rows and their parents (`None` where they were not read).
    pub fn new(rows: &[(CommitRow<'a>, Option<Vec<&'a str>>)]) -> Self {
        let mut graph = Self::default();
        for (row, _) in rows {
            let node = graph.intern(row.sha);
            graph.rows[node as usize] = Some(*row);
        }
        let mut edges: Vec<Vec<Node>> = vec![Vec::new(); graph.rows.len()];
        let mut read = vec![false; graph.rows.len()];
        for (row, parents) in rows {
            let node = graph.intern(row.sha) as usize;
            let Some(parents) = parents else { continue };
            read[node] = true;
            edges[node] = parents.iter().map(|parent| graph.intern(parent)).collect();
        }
        let count = graph.rows.len();
        read.resize(count, false);
        edges.resize(count, Vec::new());
        graph.parents_read = read;
        graph.parent_offsets.push(0);
        for list in edges {
            graph.parents.extend(list);
            graph.parent_offsets.push(u32::try_from(graph.parents.len()).unwrap_or(u32::MAX));
        }
        graph.number_generations();
        graph
    }

    fn intern(&mut self, sha: &'a str) -> Node {
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let node = *self.nodes.entry(sha).or_insert(next);
        if node == next {
            self.rows.push(None);
        }
        node
    }

    /// Parents before children (Kahn 1962). What never comes up lies on a loop and is a hole.
    fn number_generations(&mut self) {
        let count = self.rows.len();
        let mut children: Vec<Vec<Node>> = vec![Vec::new(); count];
        let mut waiting = vec![0u32; count];
        for (node, waiting) in waiting.iter_mut().enumerate() {
            for &parent in self.parents_of(node) {
                children[parent as usize].push(u32::try_from(node).unwrap_or(u32::MAX));
                *waiting += 1;
            }
        }
        self.generations = vec![0; count];
        let mut ready: Vec<usize> = (0..count).filter(|&node| waiting[node] == 0).collect();
        let mut numbered = vec![false; count];
        while let Some(node) = ready.pop() {
            numbered[node] = true;
            let greatest = self.parents_of(node).iter().map(|&parent| self.generations[parent as usize]).max();
            self.generations[node] = if self.parents_read[node] { greatest.unwrap_or(0) + 1 } else { 0 };
            for &child in &children[node] {
                waiting[child as usize] -= 1;
                if waiting[child as usize] == 0 {
                    ready.push(child as usize);
                }
            }
        }
        for (node, numbered) in numbered.into_iter().enumerate() {
            if !numbered {
                self.parents_read[node] = false;
            }
        }
    }

    fn parents_of(&self, node: usize) -> &[Node] {
        &self.parents[self.parent_offsets[node] as usize..self.parent_offsets[node + 1] as usize]
    }

    /// The node of a sha that was read or is named as a parent.
    pub fn node(&self, sha: &str) -> Option<Node> {
        self.nodes.get(sha).copied()
    }

    /// All shas that were read or are named as a parent, in any order.
    pub fn shas(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.nodes.keys().copied()
    }

    /// Whether `ancestor` is reached from `revision`; a commit is its own ancestor.
    pub fn is_ancestor(&self, ancestor: Node, revision: Node) -> bool {
        let lowest = self.generations[ancestor as usize];
        let mut seen = FxHashSet::default();
        let mut waiting = vec![revision];
        while let Some(node) = waiting.pop() {
            if node == ancestor {
                return true;
            }
            let at = node as usize;
            // Whatever reaches the ancestor has a greater generation number than it.
            if self.generations[at] > lowest && self.parents_read[at] && seen.insert(node) {
                waiting.extend(self.parents_of(at));
            }
        }
        false
    }

    /// The row of a node, where it was read.
    pub fn row(&self, node: Node) -> Option<&CommitRow<'a>> {
        self.rows.get(node as usize)?.as_ref()
    }

    /// What `git rev-list old..new` lists, as far as the rows can prove it.
    pub fn between(&self, old: &str, new: &str, walker: &mut Walker) -> Between {
        let (Some(old), Some(new)) = (self.node(old).filter(|&old| self.row(old).is_some()), self.node(new)) else {
            return Between::Unknown;
        };
        walker.begin(self.rows.len());
        let mut only_new = 0usize;
        walker.mark(self.generations[new as usize], new, NEW, &mut only_new);
        walker.mark(self.generations[old as usize], old, OLD, &mut only_new);
        let mut found = Vec::new();
        while only_new > 0 {
            let Some((_, node)) = walker.queue.pop() else { break };
            let at = node as usize;
            let side = walker.marks[at] & (NEW | OLD);
            walker.marks[at] &= !QUEUED;
            if side == NEW {
                only_new -= 1;
                if !self.parents_read[at] {
                    return Between::Unknown;
                }
                found.push(node);
            }
            // A hole's parents are not known, whatever its row says.
            if self.parents_read[at] {
                let side = if side & OLD == 0 { NEW } else { OLD };
                for &parent in self.parents_of(at) {
                    walker.mark(self.generations[parent as usize], parent, side, &mut only_new);
                }
            }
        }
        if found.is_empty() { Between::Nothing } else { Between::Commits(found) }
    }
}

impl Walker {
    fn begin(&mut self, nodes: usize) {
        for &node in &self.touched {
            if let Some(mark) = self.marks.get_mut(node as usize) {
                *mark = 0;
            }
        }
        self.touched.clear();
        self.queue.clear();
        if self.marks.len() < nodes {
            self.marks.resize(nodes, 0);
        }
    }

    fn mark(&mut self, generation: u32, node: Node, side: u8, only_new: &mut usize) {
        let mark = &mut self.marks[node as usize];
        let before = *mark;
        if before == 0 {
            self.touched.push(node);
            self.queue.push((generation, node));
            *mark = side | QUEUED;
            *only_new += usize::from(side == NEW);
        } else if before & side == 0 {
            *mark |= side;
            // The new revision's alone until now, and still waiting.
            if side == OLD && before == NEW | QUEUED {
                *only_new -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    type Rows<'a> = Vec<(CommitRow<'a>, Option<Vec<&'a str>>)>;

    fn graph<'a>(rows: &[(&'a str, &[&'a str])]) -> Graph<'a> {
        let rows: Rows<'a> = rows.iter().map(|&(sha, parents)| (row(sha), Some(parents.to_vec()))).collect();
        Graph::new(&rows)
    }

    fn row(sha: &str) -> CommitRow<'_> {
        CommitRow { sha, authored_at: 0, committed_at: 0, pull_request: None }
    }

    fn listed<'a>(graph: &Graph<'a>, old: &str, new: &str) -> Option<Vec<&'a str>> {
        match graph.between(old, new, &mut Walker::default()) {
            Between::Commits(nodes) => {
                let mut shas: Vec<&str> = nodes.iter().filter_map(|&node| graph.row(node)).map(|row| row.sha).collect();
                shas.sort_unstable();
                Some(shas)
            }
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

    fn arrived<'a>(graph: &Graph<'a>, revisions: &[&str]) -> Option<Vec<&'a str>> {
        let mut live = Live::new(graph);
        let nodes = revisions.iter().map(|sha| graph.node(sha).expect("a known sha"));
        match nodes.map(|node| live.arrive(node)).last()? {
            Arrival::Unknown => None,
            Arrival::Nothing => Some(Vec::new()),
            Arrival::Commits(nodes) => {
                let mut shas: Vec<&str> = nodes.iter().filter_map(|&node| graph.row(node)).map(|row| row.sha).collect();
                shas.sort_unstable();
                Some(shas)
            }
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
        let is = |old, new| graph.is_ancestor(graph.node(old).expect("a sha"), graph.node(new).expect("a sha"));
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
    fn data_that_loop_end_as_unknown() {
        let graph = graph(&[("r", &[]), ("a", &["b"]), ("b", &["a"]), ("c", &["a", "r"])]);
        assert_eq!(listed(&graph, "r", "c"), None);
    }

    #[test]
    fn a_long_history_is_walked_without_recursion() {
        let names: Vec<String> = (0..100_000).map(|n| format!("{n:040}")).collect();
        let rows: Rows<'_> = names
            .iter()
            .enumerate()
            .map(|(n, sha)| (row(sha), Some(n.checked_sub(1).map(|n| names[n].as_str()).into_iter().collect())))
            .collect();
        let graph = Graph::new(&rows);
        let found = graph.between(&names[0], &names[99_999], &mut Walker::default());
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
                    (row(&names[n]), Some(list))
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
            prop_assert_eq!(listed(&Graph::new(&rows), &names[old], &names[new]), wanted);
        }

        #[test]
        fn what_arrives_equals_the_ancestors_less_those_of_all_earlier_revisions(
            parents in proptest::collection::vec(proptest::collection::vec(0usize..30, 0..3), 1..30),
            revisions in proptest::collection::vec(0usize..30, 1..8),
        ) {
            let names: Vec<String> = (0..30).map(|n| format!("c{n}")).collect();
            let older = |n: usize| parents[n].iter().copied().filter(move |&parent| parent < n);
            let rows: Rows<'_> = (0..parents.len())
                .map(|n| (row(&names[n]), Some(older(n).map(|parent| names[parent].as_str()).collect())))
                .collect();
            let graph = Graph::new(&rows);
            let (mut live, mut before) = (Live::new(&graph), BTreeSet::new());
            for revision in revisions.into_iter().map(|at| at % parents.len()) {
                let mut ancestors = BTreeSet::new();
                let mut next = vec![revision];
                while let Some(at) = next.pop() {
                    if ancestors.insert(at) { next.extend(older(at)) }
                }
                let new: BTreeSet<&str> = ancestors.difference(&before).map(|&at| names[at].as_str()).collect();
                let found: BTreeSet<&str> = match live.arrive(graph.node(&names[revision]).expect("a row")) {
                    Arrival::Commits(nodes) => nodes.iter().filter_map(|&node| graph.row(node)).map(|row| row.sha).collect(),
                    Arrival::Nothing => BTreeSet::new(),
                    Arrival::Unknown => return Err(TestCaseError::fail("no hole here")),
                };
                prop_assert_eq!(found, new);
                before.extend(ancestors);
            }
        }
    }
}
