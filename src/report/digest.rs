//! The report in a few lines of plain text, for a terminal or a mail: the headline, then a line per metric with value,
//! n, change and verdict against the period before, and band; and the commands that show more.

use std::fmt::Write;

use super::front_page::{front_page, most_telling};
use super::words::{period_name, sentence};
use super::{Provenance, number, reading};
use crate::domain::group::{Group, GroupKind};
use crate::domain::words::is_obeyed;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Progress, Unit};

/// A line: cells under each other, or a metric with the reason why it has none.
enum Line {
    Cells(Vec<String>),
    Reason(&'static str, String),
}

/// The figures of everything pooled, one metric a line, then what was compared and banded.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> String {
    let mut out = front_page(analysis, provenance).headline + "\n";
    let Some(all) = analysis.groups.iter().find(|group| group.group.kind == GroupKind::All) else { return out };
    let shown = all.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some());
    let lines: Vec<Line> = shown.map(|(metric, figure)| line(analysis, metric, figure)).collect();
    let mut heads = vec![String::new(), period_name(&analysis.period), "n".into()];
    if let Some(before) = &analysis.previous {
        heads.extend([format!("against {}", period_name(before)), "verdict".into()]);
    }
    if lines.iter().any(|it| matches!(it, Line::Cells(cells) if cells.len() > heads.len())) {
        let is_survey = analysis.settings.bands.survey.is_some();
        heads.push(if is_survey { "respondents surpassed" } else { "band" }.into());
    }
    out += &aligned(heads, lines);
    let zone = analysis.settings.zone;
    let edition = &analysis.settings.bands.edition;
    let filtered = analysis.service_filter.is_some() || analysis.team_filter.is_some();
    let whose = if filtered { "the services of this report" } else { "all services" };
    // Writing to a string does not fail.
    let _ = writeln!(out, "  {} in {zone}, {whose} pooled, bands: {edition}", analysis.period.label);
    out
}

/// Name, value, n; change and verdict, where there is a period before; band, where there is one.
fn line(analysis: &Analysis, metric: Metric, figure: &Figure) -> Line {
    let (name, zone) = (metric.descriptor().in_text, analysis.settings.zone);
    let unit = metric.descriptor().unit;
    let open = figure.restore().map(|it| number::count(it.open));
    let Ok(now) = reading::of(metric, figure, &analysis.settings) else {
        let why = match (&figure.missing, unit, open) {
            (Some(missing), ..) => sentence(missing, zone),
            (None, Unit::Seconds, Some(open)) => format!("no incident was resolved; {open} open"),
            (None, Unit::Seconds, None) => "no deployment has a lead time".into(),
            (None, Unit::PerDay | Unit::Ratio, _) => "there was no deployment".into(),
        };
        return Line::Reason(name, why);
    };
    let n = number::count(now.n);
    let mut cells = vec![name.to_owned()];
    cells.push(if unit == Unit::Seconds { format!("{} median", now.value) } else { now.value.clone() });
    cells.push(match (unit, open) {
        (Unit::Ratio, _) => format!("{} of {n}", number::count(figure.k.unwrap_or(0))),
        (_, Some(open)) if open != "0" => format!("{n}, {open} open"),
        _ => n,
    });
    if analysis.previous.is_some() {
        let before = reading::before(metric, figure, &analysis.settings);
        cells.push(before.map_or_else(|| "no figure before".to_owned(), |before| reading::change(&now, &before)));
        cells.push(figure.progress.as_ref().map(said).unwrap_or_default());
    }
    cells.extend(reading::place(figure, &analysis.settings.bands));
    Line::Cells(cells)
}

/// The progress in two or three words.
fn said(progress: &Progress) -> String {
    match progress {
        Progress::Unchanged => "no detectable change".to_owned(),
        other => other.as_str().to_owned(),
    }
}

