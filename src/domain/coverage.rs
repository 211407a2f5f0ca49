//! Coverage: the spans of history that were read completely. Outside these spans, missing events do not mean zero.

use super::event::Table;
use super::time::Span;

/// The scope that stands for everything a source has.
pub const EVERYTHING: &str = "*";

/// What was read completely of one table, from one source, in one scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The table: deployments or incidents; the others have no coverage of their own.
    pub table: Table,
    /// The source.
    pub source: String,
    /// A repo, or [`EVERYTHING`].
    pub scope: String,
    /// Sorted, without overlap; spans that touch are joined, a gap stays a gap.
    pub spans: Vec<Span>,
}

/// Sorts spans and joins those that touch or overlap; empty ones vanish.
pub fn join(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.to);
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

/// The instants that lie in both lists of joined spans.
pub fn intersect(left: &[Span], right: &[Span]) -> Vec<Span> {
    let mut both = Vec::new();
    for a in left {
        for b in right {
            let span = Span { from: a.from.max(b.from), to: a.to.min(b.to) };
            if span.from < span.to {
                both.push(span);
            }
        }
    }
    join(both)
}

/// Whether one of the joined spans holds all of `wanted`.
pub fn covers(spans: &[Span], wanted: Span) -> bool {
    spans.iter().any(|span| span.from <= wanted.from && wanted.to <= span.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn spans(ends: &[(i64, i64)]) -> Vec<Span> {
        ends.iter().map(|&(from, to)| Span { from: Timestamp(from), to: Timestamp(to) }).collect()
    }

    #[test]
    fn spans_that_touch_are_joined_and_a_gap_stays_a_gap() {
        assert_eq!(join(spans(&[(5, 7), (0, 2), (2, 4), (3, 3)])), spans(&[(0, 4), (5, 7)]));
        assert!(!covers(&spans(&[(0, 4), (5, 7)]), Span { from: Timestamp(3), to: Timestamp(6) }));
        assert_eq!(intersect(&spans(&[(0, 4), (5, 9)]), &spans(&[(2, 6)])), spans(&[(2, 4), (5, 6)]));
    }
}
