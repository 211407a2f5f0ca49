//! A described service with its description, its configuration and its key.

use tokio::sync::mpsc::Sender;

use super::description::{Description, Flags};
use crate::http::Clock;
use crate::sources::event::Event;
use crate::sources::incidents::api::{Api, Dialect};
use crate::sources::incidents::{Plan, SourceError};

/// One service.
#[derive(Debug, Clone)]
pub(super) struct Described {
    /// The name under which rows and coverage stand.
    pub(super) source: String,
    pub(super) plan: Plan,
    pub(super) dialect: Dialect,
    pub(super) login: Login,
    pub(super) description: Description,
    pub(super) flags: Flags,
    /// What is asked of each row, as the configuration says it.
    pub(super) asked: String,
}

/// How the key is sent, and additional headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Login {
    /// The user, if the key is a password.
    pub(super) user: Option<String>,
    /// The header that contains only the key.
    pub(super) header: Option<String>,
    /// Additional headers.
    pub(super) headers: Vec<(String, String)>,
}

impl Described {
    /// Sets everything up; sends nothing.
    pub(super) fn api(&self, clock: Clock, events: &Sender<Event>) -> Result<Api, SourceError> {
        let Login { user, header, headers } = self.login.clone();
        Ok(Api::new(&self.plan, user, self.dialect, clock, events)?.with_headers(headers, header))
    }
}
