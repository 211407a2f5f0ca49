//! Converts the records of another program into rows with our columns, in the same way for every preset.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::fields::{Fields, text};
use super::preset::{Column, Kind, Preset, Reading, Rule, Then};
use crate::domain::priority::priority_number;
use crate::domain::time::Timestamp;
use crate::sources::labels::after_one_of;
use crate::sources::subject::pull_request_of;

/// Digits of a number of seconds since 1970 up to the year 5138; a number with more is of milliseconds.
const SECONDS_BELOW: u64 = 100_000_000_000;

/// Below this number of milliseconds, eleven days, the end of an alert is a span since its beginning; from it on, an
/// instant in seconds or milliseconds since 1970.
const SPANS_BELOW: i64 = 1_000_000_000;

/// A row with our columns, and what the file calls those that it has.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) object: Map<String, Value>,
    pub(super) names: Vec<(&'static str, Cow<'a, str>)>,
    /// What the record is by the tracker's own words.
    pub(super) sorts: Vec<String>,
}

/// What a record is.
#[derive(Debug)]
pub(super) enum Found<'a> {
    Row(Row<'a>),
    /// A record that is not a row, such as a pull request; what messages call it.
    Skipped(&'static str),
    /// Of no kind that the preset knows.
    Unknown,
}

/// How the records of a file are read, beside what the preset says.
#[derive(Debug, Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) preset: &'a Preset,
    /// Columns of ours and the fields that `--map` gives them.
    pub(super) map: &'a [(&'static str, String)],
    /// Whether the files have records that tell the status of others.
    pub(super) has_statuses: bool,
}

impl<'a> How<'a> {
    /// The row that a record makes.
    pub(super) fn row(self, fields: Fields<'a>) -> Found<'a> {
        let Some(kind) = self.preset.kinds.iter().find(|kind| self.is_of(kind, fields)) else { return Found::Unknown };
        let mut row = Row { object: Map::new(), names: Vec::new(), sorts: self.sorts(fields) };
        let mapped = |ours: &str| self.map.iter().any(|(own, _)| *own == ours);
        for column in kind.columns.iter().filter(|column| !mapped(column.ours)) {
            read(column, fields, &mut row);
        }
        for (ours, theirs) in self.map {
            let values = fields.values(theirs);
            let is_list = is_list(ours);
            let name = Cow::Borrowed(theirs.as_str());
            row.names.push((ours, name));
            if is_list {
                add(&mut row.object, ours, items(&values, &[';']));
            } else if let Some(value) = values.into_iter().next() {
                row.object.insert((*ours).into(), value.into_owned());
            }
        }
        for rule in kind.rules {
            if let Some(skipped) = self.apply(rule, fields, &mut row) {
                return Found::Skipped(skipped);
            }
        }
        // A record without any is known to have none: a root commit has no parents.
        for column in kind.columns.iter().filter(|column| matches!(column.reads, Reading::List(_))) {
            let has = column.theirs.iter().any(|name| fields.has(name));
            if has && !row.object.contains_key(column.ours) {
                row.object.insert(column.ours.into(), Value::Array(Vec::new()));
            }
        }
        Found::Row(row)
    }

    fn apply(self, rule: &Rule, fields: Fields<'a>, row: &mut Row<'a>) -> Option<&'static str> {
        let is_one = |field: &str, words: &[&str]| {
            let value = fields.first(field);
            value
                .as_deref()
                .and_then(text)
                .is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word)))
        };
        // A mapping by the user takes precedence.
        let mapped = |ours: &str| self.map.iter().any(|(own, _)| *own == ours);
        let then = match *rule {
            Rule::Tagged(tag, ours) => {
                let tags = row.object.get("tags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                if !mapped(ours) && tags.iter().filter_map(text).any(|own| own.eq_ignore_ascii_case(tag)) {
                    row.object.insert(ours.into(), Value::Bool(true));
                }
                return None;
            }
            Rule::Since(ours, theirs) => {
                if !mapped(ours)
                    && !row.object.contains_key(ours)
                    && let Some(at) = fields.first(theirs).and_then(|value| since(row.object.get("opened_at"), &value))
                {
                    row.object.insert(ours.into(), at);
                    row.names.retain(|(own, _)| *own != ours);
                    row.names.push((ours, Cow::Borrowed(fields.written(theirs))));
                }
                return None;
            }
            Rule::Skip { field, name } => return fields.first(field).map(|_| name),
            Rule::Where { field, is, then } => Some(then).filter(|_| is_one(field, is)),
            Rule::StatusUntilTold(status) => Some(Then::Set("status", status)).filter(|_| self.has_statuses),
        };
        match then {
            Some(Then::Set(ours, value)) if !mapped(ours) => {
                row.object.insert(ours.into(), value.into());
            }
            Some(Then::Clear(ours)) if !mapped(ours) => {
                row.object.remove(ours);
            }
            Some(Then::Fill(ours, theirs)) if !mapped(ours) && !row.object.contains_key(ours) => {
                if let Some(value) = fields.first(theirs) {
                    row.object.insert(ours.into(), instant(&value));
                    row.names.retain(|(own, _)| *own != ours);
                    row.names.push((ours, Cow::Borrowed(fields.written(theirs))));
                }
            }
            _ => {}
        }
        None
    }

    fn sorts(self, fields: Fields<'a>) -> Vec<String> {
        let values = self.preset.sorts.map(|sorts| fields.values(sorts.field)).unwrap_or_default();
        let mut sorts: Vec<String> = values.iter().filter_map(|value| text(value).map(str::to_owned)).collect();
        sorts.sort_unstable();
        sorts.dedup();
        sorts
    }

    fn is_of(self, kind: &Kind, fields: Fields<'a>) -> bool {
        lacks(kind, self.map, |name| fields.has(name)).is_none()
            && kind.columns.iter().filter(|column| column.reads == Reading::DeploymentOfUrl).all(|column| {
                column
                    .theirs
                    .iter()
                    .filter_map(|name| fields.first(name))
                    .any(|url| deployment_of(text(&url)).is_some())
            })
    }
}

