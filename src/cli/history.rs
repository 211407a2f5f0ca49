//! The whole history up to an instant as one analysis with 30-day windows: the basis of everything sent to Prometheus.

use anyhow::Context as _;

use super::context::Context;
use super::dataset;
use super::exit::UsageError;
use super::output::Console;
use crate::domain::group::Group;
use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::export::event_series::WINDOW_DAYS;
use crate::export::{LONGEST_LABEL, without_long_names};
use crate::http::text::shorten;
use crate::metrics::tables::Analysis;
use crate::metrics::{Depth, Request, analyse};

/// Groups left out that are named one by one.
const MOST_NAMED: usize = 3;

/// From the first day that was read to an instant. The default is the last instant that was read: a window that ends
/// later would not be complete. If nothing was read, there are no series, not even zeros.
pub(super) fn whole(
    context: &Context,
    as_of: Option<Timestamp>,
    now: Timestamp,
    console: Console,
) -> anyhow::Result<Analysis> {
    let mut settings = context.config.settings.clone();
    settings.window_days = WINDOW_DAYS;
    let dataset = dataset::open(context)?;
    let spans = || dataset.coverage().iter().flat_map(|entry| &entry.spans);
    let (Some(begin), Some(end)) = (spans().map(|span| span.from).min(), spans().map(|span| span.to).max()) else {
        return Err(UsageError(format!(
            "{}: nothing was read yet, so there is nothing to send or to delete; run `fetch` or \
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
    let mut analysis = analyse(&dataset, &request)?;
    let left_out = without_long_names(&mut analysis);
    for report in left_out.iter().take(MOST_NAMED) {
        let Group { kind, name } = &report.group;
        console.warning(&format!(
            "the {} `{}` is left out: its name or that of its team has more than {LONGEST_LABEL} bytes, which servers refuse \
             as the value of a label; give it a shorter name in a [[service]]",
            kind.as_str(),
            shorten(name)
        ));
    }
    if left_out.len() > MOST_NAMED {
        console.warning(&format!("{} groups with such names are left out", left_out.len()));
    }
    Ok(analysis)
}
