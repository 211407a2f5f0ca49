//! Everything that was read up to an instant, as one analysis: what leaves for Prometheus is made of it.

use anyhow::Context as _;
use chrono::NaiveDate;

use super::context::Context;
use super::exit::UsageError;
use crate::domain::time::{Period, Timestamp};
use crate::metrics::tables::Analysis;
use crate::metrics::{Request, analyse};
use crate::store::Dataset;

/// From a day, or the first that was read, to the instant.
pub(super) fn whole(context: &Context, since: Option<NaiveDate>, as_of: Timestamp) -> anyhow::Result<Analysis> {
    let settings = context.config.settings.clone();
    let dataset = Dataset::open(&context.data)?;
    let read = dataset.coverage().iter().flat_map(|entry| &entry.spans).map(|span| span.from).min();
    let first = since.or_else(|| read.map(|at| settings.zone.day_of(at)));
    let to = settings.zone.day_of(Timestamp(as_of.0 - 1)).succ_opt();
    let to = to.context("the instant lies beyond the calendar")?;
    let from = match first {
        Some(first) if since.is_none() => first.min(to - chrono::Days::new(1)),
        Some(first) => first,
        None => to - chrono::Days::new(1),
    };
    let period = Period::range(from, to)
        .map_err(|_| UsageError(format!("--since {from}: that is after the last day that is known, {as_of}")))?;
    let request = Request { settings, as_of, previous: None, period, service: None, team: None };
    Ok(analyse(&dataset, &request)?)
}
