//! The commit graph of one repo.
//!
//! [`Live`] says what a revision brings that no earlier one brought, [`Graph::between`] what lies between two revisions. A
//! commit is a hole where it has no row, its parents were not read, or the data loop. Its generation number is one more
//! than the greatest of its parents'. Shas are in lower case.

mod between;
mod live;

use rustc_hash::{FxHashMap, FxHashSet};

pub use self::between::{Between, Walker};
pub use self::live::{Arrival, Live};

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
}

#[cfg(test)]
mod tests;
