//! The flags of `run` that tell a monitor how the run ended.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

#[derive(Debug, Args)]
pub(in crate::cli) struct Heartbeat {
    /// After the run, send a GET request to this address of a monitor: as it is if the exit code is 0, else with `/` and
    /// the exit code appended. A ping that fails is a warning, and never changes the exit code.
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub(in crate::cli) ping_url: Option<SecretString>,
    /// The same, with the address from this environment variable, so that no list of processes shows it.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "ping_url")]
    pub(in crate::cli) ping_url_env: Option<String>,
    /// After a run that ends with code 0, replace this file by a JSON object: `time`, `exit_code` and `covered_until` of
    /// each source.
    #[arg(id = "heartbeat-file", long, value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
}

/// Takes any text: the parser of arguments would print one that it refuses.
#[expect(clippy::unnecessary_wraps, reason = "the form that the parser of arguments wants")]
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}
