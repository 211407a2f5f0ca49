//! The figures in a few lines of plain text, for a terminal or a mail.

use std::fmt::Write;

use super::number;
use super::words::sentence;
use crate::domain::group::GroupKind;
use crate::domain::time::Zone;
use crate::metrics::tables::{Analysis, BandReading, Figure, Metric, Unit};

/// The figures of everything pooled, one metric a line, then what was compared and banded.
pub fn render(analysis: &Analysis) -> String {
    let mut out = String::new();
    let Some(all) = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All) else { return out };
    let zone = analysis.settings.zone;
    for (metric, figure) in all.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some()) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {:<22} {}", metric.descriptor().in_text, value(metric, figure, zone));
    }
    let edition = &analysis.settings.bands.edition;
    let filtered = analysis.service_filter.is_some() || analysis.team_filter.is_some();
    let whose = if filtered { "the services of this report" } else { "all services" };
    let _ = writeln!(out, "  {} in {zone}, {whose} pooled, bands: {edition}", analysis.period.label);
    out
}

fn value(metric: Metric, figure: &Figure, zone: Zone) -> String {
    if let Some(missing) = &figure.missing {
        return sentence(missing, zone);
    }
    let (unit, open) = (metric.descriptor().unit, figure.restore().map(|it| number::count(it.open)));
    let Some(value) = figure.value else {
        return match (unit, open) {
            (Unit::Seconds, Some(open)) => format!("no incident was resolved; {open} open"),
            (Unit::Seconds, None) => "no deployment has a lead time".into(),
            (Unit::PerDay | Unit::Ratio, _) => "there was no deployment".into(),
        };
    };
    let (n, open) = (number::count(figure.n), open.map(|open| format!(", {open} open")).unwrap_or_default());
    let words = match unit {
        Unit::PerDay => format!("{} (n = {n})", number::rate(value)),
        Unit::Seconds => format!("{} median (n = {n}{open})", number::duration(value)),
        Unit::Ratio => number::share(value, figure.k.unwrap_or(0), figure.n),
    };
    words + &band(figure.band)
}

/// `, high` or `, high (medium–high)`; nothing where there are no bands.
fn band(reading: BandReading) -> String {
    match (reading.band, reading.range) {
        (None, _) => String::new(),
        (Some(band), None) => format!(", {}", band.as_str()),
        (Some(band), Some((worse, better))) => {
            format!(", {} (interval: {}–{})", band.as_str(), worse.as_str(), better.as_str())
        }
    }
}
