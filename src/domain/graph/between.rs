//! What lies between two revisions: `git rev-list OLD..NEW`.
//!
//! A walk goes down from both revisions in order of generation numbers, so its cost is that of the difference, not of the
//! history. No recursion.

use std::collections::BinaryHeap;
use std::hash::Hash;

use super::{Graph, Node};

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

impl<K: Copy + Eq + Hash> Graph<K> {
    /// What `git rev-list old..new` lists, as far as the rows can prove it.
    pub fn between(&self, old: &K, new: &K, walker: &mut Walker) -> Between {
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
