//! A list that is asked for by windows and offsets, as a list of pages: it is walked, and its extent is found by doubling
//! offsets.

use super::error::QueryError;
use super::extent::windows_extent;
use super::walk::{Extent, List, Order, Row, Walk, Windows};
use crate::domain::time::Span;

impl<L: Windows> List for L {
    type Pages = Walk;

    fn pages(&self, span: Span) -> Walk {
        Walk::over::<L>(span)
    }

    async fn newest(&self, span: Span) -> Result<Vec<Row>, QueryError> {
        Ok(self.page(span, 0, Order::NewestFirst).await?.rows)
    }

    async fn extent(&self, span: Span) -> Result<Extent, QueryError> {
        windows_extent(self, span).await
    }
}
