//! What a revision brings that no earlier one brought: `git rev-list D --not E1 E2 …`.
//!
//! Each commit is marked once, when the first revision that reaches it arrives, so a whole history of deployments costs
//! one visit per commit. No recursion.

use super::{Graph, Node};

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
pub struct Live<'g, K> {
    graph: &'g Graph<K>,
    is_live: Vec<bool>,
}

impl<'g, K> Live<'g, K> {
    /// Nothing has arrived yet.
    pub fn new(graph: &'g Graph<K>) -> Self {
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
