//! One metric of one group over one period, as a reader sees it: value, n, interval, band, change.
//!
//! A figure that cannot be known is an `Err` with the sentence that says so.

use crate::domain::band::Band;
use crate::domain::time::Zone;
use crate::metrics::tables::{BandReading, ChangeFailure, Figure, Frequency, LeadTime, Restore, Verdict};
use crate::report::{number, words};

/// What the number measures, which decides how it and its change are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Rate,
    Duration,
    Ratio,
}

/// A figure in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) measure: Measure,
    pub(super) amount: f64,
    pub(super) value: String,
    pub(super) n: u64,
    /// `212 deployments in 92 days`.
    pub(super) basis: String,
    pub(super) interval: Option<String>,
    pub(super) band: Option<BandView>,
}

/// A band as a word and a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BandView {
    pub(super) word: String,
    pub(super) shape: String,
}

/// A reading or why there is none.
pub(super) type Outcome = Result<Reading, String>;

fn level(band: Band) -> usize {
    match band {
        Band::Elite => 4,
        Band::High => 3,
        Band::Medium => 2,
        Band::Low => 1,
    }
}

/// Four dots, filled up to the worse end, half filled up to the better end.
pub(super) fn band(reading: BandReading) -> Option<BandView> {
    let band = reading.band?;
    let (worse, better) = reading.range.unwrap_or((band, band));
    let word = if worse == better {
        band.as_str().to_owned()
    } else {
        format!("{} ({}\u{2013}{})", band.as_str(), worse.as_str(), better.as_str())
    };
    let (full, half) = (level(worse).min(level(better)), level(worse).abs_diff(level(better)));
    let shape = format!("{}{}{}", "\u{25cf}".repeat(full), "\u{25d0}".repeat(half), "\u{25cb}".repeat(4 - full - half));
    Some(BandView { word, shape })
}

pub(super) fn frequency(figure: &Figure<Frequency>, zone: Zone) -> Outcome {
    let found = figure.as_ref().map_err(|no_data| words::sentence(no_data, zone))?;
    let unit = number::RateUnit::of(found.per_day);
    Ok(Reading {
        measure: Measure::Rate,
        amount: found.per_day,
        value: number::rate_in(found.per_day, unit),
        n: found.deployments,
        basis: format!(
            "{} in {}",
            number::counted(found.deployments, "deployment", "deployments"),
            number::counted(found.days.into(), "day", "days")
        ),
        interval: Some(number::rate_interval(found.ci95, unit)),
        band: band(found.band),
    })
}

pub(super) fn lead_time(figure: &Figure<LeadTime>, zone: Zone) -> Outcome {
    let found = figure.as_ref().map_err(|no_data| words::sentence(no_data, zone))?;
    let Some(durations) = found.durations else {
        let reasons = reasons(found);
        return Err(if reasons.is_empty() {
            "No figure: there was no deployment in the period, so no lead time.".to_owned()
        } else {
            format!("No figure: no deployment of the period has a lead time ({reasons}).")
        });
    };
    Ok(Reading {
        measure: Measure::Duration,
        amount: durations.p50,
        value: number::duration(durations.p50),
        n: durations.n,
        basis: format!("median of {}", number::counted(durations.n, "deployment", "deployments")),
        interval: durations.ci95.map(number::duration_interval),
        band: band(found.band),
    })
}

/// Why deployments have no lead time: `3 rollback to an older revision, 1 commits not read`.
pub(super) fn reasons(found: &LeadTime) -> String {
    let counts = found.reasons.iter().filter(|(_, count)| **count > 0);
    let all: Vec<String> = counts
        .map(|(reason, count)| format!("{}: {}", words::lead_time_reason(*reason), number::count(*count)))
        .collect();
    all.join("; ")
}

