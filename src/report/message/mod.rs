//! The main points of a report as a message: for a channel of Slack or Teams, and as the text of a mail.
//!
//! Pure: the same analysis gives the same message. Names come from outside: line breaks, control characters and marks
//! that turn the direction of text are taken out here, once; each form then escapes what it would read as markup.

mod blocks;
mod mail;
mod slack;
mod teams;
#[cfg(test)]
mod tests;

use super::front_page::{FrontPage, front_page};
use super::words::{period_name, progress};
use super::{Provenance, digest, number, reading};
use crate::domain::group::GroupKind;
use crate::domain::words::{is_obeyed, turns_text};
use crate::metrics::tables::{Analysis, Figure, Metric};

/// Longest text of one kind, in characters; the rest is cut off with `…`.
const LONGEST: usize = 2_000;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `Acme: DORA metrics 2026-Q3`.
    title: String,
    /// Which days, what they are compared with, and whose.
    period: String,
    headline: String,
    /// Title and text of each main point.
    points: Vec<(String, String)>,
    /// A name and its value, n and change for each metric.
    figures: Vec<(String, String)>,
    trust: String,
    /// The figures as lines of text.
    digest: String,
    /// Where the report is.
    place: String,
}

impl Message {
    /// The message about a report that lies at `place`.
    pub fn new(analysis: &Analysis, provenance: &Provenance, place: &str) -> Self {
        let FrontPage { headline, points, trust, .. } = front_page(analysis, provenance);
        let organisation = analysis.settings.organisation.as_ref().map(|name| format!("{name}: "));
        let name = period_name(&analysis.period);
        let all = analysis.groups.iter().find(|report| report.group.kind == GroupKind::All);
        let figures = all.into_iter().flat_map(|all| all.figures.iter());
        Self {
            title: clean(&format!("{}DORA metrics {name}", organisation.unwrap_or_default())),
            period: clean(&period(analysis, provenance)),
            headline: clean(&headline),
            points: points.iter().map(|point| (clean(&point.title), clean(&point.text))).collect(),
            figures: figures
                .map(|(metric, figure)| (metric.title().to_owned(), clean(&words(metric, figure, analysis))))
                .collect(),
            trust: format!("Can these numbers be trusted? {}.", clean(&trust)),
            // Its first line is the headline.
            digest: digest::render(analysis, provenance)
                .lines()
                .skip(1)
                .map(|line| cut(&neutral(line)) + "\n")
                .collect(),
            place: clean(place),
        }
    }

    /// The JSON that Slack's incoming webhooks take.
    pub fn slack(&self) -> String {
        slack::render(self)
    }

    /// The JSON that workflows of Microsoft Teams take: an Adaptive Card.
    pub fn teams(&self) -> String {
        teams::render(self)
    }

    /// The subject of a mail.
    pub fn subject(&self) -> &str {
        &self.title
    }

    /// The text of a mail; `note` says something about the attachment.
    pub fn mail(&self, note: &str) -> String {
        mail::render(self, note)
    }
}

/// The days of a report, what they are compared with, and what narrows them.
fn period(analysis: &Analysis, provenance: &Provenance) -> String {
    let period = &analysis.period;
    let compared = analysis.previous.as_ref().map(|it| format!(", compared with {}", period_name(it)));
    let mut said = vec![format!("{}{}.", number::days(period.from, period.to), compared.unwrap_or_default())];
    if analysis.known.to < analysis.settings.zone.midnight(period.to) {
        said.push("The period is not over: the figures cover only the part so far.".into());
    }
    for (what, pattern) in [("Services", &analysis.service_filter), ("Teams", &analysis.team_filter)] {
        said.extend(pattern.as_ref().map(|it| format!("{what} like {it} only.")));
    }
    if provenance.synthetic {
        said.push("The data are synthetic.".into());
    }
    said.join(" ")
}

/// `20 h (median of 188 deployments), −2.1 d from 2.9 d in 2026-Q2: better`.
fn words(metric: Metric, figure: &Figure, analysis: &Analysis) -> String {
    let now = match reading::of(metric, figure, &analysis.settings) {
        Ok(now) => now,
        // Why so is among the main points.
        Err(_) if figure.missing.is_some() => return "no data".to_owned(),
        Err(why) => return why,
    };
    let value = format!("{} ({})", now.value, now.basis);
    let Some(previous) = &analysis.previous else { return value };
    let name = period_name(previous);
    match reading::before(metric, figure, &analysis.settings) {
        None => format!("{value}; no figure for {name}"),
        Some(before) => {
            let judged = figure.progress.as_ref().map(|it| format!(": {}", progress(it)));
            format!("{value}, {} in {name}{}", reading::change(&now, &before), judged.unwrap_or_default())
        }
    }
}

/// A text on one line that shows what it holds, not too long.
fn clean(text: &str) -> String {
    let neutral = neutral(text);
    cut(&neutral.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Without line breaks, control characters and marks that turn the direction of text.
fn neutral(text: &str) -> String {
    let is_space = |letter: char| is_obeyed(letter) || letter.is_whitespace();
    text.chars()
        .filter(|letter| !turns_text(*letter))
        .map(|letter| if is_space(letter) { ' ' } else { letter })
        .collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
