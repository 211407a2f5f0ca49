//! The one place where the property tests touch the store and the metrics.

use std::path::Path;

use dora_report::domain::coverage::Coverage;
use dora_report::domain::event::Rows;
use dora_report::domain::period::Period;
use dora_report::domain::settings::Settings;
use dora_report::domain::time::Timestamp;
use dora_report::metrics::tables::Analysis;
use dora_report::metrics::{Depth, Request, analyse};
use dora_report::store::{Dataset, Writer};

/// Hands rows and coverage to the dataset in one write.
pub(crate) fn write(dir: &Path, rows: Vec<Rows>, coverage: &[Coverage]) {
    let mut writer = Writer::lock(dir, "test", Timestamp(i64::MAX)).expect("nobody else writes here");
    writer.write(rows, coverage).expect("the rows can be written");
}

/// Every figure of what the dataset holds.
pub(crate) fn figures(
    dir: &Path,
    settings: &Settings,
    as_of: Timestamp,
    period: &Period,
    previous: Option<&Period>,
) -> Analysis {
    figures_at(Depth::Whole, dir, settings, as_of, (period, previous))
}

/// The same at a given depth.
pub(crate) fn figures_at(
    depth: Depth,
    dir: &Path,
    settings: &Settings,
    as_of: Timestamp,
    (period, previous): (&Period, Option<&Period>),
) -> Analysis {
    let dataset = Dataset::open(dir).expect("a dataset");
    let request = Request {
        settings: settings.clone(),
        as_of,
        period: period.clone(),
        previous: previous.cloned(),
        service: None,
        team: None,
        depth,
    };
    analyse(&dataset, &request).expect("an analysis")
}
