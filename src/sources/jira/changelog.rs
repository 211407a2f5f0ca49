//! Finds the last end of an issue: checks the dates of the issue against its changelog.
//!
//! Each date can be wrong. `resolutiondate` does not change if a workflow keeps the resolution of a reopened issue, and
//! changes if somebody edits the resolution later. `statuscategorychangedate` changes if an issue is imported or moved
//! to another project. The changelog lists the changes: items with the field `status`, and items with the field
//! `resolution`. If the issue had no resolution, `from` or `to` is null.
//!
//! Jira lists "recent updates to an issue, sorted by date, starting from the most recent", and cuts long histories
//! (`total` is then larger than the list). The missing entries are therefore older than the listed ones.

use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::sources::json::description::LastEnd;
use crate::sources::json::instant;
use crate::sources::json::place::Place;

/// When the status changes, Jira writes both dates and the changelog entry within this time.
const ONE_TRANSITION_MS: u64 = 60_000;

/// What the entries of a changelog say about the end of an issue.
#[derive(Debug, Default)]
struct Changes {
    /// When the status changed.
    statuses: Vec<Timestamp>,
    /// When the issue last got a resolution, if the resolution was not cleared afterwards.
    resolved_at: Option<Timestamp>,
    /// Whether older entries are missing.
    is_cut: bool,
    /// The time of the oldest listed entry.
    oldest: Option<Timestamp>,
}

/// The last end of an issue that is done.
///
/// # Errors
/// An instant cannot be read.
pub(super) fn last_end(issue: &Value) -> Result<LastEnd, String> {
    let resolved = at(issue, "/fields/resolutiondate")?;
    let moved = at(issue, "/fields/statuscategorychangedate")?;
    let changes = changes(issue)?;
    // A change of the status, not an import or a move, put the issue into its status category.
    if let Some(moved) = moved.filter(|moved| changes.statuses.iter().any(|status| is_same(*status, *moved))) {
        let same = changes.resolved_at.or(resolved).filter(|resolved| is_same(*resolved, moved));
        return Ok(LastEnd { at: Some(same.unwrap_or(moved)), is_unsure: false });
    }
    // The changelog does not show that change. Somebody may have set the resolution later.
    let is_hidden = |at: &Timestamp| changes.is_cut && changes.oldest.is_some_and(|oldest| *at < oldest);
    if let Some(moved) = moved.filter(|moved| changes.resolved_at.is_some() && is_hidden(moved)) {
        return Ok(LastEnd { at: Some(moved), is_unsure: true });
    }
    if let Some(at) = changes.resolved_at {
        return Ok(LastEnd { at: Some(at), is_unsure: false });
    }
    if !changes.is_cut {
        let at = resolved.or_else(|| changes.statuses.into_iter().max()).or(moved);
        return Ok(LastEnd { at, is_unsure: false });
    }
    let is_unsure = !matches!((resolved, moved), (Some(one), Some(other)) if is_same(one, other));
    // If the end were within the listed entries, they would show it. So a date within them is not the end.
    let is_before = |at: &Timestamp| changes.oldest.is_none_or(|oldest| *at <= oldest || is_same(*at, oldest));
    let at = resolved.filter(is_before).max(moved.filter(is_before)).or(resolved.max(moved));
    Ok(LastEnd { at, is_unsure })
}

fn is_same(one: Timestamp, other: Timestamp) -> bool {
    one.0.abs_diff(other.0) <= ONE_TRANSITION_MS
}

fn changes(issue: &Value) -> Result<Changes, String> {
    let entries = issue.pointer("/changelog/histories").and_then(Value::as_array);
    let shown = entries.map_or(0, Vec::len);
    let total = issue.pointer("/changelog/total").and_then(Value::as_u64);
    let is_cut = entries.is_none() || total.is_some_and(|total| total > u64::try_from(shown).unwrap_or(u64::MAX));
    let mut changes = Changes { is_cut, ..Changes::default() };
    // The last time that a resolution was set or cleared, and whether it was set.
    let mut last: Option<(Timestamp, bool)> = None;
    for entry in entries.into_iter().flatten() {
        let Some(created) = at(entry, "/created")? else { continue };
        changes.oldest = Some(changes.oldest.map_or(created, |oldest| oldest.min(created)));
        let items = || entry.get("items").and_then(Value::as_array).into_iter().flatten();
        let is_of = |item: &Value, field: &str| item.get("field").and_then(Value::as_str) == Some(field);
        // A move to another project may also change the status, because the projects may have different statuses.
        let is_move = items().any(|item| is_of(item, "project") || is_of(item, "Key"));
        for item in items() {
            let is = |field: &str| is_of(item, field);
            if is("status") && !is_move {
                changes.statuses.push(created);
            }
            let [before, after] = ["/from", "/to"].map(|side| Place::at(side).text(item).is_some());
            if is("resolution") && before != after && last.is_none_or(|(newest, _)| created >= newest) {
                last = Some((created, after));
            }
        }
    }
    changes.resolved_at = last.filter(|(_, is_set)| *is_set).map(|(at, _)| at);
    Ok(changes)
}

