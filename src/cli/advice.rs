//! Advice for missing figures: if the history that was read does not cover the whole period, the flag or config line
//! that gives the figure.

use crate::domain::coverage::intersect;
use crate::domain::group::GroupKind;
use crate::domain::period::Period;
use crate::domain::time::{Span, Timestamp, Zone};
use crate::metrics::tables::{Analysis, NoData};

use super::args::DEFAULT_DAYS;

/// One sentence of advice if a figure of the group `all` is missing and other flags would give it.
///
/// `zones` are those in which files were imported, and `asked` is the `--period` of the command line.
pub(super) fn on_missing(analysis: &Analysis, zones: &[Zone], asked: Option<&str>) -> Option<String> {
    let all = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All)?;
    let reasons = all.figures.iter().filter_map(|(_, figure)| figure.missing.as_ref());
    let spans: Vec<Span> = reasons
        .filter_map(|reason| match reason {
            NoData::DeploymentsNotRead { read, .. } | NoData::IncidentsNotRead { read, .. } => Some(*read),
            NoData::NotYet
            | NoData::NoRepos
            | NoData::NothingCounted
            | NoData::IncidentsUnmapped
            | NoData::NoIncidentSource => None,
        })
        .collect::<Option<Vec<Span>>>()?;
    let (first, rest) = spans.split_first()?;
    let read = rest.iter().try_fold(*first, |read, span| intersect(&[read], &[*span]).first().copied())?;
    let report = analysis.settings.zone;
    let other = zones.iter().copied().find(|zone| *zone != report);
    let wanted = |zone: Zone| {
        let span = zone.span(analysis.period.from, analysis.period.to);
        Span { from: span.from, to: span.to.min(analysis.as_of) }
    };
    let holds = |span: Span| span.from < span.to && read.from <= span.from && span.to <= read.to;
    if let Some(zone) = other.filter(|zone| holds(wanted(*zone))) {
        return Some(format!(
            "Figures are missing because files were imported with the days of {zone}, and this report has the days of \
             {report}: write timezone = \"{zone}\" under [report] in dora.toml."
        ));
    }
    // The days of an import begin and end at midnights of its own zone.
    let zone = other.unwrap_or(report);
    let end = zone.rfc3339(read.to);
    let span = |period: &Period, as_of: Timestamp| {
        let span = report.span(period.from, period.to);
        Span { from: span.from, to: span.to.min(as_of) }
    };
    let earlier = match asked {
        Some(_) => span(&analysis.period, read.to),
        None => span(&Period::last_complete_days(report.day_of(read.to), DEFAULT_DAYS), read.to),
    };
    if read.to < wanted(report).to && holds(earlier) {
        let period = asked.map_or_else(String::new, |period| format!("--period {period} "));
        return Some(format!(
            "Figures are missing because the history that was read ends at {end}, before the period does: report \
             {period}--as-of {end} gives the figures as they were known then."
        ));
    }
    let from = report.day_of(Timestamp(read.from.0 - 1)).succ_opt()?;
    let days = Period::range(from, report.day_of(read.to)).ok()?;
    let line = other.map_or_else(String::new, |zone| {
        format!(" (with timezone = \"{zone}\" under [report] in dora.toml, the days of the imported files)")
    });
    Some(format!(
        "Figures are missing because the history that was read holds {} to {end} alone: report --period {}..{} gives \
         figures of its whole days{line}.",
        zone.rfc3339(read.from),
        days.from,
        days.to
    ))
}
