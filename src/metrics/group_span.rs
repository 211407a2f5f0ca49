//! One group over one span of time: what every metric is counted from.

use super::Depth;
use super::pool::Pool;
use crate::domain::time::{Span, Timestamp, Zone};
use crate::facts::Facts;

/// A group's events, what is known of them, and the span in which they are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupSpan<'a> {
    pub(super) pool: &'a Pool,
    pub(super) facts: &'a Facts,
    pub(super) span: Span,
    /// Calendar days of the span that have begun.
    pub(super) days: u32,
    pub(super) zone: Zone,
    /// How much is computed besides the figures.
    pub(super) depth: Depth,
}

impl<'a> GroupSpan<'a> {
    /// The counted deployments that finished in the span.
    pub(super) fn finished(&self) -> impl ExactSizeIterator<Item = (Timestamp, usize)> + Clone + 'a {
        self.pool.finished(self.facts, self.span)
    }
}
