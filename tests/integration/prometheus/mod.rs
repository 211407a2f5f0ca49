//! Tests with real Prometheus servers: their HTTP APIs return the figures of the report.

mod dashboard;
mod faults;
mod hostile;
mod parity;
mod pushed;
mod rules;
mod scene;
mod schedule;
mod server;

use std::process::{Command, Stdio};

use super::support::skip;

/// Whether all of these programs are there; if not it is said.
fn installed(programs: &[&str]) -> bool {
    let is_there = |program: &&&str| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing = programs.iter().find(|program| !is_there(program));
    if let Some(missing) = missing {
        skip(&format!("{missing} is not installed"));
    }
    missing.is_none()
}
