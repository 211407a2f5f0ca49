//! `summary.md`: the report for an issue, a mail or a CI job's summary page. The whole first, then teams and
//! services, findings, and what was not read. Stays below the 1 MiB that a job summary may have.

mod escape;
mod first;
mod table;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use super::findings::{Grouped, grouped};
use super::front_page::front_page;
use super::notes::Notes;
use super::{Provenance, number, words};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, Figures, GroupReport, NoData};

/// Bytes of the whole text: 1 MiB less room for the lines that say what was dropped.
const CAP: usize = (1 << 20) - 4_096;

/// Bytes for findings, and as many for what was not read.
const CAP_OF_A_LIST: usize = CAP / 4;

/// Groups named in one line of what was not read; the rest is counted.
const NAMED: usize = 5;

/// The summary as Markdown (GFM). Rows of services are dropped from the end where it would grow too long.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> String {
    let mut out = head(analysis, provenance);
    let (whole, parts): (Vec<&GroupReport>, Vec<&GroupReport>) =
        analysis.groups.iter().partition(|report| report.group.kind == GroupKind::All);
    let front_page = front_page(analysis, provenance);
    out.push('\n');
    out.push_str(&first::before(&front_page));
    for report in whole {
        out.push('\n');
        out.push_str(&table::metrics(report, &analysis.settings.bands));
    }
    out.push_str(&first::behind(&front_page, &analysis.settings.bands));
    let findings = list("Findings", "findings", &finding_lines(analysis), "findings.csv");
    let noted = list("Notes", "notes", &note_lines(analysis, &provenance.notes), "the file of --notes");
    let missing = list("Not known", "lines", &missing(analysis), "report.json");
    if !parts.is_empty() {
        out.push_str("\n## Teams and services\n\n");
        out.push_str(table::GROUPS_HEAD);
        let room = CAP.saturating_sub(noted.len() + findings.len() + missing.len());
        let rows: Vec<String> =
            parts.into_iter().map(|report| table::group(report, &analysis.settings.bands)).collect();
        let dropped = fill(&mut out, &rows, room);
        if dropped > 0 {
            let _ = writeln!(out, "\n{dropped} more rows did not fit here; all are in summary.csv.");
        }
    }
    out.push_str(&noted);
    out.push_str(&findings);
    out.push_str(&missing);
    out
}

fn head(analysis: &Analysis, provenance: &Provenance) -> String {
    let (settings, period) = (&analysis.settings, &analysis.period);
    let organisation = settings.organisation.as_deref().map(|name| format!("{}: ", escape::text(name)));
    let mut lines = vec![
        format!("# {}DORA metrics {}", organisation.unwrap_or_default(), escape::text(&period.label)),
        String::new(),
    ];
    if provenance.synthetic {
        lines.extend(["**The data are synthetic.**".into(), String::new()]);
    }
    let last = period.to.pred_opt().unwrap_or(period.to);
    let compared = analysis.previous.as_ref().map(|it| format!(", compared with {}", escape::text(&it.label)));
    let cut = analysis.known.to < settings.zone.midnight(period.to);
    let cut = if cut { " The period is not over: the figures cover only the part so far." } else { "" };
    lines.push(format!("{} to {last}{}.{cut}", period.from, compared.unwrap_or_default()));
    for (what, pattern) in [("Services", &analysis.service_filter), ("Teams", &analysis.team_filter)] {
        lines.extend(pattern.as_ref().map(|it| format!("{what} like {} only.", escape::text(it))));
    }
    let digest: String = provenance.config_digest.chars().take(12).collect();
    lines.push(format!(
        "As of {}, time zone {}, rolling window {} days, bands: {}, dora-report {}, config {digest}.",
        analysis.as_of,
        settings.zone,
        settings.window_days,
        escape::text(&settings.bands.edition),
        provenance.tool_version,
    ));
    lines.push(String::new());
    lines.join("\n")
}

/// The notes and freezes of the period, by day.
fn note_lines(analysis: &Analysis, notes: &Notes) -> Vec<String> {
    let (from, to) = (analysis.period.from, analysis.period.to);
    let remarks = notes.on_days(from, to).into_iter().map(|it| (it.date, number::date(it.date), "", &it.text));
    let frozen = notes.freezes_within(from, to).into_iter();
    let frozen = frozen.map(|it| (it.from, number::days(it.from, it.to), "freeze", &it.text));
    let mut lines: Vec<_> = remarks.chain(frozen).collect();
    lines.sort_by_key(|line| line.0);
    let line = |(_, when, what, text): (_, String, &str, &String)| {
        let between = if what.is_empty() || text.is_empty() { "" } else { ": " };
        format!("- **{when}** {what}{between}{}\n", escape::text(text))
    };
    lines.into_iter().map(line).collect()
}

fn finding_lines(analysis: &Analysis) -> Vec<String> {
    let line = |it: &Grouped| {
        let others = if it.others.is_empty() { String::new() } else { format!(" {}", escape::text(&it.others)) };
        format!(
            "- **{}** {} ({}): {}{others} {}\n",
            it.severity.as_str(),
            it.id,
            escape::text(&it.scope),
            escape::text(&it.message),
            escape::text(&it.advice)
        )
    };
    grouped(&analysis.findings).iter().map(line).collect()
}

/// One line per reason and set of metrics, with the groups that share them, in the order of the groups.
fn missing(analysis: &Analysis) -> Vec<String> {
    let mut lines: Vec<(String, String, Vec<String>)> = Vec::new();
    for report in &analysis.groups {
        let name = match report.group.kind {
            GroupKind::All => "all".to_owned(),
            kind => format!("{} {}", kind.as_str(), escape::text(&report.group.name)),
        };
        for (metrics, reason) in reasons(&report.figures) {
            let sentence = escape::text(&words::sentence(reason, analysis.settings.zone));
            let metrics = metrics.join(", ");
            match lines.iter_mut().find(|line| line.0 == metrics && line.1 == sentence) {
                Some(line) => line.2.push(name.clone()),
                None => lines.push((metrics, sentence, vec![name.clone()])),
            }
        }
    }
    lines
        .into_iter()
        .map(|(metrics, sentence, groups)| {
            let named = groups.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = match groups.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("- **{metrics}** ({named}{more}): {sentence}\n")
        })
        .collect()
}

/// The metrics of a group without a figure, those with the same reason together.
fn reasons(figures: &Figures) -> Vec<(Vec<&'static str>, &NoData)> {
    let mut grouped: Vec<(Vec<&'static str>, &NoData)> = Vec::new();
    for (metric, figure) in figures.iter() {
        let Some(reason) = &figure.missing else { continue };
        match grouped.iter_mut().find(|(_, known)| *known == reason) {
            Some((metrics, _)) => metrics.push(metric.title()),
            None => grouped.push((vec![metric.title()], reason)),
        }
    }
    grouped
}

/// A section with a list, if it has any lines.
fn list(title: &str, what: &str, lines: &[String], file: &str) -> String {
    let mut out = String::new();
    if lines.is_empty() {
        return out;
    }
    let _ = write!(out, "\n## {title}\n\n");
    let dropped = fill(&mut out, lines, CAP_OF_A_LIST);
    if dropped > 0 {
        let _ = writeln!(out, "\n{dropped} more {what} did not fit here; all are in {file}.");
    }
    out
}

/// Adds rows while they fit into `room` bytes; how many did not.
fn fill(out: &mut String, rows: &[String], room: usize) -> usize {
    for (index, row) in rows.iter().enumerate() {
        if out.len() + row.len() > room {
            return rows.len() - index;
        }
        out.push_str(row);
    }
    0
}
