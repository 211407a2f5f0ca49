//! The first part of the summary: headline, main points, trust, comment, actions and what became of earlier ones.

use super::escape;
use crate::domain::band::Bands;
use crate::report::bulletin::{ActionNow, Bulletin, Outcome};
use crate::report::{number, words};

/// What stands before the table of the whole.
pub(super) fn before(it: &Bulletin) -> String {
    let mut out = format!("**{}**\n", escape::text(&it.headline));
    if !it.points.is_empty() {
        out.push('\n');
    }
    for point in &it.points {
        out.push_str(&format!("- **{}** {}\n", escape::text(&point.title), escape::text(&point.text)));
    }
    out
}

/// What stands behind it.
pub(super) fn behind(it: &Bulletin, bands: &Bands) -> String {
    let mut out = bands.survey.map_or_else(String::new, |it| format!("\n{}\n", words::survey(&it)));
    out += &format!("\nCan these numbers be trusted? {}.\n", escape::text(&it.trust));
    if let Some(comment) = it.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty()) {
        let comment = comment.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push_str(&format!("\n> {}\n", escape::text(&comment)));
    }
    if !it.actions.is_empty() {
        out.push_str("\n## Actions\n\n");
        it.actions.iter().map(action).for_each(|line| out.push_str(&line));
    }
    if !it.outcomes.is_empty() {
        out.push_str("\n## What became of the actions before\n\n");
        it.outcomes.iter().map(outcome).for_each(|line| out.push_str(&line));
    }
    out
}

fn action(it: &ActionNow) -> String {
    let mut line = format!("- {}", escape::text(&it.action.what));
    if let Some(owner) = &it.action.owner {
        line.push_str(&format!(" · {}", escape::text(owner)));
    }
    if let Some(due) = it.action.due {
        line.push_str(&format!(" · until {}", number::date(due)));
    }
    if let Some(now) = &it.now {
        line.push_str(&format!(" · now {}", escape::text(now)));
    }
    line + "\n"
}

fn outcome(it: &Outcome) -> String {
    let mut line = format!("- {}", escape::text(&it.action.what));
    match &it.course {
        Some(course) => line.push_str(&format!(" · {} · **{}**", escape::text(course), it.verdict)),
        None => line.push_str(" · no metric named"),
    }
    line + "\n"
}
