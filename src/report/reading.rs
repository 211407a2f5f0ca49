//! One metric of one group over one period, as a reader sees it: value, n, interval, band, change.
//!
//! A figure that cannot be known is an `Err` with the sentence that says so.

use crate::domain::band::{Band, Bands};
use crate::domain::settings::Settings;
use crate::metrics::tables::{Details, Figure, LeadTimeDetails, Metric, RestoreDetails, Trend, Unit, Verdict};
use crate::report::{number, words};

/// A figure in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) unit: Unit,
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

/// Printed instead of a band if there are too few data.
pub(super) const TOO_FEW: &str = "too few to place";

/// Whether the data are too few for a band: its interval spans more than two bands, or it rests on too few events.
pub(super) fn is_too_few(figure: &Figure, bands: &Bands) -> bool {
    let spans = figure.band.range.map_or(0, |(worse, better)| level(worse).abs_diff(level(better)));
    figure.band.band.is_some() && (spans > 1 || figure.n < bands.min_sample)
}

/// Where a figure stands: its band, with those of the interval's ends where they differ, or the share of respondents that it
/// surpasses where the edition has a survey in place of bands; none where the edition has neither for it.
pub(super) fn place(figure: &Figure, bands: &Bands) -> Option<String> {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let Some(it) = figure.surpassed else { return band(figure, bands).map(|view| view.word) };
    if figure.n < bands.min_sample {
        return Some(TOO_FEW.to_owned());
    }
    Some(match it.ends {
        Some((low, high)) => format!("{} ({} to {})", percent(it.value), percent(low), percent(high)),
        None => percent(it.value),
    })
}

/// Four dots, filled up to the worse end, half filled up to the better end.
fn band(figure: &Figure, bands: &Bands) -> Option<BandView> {
    let band = figure.band.band?;
    if is_too_few(figure, bands) {
        return Some(BandView { word: TOO_FEW.to_owned(), shape: String::new() });
    }
    let (worse, better) = figure.band.range.unwrap_or((band, band));
    let word = if worse == better {
        band.as_str().to_owned()
    } else {
        format!("{} ({}\u{2013}{})", band.as_str(), worse.as_str(), better.as_str())
    };
    let (full, half) = (level(worse).min(level(better)), level(worse).abs_diff(level(better)));
    let shape = format!("{}{}{}", "\u{25cf}".repeat(full), "\u{25d0}".repeat(half), "\u{25cb}".repeat(4 - full - half));
    Some(BandView { word, shape })
}

/// A figure as a reader sees it.
pub(super) fn of(metric: Metric, figure: &Figure, settings: &Settings) -> Outcome {
    if let Some(no_data) = &figure.missing {
        return Err(words::sentence(no_data, settings.zone));
    }
    let unit = metric.descriptor().unit;
    let Some(amount) = figure.value else { return Err(nothing(metric, figure)) };
    Ok(Reading {
        unit,
        amount,
        value: number::value(unit, amount),
        n: figure.n,
        basis: basis(metric, figure),
        interval: figure.ci95.map(|ends| number::interval(unit, amount, ends)),
        band: band(figure, &settings.bands),
    })
}

/// The figure of the period compared with, where there is one.
pub(super) fn before(metric: Metric, figure: &Figure, settings: &Settings) -> Option<Reading> {
    of(metric, figure.previous.as_deref()?, settings).ok()
}

/// What a value rests on.
fn basis(metric: Metric, figure: &Figure) -> String {
    let descriptor = metric.descriptor();
    let counted = number::counted(figure.n, descriptor.counts.0, descriptor.counts.1);
    match (&figure.details, descriptor.part) {
        (Details::Frequency(it), _) => format!("{counted} in {}", number::counted(it.days.into(), "day", "days")),
        (Details::Restore(it), _) => format!("median of {counted}, {}", open(it)),
        (_, Some(part)) => format!("{} of {counted} {}", number::count(figure.k.unwrap_or(0)), part.are),
        (_, None) => format!("median of {counted}"),
    }
}

/// `, 2 open` behind a time to restore; nothing where none is open, or the metric has none.
pub(super) fn open_too(figure: &Figure) -> String {
    let open = figure.restore().map_or(0, |it| it.open);
    if open == 0 { String::new() } else { format!(", {} open", number::count(open)) }
}