/// The first column that a record of a kind always has and this one has not.
pub(super) fn lacks<'k>(kind: &'k Kind, map: &[(&str, String)], has: impl Fn(&str) -> bool) -> Option<&'k Column> {
    let has = |column: &Column| column.theirs.iter().any(|name| has(name));
    let is_mapped = |mark: &str| map.iter().any(|(own, _)| *own == mark);
    kind.marks.iter().filter(|mark| !is_mapped(mark)).find_map(|mark| {
        let mut columns = kind.columns.iter().filter(|column| column.ours == *mark);
        let first = columns.clone().next()?;
        (!columns.any(has)).then_some(first)
    })
}

/// Reads one column of ours into a row.
fn read<'a>(column: &Column, fields: Fields<'a>, row: &mut Row<'a>) {
    let ours = column.ours;
    let by_name =
        || column.theirs.iter().map(|name| (*name, fields.values(name))).filter(|(_, values)| !values.is_empty());
    let all = || by_name().flat_map(|(_, values)| values).collect::<Vec<_>>();
    let used = by_name().next().map(|(name, _)| name);
    let known = used.or_else(|| column.theirs.iter().copied().find(|name| fields.has(name)));
    if let Some(name) = known.or(column.theirs.first().copied())
        && !row.names.iter().any(|(own, _)| *own == ours)
    {
        row.names.push((ours, Cow::Borrowed(fields.written(name))));
    }
    let first = || by_name().next().and_then(|(_, values)| values.into_iter().next());
    let value = match column.reads {
        Reading::AsItIs => first().map(Cow::into_owned),
        Reading::Epoch => first().map(|value| instant(&value)),
        Reading::List(separators) => return add(&mut row.object, ours, items(&all(), separators)),
        Reading::Labelled(words) => {
            let labels = all();
            let named = labels.iter().filter_map(|label| after_one_of(text(label)?, words));
            return add(&mut row.object, ours, named.map(str::to_owned).collect());
        }
        Reading::PriorityOfLabels => {
            let number = all().iter().find_map(|label| priority_number(text(label)?));
            number.map(|number| format!("P{number}").into())
        }
        Reading::RepoOfUrl => {
            let repo = first().and_then(|url| repo_of(text(&url)).map(str::to_owned));
            if is_list(ours) {
                return add(&mut row.object, ours, repo.into_iter().collect());
            }
            repo.map(Value::from)
        }
        Reading::DeploymentOfUrl => first().and_then(|url| deployment_of(text(&url)).map(Value::from)),
        Reading::PageOfDeployments => first().and_then(|url| {
            let repo = repo_of(text(&url).filter(|url| url.starts_with("https://api.github.com/")))?;
            Some(format!("https://github.com/{repo}/deployments").into())
        }),
        Reading::PullRequestOfSubject => first().and_then(|subject| Some(pull_request_of(text(&subject)?)?.into())),
    };
    if let Some(value) = value {
        row.object.insert(ours.into(), value);
    }
}

fn is_list(ours: &str) -> bool {
    matches!(ours, "service_keys" | "tags" | "parents" | "labels")
}

