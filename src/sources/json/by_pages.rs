//! Connects the list of a described service to the common reading of incidents.

use super::list::Listing;
use super::pages::ListPages;
use super::reader::Reader;
use super::windows::ByWindows;
use crate::domain::time::Span;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Extent, List, Order, Row};

impl List for Listing<'_> {
    type Pages = ListPages;

    fn pages(&self, span: Span) -> ListPages {
        ListPages::over(&self.it.description, span)
    }

    async fn newest(&self, span: Span) -> Result<Vec<Row>, QueryError> {
        let order = if self.shows_newest_first() { Order::NewestFirst } else { Order::OldestFirst };
        let mut reader = Reader::of(&self.it.description.paging, self.it.description.size);
        let mut rows = self.turn(span, order, &mut reader).await?.rows;
        rows.retain(|row| span.from <= row.made_at && row.made_at <= span.to);
        rows.sort_by_key(|row| std::cmp::Reverse(row.made_at));
        Ok(rows)
    }

    async fn extent(&self, span: Span) -> Result<Extent, QueryError> {
        if let Some(list) = ByWindows::of(self) {
            let page = u64::try_from(self.it.description.size).unwrap_or(u64::MAX);
            return Ok(Extent { page, ..list.extent(span).await? });
        }
        let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
        let mut pages = self.pages(span);
        let (windows, page) = (count(pages.windows()), count(self.it.description.size));
        let mut reader = Reader::of(&self.it.description.paging, self.it.description.size);
        let turned = self.turn(span, Order::OldestFirst, &mut reader).await?;
        if !turned.more || turned.total.is_some() {
            let rows = turned.total.unwrap_or_else(|| count(turned.rows.len()));
            return Ok(Extent { rows, windows, page });
        }
        // A list that does not say how long it is has to be read.
        let (mut rows, mut asked) = (0, 0);
        while let Some(shown) = pages.turn(self).await? {
            (rows, asked) = (rows + count(shown), asked + 1);
        }
        Ok(Extent { rows, windows: windows.max(asked), page })
    }
}