fn open(it: &RestoreDetails) -> String {
    if it.open == 0 { "none open".to_owned() } else { format!("{} open", number::count(it.open)) }
}

/// Why there is no value although everything was read.
fn nothing(metric: Metric, figure: &Figure) -> String {
    match (&figure.details, metric.descriptor().part) {
        (Details::Restore(it), _) => format!(
            "No figure: no incident was resolved in the period ({} opened, {} at its end).",
            number::count(it.opened),
            open(it)
        ),
        (Details::LeadTime(it), _) if !reasons(it).is_empty() => {
            format!("No figure: no deployment of the period has a lead time ({}).", reasons(it))
        }
        (_, Some(part)) => {
            format!("No figure: there was no deployment in the period, so no share of them {}.", part.is)
        }
        _ => "No figure: there was no deployment in the period, so no lead time.".to_owned(),
    }
}

/// Why deployments have no lead time: `3 rollback to an older revision, 1 commits not read`.
pub(super) fn reasons(found: &LeadTimeDetails) -> String {
    let counts = found.reasons.iter().filter(|(_, count)| **count > 0);
    let all: Vec<String> = counts
        .map(|(reason, count)| format!("{}: {}", words::lead_time_reason(*reason), number::count(*count)))
        .collect();
    all.join("; ")
}

/// `+0.3 a day (+14 %) from 2 a day`: absolute first, a percentage only on a base that carries one.
pub(super) fn change(now: &Reading, before: &Reading) -> String {
    let difference = now.amount - before.amount;
    let unit = number::RateUnit::of(now.amount.max(before.amount));
    let (absolute, base) = match now.unit {
        Unit::PerDay => {
            (number::signed(difference, |size| number::rate_in(size, unit)), number::rate_in(before.amount, unit))
        }
        Unit::Seconds => (number::signed(difference, number::duration), before.value.clone()),
        // A share of a share misleads: points alone.
        Unit::Ratio => return format!("{} from {}", number::signed(difference, number::points), before.value),
    };
    match number::relative_change(now.amount, before.amount, now.n, before.n) {
        Some(percent) if absolute != "no change" => format!("{absolute} ({percent}) from {base}"),
        _ => format!("{absolute} from {base}"),
    }
}

/// Which way a metric went within the period, in words; nothing where that may be chance.
pub(super) fn trend(trend: &Trend, word: fn(f64) -> String) -> Option<String> {
    let slope = trend.slope_per_week?;
    let said = match trend.verdict {
        Verdict::Better => "improved",
        Verdict::Worse => "got worse",
        Verdict::WithinNoise | Verdict::TooFewData => return None,
    };
    let p = trend.p.map(|p| format!(", p = {p:.3}")).unwrap_or_default();
    Some(format!(
        "Within the period it {said} by {} a week (Theil-Sen slope over {} separate weeks, Mann-Kendall{p}).",
        word(slope.abs()),
        trend.weeks
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tables::BandReading;

    fn duration(amount: f64, n: u64) -> Reading {
        Reading {
            unit: Unit::Seconds,
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
        let view = |n, it: Option<Band>, range| {
            let figure = Figure { n, band: BandReading { band: it, range }, ..Figure::default() };
            band(&figure, &Bands::handbook())
        };
        let words = |view: Option<BandView>| view.map(|it| (it.word, it.shape)).expect("a band");
        assert_eq!(words(view(40, Some(Band::Medium), None)), ("medium".into(), "●●○○".into()));
        let high = Some((Band::High, Band::Elite));
        assert_eq!(words(view(40, Some(Band::High), high)), ("high (high–elite)".into(), "●●●◐".into()));
        assert_eq!(view(40, None, None), None);
    }

    #[test]
    fn a_band_is_not_printed_where_the_interval_spans_three_or_the_sample_is_small() {
        let figure = |n, range| Figure { n, band: BandReading { band: Some(Band::High), range }, ..Figure::default() };
        let handbook = Bands::handbook();
        let is_placed = |n, range| !is_too_few(&figure(n, range), &handbook);
        assert!(is_placed(12, None) && is_placed(12, Some((Band::Medium, Band::High))));
        assert!(!is_placed(11, None), "fewer than the edition asks for");
        assert!(!is_placed(40, Some((Band::Medium, Band::Elite))), "three bands");
        assert!(!is_too_few(&Figure::default(), &handbook), "without a band there is nothing to withhold");
    }
}
