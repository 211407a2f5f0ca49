//! `confluence.xml`: the report as a page in Confluence's storage format, for its editor of markup or its API.
//!
//! Text and tables alone, without attachments, so that one request makes the page.

mod markup;
#[cfg(test)]
mod tests;

use self::markup::{element, list, panel, table, text};
use super::findings::words;
use super::front_page::{FrontPage, front_page};
use super::notes::Action;
use super::words::{period_name, progress};
use super::{Provenance, masthead, number, reading};
use crate::domain::group::GroupKind;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::tables::{Analysis, Figure, Finding, GroupReport, Metric, Severity, Unit};

/// What stands where a figure cannot be known.
const NO_DATA: &str = "no data";
/// What stands where there was nothing to count.
const NONE: &str = "none";
/// What stands in a cell that has nothing to say.
const BLANK: &str = "\u{2013}";

/// The page.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> String {
    let front_page = front_page(analysis, provenance);
    let mut out = element("h1", &text(&masthead::title(analysis))) + "\n";
    out.push_str(&paragraph(&masthead::scope(analysis)));
    if provenance.synthetic {
        out.push_str(&panel("note", &paragraph(masthead::SYNTHETIC)));
    }
    out.push_str(&panel("info", &paragraph(&front_page.headline)));
    out.push_str(&list(front_page.points.iter().map(|point| strong(&point.title) + " " + &text(&point.text))));
    if let Some(all) = analysis.groups.iter().find(|report| report.group.kind == GroupKind::All) {
        out.push_str(&metrics(analysis, all));
    }
    out.push_str(&element("p", &format!("{} {}", strong("Can these numbers be trusted?"), text(&front_page.trust))));
    out.push('\n');
    if let Some(comment) = &front_page.comment {
        out.push_str(&element("blockquote", &element("p", &text(comment))));
        out.push('\n');
    }
    out.push_str(&actions(&front_page));
    out.push_str(&outcomes(&front_page));
    out.push_str(&groups(analysis));
    out.push_str(&findings(&analysis.findings));
    out.push_str(&paragraph(&masthead::made(analysis, provenance)));
    out
}

/// Whether a page of this program holds a figure: the first table has a metric in each row, its value in the second cell.
pub fn has_figures(page: &str) -> bool {
    let first = page.split("</table>").next().unwrap_or_default();
    let values = first.lines().filter_map(|line| line.split_once("</th><td>")).map(|(_, rest)| rest);
    values.into_iter().any(|rest| !rest.starts_with(&format!("{NO_DATA}</td>")))
}

fn paragraph(words: &str) -> String {
    element("p", &text(words)) + "\n"
}

fn heading(words: &str) -> String {
    element("h2", words) + "\n"
}

fn strong(words: &str) -> String {
    element("strong", &text(words))
}

fn or_blank(words: Option<String>) -> String {
    words.map_or_else(|| BLANK.to_owned(), |words| text(&words))
}

fn heads<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(ToOwned::to_owned).into()
}

/// The word for a figure without a value.
fn nothing(figure: &Figure) -> String {
    if figure.missing.is_some() { NO_DATA } else { NONE }.to_owned()
}

fn metrics(analysis: &Analysis, all: &GroupReport) -> String {
    let previous = analysis.previous.as_ref().map_or_else(|| "Previous".to_owned(), period_name);
    let mut head = heads(["Metric", "Value", "n", "Rests on", "95 % interval", "Band"]);
    head.extend([previous, "Progress".to_owned()]);
    let row = |(metric, figure): (Metric, &Figure)| {
        let (value, basis, interval, band) = match reading::of(metric, figure, &analysis.settings) {
            Ok(it) => (text(&it.value), text(&it.basis), it.interval, reading::place(figure, &analysis.settings.bands)),
            Err(why) => (nothing(figure), text(&why), None, None),
        };
        let before = figure.previous.as_deref().map(|before| {
            reading::of(metric, before, &analysis.settings)
                .map_or_else(|_| nothing(before), |it| format!("{} ({})", it.value, it.basis))
        });
        vec![
            text(metric.title()),
            value,
            or_blank(figure.known().map(|it| number::count(it.n))),
            basis,
            or_blank(interval),
            or_blank(band),
            or_blank(before),
            or_blank(figure.progress.as_ref().map(progress)),
        ]
    };
    table(&head, all.figures.iter().map(row))
}

/// What, who, until when.
fn written(action: &Action) -> Vec<String> {
    vec![text(&action.what), or_blank(action.owner.clone()), or_blank(action.due.map(number::date))]
}

fn actions(front_page: &FrontPage) -> String {
    if front_page.actions.is_empty() {
        return String::new();
    }
    let rows = front_page.actions.iter().map(|it| {
        let mut row = written(&it.action);
        row.push(or_blank(it.now.clone()));
        row
    });
    heading("Actions") + &table(&heads(["Action", "Owner", "Due", "Figure now"]), rows)
}

fn outcomes(front_page: &FrontPage) -> String {
    if front_page.outcomes.is_empty() {
        return String::new();
    }
    let rows = front_page.outcomes.iter().map(|it| {
        let mut row = written(&it.action);
        row.push(or_blank(it.course.clone()));
        row.push(or_blank(Some(it.verdict.to_owned()).filter(|verdict| !verdict.is_empty())));
        row
    });
    let head = heads(["Action", "Owner", "Due", "Figure", "Verdict"]);
    heading("Results of the previous actions") + &table(&head, rows)
}

/// Services and teams, each value with its n.
fn groups(analysis: &Analysis) -> String {
    let parts: Vec<&GroupReport> = analysis.groups.iter().filter(|it| it.group.kind != GroupKind::All).collect();
    if parts.is_empty() {
        return String::new();
    }
    let mut head = heads(["Team or service", "Kind"]);
    let shown = Metric::ALL.into_iter().map(Metric::descriptor).filter(|it| it.section.is_some());
    let title = |it: &Descriptor| {
        if it.unit == Unit::Seconds { format!("{}, median", it.short) } else { it.short.to_owned() }
    };
    head.extend(shown.map(title));
    let row =
        |report: &GroupReport| {
            let kind = report.group.kind.as_str();
            let kind = report.team.as_ref().map_or_else(|| kind.to_owned(), |team| format!("{kind} of {team}"));
            let mut cells = vec![text(&report.group.name), text(&kind)];
            for (metric, figure) in report.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some()) {
                let said = reading::of(metric, figure, &analysis.settings);
                cells.push(said.map_or_else(
                    |_| nothing(figure),
                    |it| text(&format!("{} (n = {})", it.value, number::count(it.n))),
                ));
            }
            cells
        };
    heading("Teams and services") + &table(&head, parts.into_iter().map(row))
}

fn findings(all: &[Finding]) -> String {
    let mut out = String::new();
    for (severity, title) in
        [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Info, "For information")]
    {
        let item = |finding: &Finding| {
            let said = words(finding);
            let scope = text(&finding.scope());
            format!("{} ({scope}): {} {}", strong(finding.id()), text(&said.message), text(&said.advice))
        };
        let items = list(all.iter().filter(|it| it.severity == severity).map(item));
        if !items.is_empty() {
            out.push_str(&element("h3", title));
            out.push('\n');
            out.push_str(&items);
        }
    }
    if out.is_empty() { out } else { heading("Findings") + &out }
}
