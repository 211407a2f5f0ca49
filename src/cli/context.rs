//! What a command works with: the config in force, the folders, the clock.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::Context as _;
use secrecy::SecretString;

use super::args::Common;
use super::exit::UsageError;
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::domain::words::plain;
use crate::platform;
use crate::report::commands::flag;

/// The config in force, with the flags laid over it.
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) data: PathBuf,
    pub(super) out: PathBuf,
    /// The flags with which a command finds the same config and dataset, as a shell takes them.
    pub(super) flags: String,
    /// The flag of the config alone.
    pub(super) config_flag: String,
    /// The folder of the config file, where there is one.
    folder: PathBuf,
    /// The config file, which need not be there.
    file: PathBuf,
}

impl Context {
    /// Reads the config file, if there is one.
    pub(super) fn load(common: &Common) -> anyhow::Result<Self> {
        let default = Path::new("dora.toml");
        let config = match &common.config {
            Some(path) => read_config(path)?,
            None if default.exists() => read_config(default)?,
            None => Config::default(),
        };
        let given = |name, path: Option<&Path>, usual: &Path| {
            let path = path.filter(|path| *path != usual);
            path.map(|path| flag(name, &path.display().to_string())).unwrap_or_default()
        };
        let config_flag = given("--config", common.config.as_deref(), default);
        let data_flag = given("--data", common.data.as_deref(), &config.data_dir);
        Ok(Self {
            data: common.data.clone().unwrap_or_else(|| config.data_dir.clone()),
            out: common.out.clone().unwrap_or_else(|| config.out.clone()),
            flags: format!("{config_flag}{data_flag}"),
            config_flag,
            folder: common.config.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned(),
            file: common.config.clone().unwrap_or_else(|| default.to_owned()),
            config,
        })
    }

    /// The config file; where none is named and none is there, the one that would be found.
    pub(super) fn config_path(&self) -> PathBuf {
        self.file.clone()
    }

    /// A path from the config: beside it, unless it is absolute.
    pub(super) fn beside_config(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// Bytes of a configuration: thousands of services fit.
const LARGEST: u64 = 16 << 20;

/// The text of a configuration or of its bands. A pipe is read, because secrets managers and shells write one.
fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it has more than {} MiB", LARGEST >> 20)));
    }
    Ok(text)
}

fn read_config(path: &Path) -> anyhow::Result<Config> {
    let text = read_text(path).map_err(|cause| {
        let words = plain(&cause.to_string());
        UsageError(format!("{}: the configuration cannot be read: {words}; check --config", path.display()))
    })?;
    Ok(Config::parse(&text, path, &read_text)?)
}

/// When the program started, on the monotonic clock.
pub(super) fn started() -> Instant {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    *STARTED.get_or_init(tick)
}

/// The monotonic clock, which clock changes do not affect.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(super) fn tick() -> Instant {
    Instant::now()
}

/// The clock, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(super) fn now() -> Timestamp {
    static TEST_CLOCK: OnceLock<Option<Timestamp>> = OnceLock::new();
    TEST_CLOCK.get_or_init(test_clock).unwrap_or_else(|| Timestamp(chrono::Utc::now().timestamp_millis()))
}

/// Where a test has stopped the clock. A release build ignores the variable, so that nobody changes the clock by
/// accident.
fn test_clock() -> Option<Timestamp> {
    let set = if cfg!(debug_assertions) { variable("DORA_REPORT_TEST_CLOCK") } else { None };
    set.and_then(|text| Timestamp::parse(&text).ok())
}

/// A secret from the environment, without the line end that it often has; `None` where the variable is not set or
/// empty.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn secret(variable: &str) -> Option<SecretString> {
    let text = std::env::var(variable).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| SecretString::from(text))
}

/// What an environment variable says; `None` where it is not set or empty.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether a program can be started by its name alone.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn is_installed(program: &str) -> bool {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| platform::is_program(&folder.join(&name)))
}

/// A folder that vanishes when it is dropped.
pub(super) fn temporary_folder() -> anyhow::Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("dora-report-")
        .tempdir()
        .context("no temporary folder can be made; set TMPDIR to a folder that can be written")
}
