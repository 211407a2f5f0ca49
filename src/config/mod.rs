//! `dora.toml` → [`Config`]: everything a user may configure, read, typed and checked at once.
//!
//! No secret is ever in the file, only names of environment variables, so a [`Config`] may be printed. Paths stay as
//! written: whoever uses one resolves it. Without a file there is [`Config::default`]. This module reads neither the
//! environment nor the disk: the caller passes the text, and a function that reads the one other file that a config can
//! name, the file of bands.
//!
//! | file | owns |
//! |---|---|
//! | `reference` | every section and key: type, default, meaning, example; from it the documentation and the JSON Schema |
//! | `schema` | which keys are known, and the nearest one to an unknown key |
//! | `document`, `secret` | TOML with lines; unknown keys, wrong types and secrets are refused |
//! | `settings`, `service`, `bands` | what the figures depend on |
//! | `github`, `incident_source`, `push`, `endpoint` | where history comes from and figures go |
//! | `import` | how files of other programs are read |
//! | `notify`, `webhook_kind` | who gets the main points of a report |
//! | `quote` | text written as TOML |
//! | `digest` | one name for all that the figures depend on |

mod bands;
mod digest;
mod document;
mod endpoint;
mod environments;
mod error;
mod github;
mod import;
mod incident_source;
mod notify;
mod push;
mod quote;
pub mod reference;
mod schema;
mod secret;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod webhook_kind;

use std::io;
use std::path::{Path, PathBuf};

pub use endpoint::Endpoint;
pub use error::{ConfigError, Place};
pub use github::{Github, GithubAuth};
pub use import::{
    ImportMapping, check_mapping_name, import_column, import_delimiter, import_repo, import_status, import_table,
};
pub use incident_source::{Feed, GithubIssues, Jsm, OpsGenie, OpsGenieFlag, PagerDuty, PagerDutyField};
pub use notify::{Mail, MailServer, Notifications, Webhook};
pub use push::{Login, Pushgateway, RemoteWrite};
pub use quote::{comment, quoted};
pub use secret::is_variable_name;
pub use webhook_kind::WebhookKind;

use crate::domain::settings::Settings;
use document::{Document, Section, Text};

/// All that is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What the figures depend on besides the events.
    pub settings: Settings,
    /// Folder of the reports, as written.
    pub out: PathBuf,
    /// A picture for the head of the page, as written.
    pub logo: Option<PathBuf>,
    /// Folder of the dataset, as written.
    pub data_dir: PathBuf,
    /// Where deployments, commits and pull requests are fetched; `None`: nowhere.
    pub github: Option<Github>,
    /// Incidents from PagerDuty.
    pub pagerduty: Option<PagerDuty>,
    /// Incidents and alerts from OpsGenie.
    pub opsgenie: Option<OpsGenie>,
    /// Alerts from Jira Service Management.
    pub jsm: Option<Jsm>,
    /// For how many days an incident without a verdict is asked again.
    pub verdict_days: u32,
    /// Issues of the repos that are incidents.
    pub github_issues: Option<GithubIssues>,
    /// Where current figures are pushed.
    pub pushgateway: Option<Pushgateway>,
    /// Where history is written.
    pub remote_write: Option<RemoteWrite>,
    /// Who gets the main points of a report.
    pub notify: Option<Notifications>,
    /// How files of other programs are read, by the name that `import --from` takes.
    pub imports: Vec<(String, ImportMapping)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            out: "reports".into(),
            logo: None,
            data_dir: "data".into(),
            github: None,
            pagerduty: None,
            opsgenie: None,
            jsm: None,
            verdict_days: 90,
            github_issues: None,
            pushgateway: None,
            remote_write: None,
            notify: None,
            imports: Vec::new(),
        }
    }
}

impl Config {
    /// Reads the text of a config file.
    ///
    /// `path` is where the text comes from: errors name it, and a file of bands is looked for beside it, through
    /// `read`.
    ///
    /// # Errors
    /// The first mistake there is, see [`ConfigError`].
    pub fn parse(text: &str, path: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Self, ConfigError> {
        let document = Document::open(text, path, &schema::CONFIG)?;
        let top = document.top();
        let default = Self::default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut settings = settings::read(&top, folder, read)?;
        for (section, source) in
            [("pagerduty", "pagerduty"), ("opsgenie", "opsgenie"), ("jsm", "jsm"), ("github_issues", "github-issues")]
        {
            if top.section(section)?.is_some() {
                settings.incident_sources.push(source.to_owned());
            }
        }
        Ok(Self {
            settings,
            out: folder_of(&top, "report", "out")?.unwrap_or(default.out),
            logo: folder_of(&top, "report", "logo")?,
            data_dir: folder_of(&top, "data", "dir")?.unwrap_or(default.data_dir),
            github: top.section("github")?.map(|section| github::read(&section)).transpose()?,
            pagerduty: top.section("pagerduty")?.map(|section| incident_source::pagerduty(&section)).transpose()?,
            opsgenie: top.section("opsgenie")?.map(|section| incident_source::opsgenie(&section)).transpose()?,
            jsm: top.section("jsm")?.map(|section| incident_source::jsm(&section)).transpose()?,
            verdict_days: top
                .section("incidents")?
                .map(|section| section.number("verdict_days", 0, 3_650))
                .transpose()?
                .flatten()
                .unwrap_or(default.verdict_days),
            github_issues: top
                .section("github_issues")?
                .map(|section| incident_source::github_issues(&section))
                .transpose()?,
            pushgateway: top.section("pushgateway")?.map(|section| push::pushgateway(&section)).transpose()?,
            remote_write: top.section("remote_write")?.map(|section| push::remote_write(&section)).transpose()?,
            notify: top.section("notify")?.map(|section| notify::read(&section)).transpose()?,
            imports: import::read(&top)?,
        })
    }
}

/// A path under a key of a section, as written.
fn folder_of(top: &Section<'_>, section: &str, key: &str) -> Result<Option<PathBuf>, ConfigError> {
    let Some(section) = top.section(section)? else { return Ok(None) };
    Ok(section.text(key)?.map(|text| PathBuf::from(text.value)))
}

/// Strings without their places.
fn values(texts: Vec<Text<'_>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value.to_owned()).collect()
}

/// The name of an environment variable. An invalid name is not repeated in the error: it may be the secret itself.
fn variable(section: &Section<'_>, key: &str) -> Result<Option<String>, ConfigError> {
    let Some(text) = section.text(key)? else { return Ok(None) };
    if is_variable_name(text.value) {
        return Ok(Some(text.value.to_owned()));
    }
    Err(text.unusable(
        "not the name of an environment variable, like `GITHUB_TOKEN` (letters, digits and `_`); if the secret \
         itself stands there, take it out of this file",
    ))
}

/// The address of an API to which a token always goes; plain http is for loopback alone.
fn api_url(section: &Section<'_>, default: &str) -> Result<Endpoint, ConfigError> {
    let Some(text) = section.text("api_url")? else {
        return Endpoint::parse(default).map_err(|what| section.unusable("api_url", &what));
    };
    let endpoint = text.read(Endpoint::parse)?.into_base();
    if endpoint.may_carry_a_token() {
        Ok(endpoint)
    } else {
        Err(ConfigError::Unencrypted { at: text.at, key: text.key })
    }
}
