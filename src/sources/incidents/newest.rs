//! How many of the newest incidents of the last month name a deployment; what `doctor` shows.

use super::error::QueryError;
use super::walk::List;
use crate::domain::time::{Span, Timestamp};

/// Incidents that are looked at, each completed in questions of its own.
const MOST: usize = 25;
const MONTH_MS: i64 = 30 * 86_400_000;

/// How many were looked at, and how many of them have a verdict or a reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sources) struct Newest {
    pub(in crate::sources) incidents: usize,
    pub(in crate::sources) flagged: usize,
}

/// Looks at the newest incidents of the month before an instant.
pub(in crate::sources) async fn newest<L: List>(list: &L, to: Timestamp) -> Result<Newest, QueryError> {
    let month = Span { from: Timestamp(to.0 - MONTH_MS), to };
    let mut newest = Newest::default();
    for row in list.newest(month).await?.into_iter().take(MOST) {
        let row = list.complete(row.incident).await?;
        newest.incidents += 1;
        newest.flagged += usize::from(row.caused_by_deploy.is_some() || row.deployment_ref.is_some());
    }
    Ok(newest)
}
