//! The first part of the summary: headline, main points, trust, comment, actions and the results of earlier ones.

use super::escape;
use crate::domain::band::Bands;
use crate::report::front_page::{ActionNow, FrontPage, Outcome, Point};
use crate::report::{number, words};

/// What stands before the table of the whole.
pub(super) fn before(it: &FrontPage) -> String {
    let point = |it: &Point| format!("- **{}** {}", escape::text(&it.title), escape::text(&it.text));
    let points: Vec<String> = it.points.iter().map(point).collect();
    let headline = format!("**{}**\n", escape::text(&it.headline));
    if points.is_empty() { headline } else { format!("{headline}\n{}\n", points.join("\n")) }
}

/// What stands behind it.
pub(super) fn behind(it: &FrontPage, bands: &Bands) -> String {
    let comment = it.comment.as_deref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let parts = [
        bands.survey.map(|it| words::survey(&it)),
        Some(format!("Can these numbers be trusted? {}.", escape::text(&it.trust))),
        comment.filter(|text| !text.is_empty()).map(|text| format!("> {}", escape::text(&text))),
        list("Actions", it.actions.iter().map(action)),
        list("Results of the previous actions", it.outcomes.iter().map(outcome)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("\n{}\n", parts.join("\n\n"))
}

/// A heading and a list; none where the list is empty.
fn list(title: &str, lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.map(|line| format!("- {line}")).collect();
    (!lines.is_empty()).then(|| format!("## {title}\n\n{}", lines.join("\n")))
}

fn action(it: &ActionNow) -> String {
    let parts = [
        Some(escape::text(&it.action.what)),
        it.action.owner.as_deref().map(escape::text),
        it.action.due.map(|due| format!("due {}", number::date(due))),
        it.now.as_deref().map(|now| format!("now {}", escape::text(now))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
}

fn outcome(it: &Outcome) -> String {
    let what = escape::text(&it.action.what);
    match &it.course {
        Some(course) => format!("{what} \u{b7} {} \u{b7} **{}**", escape::text(course), it.verdict),
        None => format!("{what} \u{b7} no metric named"),
    }
}
