//! The head of the page: organisation, period, data basis and instant of the report, and what was not read.

use super::cell::{Cell, Grid, short, text};
use crate::domain::coverage::EVERYTHING;
use crate::domain::event::Table;
use crate::domain::group::GroupKind;
use crate::domain::time::{Span, Zone};
use crate::metrics::tables::Analysis;
use crate::report::words::{capital, period_name};
use crate::report::{Provenance, number};

/// Spans that one line names before the rest are only counted.
const SPANS: usize = 3;
/// Gaps that are named before the rest are only counted.
const GAPS: usize = 12;

/// The head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub(super) organisation: Option<String>,
    pub(super) period: String,
    pub(super) compared: String,
    pub(super) synthetic: bool,
    /// Filters in force and a period that is not over, each a sentence.
    pub(super) notices: Vec<String>,
    /// What stands in the footer of every printed page: period and instant.
    pub(super) footer: String,
}

pub(super) fn head(analysis: &Analysis, provenance: &Provenance) -> Head {
    let settings = &analysis.settings;
    let zone = settings.zone;
    let period = &analysis.period;
    let compared = match &analysis.previous {
        Some(before) => {
            format!("{}, compared with {}", number::days(period.from, period.to), period_name(before))
        }
        None => format!("{}, compared with no other period", number::days(period.from, period.to)),
    };
    Head {
        organisation: settings.organisation.as_deref().map(short),
        period: period_name(period),
        compared,
        synthetic: provenance.synthetic,
        notices: notices(analysis),
        footer: format!(
            "DORA metrics {} \u{b7} as of {} {} \u{b7} rolling windows of {}",
            period_name(period),
            number::instant(analysis.as_of, zone),
            zone.name(),
            number::counted(settings.window_days.into(), "day", "days")
        ),
    }
}

/// What the figures were made of and by what: for the appendix.
pub(super) fn provenance(analysis: &Analysis, provenance: &Provenance) -> Vec<Grid> {
    let settings = &analysis.settings;
    let facts = [
        ("As of", format!("{} ({})", number::instant(analysis.as_of, settings.zone), analysis.as_of)),
        ("Time zone", settings.zone.name().to_owned()),
        ("Rolling window", number::counted(settings.window_days.into(), "day", "days")),
        ("Bands", short(&settings.bands.edition)),
        ("Services", services(analysis)),
        ("Program", format!("dora-report {}", provenance.tool_version)),
        ("Configuration (SHA-256)", provenance.config_digest.clone()),
    ];
    let facts = Grid {
        id: "provenance",
        caption: "How this report was made.".to_owned(),
        head: vec!["What", "Value"],
        rows: facts.into_iter().map(|(name, fact)| vec![text(name), text(fact)]).collect(),
        events: false,
    };
    vec![facts, inputs(analysis), coverage(analysis)]
}

fn services(analysis: &Analysis) -> String {
    let services =
        analysis.groups.iter().find(|it| it.group.kind == GroupKind::All).map_or(0, |all| all.services as u64);
    format!("{}, pooled", number::counted(services, "service", "services"))
}

fn notices(analysis: &Analysis) -> Vec<String> {
    let mut all = Vec::new();
    for (what, pattern) in [("services", &analysis.service_filter), ("teams", &analysis.team_filter)] {
        if let Some(pattern) = pattern {
            all.push(format!("Filtered: only {what} that match “{}” are in this report.", short(pattern)));
        }
    }
    let end = analysis.settings.zone.midnight(analysis.period.to);
    if analysis.as_of < end {
        all.push(format!(
            "The period is not over: it ends after the instant of this report, {}. All figures are of the part up to \
             then.",
            number::instant(analysis.as_of, analysis.settings.zone)
        ));
    }
    all
}

fn table_name(table: Table) -> &'static str {
    match table {
        Table::Deployments => "deployments",
        Table::Commits => "commits",
        Table::PullRequests => "pull requests",
        Table::Incidents => "incidents",
    }
}

fn inputs(analysis: &Analysis) -> Grid {
    let zone = analysis.settings.zone;
    let rows = analysis.inputs.iter().map(|input| {
        let newest = input.newest_observed_at.map_or_else(|| "never".to_owned(), |at| number::instant(at, zone));
        vec![text(table_name(input.table)), text(number::count(input.rows)), text(newest)]
    });
    Grid {
        id: "inputs",
        caption: "The dataset.".to_owned(),
        head: vec!["Table", "Rows", "Last read"],
        rows: rows.collect(),
        events: false,
    }
}

fn spans_words(spans: &[Span], zone: Zone) -> String {
    let shown: Vec<String> = spans
        .iter()
        .take(SPANS)
        .map(|span| format!("{} to {}", number::instant(span.from, zone), number::instant(span.to, zone)))
        .collect();
    match spans.len().checked_sub(SPANS) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

fn scope_words(scope: &str) -> String {
    if scope == EVERYTHING { "everything".to_owned() } else { short(scope) }
}

fn coverage(analysis: &Analysis) -> Grid {
    let rows = analysis.coverage.iter().map(|read| -> Vec<Cell> {
        vec![
            text(table_name(read.table)),
            text(short(&read.source)),
            text(scope_words(&read.scope)),
            text(spans_words(&read.spans, analysis.settings.zone)),
        ]
    });
    Grid {
        id: "coverage",
        caption: "The spans that were read completely. Outside them, missing events do not mean zero.".to_owned(),
        head: vec!["Table", "Source", "Scope", "From and to"],
        rows: rows.collect(),
        events: false,
    }
}

/// The parts of the known period that were not read, a sentence each.
pub(super) fn gaps(analysis: &Analysis) -> Vec<String> {
    let mut all = Vec::new();
    for read in &analysis.history {
        let missing = missing(&read.spans, analysis.known);
        if !missing.is_empty() {
            all.push(format!(
                "{} of {} were not read from {}.",
                capital(table_name(read.table)),
                short(&read.name),
                spans_words(&missing, analysis.settings.zone)
            ));
        }
    }
    for (table, way) in [(Table::Deployments, "deployments"), (Table::Incidents, "incidents")] {
        if !analysis.coverage.iter().any(|read| read.table == table) {
            all.push(format!("No {way} were ever read: import them."));
        }
    }
    if let Some(more) = all.len().checked_sub(GAPS).filter(|more| *more > 0) {
        all.truncate(GAPS);
        all.push(format!("And {more} more gaps: see what was read, in the appendix."));
    }
    all
}

fn missing(spans: &[Span], wanted: Span) -> Vec<Span> {
    let mut from = wanted.from;
    let mut gaps = Vec::new();
    for span in spans.iter().filter(|span| span.to > wanted.from && span.from < wanted.to) {
        if span.from > from {
            gaps.push(Span { from, to: span.from });
        }
        from = from.max(span.to);
    }
    if from < wanted.to {
        gaps.push(Span { from, to: wanted.to });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn what_was_not_read_is_what_lies_between_and_around_the_spans() {
        let span = |from, to| Span { from: Timestamp(from), to: Timestamp(to) };
        assert_eq!(missing(&[span(2, 4), span(6, 20)], span(0, 10)), [span(0, 2), span(4, 6)]);
        assert_eq!(missing(&[span(-5, 10)], span(0, 10)), []);
        assert_eq!(missing(&[], span(0, 10)), [span(0, 10)]);
    }
}
