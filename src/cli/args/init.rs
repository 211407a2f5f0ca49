//! The flags of `init`.

use clap::Args;

use super::Network;
use crate::domain::glob::Glob;

#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// The organisation or the account whose repos are read [default: the one organisation that the token shows]
    #[arg(long, value_name = "ORG")]
    pub(in crate::cli) org: Option<String>,
    /// A repo to configure, as owner/name; can be repeated. Only these repos are read.
    #[arg(long, value_name = "OWNER/NAME", value_parser = Glob::new, conflicts_with = "org")]
    pub(in crate::cli) repo: Vec<Glob>,
    /// Print the configuration instead of writing the file.
    #[arg(long)]
    pub(in crate::cli) stdout: bool,
    /// The API of GitHub: of GitHub Enterprise Server `https://HOST/api/v3` [default: `GITHUB_API_URL`, else
    /// `https://api.github.com`]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) github_url: Option<String>,
    /// The API of PagerDuty [default: of both regions the one that accepts the key]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) pagerduty_url: Option<String>,
    /// The API of OpsGenie [default: of both regions the one that accepts the key]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) opsgenie_url: Option<String>,
    /// The API of Jira Service Management [default: `https://api.atlassian.com`]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) jsm_url: Option<String>,
    /// The cloud id of the Jira site, which `https://SITE.atlassian.net/_edge/tenant_info` shows.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) jsm_cloud_id: Option<String>,
    /// The account of the API token in `JSM_TOKEN`; without it the token is an OAuth token.
    #[arg(long, value_name = "EMAIL")]
    pub(in crate::cli) jsm_email: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
}
