//! One incident service in the file: its section, and what the key sees.

use crate::config::{comment, quoted};

/// The incident services that have services of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    PagerDuty,
    OpsGenie,
    Jsm,
}

/// All of them, in the order of the file.
pub(super) const KINDS: [Kind; 3] = [Kind::PagerDuty, Kind::OpsGenie, Kind::Jsm];

/// One of them.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) kind: Kind,
    /// The keys of its section.
    pub(super) keys: Vec<(&'static str, String)>,
    pub(super) state: State,
}

/// The result of asking the service.
#[derive(Debug)]
pub(super) enum State {
    /// It has no key, or something else is missing.
    NotAsked,
    /// It cannot be read, in words.
    Refused(String),
    /// Id and name of its services and teams.
    Shown(Vec<(String, String)>),
}

impl Kind {
    /// Its section of the configuration.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::PagerDuty => "pagerduty",
            Self::OpsGenie => "opsgenie",
            Self::Jsm => "jsm",
        }
    }

    /// What people call it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::PagerDuty => "PagerDuty",
            Self::OpsGenie => "OpsGenie",
            Self::Jsm => "Jira Service Management",
        }
    }

    /// The variable of its key.
    pub(super) fn variable(self) -> &'static str {
        match self {
            Self::PagerDuty => "PAGERDUTY_TOKEN",
            Self::OpsGenie => "OPSGENIE_API_KEY",
            Self::Jsm => "JSM_TOKEN",
        }
    }

    /// The list of a `[[service]]` that holds its ids.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::PagerDuty => "pagerduty",
            Self::OpsGenie => "opsgenie",
            Self::Jsm => "incidents",
        }
    }

    /// A comment on its key.
    fn about(self) -> &'static str {
        match self {
            Self::PagerDuty => "a read-only REST API key",
            Self::OpsGenie => "an API key that may read; OpsGenie is shut down on 2027-04-05",
            Self::Jsm => "an API token, with `email`, or an OAuth token",
        }
    }
}

impl Source {
    /// Whether its section is in force.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.state, State::Shown(_))
    }

    /// Its section; a comment where it was not read.
    pub(super) fn lines(&self) -> Vec<String> {
        let kind = self.kind;
        let mut lines = Vec::new();
        match &self.state {
            State::NotAsked => {}
            State::Refused(why) => lines.push(format!("# Not read: {}", comment(why))),
            State::Shown(names) => {
                lines.push(format!("# {}: {} services and teams are shown to the key.", kind.title(), names.len()));
            }
        }
        let mark = if self.is_read() { "" } else { "# " };
        lines.push(format!("{mark}[{}]  # {}: {}", kind.section(), kind.variable(), kind.about()));
        lines.extend(self.keys.iter().map(|(key, value)| format!("{mark}{key} = {}", quoted(value))));
        if kind == Kind::Jsm && !self.keys.iter().any(|(key, _)| *key == "cloud_id") {
            lines.push("# cloud_id = \"…\"  # https://SITE.atlassian.net/_edge/tenant_info shows it".into());
        }
        lines
    }
}
