//! One incident service in the file: its section, and what the key sees.

use crate::document::{comment, quoted};
use crate::sources::provider::Provider;
use crate::sources::registry::providers;

/// The providers that `init` asks, in the order of the file.
pub(super) fn asked() -> impl Iterator<Item = &'static Provider> {
    providers().filter(|provider| !provider.init.is_empty())
}

/// One of them.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) provider: &'static Provider,
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

impl Source {
    /// Whether its section is in force.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.state, State::Shown(_))
    }

    /// Its section; a comment where it was not read.
    pub(super) fn lines(&self) -> Vec<String> {
        let (provider, section) = (self.provider, self.provider.section());
        let mut lines = Vec::new();
        match &self.state {
            State::NotAsked => {}
            State::Refused(why) => lines.push(format!("# Not read: {}", comment(why))),
            State::Shown(names) => {
                lines.push(format!("# {}: {} services and teams are shown to the key.", provider.label, names.len()));
            }
        }
        let mark = if self.is_read() { "" } else { "# " };
        let (variable, about) = provider.variable.unwrap_or_default();
        lines.push(format!("{mark}[{section}]  # {variable}: {about}"));
        lines.extend(self.keys.iter().map(|(key, value)| format!("{mark}{key} = {}", quoted(value))));
        for (key, (_, place)) in provider.init.iter().filter_map(|flag| Some((flag.key, flag.needed?))) {
            if !self.keys.iter().any(|(own, _)| *own == key) {
                lines.push(format!("# {key} = \"…\"  # {place} shows it"));
            }
        }
        lines
    }
}