pub(super) fn change_failure(figure: &Figure<ChangeFailure>, zone: Zone) -> Outcome {
    let found = figure.as_ref().map_err(|no_data| words::sentence(no_data, zone))?;
    let Some(ratio) = found.ratio else {
        return Err("No figure: there was no deployment in the period, so no share of them failed.".to_owned());
    };
    Ok(Reading {
        measure: Measure::Ratio,
        amount: ratio,
        value: number::percent(ratio),
        n: found.deployments,
        basis: format!(
            "{} of {} failed",
            number::count(found.failed),
            number::counted(found.deployments, "deployment", "deployments")
        ),
        interval: found.ci95.map(number::percent_interval),
        band: band(found.band),
    })
}

pub(super) fn restore(figure: &Figure<Restore>, zone: Zone) -> Outcome {
    let found = figure.as_ref().map_err(|no_data| words::sentence(no_data, zone))?;
    let open = if found.open == 0 { "none open".to_owned() } else { format!("{} open", number::count(found.open)) };
    let Some(durations) = found.durations else {
        return Err(format!(
            "No figure: no incident was resolved in the period ({} opened, {open} at its end).",
            number::count(found.opened)
        ));
    };
    Ok(Reading {
        measure: Measure::Duration,
        amount: durations.p50,
        value: number::duration(durations.p50),
        n: durations.n,
        basis: format!("median of {}, {open}", number::counted(durations.n, "resolved incident", "resolved incidents")),
        interval: durations.ci95.map(number::duration_interval),
        band: band(found.band),
    })
}

/// `+0.3 a day (+14 %) from 2 a day`: absolute first, a percentage only on a base that carries one.
pub(super) fn change(now: &Reading, before: &Reading) -> String {
    let difference = now.amount - before.amount;
    let unit = number::RateUnit::of(now.amount.max(before.amount));
    let (absolute, base) = match now.measure {
        Measure::Rate => {
            (number::signed(difference, |size| number::rate_in(size, unit)), number::rate_in(before.amount, unit))
        }
        Measure::Duration => (number::signed(difference, number::duration), before.value.clone()),
        // A share of a share misleads: points alone.
        Measure::Ratio => return format!("{} from {}", number::signed(difference, number::points), before.value),
    };
    match number::relative_change(now.amount, before.amount, now.n, before.n) {
        Some(percent) if absolute != "no change" => format!("{absolute} ({percent}) from {base}"),
        _ => format!("{absolute} from {base}"),
    }
}

/// What may be said of a difference, as a sentence.
pub(super) fn judgement(verdict: Option<Verdict>) -> Option<String> {
    verdict.map(|verdict| match verdict {
        Verdict::TooFewData => "There are too few data to tell a change from chance.".to_owned(),
        other => format!("The difference is {}.", words::verdict(other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duration(amount: f64, n: u64) -> Reading {
        Reading {
            measure: Measure::Duration,
            amount,
            value: number::duration(amount),
            n,
            basis: String::new(),
            interval: None,
            band: None,
        }
    }

    #[test]
    fn a_change_is_absolute_first_and_relative_only_on_a_base_of_ten() {
        assert_eq!(change(&duration(68_400.0, 50), &duration(93_600.0, 40)), "\u{2212}7 h (\u{2212}27 %) from 26 h");
        assert_eq!(change(&duration(68_400.0, 9), &duration(93_600.0, 40)), "\u{2212}7 h from 26 h");
    }

    #[test]
    fn a_band_is_a_word_and_a_shape_and_a_range_where_the_interval_crosses_an_edge() {
        let plain = band(BandReading { band: Some(Band::Medium), range: None }).expect("a band");
        assert_eq!((plain.word.as_str(), plain.shape.as_str()), ("medium", "●●○○"));
        let range =
            band(BandReading { band: Some(Band::High), range: Some((Band::High, Band::Elite)) }).expect("a band");
        assert_eq!((range.word.as_str(), range.shape.as_str()), ("high (high–elite)", "●●●◐"));
        assert_eq!(band(BandReading::default()), None);
    }
}
