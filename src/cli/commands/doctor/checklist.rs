//! The table that `doctor` prints (state, finding and advice of each check), and the exit code of all checks.

use std::fmt;

use comfy_table::ContentArrangement;
use comfy_table::presets::NOTHING;
use serde::Serialize;

use crate::cli::exit::{self, Code};
use crate::cli::output::printable;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One row.
#[derive(Debug, Serialize)]
struct Row {
    check: String,
    state: State,
    found: String,
    what_to_do: Option<String>,
}

/// The checks so far.
#[derive(Debug)]
pub(super) struct Checklist {
    checks: Vec<Row>,
    code: Code,
}

impl Checklist {
    /// An empty list: nothing is wrong.
    pub(super) fn new() -> Self {
        Self { checks: Vec::new(), code: Code::Done }
    }

    /// Adds a check that passed.
    pub(super) fn ok(&mut self, check: &str, found: &str) {
        self.add(State::Ok, check, found, "");
    }

    /// Adds what may be wrong.
    pub(super) fn warn(&mut self, check: &str, found: &str, what_to_do: &str) {
        self.add(State::Warn, check, found, what_to_do);
    }

    /// Adds a check that failed. The lowest of several codes becomes the exit code, as for the sources of a fetch.
    pub(super) fn fail(&mut self, code: Code, check: &str, found: &str, what_to_do: &str) {
        self.code = exit::first(self.code, code);
        self.add(State::Fail, check, found, what_to_do);
    }

    /// Adds an error as a failure with its own exit code.
    pub(super) fn error(&mut self, check: &str, error: &anyhow::Error) {
        self.refuse(exit::of(error), check, &format!("{error:#}"));
    }

    /// Adds the words of an error as a failure. They end with what to do, after the last semicolon.
    pub(super) fn refuse(&mut self, code: Code, check: &str, words: &impl fmt::Display) {
        let words = words.to_string();
        let (found, what_to_do) = words.rsplit_once("; ").unwrap_or((&words, ""));
        self.fail(code, check, found, what_to_do);
    }

    fn add(&mut self, state: State, check: &str, found: &str, what_to_do: &str) {
        // One line each, even if a message or an external name has line breaks.
        let line = |text: &str| printable(&text.lines().map(str::trim).collect::<Vec<_>>().join(" ")).into_owned();
        let what_to_do = (!what_to_do.is_empty()).then(|| line(what_to_do));
        self.checks.push(Row { check: line(check), state, found: line(found), what_to_do });
    }

    /// The exit code.
    pub(super) fn code(&self) -> Code {
        self.code
    }

    /// The rows; without those where all is well where `quiet`.
    fn shown(&self, quiet: bool) -> impl Iterator<Item = &Row> {
        self.checks.iter().filter(move |check| !quiet || check.state != State::Ok)
    }

    /// The table as text, in so many columns of a terminal; nothing where there is no row.
    pub(super) fn text(&self, quiet: bool, width: u16) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.set_header(["CHECK", "STATE", "FOUND", "WHAT TO DO"]);
        for check in self.shown(quiet) {
            let what_to_do = check.what_to_do.as_deref().unwrap_or_default();
            table.add_row([&check.check, check.state.as_str(), &check.found, what_to_do]);
        }
        if table.is_empty() {
            return String::new();
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }

    /// The same as JSON, with the exit code.
    ///
    /// # Errors
    /// Never, since every key is a text.
    pub(super) fn json(&self, quiet: bool) -> serde_json::Result<String> {
        let checks: Vec<&Row> = self.shown(quiet).collect();
        let document = serde_json::json!({ "exit_code": self.code as u8, "checks": checks });
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Checklist {
        let mut list = Checklist::new();
        list.ok("config", "fine; as far as can be told");
        list.warn("repo\u{1b}[31m", "odd\n  name", "");
        list.refuse(Code::Access, "token", &"it is refused: 401; it ended; make a new one");
        list.fail(Code::Usage, "config", "wrong", "mend it");
        list
    }

    #[test]
    fn a_check_is_a_row_and_the_lowest_code_of_a_failure_is_that_of_the_table() {
        let rows = list().text(false, 100);
        let wanted = "\
CHECK      STATE  FOUND                         WHAT TO DO
config     ok     fine; as far as can be told
repo\u{fffd}[31m  warn   odd name
token      fail   it is refused: 401; it ended  make a new one
config     fail   wrong                         mend it
";
        assert_eq!(rows, wanted);
        assert_eq!(list().text(true, 100).lines().count(), 4, "without the row where all is well");
        assert_eq!(Checklist::new().text(false, 100), "");
        assert_eq!(list().code(), Code::Usage);
    }

    #[test]
    fn a_narrow_terminal_gets_narrow_columns() {
        let mut list = Checklist::new();
        list.warn("acme/docs", &"no deployments ".repeat(9), &"leave it out with `exclude` ".repeat(5));
        let text = list.text(false, 60);
        assert!(text.lines().count() > 5 && text.lines().all(|line| line.chars().count() <= 60), "{text}");
    }

    #[test]
    fn json_has_a_key_for_each_column() {
        let document: serde_json::Value = serde_json::from_str(&list().json(true).expect("text")).expect("JSON");
        assert_eq!(document["exit_code"], 2);
        let first = &document["checks"][0];
        assert_eq!(
            *first,
            serde_json::json!({"check": "repo\u{fffd}[31m", "state": "warn", "found": "odd name", "what_to_do": null})
        );
        assert_eq!(document["checks"][1]["what_to_do"], "make a new one");
    }
}
