//! Reports how a `run` ended: a ping to a monitor, and a heartbeat file.
//!
//! A monitor alerts if no ping comes, so a failed ping or file never changes the exit code. An interrupted run sends
//! nothing, because it must end within five seconds.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::args;
use super::context::{now, secret, tick};
use super::disk::folder_of;
use super::exit::{Code, UsageError};
use super::interrupt::{self, block_on};
use super::log::LogEvent;
use super::output::Console;
use super::servers::{client, runtime};
use crate::document::is_variable_name;
use crate::domain::words::plain;
use crate::export::ping::Ping;
use crate::http::WaitLimits;
use crate::store::{Dataset, replace};

/// The longest wait for one reply of a monitor, and for all tries together.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
const PING_TIME: Duration = Duration::from_secs(30);
/// No heartbeat file has so many bytes.
const LARGEST: u64 = 1 << 20;

/// Where to say how a run ended.
pub(super) struct Heartbeat<'a> {
    ping: Option<Ping>,
    file: Option<&'a Path>,
}

impl<'a> Heartbeat<'a> {
    /// From the flags. Wrong flags are reported before the run, not after it.
    pub(super) fn new(flags: &'a args::Heartbeat) -> Result<Self, UsageError> {
        let ping = match (&flags.ping_url, &flags.ping_url_env) {
            (Some(url), _) => Some(Ping::new(url).map_err(|cause| UsageError(format!("--ping-url: {cause}")))?),
            (None, Some(variable)) => {
                if !is_variable_name(variable) {
                    // What stands there may be the address itself.
                    let wanted = "--ping-url-env: its value is not the name of an environment variable; write the name of \
                                  the variable that holds the address";
                    return Err(UsageError(wanted.to_owned()));
                }
                let url = secret(variable).ok_or_else(|| {
                    UsageError(format!(
                        "--ping-url-env: the environment variable {variable} is not set or empty; set it to the address \
                         of the monitor"
                    ))
                })?;
                let refused = |cause| UsageError(format!("--ping-url-env: {variable}: {cause}"));
                Some(Ping::new(&url).map_err(refused)?)
            }
            (None, None) => None,
        };
        if let Some(file) = &flags.file
            && let Some(problem) = unfit(file)
        {
            return Err(UsageError(format!("--heartbeat-file: {}: {problem}", file.display())));
        }
        Ok(Self { ping, file: flags.file.as_deref() })
    }

    /// Says how a run over the dataset in `data` ended; `None` where the config could not be read.
    pub(super) fn send(&self, code: Code, data: Option<&Path>, console: Console) {
        if interrupt::check().is_err() {
            return;
        }
        let warn = |text: &str| console.warning_as(LogEvent::HeartbeatFailed, text, Value::Null);
        if let (Some(file), Code::Done, Some(data)) = (self.file, code, data)
            && let Err(cause) = write(file, data)
        {
            warn(&format!("--heartbeat-file: {}: {}", file.display(), plain(&format!("{cause:#}"))));
        }
        if let Some(ping) = &self.ping
            && let Err(cause) = send(ping, code, console)
        {
            warn(&format!(
                "the ping to {} failed: {cause:#}; the exit code of the run stays {}",
                ping.host(),
                code as u8
            ));
        }
    }
}

fn send(ping: &Ping, code: Code, console: Console) -> anyhow::Result<()> {
    let waits = WaitLimits { timeout: PING_TIMEOUT, max_wait: PING_TIMEOUT, deadline: tick().checked_add(PING_TIME) };
    Ok(block_on(&runtime()?, ping.send(&client(waits, console)?, code as u8))??)
}

/// Why a path cannot be that of the heartbeat file; none where it can.
fn unfit(file: &Path) -> Option<&'static str> {
    let Ok(there) = file.symlink_metadata() else {
        return (!folder_of(file).is_dir()).then_some("its folder does not exist; create it, or name another file");
    };
    if !there.is_file() {
        return Some("there is something else than a file; name another file");
    }
    // A heartbeat has a few hundred bytes. What is not one belongs to someone else.
    let written = if there.len() < LARGEST { std::fs::read(file).ok() } else { None };
    let written: Option<Value> = written.and_then(|text| serde_json::from_slice(&text).ok());
    let is_own =
        written.is_some_and(|it| ["time", "exit_code", "covered_until"].iter().all(|key| it.get(key).is_some()));
    (!is_own && there.len() > 0).then_some("it is not a heartbeat file, so it is not replaced; name another file")
}

/// Replaces the file as a whole: who reads it sees the old one or the new one.
fn write(file: &Path, data: &Path) -> anyhow::Result<()> {
    let mut covered: BTreeMap<String, String> = BTreeMap::new();
    for entry in Dataset::open(data)?.coverage() {
        if let Some(span) = entry.spans.last() {
            let (end, newest) = (span.to.to_rfc3339(), covered.entry(entry.source.clone()).or_default());
            *newest = end.max(std::mem::take(newest));
        }
    }
    let document = json!({"time": now().to_rfc3339(), "exit_code": Code::Done as u8, "covered_until": covered});
    replace(file, format!("{document}\n").as_bytes()).context("it cannot be replaced")
}
