//! Talk on standard error and data on standard output: levels, colour, JSON lines, progress, broken pipes.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Color, Common, LogFormat};
use crate::domain::words::{self, on_one_line};
use crate::metrics::tables::{Finding, Severity};
use crate::report::findings::{Grouped, grouped};

/// How messages reach the user: their format, detail and colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    level: Level,
    format: LogFormat,
    progress: bool,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Only what is wrong.
    Quiet,
    /// What happened.
    Normal,
    /// Details.
    Verbose,
}

impl Console {
    /// As the flags say.
    pub(super) fn new(common: &Common) -> Self {
        let choice = match common.color {
            // `auto` looks at the terminal and at NO_COLOR.
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self {
            level: match (common.quiet, common.verbose) {
                (true, _) => Level::Quiet,
                (false, 0) => Level::Normal,
                (false, _) => Level::Verbose,
            },
            format: common.log_format,
            progress: !common.quiet && !common.no_progress && io::stderr().is_terminal(),
        }
    }

    /// The same, silent about what went well unless details were asked for.
    pub(super) fn quieter(self) -> Self {
        let level = if self.level == Level::Verbose { Level::Verbose } else { Level::Quiet };
        Self { level, progress: false, ..self }
    }

    /// Whether only what is wrong is said.
    pub(super) fn is_quiet(self) -> bool {
        self.level == Level::Quiet
    }

    fn line(self, level: &str, style: Style, text: &str) {
        let text = &printable(text);
        let mut stderr = anstream::stderr().lock();
        // Nobody is left to be told that standard error is closed.
        let _ = if self.format == LogFormat::Json {
            writeln!(stderr, "{}", serde_json::json!({ "level": level, "message": text }))
        } else if level == "info" {
            writeln!(stderr, "{text}")
        } else {
            writeln!(stderr, "{style}{level}:{style:#} {text}")
        };
    }

    /// Says what happened.
    pub(super) fn info(self, text: &str) {
        if self.level >= Level::Normal {
            self.line("info", Style::new(), text);
        }
    }

    /// Says a detail, with `-v`.
    pub(super) fn detail(self, text: &str) {
        if self.level >= Level::Verbose {
            self.line("info", Style::new(), text);
        }
    }

    /// The same for those who say it later.
    pub(super) fn warnings(self) -> Arc<dyn Fn(&str) + Send + Sync> {
        Arc::new(move |text| self.warning(text))
    }

    /// Says that something may be wrong.
    pub(super) fn warning(self, text: &str) {
        self.line("warning", AnsiColor::Yellow.on_default().bold(), text);
    }

    /// Says the findings of a report: errors always, warnings unless quiet, and no others. The scopes of one finding share
    /// a line; as JSON each finding has its own.
    pub(super) fn findings(self, findings: &[Finding]) {
        let all: Vec<Grouped> = match self.format {
            LogFormat::Text => grouped(findings),
            LogFormat::Json => findings.iter().flat_map(|it| grouped(std::slice::from_ref(it))).collect(),
        };
        for it in all {
            let (level, colour) = match it.severity {
                Severity::Error => ("error", AnsiColor::Red),
                Severity::Warning if self.level >= Level::Normal => ("warning", AnsiColor::Yellow),
                Severity::Warning | Severity::Info => continue,
            };
            self.line(level, colour.on_default().bold(), &on_one_line(&it.text()));
        }
    }

    /// Says why the program ends.
    pub(super) fn error(self, error: &anyhow::Error) {
        self.line("error", AnsiColor::Red.on_default().bold(), &format!("{error:#}"));
    }

    /// A line that says how far a run is; hidden without a terminal.
    pub(super) fn spinner(self) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let line = ProgressBar::new_spinner();
        line.enable_steady_tick(std::time::Duration::from_millis(120));
        line
    }

    /// A bar for reading a file of some bytes; hidden without a terminal.
    pub(super) fn bar(self, bytes: Option<u64>, name: &str) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template = if bytes.is_some() {
            "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}"
        } else {
            "{msg} {spinner} {bytes} {bytes_per_sec}"
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(name.to_owned());
        bar
    }
}

/// Text with its control characters shown instead of obeyed: names come from data, and a terminal obeys.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    words::printable(text, &['\n'])
}

/// Writes JSON to standard output, with what a terminal would obey as escapes.
pub(super) fn json(text: &str) -> io::Result<()> {
    data(&words::printable_json(text))
}

/// Writes data to standard output. A reader that has gone away is no error.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
