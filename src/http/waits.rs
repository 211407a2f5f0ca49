//! How long a run may wait for a service.

use std::time::{Duration, Instant};

/// How long a run may wait for a service.
#[derive(Debug, Clone, Copy)]
pub struct WaitLimits {
    /// For one try of one request, from the connection to the end of the reply.
    pub timeout: Duration,
    /// For a limit of the service, before one request goes through.
    pub max_wait: Duration,
    /// The instant from which nothing is asked any more.
    pub deadline: Option<Instant>,
}

impl WaitLimits {
    /// The usual time for a request, and no deadline.
    pub fn new(max_wait: Duration) -> Self {
        Self { timeout: Duration::from_mins(1), max_wait, deadline: None }
    }
}
