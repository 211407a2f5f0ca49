//! Definitions and caveats: the formulas, the settings in force, the band table, how to read an interval.

use super::cell::{Grid, short, text};
use crate::domain::band::{Band, Thresholds};
use crate::domain::glob::Glob;
use crate::domain::settings::{Merge, Policy, Settings};
use crate::metrics::tables::{Analysis, Metric, Unit};
use crate::report::number::{self, RateUnit};
use crate::report::words::capital;

/// Names in one sentence before the rest are only counted.
const NAMES: usize = 20;

/// Terms and what they mean in this report.
pub(super) fn terms(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let settings = &analysis.settings;
    let window = settings.window_days;
    let mut terms = vec![
        (
            "Counted deployment",
            format!(
                "It succeeded, in a production environment of a service. Production is: {}{}{}. Failed attempts and other \
                 environments are never counted; the appendix lists them with the reason.{}",
                patterns(settings.environments.iter().map(Glob::as_str)),
                settings.left_out(|pattern| patterns(std::iter::once(pattern))),
                if settings.services.iter().any(|service| service.environments.is_some()) {
                    " (some services name their own)"
                } else {
                    ""
                },
                rollouts(settings)
            ),
        ),
        ("Service", service(settings)),
        (
            "Rolling window",
            format!(
                "The {window} calendar days that end with a day, in the time zone {}. A day’s figure uses only what had \
                 happened by its end, so later events do not change it. A window that was not wholly read has no \
                 figure.",
                settings.zone.name()
            ),
        ),
        (
            "Period",
            "The period has its own figures, over the events inside it, as known at its end (or at the instant of the \
             report, if that is earlier). They are not means of the daily ones. The period compared with is counted by \
             today’s definitions."
                .to_owned(),
        ),
        (
            "As known on the day, and verdicts",
            "A flag or a reference of an incident has no instant of its own. One that is set late changes the figures of \
             the days before it as well, so a published change failure rate can move; “dora-report diff” names the \
             incidents."
                .to_owned(),
        ),
    ];
    for metric in Metric::ALL {
        terms.push((metric.title(), metric.descriptor().meaning.to_owned()));
        if metric == Metric::ChangeFailureRate {
            terms.push(("Attribution of incidents", attribution(settings)));
        }
    }
    terms.extend([
        ("Incidents that count", filters(settings)),
        (
            "Pools",
            "A team is the pool of its services’ events and “all” the pool of everything: pooled, never an average of \
             averages. An incident counts for every service that it affects, and once in their team and in “all”; one \
             that affects none counts in “all” alone, and is attributed by a reference only."
                .to_owned(),
        ),
        (
            "Intervals",
            "A 95 % interval is the range of values that the data are compatible with: the fewer the events, the wider. \
             Where two intervals overlap much, treat the values as alike."
                .to_owned(),
        ),
        (
            "Verdicts",
            "“Better” and “worse” are said only where the difference is beyond chance at 95 %; else “no detectable change” \
             or “too few data”. “Recovered” is better than the period before, and back at the level before its dip. Where \
             many services are compared, one in twenty differs by chance alone."
                .to_owned(),
        ),
        (
            "Bands",
            "A diagnostic, not a target: there is no overall score and no ranking. Where the ends of an interval fall \
             into two bands, both are named. “Too few to place”: the interval spans three bands, or too few events are \
             behind the figure. No data: no band."
                .to_owned(),
        ),
    ]);
    terms
}

fn patterns<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = all.map(|pattern| format!("“{}”", short(pattern))).collect();
    match all.len().checked_sub(NAMES) {
        Some(more) if more > 0 => format!("{} and {more} more", all[..NAMES].join(", ")),
        _ if all.is_empty() => "nothing".to_owned(),
        _ => all.join(", "),
    }
}

fn rollouts(settings: &Settings) -> String {
    let Some(Merge::Records(within) | Merge::Rollouts(within)) = settings.merge else { return String::new() };
    format!(
        " Records of one revision and environment that finish within {} of the first count as one deployment.",
        number::duration(within.as_f64())
    )
}