/// The lines with the cells of each column under each other.
fn aligned(heads: Vec<String>, mut lines: Vec<Line>) -> String {
    let width = |text: &String| text.chars().count();
    let has_cells = lines.iter().any(|it| matches!(it, Line::Cells(_)));
    let mut widths = vec![0; heads.len()];
    if has_cells {
        lines.insert(0, Line::Cells(heads));
    }
    for line in &lines {
        match line {
            Line::Cells(cells) => {
                widths.iter_mut().zip(cells).for_each(|(most, cell)| *most = width(cell).max(*most));
            }
            Line::Reason(name, _) => {
                widths.iter_mut().take(1).for_each(|most| *most = name.chars().count().max(*most));
            }
        }
    }
    let first = widths.first().copied().unwrap_or(0);
    let text = |line: Line| match line {
        Line::Cells(cells) => {
            let padded = cells.iter().zip(&widths).map(|(cell, most)| format!("{cell}{:1$}  ", "", most - width(cell)));
            format!("  {}", padded.collect::<String>()).trim_end().to_owned() + "\n"
        }
        Line::Reason(name, why) => format!("  {name:first$}  {why}\n"),
    };
    lines.into_iter().map(text).collect()
}

/// Commands that show more, each with a description, in the order in which they must run.
pub fn next(analysis: &Analysis, provenance: &Provenance) -> Vec<(String, String)> {
    let Some(commands) = &provenance.commands else { return Vec::new() };
    let mut found: Vec<(String, String)> = Vec::new();
    let whose = subject(analysis).and_then(|report| Some((report, most_telling(report)?)));
    if let Some((report, metric)) = whose {
        let progress = report.figures[metric].progress.as_ref();
        let course = progress.map(|it| format!(" ({})", it.as_str())).unwrap_or_default();
        let why = format!("{}{course}: the events behind the figure", metric.descriptor().in_text);
        found.extend(commands.explain(analysis, metric, &report.group).map(|it| (it, why)));
    }
    found.extend(commands.audit(analysis).map(|it| (it, "every finding with its advice".to_owned())));
    if let (Some(first), false) = (&commands.first, found.is_empty()) {
        found
            .insert(0, (first.clone(), "run this first: it writes the dataset that the next commands read".to_owned()));
    }
    found
}

/// The group whose figures a command can explain: the whole, or of a report on some services the first of them.
fn subject(analysis: &Analysis) -> Option<&GroupReport> {
    let is_part = analysis.service_filter.is_some() || analysis.team_filter.is_some();
    let kind = if is_part { GroupKind::Service } else { GroupKind::All };
    let is_printed = |group: &Group| group.kind == kind && !group.name.contains(is_obeyed);
    analysis.groups.iter().find(|report| is_printed(&report.group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn columns_stand_under_each_other_and_a_missing_figure_says_why() {
        let text = render(&sample::full(), &sample::provenance());
        let lines: Vec<Vec<char>> = text.lines().skip(1).map(|line| line.chars().collect()).collect();
        let heads: String = lines[0].iter().collect();
        assert!(heads.contains("2026-Q3") && heads.contains("against 2026-Q2") && heads.contains("band"), "{text}");
        for head in ["2026-Q3", "against", "verdict", "band"] {
            let at = heads[..heads.find(head).expect("a head")].chars().count();
            for line in lines[1..].iter().filter(|line| line.len() > at + 2).take(5) {
                assert!(line[at] != ' ' && line[at - 2..at] == [' ', ' '], "{head} at {at}:\n{text}");
            }
        }
        let text = render(&sample::without_incidents(), &sample::provenance());
        assert!(text.contains("  change failure rate     No figure: no incidents were ever read"), "{text}");
        assert!(!render(&sample::empty(), &sample::provenance()).contains("verdict"));
    }

    #[test]
    fn the_next_commands_explain_the_metric_that_got_worse_and_of_some_services_one_of_them() {
        let mut analysis = sample::full();
        let commands = |analysis: &Analysis| {
            next(analysis, &sample::provenance()).into_iter().map(|it| it.0).collect::<Vec<_>>().join("\n")
        };
        let part = commands(&analysis);
        assert!(part.starts_with("dora-report explain ") && part.contains(" --service checkout "), "{part}");
        analysis.team_filter = None;
        let whole = commands(&analysis);
        assert!(whole.starts_with("dora-report explain time_to_restore --period 2026-Q3 --as-of "), "{whole}");
        assert!(whole.contains("\ndora-report audit --period 2026-Q3 "), "{whole}");
        let nobody = Provenance { commands: None, ..sample::provenance() };
        assert_eq!(next(&analysis, &nobody), Vec::new());
    }
}
