//! Messages as lines of JSON, for `--log-format json`: what every line holds, and the names of the events, which
//! programs match. A test compares the table in docs/unattended.md with the names here.

use serde_json::{Map, Value, json};

use super::exit::{self, Code};
use crate::domain::time::Timestamp;
use crate::domain::words::printable_json;
use crate::sources::registry::scopes_are_repos;
use crate::store::StoreError;

/// Writes the enum, the list of all events and their names from one table, so that none is missing from the documentation.
macro_rules! events {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// What a line is about. A name never changes its meaning, and new names may come.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum LogEvent {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl LogEvent {
            /// Every event.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The published name.
            pub(super) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

events! {
    /// Information without a name of its own.
    Note => "note",
    /// A warning without a name of its own.
    Warning => "warning",
    /// A failure without a name of its own.
    Error => "error",
    /// The command line or the configuration is wrong.
    UsageError => "usage_error",
    /// Another process is writing the dataset.
    DatasetLocked => "dataset_locked",
    /// A token is missing, is refused, or shows nothing.
    CredentialsError => "credentials_error",
    /// A source could not be read, or a server not written.
    SourceError => "source_error",
    /// A message of `[notify]` was not sent.
    MessageError => "message_error",
    /// A signal ended the command.
    Interrupted => "interrupted",
    /// A mistake of the program ended the command.
    Panic => "panic",
    /// The command waits for a service or a lock.
    Waiting => "waiting",
    /// A repo, service or account was read to the end.
    ScopeRead => "scope_read",
    /// A repo, service or account was not read to the end.
    ScopeFailed => "scope_failed",
    /// How many requests a source took.
    SourceRead => "source_read",
    /// A repo has a new name.
    RepoRenamed => "repo_renamed",
    /// A token expires within 14 days.
    TokenExpires => "token_expires",
    /// A finding of the report.
    Finding => "finding",
    /// A gate of `--fail-if` tripped, or could not be judged.
    Gate => "gate",
    /// A report was written.
    ReportWritten => "report_written",
    /// Events were handed over to another tool.
    HandedOver => "handed_over",
    /// A ping or a heartbeat file failed.
    HeartbeatFailed => "heartbeat_failed",
    /// The last line: the exit code and the duration.
    End => "end",
}

impl LogEvent {
    /// The event of an error: by its exit code, as scripts branch on both.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let is_locked = |cause: &(dyn std::error::Error + 'static)| {
            matches!(cause.downcast_ref::<StoreError>(), Some(StoreError::Locked { .. }))
        };
        match exit::of(error) {
            Code::Usage if error.chain().any(is_locked) => Self::DatasetLocked,
            Code::Usage => Self::UsageError,
            Code::Access => Self::CredentialsError,
            Code::Source => Self::SourceError,
            Code::NotSent => Self::MessageError,
            Code::Interrupted | Code::Terminated => Self::Interrupted,
            Code::Done | Code::Unexpected | Code::Partial | Code::Gate => Self::Error,
        }
    }
}

/// One line. `fields` is an object, its keys beside those that every line has.
pub(super) fn line(at: Timestamp, level: &str, event: LogEvent, text: &str, fields: Value) -> String {
    let mut line = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    line.insert("time".into(), json!(at.to_rfc3339()));
    line.insert("level".into(), json!(level));
    line.insert("event".into(), json!(event.as_str()));
    line.insert("message".into(), json!(text));
    printable_json(&Value::Object(line).to_string()).into_owned()
}

/// The name of a scope: `repo` where the source is one of repos, else `scope`.
pub(super) fn scope_key(source: &str) -> &'static str {
    if scopes_are_repos(source) { "repo" } else { "scope" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_documentation_has_every_event_in_order_and_no_other() {
        let page = include_str!("../../docs/unattended.md");
        let rows = page.lines().skip_while(|line| !line.starts_with("| `event` | means")).skip(2);
        let names: Vec<&str> = rows.map_while(|row| row.strip_prefix("| `")?.split('`').next()).collect();
        assert_eq!(names, LogEvent::ALL.iter().map(|event| event.as_str()).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_has_the_time_the_level_the_event_and_the_message_and_no_control_character() {
        let fields = json!({"repo": "a\u{202e}b", "new": 3});
        let line = line(Timestamp(0), "info", LogEvent::ScopeRead, "one\ntwo", fields);
        assert_eq!(
            line,
            "{\"event\":\"scope_read\",\"level\":\"info\",\"message\":\"one\\ntwo\",\"new\":3,\"repo\":\"a\\u202eb\",\
             \"time\":\"1970-01-01T00:00:00Z\"}"
        );
    }
}
