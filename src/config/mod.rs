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
//! | `schema` | which keys are known |
//! | `settings`, `service`, `bands` | what the figures depend on |
//! | `sources`, `github`, `push` | where history is read and figures are sent |
//! | `import` | how files of other programs are read |
//! | `notify` | who gets the main points of a report |
//! | `digest` | one name for all that the figures depend on |

mod bands;
mod digest;
mod environments;
mod github;
mod import;
mod notify;
mod push;
pub mod reference;
mod schema;
mod service;
mod settings;
mod sources;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

pub use github::github_of;
pub use import::{
    ImportMapping, check_mapping_name, import_column, import_delimiter, import_repo, import_status, import_table,
};
pub use notify::{Mail, MailServer, Notifications, Webhook};
pub use push::{Login, Pushgateway, RemoteWrite};
pub use sources::Source;

use crate::document::{ConfigError, Document, Section};
use crate::domain::event::Table;
use crate::domain::settings::Settings;

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
    /// Where history is fetched, in the order of the registry.
    pub sources: Vec<Source>,
    /// For how many days an incident without a verdict is asked again.
    pub verdict_days: u32,
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
            sources: Vec::new(),
            verdict_days: 90,
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
        let sources = sources::read(&top)?;
        let incidents = sources.iter().filter(|source| source.provider.gives.contains(&Table::Incidents));
        settings.incident_sources = incidents.map(|source| source.name().to_owned()).collect();
        Ok(Self {
            settings,
            out: folder_of(&top, "report", "out")?.unwrap_or(default.out),
            logo: folder_of(&top, "report", "logo")?,
            data_dir: folder_of(&top, "data", "dir")?.unwrap_or(default.data_dir),
            sources,
            verdict_days: top
                .section("incidents")?
                .map(|section| section.number("verdict_days", 0, 3_650))
                .transpose()?
                .flatten()
                .unwrap_or(default.verdict_days),
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
