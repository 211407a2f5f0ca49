//! What people add to a report: a note for its summary, notes on days, and freezes.

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// All of it; empty unless a file says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    /// Stands in the summary.
    #[serde(default)]
    pub summary: Option<String>,
    /// On days.
    #[serde(default, rename = "note")]
    pub notes: Vec<Note>,
    /// Spans in which nothing was to be deployed.
    #[serde(default, rename = "freeze")]
    pub freezes: Vec<Freeze>,
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
    text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no day")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_be_a_text_or_a_date_of_toml() {
        for day in ["2026-08-01", "\"2026-08-01\""] {
            let notes: Notes = toml::from_str(&format!("[[note]]\ndate = {day}\ntext = 'x'\n")).expect(day);
            assert_eq!(notes.notes[0].date.to_string(), "2026-08-01");
        }
        let error = toml::from_str::<Notes>("[[note]]\ndate = 'soon'\ntext = 'x'\n").expect_err("no day");
        assert!(error.message().contains("`soon` is no day"), "{error}");
    }
}
