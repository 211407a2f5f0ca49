//! The address of DORA's Quick Check with a report's figures as its answers, to copy: the page itself fetches nothing.
//!
//! Parameters as the Quick Check of 2025 reads them: `leadtime`, `deployfreq` and `failurerecovery` are answers from 1
//! (worst) to 6 (best), `changefailure` and `rework` are whole percentages. Source: dora.dev, svelte/quick-check.

use crate::domain::survey::{Answers, SURVEY_2025};
use crate::metrics::tables::{GroupReport, Metric, Unit};

/// The best answer.
const BEST: usize = 6;

/// The address; `None` where no question can be answered.
pub(super) fn address(all: &GroupReport) -> Option<String> {
    let answers: Vec<String> = all
        .figures
        .iter()
        .filter_map(|(metric, figure)| {
            let (value, name) = (figure.value?, metric.descriptor().quick_check?);
            Some(format!("{name}={}", answer(metric, value)))
        })
        .collect();
    (!answers.is_empty()).then(|| format!("https://dora.dev/quickcheck/?{}&v=2025", answers.join("&")))
}

fn answer(metric: Metric, value: f64) -> String {
    let descriptor = metric.descriptor();
    let place = |answers: Answers| (BEST - answers.place(value)).to_string();
    match ((descriptor.answers)(&SURVEY_2025), descriptor.unit) {
        (Some(answers), _) => place(answers),
        (None, Unit::Ratio) => format!("{:.0}", (value * 100.0).clamp(0.0, 100.0)),
        (None, Unit::PerDay | Unit::Seconds) => String::new(),
    }
}