fn service(settings: &Settings) -> String {
    match settings.services.len() as u64 {
        0 => "None is configured, so every repo that has deployments is its own service.".to_owned(),
        count => format!(
            "{}, by repo and environment; the first that matches takes a deployment, one that none matches is left out.",
            number::counted(count, "is configured", "are configured")
        ),
    }
}

fn attribution(settings: &Settings) -> String {
    let window = number::duration(settings.attribution_window.as_f64());
    let rules = match settings.attribution {
        Policy::Explicit => "by reference or flag alone (policy “explicit”). The clock attributes nothing.".to_owned(),
        Policy::Window => format!(
            "by the clock alone (policy “window”): to the service’s latest deployment at most {window} before it was \
             opened. References and flags are ignored."
        ),
        Policy::ExplicitOrWindow => format!(
            "by reference or flag; where there is no flag, by the clock (policy “explicit-or-window”): to the \
             service’s latest deployment at most {window} before it was opened."
        ),
    };
    let rollbacks = if settings.count_rollbacks {
        "A rollback also fails the deployment that it replaced."
    } else {
        "Rollbacks do not count as failures of what they replaced."
    };
    format!("An incident is attributed to a deployment {rules} {rollbacks}")
}

fn filters(settings: &Settings) -> String {
    let mut all = Vec::new();
    if let Some(least) = settings.min_priority {
        all.push(format!("those of priority {least} or more important (a missing priority passes)"));
    }
    if !settings.urgencies.is_empty() {
        all.push(format!(
            "those of urgency {} (a missing urgency passes)",
            patterns(settings.urgencies.iter().map(String::as_str))
        ));
    }
    if !settings.ignore_tags.is_empty() {
        all.push(format!("those without the tags {}", patterns(settings.ignore_tags.iter().map(String::as_str))));
    }
    if all.is_empty() {
        "All that were read, but for those merged into another; no filter is set.".to_owned()
    } else {
        format!("{}. Those merged into another never count.", capital(&all.join(", and ")))
    }
}

/// The table of thresholds in force.
pub(super) fn bands(settings: &Settings) -> Grid {
    let bands = &settings.bands;
    let rate = |value: f64| match RateUnit::of(value) {
        RateUnit::Day => number::rate_in(value, RateUnit::Day),
        // Thresholds of frequency are "one in so many days"; rounding them to a rate would shift them.
        _ => format!("1 in {} d", number::decimal(1.0 / value)),
    };
    let rows = Metric::ALL.into_iter().filter_map(|metric| {
        let descriptor = metric.descriptor();
        let thresholds = (descriptor.thresholds)(bands)?;
        Some(match descriptor.unit {
            Unit::PerDay => row(descriptor.short, thresholds, rate),
            Unit::Seconds => row(&format!("{}, median", descriptor.short), thresholds, number::duration),
            Unit::Ratio => row(descriptor.short, thresholds, number::percent),
        })
    });
    Grid {
        id: "bands",
        caption: format!("Bands of the edition “{}”. {}", short(&bands.edition), bands.note),
        head: vec!["Metric", "Elite", "High", "Medium", "Low"],
        rows: rows.collect(),
        events: false,
    }
}

fn row(name: &str, thresholds: &Thresholds, word: impl Fn(f64) -> String) -> Vec<super::cell::Cell> {
    let cell = |wanted: Band| {
        if let Some((_, limit)) = thresholds.0.iter().find(|(band, _)| *band == wanted) {
            let operator = match limit.operator() {
                ">=" => "\u{2265}",
                "<=" => "\u{2264}",
                other => other,
            };
            return format!("{operator} {}", word(limit.value()));
        }
        if wanted == Band::Low && !thresholds.0.is_empty() {
            "anything worse".to_owned()
        } else {
            "not stated".to_owned()
        }
    };
    let mut cells = vec![text(name)];
    cells.extend([Band::Elite, Band::High, Band::Medium, Band::Low].map(|band| text(cell(band))));
    cells
}
