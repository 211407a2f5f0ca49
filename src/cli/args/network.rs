//! The flags of every command that talks to a service.

use std::time::Duration;

use clap::Args;

use crate::cli::context::started;
use crate::domain::time::parse_duration;
use crate::domain::unit::Seconds;
use crate::http::WaitLimits;

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Network {
    /// Timeout of one request attempt, from connecting (at most 10 s) to the end of the reply: a whole number and s, m, h
    /// or d.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = at_least_a_second)]
    timeout: Seconds,
    /// Time limit for requests, counted from the start of the command. After it, the command keeps the data read so far,
    /// does the work that needs no service, and exits with code 4, or 6 if only a message of `[notify]` is missing
    /// [default: none]
    #[arg(long, value_name = "DURATION", value_parser = at_least_a_second)]
    deadline: Option<Seconds>,
}

fn at_least_a_second(text: &str) -> Result<Seconds, String> {
    parse_duration(text).and_then(|time| if time.0 > 0 { Ok(time) } else { Err("write at least 1s".into()) })
}

impl Network {
    /// With the longest wait for a limit of a service.
    pub(in crate::cli) fn limits(self, max_wait: Seconds) -> WaitLimits {
        let time = |time: Seconds| Duration::from_secs(u64::try_from(time.0).unwrap_or(0));
        let deadline = self.deadline.and_then(|deadline| started().checked_add(time(deadline)));
        WaitLimits { timeout: time(self.timeout), max_wait: time(max_wait), deadline }
    }
}
