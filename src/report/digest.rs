//! The four figures in a few lines of plain text, for a terminal or a mail.

use std::fmt::Write;

use super::number;
use super::words::sentence;
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, BandReading, Figure, Restore};

/// The figures of everything pooled, one metric a line, then what was compared and banded.
pub fn render(analysis: &Analysis) -> String {
    let mut out = String::new();
    let Some(all) = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All) else { return out };
    let zone = analysis.settings.zone;
    let figures = &all.figures;
    let mut line = |name: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {name:<22} {value}");
    };
    line(
        "deployment frequency",
        match &figures.frequency {
            Err(missing) => sentence(missing, zone),
            Ok(frequency) => format!(
                "{} (n = {}){}",
                number::rate(frequency.per_day),
                number::count(frequency.deployments),
                band(frequency.band)
            ),
        },
    );
    line(
        "lead time for changes",
        match &figures.lead_time {
            Err(missing) => sentence(missing, zone),
            Ok(lead_time) => match &lead_time.durations {
                None => "no deployment has a lead time".into(),
                Some(durations) => format!(
                    "{} median (n = {}){}",
                    number::duration(durations.p50),
                    number::count(durations.n),
                    band(lead_time.band)
                ),
            },
        },
    );
    line(
        "change failure rate",
        match &figures.change_failure {
            Err(missing) => sentence(missing, zone),
            Ok(failure) => match failure.ratio {
                None => "there was no deployment".into(),
                Some(ratio) => {
                    format!("{}{}", number::share(ratio, failure.failed, failure.deployments), band(failure.band))
                }
            },
        },
    );
    line("time to restore", restore(&figures.restore, zone));
    let edition = &analysis.settings.bands.edition;
    let filtered = analysis.service_filter.is_some() || analysis.team_filter.is_some();
    let whose = if filtered { "the services of this report" } else { "all services" };
    let _ = writeln!(out, "  {} in {zone}, {whose} pooled, bands: {edition}", analysis.period.label);
    out
}

fn restore(figure: &Figure<Restore>, zone: crate::domain::time::Zone) -> String {
    match figure {
        Err(missing) => sentence(missing, zone),
        Ok(restore) => match &restore.durations {
            None => format!("no incident was resolved; {} open", number::count(restore.open)),
            Some(durations) => format!(
                "{} median (n = {}, {} open){}",
                number::duration(durations.p50),
                number::count(durations.n),
                number::count(restore.open),
                band(restore.band)
            ),
        },
    }
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
