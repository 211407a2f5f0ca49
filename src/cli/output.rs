//! Messages on standard error and data on standard output: levels, colour, JSON lines, progress, broken pipes.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::args::{Color, Common, LogFormat};
use super::context::{now, started, tick};
use super::exit::Code;
use super::log::{self, LogEvent};
use crate::domain::words::{self, on_one_line};
use crate::metrics::tables::{Finding, Severity};
use crate::report::findings::{Grouped, grouped};

/// How messages reach the user: their format, detail and colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    level: Level,
    format: LogFormat,
    /// Whether a JSON log has records of what was read and written: a program can use the counts.
    records: bool,
    progress: bool,
}

/// The level of detail of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Only what is wrong.
    Quiet,
    /// What happened.
    Normal,
    /// Details.
    Verbose,
}

/// Whether the last line was written: nothing comes after it, whichever thread writes it.
static ENDED: AtomicBool = AtomicBool::new(false);

impl Console {
    /// For what goes wrong before the flags are read.
    pub(super) fn early(format: LogFormat) -> Self {
        Self { level: Level::Normal, format, records: true, progress: false }
    }

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
            records: !common.quiet,
            progress: !common.quiet
                && !common.no_progress
                && common.log_format == LogFormat::Text
                && io::stderr().is_terminal(),
        }
    }

    /// The same, silent about what went well unless details were asked for.
    pub(super) fn quieter(self) -> Self {
        let level = if self.level == Level::Verbose { Level::Verbose } else { Level::Quiet };
        Self { level, progress: false, ..self }
    }

    /// Whether only problems are printed.
    pub(super) fn is_quiet(self) -> bool {
        self.level == Level::Quiet
    }

    /// Whether messages are lines of JSON.
    pub(super) fn is_json(self) -> bool {
        self.format == LogFormat::Json
    }

    fn line(self, level: &str, style: Style, event: LogEvent, text: &str, fields: Value) {
        if !ENDED.load(Ordering::SeqCst) {
            self.write(level, style, event, text, fields);
        }
    }

    fn write(self, level: &str, style: Style, event: LogEvent, text: &str, fields: Value) {
        let text = &printable(text);
        let mut stderr = anstream::stderr().lock();
        // Nobody is left to be told that standard error is closed.
        let _ = if self.format == LogFormat::Json {
            writeln!(stderr, "{}", log::line(now(), level, event, text, fields))
        } else if level == "info" {
            writeln!(stderr, "{text}")
        } else {
            writeln!(stderr, "{style}{level}:{style:#} {text}")
        };
    }

    /// Writes the last line of a log: the exit code and how long the command took. Text has none.
    pub(super) fn end(self, code: Code) {
        if ENDED.swap(true, Ordering::SeqCst) || !self.is_json() {
            return;
        }
        let (number, time) = (code as u8, tick().saturating_duration_since(started()));
        let took = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let fields = json!({"exit_code": number, "duration_ms": took});
        let level = if code == Code::Done { "info" } else { "error" };
        self.write(level, Style::new(), LogEvent::End, &format!("ended with exit code {number}"), fields);
    }

    /// From now on a defect of the program is a line of JSON, too, and ends the program with the code that is documented for
    /// it. For messages as text, the standard library's words are more useful.
    pub(super) fn log_panics(self) {
        if !self.is_json() {
            return;
        }
        std::panic::set_hook(Box::new(move |panic| {
            let at = panic.location().map_or_else(String::new, |at| format!(" ({at})"));
            let cause = panic.payload_as_str().unwrap_or("unknown cause");
            let text = format!("this is a bug in dora-report, please report it: {cause}{at}");
            self.error_as(LogEvent::Panic, &text, Value::Null);
            self.end(Code::Unexpected);
            // A release build would abort here, with another exit code.
            std::process::exit(Code::Unexpected as i32);
        }));
    }

    /// Says what happened.
    pub(super) fn info(self, text: &str) {
        self.info_as(LogEvent::Note, text, Value::Null);
    }

    /// The same with a name and fields, which a log of JSON has.
    pub(super) fn info_as(self, event: LogEvent, text: &str, fields: Value) {
        if self.level >= Level::Normal {
            self.line("info", Style::new(), event, text, fields);
        }
    }

    /// A message only for the JSON log, for what a user of text output sees elsewhere; also during `run`.
    pub(super) fn record(self, event: LogEvent, text: &str, fields: Value) {
        if self.is_json() && self.records {
            self.line("info", Style::new(), event, text, fields);
        }
    }

    /// Says a detail, with `-v`.
    pub(super) fn detail(self, text: &str) {
        if self.level >= Level::Verbose {
            self.line("info", Style::new(), LogEvent::Note, text, Value::Null);
        }
    }

    /// Says what is waited for, for those who say it later.
    pub(super) fn waits(self) -> Arc<dyn Fn(&str) + Send + Sync> {
        Arc::new(move |text| self.warning_as(LogEvent::Waiting, text, Value::Null))
    }

    /// Says that something may be wrong.
    pub(super) fn warning(self, text: &str) {
        self.warning_as(LogEvent::Warning, text, Value::Null);
    }

    /// The same with a name and fields, which a log of JSON has.
    pub(super) fn warning_as(self, event: LogEvent, text: &str, fields: Value) {
        self.line("warning", AnsiColor::Yellow.on_default().bold(), event, text, fields);
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
            let fields = json!({"finding": it.id, "scope": it.scope});
            self.line(level, colour.on_default().bold(), LogEvent::Finding, &on_one_line(&it.text()), fields);
        }
    }

    /// Says why the program ends.
    pub(super) fn error(self, error: &anyhow::Error) {
        self.error_with(error, Value::Null);
    }

    /// The same with fields, which a log of JSON has.
    pub(super) fn error_with(self, error: &anyhow::Error, fields: Value) {
        self.error_as(LogEvent::of(error), &format!("{error:#}"), fields);
    }

    /// Prints what ends the program if it is not an error of this program.
    pub(super) fn error_as(self, event: LogEvent, text: &str, fields: Value) {
        self.line("error", AnsiColor::Red.on_default().bold(), event, text, fields);
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

/// Text with visible control characters: names come from data, and a terminal would execute control sequences.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    words::printable(text, &['\n'])
}

/// Writes JSON to standard output, with what a terminal would obey as escapes.
pub(super) fn json(text: &str) -> io::Result<()> {
    data(&words::printable_json(text))
}

/// Writes data to standard output. A closed pipe is not an error.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
