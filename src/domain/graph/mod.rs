//! The commit graph of one repo.
//!
//! [`Live`] finds the commits that a revision brings and no earlier one brought, [`Graph::between`] those between two
//! revisions. A commit is a hole where it has no row, its parents were not read, or the data loop. Its generation
//! number is one more than the greatest of its parents'. Commits are told apart by a key of any kind, for example their
//! sha in lower case.

mod between;
mod live;

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

pub use self::between::{Between, Walker};
pub use self::live::{Arrival, Live};

/// Index of a commit in its repo's graph.
pub type Node = u32;

/// Stands for "no row" in [`Graph::rows`].
const NO_ROW: u32 = u32::MAX;

/// The commits of one repo.
#[derive(Debug)]
pub struct Graph<K> {
    nodes: FxHashMap<K, Node>,
    /// The row of each node.
    rows: Vec<u32>,
    parents_read: Vec<bool>,
    parent_offsets: Vec<u32>,
    parents: Vec<Node>,
    generations: Vec<u32>,
}

impl<K> Default for Graph<K> {
    fn default() -> Self {
        Self {
            nodes: FxHashMap::default(),
            rows: Vec::new(),
            parents_read: Vec::new(),
            parent_offsets: vec![0],
            parents: Vec::new(),
            generations: Vec::new(),
        }
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<K: Copy + Eq + Hash> Graph<K> {
    /// Builds the graph of one repo from the keys of its rows and from the parents of each row (`None` where they were
    /// not read). Quickest where parents come before their children.
    pub fn new<'p>(keys: &[K], parents: impl Fn(usize) -> Option<&'p [K]>) -> Self
    where
        K: 'p,
    {
        let mut graph = Self::default();
        graph.nodes.reserve(keys.len());
        graph.rows.reserve(keys.len());
        for (row, key) in keys.iter().enumerate() {
            let node = graph.intern(*key);
            graph.rows[node as usize] = index(row);
        }
        let own = graph.rows.len();
        graph.parents_read.reserve(own);
        graph.parent_offsets.reserve(own);
        graph.parents.reserve(own);
        // If no key repeats, a node is the index of its row. The parent of most commits is the commit of the row before,
        // which saves the lookup.
        let before = |node: usize| if own == keys.len() { keys.get(node.checked_sub(1)?) } else { None };
        for node in 0..own {
            let parents = parents(graph.rows[node] as usize);
            graph.parents_read.push(parents.is_some());
            for parent in parents.unwrap_or_default() {
                let parent = if before(node) == Some(parent) { index(node - 1) } else { graph.intern(*parent) };
                graph.parents.push(parent);
            }
            graph.parent_offsets.push(index(graph.parents.len()));
        }
        let count = graph.rows.len();
        graph.parents_read.resize(count, false);
        graph.parent_offsets.resize(count + 1, index(graph.parents.len()));
        graph.generations = vec![0; count];
        if !graph.number_in_order(own) {
            graph.number_generations();
        }
        graph
    }

    fn intern(&mut self, key: K) -> Node {
        let next = index(self.rows.len());
        let node = *self.nodes.entry(key).or_insert(next);
        if node == next {
            self.rows.push(NO_ROW);
        }
        node
    }

    /// The node of a commit that was read or is named as a parent.
    pub fn node(&self, key: &K) -> Option<Node> {
        self.nodes.get(key).copied()
    }

    /// The keys of all commits that were read or are named as a parent, in any order.
    pub fn keys(&self) -> impl Iterator<Item = &K> + '_ {
        self.nodes.keys()
    }
}

impl<K> Graph<K> {
    /// How many commits were read or are named as a parent.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One pass, where every parent with a row stands before its children: then nothing loops. Whether it does.
    fn number_in_order(&mut self, own: usize) -> bool {
        for node in 0..own {
            if !self.parents_read[node] {
                continue;
            }
            let mut greatest = 0;
            for &parent in self.parents_of(node) {
                let parent = parent as usize;
                if parent >= node && parent < own {
                    return false;
                }
                greatest = greatest.max(self.generations[parent]);
            }
            self.generations[node] = greatest + 1;
        }
        true
    }

    /// Parents before children (Kahn 1962). What never comes up lies on a loop and is a hole.
    fn number_generations(&mut self) {
        let count = self.rows.len();
        let mut first_child = vec![0u32; count + 1];
        let mut waiting = vec![0u32; count];
        for (node, waiting) in waiting.iter_mut().enumerate() {
            for &parent in self.parents_of(node) {
                first_child[parent as usize + 1] += 1;
                *waiting += 1;
            }
        }
        for node in 0..count {
            first_child[node + 1] += first_child[node];
        }
        let mut next = first_child.clone();
        let mut children = vec![0; self.parents.len()];
        for node in 0..count {
            for &parent in self.parents_of(node) {
                let place = &mut next[parent as usize];
                children[*place as usize] = node;
                *place += 1;
            }
        }
        self.generations = vec![0; count];
        let mut ready: Vec<usize> = (0..count).filter(|&node| waiting[node] == 0).collect();
        let mut numbered = vec![false; count];
        while let Some(node) = ready.pop() {
            numbered[node] = true;
            let greatest = self.parents_of(node).iter().map(|&parent| self.generations[parent as usize]).max();
            self.generations[node] = if self.parents_read[node] { greatest.unwrap_or(0) + 1 } else { 0 };
            for &child in &children[first_child[node] as usize..first_child[node + 1] as usize] {
                waiting[child] -= 1;
                if waiting[child] == 0 {
                    ready.push(child);
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
    pub fn row(&self, node: Node) -> Option<usize> {
        self.rows.get(node as usize).filter(|row| **row != NO_ROW).map(|row| *row as usize)
    }
}

#[cfg(test)]
mod tests;
