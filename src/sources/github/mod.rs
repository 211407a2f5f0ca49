//! GitHub: reads deployments with their status history, the commit graph and pull requests; decides what to request, in
//! which order, and when to stop. Emits every page as soon as it is read; stores nothing and reads neither clock nor
//! environment.

mod api;
mod associated;
mod bounds;
mod chain;
mod commits;
mod credentials;
mod deployments;
mod discovery;
mod envelope;
mod error;
mod estimate;
mod found;
mod issue_keys;
mod issue_settings;
mod issues;
mod keys;
mod list_pages;
mod map;
mod merged;
mod page;
mod pending_lookup;
mod probe;
mod queries;
mod refusal;
mod releases;
mod run;
mod run_end;
mod run_record;
mod server_schema;
mod settings;
mod several;
mod skipped;
mod source;
#[cfg(test)]
mod tests;
mod viewer;
mod wire;
mod workflow_runs;

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use url::Url;

use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::http::WaitLimits;

pub use super::event::{Cost, Event};
pub use super::known::{KnownDeployment, KnownRepo, KnownRepos as Known};

pub use self::error::GitHubError;
pub use self::estimate::{estimate, estimate_issues};
pub(super) use self::issue_settings::ISSUES_PROVIDER;
pub use self::issues::{ISSUES_SOURCE, Issues, fetch_issues};
pub use self::probe::{Budget, Probe, ProbedRepo, TokenKind, probe};
pub use self::run::fetch;
pub use self::settings::{Github, GithubAuth};
pub(crate) use self::settings::{PROVIDER, read};
pub use self::viewer::owners;

/// How the names begin under which its readings stand.
pub(super) const READING: &str = "github";

/// How to authenticate.
#[derive(Debug, Clone)]
pub enum Auth {
    /// A personal, fine-grained or `GITHUB_TOKEN` token.
    Token(SecretString),
    /// A GitHub App's installation; its tokens are renewed before they end.
    App {
        /// The App's id.
        app_id: u64,
        /// The installation's id.
        installation_id: u64,
        /// The App's RSA private key, PEM.
        private_key: SecretString,
    },
}

/// What to fetch.
#[derive(Debug, Clone)]
pub struct Plan {
    /// REST root, for example `https://api.github.com` or `https://HOST/api/v3`.
    pub api_url: Url,
    /// Every repo of this organisation, where no repos are named.
    pub org: Option<String>,
    /// `owner/name`, or a pattern over the names of an owner's repos.
    pub repos: Vec<Glob>,
    /// Repos left out.
    pub exclude: Vec<Glob>,
    /// Restricts this run to repos that match (`--repo`).
    pub only: Vec<Glob>,
    /// Environments whose deployments get their commits; empty: all. Previews of every branch would ask for each head.
    pub environments: Vec<Glob>,
    /// Whether rows of other environments are dropped.
    pub only_production: bool,
    /// What is read as a deployment.
    pub kind: DeploymentKind,
    /// Deployments created before this instant are not read, but the last one before it of each environment.
    pub since: Timestamp,
    /// The instant at which the run began: coverage ends here, and rows are observed then.
    pub began: Timestamp,
    /// Repos read at once.
    pub concurrency: usize,
    /// Read everything again, even known history (`--full`).
    pub full: bool,
    /// How long it may wait.
    pub waits: WaitLimits,
}

impl Plan {
    /// The name under which coverage and cursors stand: what a filter dropped was not read.
    pub fn reading(&self) -> String {
        if !self.only_production {
            return self.kind.reading().to_owned();
        }
        let mut globs: Vec<&str> = self.environments.iter().map(Glob::as_str).collect();
        globs.sort_unstable();
        globs.dedup();
        let digest = Sha256::digest(globs.join("\n"));
        let short = digest.iter().take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        self.kind.reading_of_some(&format!("{short:08x}"))
    }

    /// Whether an environment is one whose deployments count.
    fn counts(&self, environment: &str) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|glob| glob.matches(environment))
    }
}
