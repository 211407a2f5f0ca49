//! What people add to a report: a comment and actions for the first page, notes on days, and freezes.

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::domain::group::{Group, GroupKind};
use crate::metrics::tables::Metric;

/// The maximum number of words in a comment: a longer one would push the figures off the first page.
pub const MOST_WORDS: usize = 75;
/// The maximum number of characters in a comment: limits texts without spaces, for which counting words does not work.
const MOST_LETTERS: usize = 900;

/// All of it; empty unless a file says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// The author's comment on the figures, at most [`MOST_WORDS`] words.
    #[serde(default, alias = "summary", deserialize_with = "comment")]
    pub comment: Option<String>,
    /// What somebody is going to do.
    #[serde(default, rename = "action")]
    pub actions: Vec<Action>,
    /// On days.
    #[serde(default, rename = "note")]
    pub notes: Vec<Note>,
    /// Spans in which no deployments were allowed.
    #[serde(default, rename = "freeze")]
    pub freezes: Vec<Freeze>,
}

/// Work that somebody plans to do by a date, and the metric that it should improve.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenAction")]
pub struct Action {
    /// What.
    pub what: String,
    /// Who does it.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// The metric that should change.
    pub aim: Option<Aim>,
}

/// A metric of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// The metric.
    pub metric: Metric,
    /// The service or team; none for the whole.
    pub group: Option<Group>,
}

/// An action as it is written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAction {
    what: String,
    owner: Option<String>,
    #[serde(default, deserialize_with = "some_day")]
    due: Option<NaiveDate>,
    metric: Option<String>,
    service: Option<String>,
    team: Option<String>,
}

impl TryFrom<WrittenAction> for Action {
    type Error = String;

    fn try_from(written: WrittenAction) -> Result<Self, String> {
        let WrittenAction { what, owner, due, metric, service, team } = written;
        if what.trim().is_empty() {
            return Err("`what` of an action is empty: describe the action".to_owned());
        }
        let group = match (service, team) {
            (Some(_), Some(_)) => {
                return Err(format!("the action “{what}” names a service and a team: keep one of them"));
            }
            (Some(name), None) => Some(Group { kind: GroupKind::Service, name }),
            (None, Some(name)) => Some(Group { kind: GroupKind::Team, name }),
            (None, None) => None,
        };
        let aim = match metric {
            None if group.is_some() => {
                return Err(format!(
                    "the action “{what}” names a service or a team, but no `metric`: add `metric`, or remove the service or team"
                ));
            }
            None => None,
            Some(name) => {
                let metric = Metric::ALL.into_iter().find(|metric| metric.descriptor().is_called(&name));
                let metric = metric.ok_or_else(|| {
                    let all: Vec<&str> = Metric::ALL.iter().map(|metric| metric.as_str()).collect();
                    format!("`{name}` is not a metric; the metrics are {}", all.join(", "))
                })?;
                Some(Aim { metric, group })
            }
        };
        Ok(Self { what, owner, due, aim })
    }
}

/// A comment of at most [`MOST_WORDS`] words.
fn comment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let words = text.split_whitespace().count();
    if words > MOST_WORDS {
        return Err(D::Error::custom(format!(
            "the comment has {words} words; at most {MOST_WORDS} fit the first page"
        )));
    }
    if text.chars().count() > MOST_LETTERS {
        return Err(D::Error::custom(format!(
            "the comment has more than {MOST_LETTERS} characters: shorten the comment to fit the first page"
        )));
    }
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    day(deserializer).map(Some)
}

impl Notes {
    /// The notes on days of `[from, to)`, by day.
    pub fn on_days(&self, from: NaiveDate, to: NaiveDate) -> Vec<&Note> {
        let mut found: Vec<&Note> = self.notes.iter().filter(|it| from <= it.date && it.date < to).collect();
        found.sort_by_key(|it| it.date);
        found
    }

    /// The freezes that share a day with `[from, to)`, by their first day.
    pub fn freezes_within(&self, from: NaiveDate, to: NaiveDate) -> Vec<&Freeze> {
        let mut found: Vec<&Freeze> = self.freezes.iter().filter(|it| it.from < to && it.to > from).collect();
        found.sort_by_key(|it| it.from);
        found
    }
}

/// A note on a day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The day.
    #[serde(deserialize_with = "day")]
    pub date: NaiveDate,
    /// The text.
    pub text: String,
}

/// A span without deployments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// First day.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// First day after.
    #[serde(deserialize_with = "day")]
    pub to: NaiveDate,
    /// Why.
    #[serde(default)]
    pub text: String,
}

/// A day as a text or as TOML's own date.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Toml(toml::value::Datetime),
    }
    let text = match Day::deserialize(deserializer)? {
        Day::Text(text) => text,
        Day::Toml(date) => date.to_string(),
    };
    text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a day")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_names_a_metric_by_any_of_its_names_and_at_most_one_group() {
        let read = |text: &str| toml::from_str::<Notes>(&format!("[[action]]\nwhat = 'x'\n{text}"));
        let action = read("metric = 'cfr'\nservice = 'web'\ndue = 2026-10-31\nowner = 'ops'").expect("an action");
        let aim = action.actions[0].aim.clone().expect("an aim");
        assert_eq!(aim.metric, Metric::ChangeFailureRate);
        assert_eq!(aim.group, Some(Group { kind: GroupKind::Service, name: "web".into() }));
        assert_eq!(read("").expect("an action").actions[0].aim, None);
        for (bad, word) in [
            ("metric = 'speed'", "`speed` is not a metric"),
            ("metric = 'cfr'\nservice = 'a'\nteam = 'b'", "keep one of them"),
            ("team = 'b'", "no `metric`"),
            ("due = 'soon'", "`soon` is not a day"),
        ] {
            let error = read(bad).expect_err(bad);
            assert!(error.message().contains(word), "{bad}: {error}");
        }
    }

    #[test]
    fn a_comment_has_at_most_75_words() {
        let read = |n: usize| toml::from_str::<Notes>(&format!("comment = '{}'", "word ".repeat(n)));
        assert!(read(75).is_ok());
        assert!(read(76).expect_err("too long").message().contains("has 76 words"));
    }

    #[test]
    fn a_day_may_be_a_text_or_a_date_of_toml() {
        for day in ["2026-08-01", "\"2026-08-01\""] {
            let notes: Notes = toml::from_str(&format!("[[note]]\ndate = {day}\ntext = 'x'\n")).expect(day);
            assert_eq!(notes.notes[0].date.to_string(), "2026-08-01");
        }
        let error = toml::from_str::<Notes>("[[note]]\ndate = 'soon'\ntext = 'x'\n").expect_err("no day");
        assert!(error.message().contains("`soon` is not a day"), "{error}");
    }
}