fn at(value: &Value, place: &'static str) -> Result<Option<Timestamp>, String> {
    let found = value.pointer(place).map(|found| instant::read(found, false)).transpose();
    found.map(Option::flatten).map_err(|cause| format!("{place} is {cause}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OPENED: &str = "2026-07-01T09:00:00.000+0200";
    const FIRST: &str = "2026-07-01T12:00:00.000+0200";
    const AGAIN: &str = "2026-07-02T12:00:00.000+0200";
    const LATER: &str = "2026-09-01T12:00:00.000+0200";

    fn entry(at: &str, items: &Value) -> Value {
        json!({"id": "1", "created": at, "items": items})
    }

    fn status(from: &str, to: &str) -> Value {
        json!({"field": "status", "fieldtype": "jira", "fieldId": "status", "from": from, "to": to})
    }

    fn resolution(from: Option<&str>, to: Option<&str>) -> Value {
        json!({"field": "resolution", "fieldtype": "jira", "fieldId": "resolution", "from": from, "to": to})
    }

    fn ended(dates: [Value; 2], histories: &Value, total: usize) -> (String, bool) {
        let [resolved, moved] = dates;
        let issue = json!({"fields": {"resolutiondate": resolved, "statuscategorychangedate": moved},
            "changelog": {"startAt": 0, "maxResults": 40, "total": total, "histories": histories}});
        let end = last_end(&issue).expect("read");
        (end.at.expect("an end").to_rfc3339(), end.is_unsure)
    }

    fn utc(at: &str) -> String {
        Timestamp::parse(at).expect("an instant").to_rfc3339()
    }

    #[test]
    fn a_resolution_that_was_filled_in_later_is_not_the_end_of_an_issue_that_was_done_before() {
        let set = entry(LATER, &json!([resolution(None, Some("1"))]));
        let done = entry(FIRST, &json!([status("3", "6")]));
        assert_eq!(ended([json!(LATER), json!(FIRST)], &json!([set, done]), 2), (utc(FIRST), false));
        assert_eq!(ended([json!(LATER), json!(FIRST)], &json!([set]), 90), (utc(FIRST), true));
    }

    #[test]
    fn a_move_to_another_project_is_no_end_although_the_status_has_another_name_there() {
        let moved = entry(LATER, &json!([{"field": "project", "from": "1", "to": "2"}, status("6", "10001")]));
        let done = entry(FIRST, &json!([status("3", "6"), resolution(None, Some("1"))]));
        assert_eq!(ended([json!(FIRST), json!(LATER)], &json!([moved, done]), 2), (utc(FIRST), false));
    }

    #[test]
    fn a_reopened_issue_ends_when_it_was_resolved_again() {
        let first = || entry(FIRST, &json!([status("3", "6"), resolution(None, Some("1"))]));
        let cleared = entry(OPENED, &json!([null, status("6", "3"), resolution(Some("1"), None)]));
        let again = entry(AGAIN, &json!([status("3", "6"), resolution(None, Some("1"))]));
        let found = ended([json!(AGAIN), json!(AGAIN)], &json!([again, null, cleared, first()]), 4);
        assert_eq!(found, (utc(AGAIN), false));
        // The workflow keeps the resolution of a reopened issue.
        let again = entry(AGAIN, &json!([status("3", "6")]));
        let found = ended([json!(FIRST), json!(AGAIN)], &json!([again, first()]), 2);
        assert_eq!(found, (utc(AGAIN), false));
    }

    #[test]
    fn an_edit_or_an_import_long_after_the_end_is_not_the_end() {
        let done = || entry(FIRST, &json!([status("3", "6"), resolution(None, Some("1"))]));
        let edited = entry(LATER, &json!([resolution(Some("1"), Some("3"))]));
        assert_eq!(ended([json!(LATER), json!(FIRST)], &json!([edited, done()]), 2), (utc(FIRST), false));
        let set = entry(LATER, &json!([resolution(None, Some("1"))]));
        let moved = entry(FIRST, &json!([status("3", "6")]));
        assert_eq!(ended([json!(LATER), json!(FIRST)], &json!([set, moved]), 2), (utc(FIRST), false));
        assert_eq!(ended([json!(FIRST), json!(LATER)], &json!([done()]), 1), (utc(FIRST), false));
        let moved = entry(FIRST, &json!([status("3", "6")]));
        assert_eq!(ended([Value::Null, json!(LATER)], &json!([moved]), 1), (utc(FIRST), false));
    }

    #[test]
    fn a_cut_changelog_that_does_not_show_the_end_leaves_the_later_date_and_says_so() {
        let edit = || entry(LATER, &json!([{"field": "labels", "from": "", "to": "x"}, {"of": "next year"}]));
        assert_eq!(ended([json!(FIRST), json!(AGAIN)], &json!([edit()]), 90), (utc(AGAIN), true));
        assert_eq!(ended([json!(FIRST), json!(FIRST)], &json!([edit()]), 90), (utc(FIRST), false));
        assert_eq!(ended([json!(FIRST), json!(AGAIN)], &Value::Null, 0), (utc(AGAIN), true));
        // An import within the listed part.
        let edit = || entry(AGAIN, &json!([{"field": "labels", "from": "", "to": "x"}]));
        assert_eq!(ended([json!(FIRST), json!(LATER)], &json!([edit()]), 90), (utc(FIRST), true));
        // The list shows only the newest part.
        let again = entry(AGAIN, &json!([status("3", "6"), resolution(None, Some("1"))]));
        assert_eq!(ended([json!(AGAIN), json!(AGAIN)], &json!([edit(), again]), 90), (utc(AGAIN), false));
    }

    #[test]
    fn an_instant_that_cannot_be_read_is_an_error_with_its_place() {
        let issue = json!({"fields": {}, "changelog": {"histories": [{"created": "soon", "items": []}]}});
        assert!(last_end(&issue).is_err_and(|words| words.starts_with("/created is not an RFC 3339 instant")));
    }
}
