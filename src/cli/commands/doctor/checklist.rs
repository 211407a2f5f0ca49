//! The list that `doctor` prints: a line per check that begins with `ok`, `warn` or `fail`, and the exit code they add
//! up to.

use crate::cli::exit::{self, Code};
use crate::cli::output::printable;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ok,
    Warn,
    Fail,
}

/// The checks so far.
#[derive(Debug)]
pub(super) struct Checklist {
    lines: Vec<(Mark, String)>,
    code: Code,
}

impl Checklist {
    /// An empty list, with which all is well.
    pub(super) fn new() -> Self {
        Self { lines: Vec::new(), code: Code::Done }
    }

    /// Says that something is as it should be.
    pub(super) fn ok(&mut self, text: &str) {
        self.add(Mark::Ok, text);
    }

    /// Says that something may be wrong.
    pub(super) fn warn(&mut self, text: &str) {
        self.add(Mark::Warn, text);
    }

    /// Says that something is wrong. Of several codes the lowest is the exit code, as for the sources of a fetch.
    pub(super) fn fail(&mut self, code: Code, text: &str) {
        self.code = exit::first(self.code, code);
        self.add(Mark::Fail, text);
    }

    fn add(&mut self, mark: Mark, text: &str) {
        // One line each, whatever a message or a name from elsewhere holds.
        let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        self.lines.push((mark, printable(&text).into_owned()));
    }

    /// The exit code.
    pub(super) fn code(&self) -> Code {
        self.code
    }

    /// The list as text; without what is well where `quiet`.
    pub(super) fn text(&self, quiet: bool) -> String {
        let mut text = String::new();
        for (mark, line) in self.lines.iter().filter(|(mark, _)| !quiet || *mark != Mark::Ok) {
            let mark = match mark {
                Mark::Ok => "ok   ",
                Mark::Warn => "warn ",
                Mark::Fail => "fail ",
            };
            text.extend([mark, line, "\n"]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_one_line_and_the_lowest_code_of_a_failure_is_that_of_the_list() {
        let mut list = Checklist::new();
        list.ok("config: fine");
        list.warn("repo\u{1b}[31m: odd\n  name");
        list.fail(Code::Access, "token: refused");
        list.fail(Code::Usage, "config: wrong");
        let shown = "warn repo\u{fffd}[31m: odd name\nfail token: refused\nfail config: wrong\n";
        assert_eq!(list.text(true), shown);
        assert_eq!(list.text(false), format!("ok   config: fine\n{shown}"));
        assert_eq!(list.code(), Code::Usage);
    }
}
