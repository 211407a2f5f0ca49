//! Everything that was read up to an instant, as one analysis of windows of 30 days: what leaves for Prometheus is made of
//! it.

use anyhow::Context as _;

use super::context::Context;
use super::dataset;
use super::exit::UsageError;
use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::export::event_series::WINDOW_DAYS;
use crate::metrics::tables::Analysis;
use crate::metrics::{Depth, Request, analyse};

/// From the first day that was read to an instant. Where nobody says which, that is the last that was read of anything:
/// between it and the clock nobody looked, and a window that ended there would not be complete. Where nothing was read at
/// all there is nothing to say, not even 0.
pub(super) fn whole(context: &Context, as_of: Option<Timestamp>, now: Timestamp) -> anyhow::Result<Analysis> {
    let mut settings = context.config.settings.clone();
    settings.window_days = WINDOW_DAYS;
    let dataset = dataset::open(context)?;
    let spans = || dataset.coverage().iter().flat_map(|entry| &entry.spans);
    let (Some(begin), Some(end)) = (spans().map(|span| span.from).min(), spans().map(|span| span.to).max()) else {
        return Err(UsageError(format!(
            "{}: nothing was read yet, so there is nothing to send and nobody can tell what is gone; run `fetch` or \
             `import`, or name the folder of the dataset with --data",
            context.data.display()
        ))
        .into());
    };
    let as_of = as_of.unwrap_or_else(|| end.min(now));
    let last = settings.zone.day_of(Timestamp(as_of.0 - 1));
    let first = settings.zone.day_of(begin).min(last);
    let to = last.succ_opt().context("the instant lies beyond the calendar")?;
    let period = Period::range(first, to).map_err(anyhow::Error::msg)?;
    let request = Request { settings, as_of, previous: None, period, service: None, team: None, depth: Depth::Tables };
    Ok(analyse(&dataset, &request)?)
}