/// Adds items to a list, each once.
fn add(object: &mut Map<String, Value>, ours: &str, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    let list = object.entry(ours).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        for item in items {
            if !list.iter().any(|own| own.as_str() == Some(&item)) {
                list.push(item.into());
            }
        }
    }
}

/// The items of some values; a text has several, which the characters separate. OpsGenie writes lists like `[a, b]`.
fn items(values: &[Cow<'_, Value>], separators: &[char]) -> Vec<String> {
    let mut items = Vec::new();
    let mut take = |value: &Value| match value {
        Value::String(text) => {
            let is_bracketed = text.starts_with('[') && text.ends_with(']') && separators.contains(&',');
            let text = if is_bracketed { text.trim_matches(['[', ']']) } else { text };
            let parts = text.split(|letter| separators.contains(&letter)).map(|part| part.trim().trim_matches('"'));
            items.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        }
        Value::Null => {}
        other => items.push(other.to_string()),
    };
    for value in values {
        match value.as_ref() {
            Value::Array(list) => list.iter().for_each(&mut take),
            other => take(other),
        }
    }
    items
}

/// A number of seconds or milliseconds since 1970 as an instant; anything else as it is.
fn instant(value: &Value) -> Value {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    let millis = number.map(|number| if number < SECONDS_BELOW { number.saturating_mul(1_000) } else { number });
    let at = millis.and_then(|millis| chrono::DateTime::from_timestamp_millis(i64::try_from(millis).ok()?));
    // Programs write 0 for a missing instant.
    match at {
        Some(at) if millis != Some(0) => at.to_rfc3339().into(),
        Some(_) => Value::Null,
        None => value.clone(),
    }
}

/// An instant that may be written as milliseconds since the beginning.
fn since(begin: Option<&Value>, value: &Value) -> Option<Value> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number {
        Some(span @ 0..SPANS_BELOW) => {
            let begin = Timestamp::parse(begin?.as_str()?).ok()?;
            Some(Timestamp(begin.0.checked_add(span)?).to_rfc3339().into())
        }
        _ => Some(instant(value)).filter(|at| !at.is_null()),
    }
}

/// `OWNER/NAME` of `…/repos/OWNER/NAME…`.
fn repo_of(url: Option<&str>) -> Option<&str> {
    let (_, path) = url?.split_once("/repos/")?;
    let (end, _) = path.char_indices().filter(|(_, letter)| *letter == '/').nth(1).unwrap_or((path.len(), '/'));
    let repo = path.get(..end)?;
    let (owner, name) = repo.split_once('/')?;
    (!owner.is_empty() && !name.is_empty()).then_some(repo)
}

/// The id of `…/repos/OWNER/NAME/deployments/ID`.
fn deployment_of(url: Option<&str>) -> Option<&str> {
    let repo = repo_of(url)?;
    let (_, rest) = url?.split_once(repo)?;
    let id = rest.strip_prefix("/deployments/")?.split('/').next()?;
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_api_name_repo_and_deployment() {
        let url = Some("https://ghe.example/api/v3/repos/acme/web/deployments/7/statuses/99");
        assert_eq!((repo_of(url), deployment_of(url)), (Some("acme/web"), Some("7")));
        let url = Some("https://api.github.com/repos/acme/web");
        assert_eq!((repo_of(url), deployment_of(url)), (Some("acme/web"), None));
        for url in ["https://api.github.com/repos/acme", "https://x/repos//web/deployments/1", "/deployments/1", ""] {
            assert_eq!(deployment_of(Some(url)), None, "{url}");
        }
    }

    #[test]
    fn seconds_and_milliseconds_since_1970_are_distinguished_by_size() {
        assert_eq!(instant(&Value::from("1782907200")), Value::from("2026-07-01T12:00:00+00:00"));
        assert_eq!(instant(&Value::from(1_782_907_200_123_u64)), Value::from("2026-07-01T12:00:00.123+00:00"));
        assert_eq!(instant(&Value::from(0)), Value::Null);
        for other in ["2026-07-01T12:00:00Z", "99999999999999999999"] {
            assert_eq!(instant(&Value::from(other)), Value::from(other));
        }
    }

    #[test]
    fn lists_are_gathered_from_brackets_separators_and_repeated_columns() {
        let items = |text: &str| super::items(&[Cow::Owned(Value::from(text))], &[';', ',']);
        assert_eq!(items("[\"a\", \"b c\"]"), ["a", "b c"]);
        assert_eq!(items("a; b,"), ["a", "b"]);
    }
}
