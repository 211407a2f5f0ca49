//! One progress line per source: how far it is, the remaining rate limit, and its reset.

use std::sync::Arc;

use indicatif::{MultiProgress, ProgressBar};
use serde_json::json;

use super::summary::SourceRead;
use crate::cli::log::LogEvent;
use crate::cli::output::Console;
use crate::domain::time::Timestamp;

/// The lines of all sources.
pub(super) struct Progress {
    all: MultiProgress,
    lines: Vec<(Arc<str>, ProgressBar)>,
}

impl Progress {
    /// One line for each name; none without a terminal.
    pub(super) fn new(names: impl Iterator<Item = Arc<str>>, console: Console) -> Self {
        let all = MultiProgress::new();
        let lines = names.map(|name| {
            let line = all.add(console.spinner());
            line.set_message(format!("{name}: asking"));
            (name, line)
        });
        Self { lines: lines.collect(), all }
    }

    /// Shows how far a source is.
    pub(super) fn show(&self, name: &str, read: &SourceRead, now: Timestamp) {
        for (_, line) in self.lines.iter().filter(|(own, _)| **own == *name) {
            line.set_message(format!("{name}: {}", read.progress(now)));
        }
    }

    /// Says something about a source above the lines.
    pub(super) fn say(&self, console: Console, source: &str, text: &str) {
        self.all.suspend(|| console.info_as(LogEvent::Note, text, json!({"source": source})));
    }

    /// Says above the lines that something may be wrong with a source.
    pub(super) fn warn(&self, console: Console, event: LogEvent, source: &str, text: &str) {
        self.all.suspend(|| console.warning_as(event, text, json!({"source": source})));
    }

    pub(super) fn clear(&self) {
        self.lines.iter().for_each(|(_, line)| line.finish_and_clear());
    }
}
