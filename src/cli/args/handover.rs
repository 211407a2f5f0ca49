//! The grammar of handing the history over to another tool.

use std::num::NonZeroU32;

use clap::Args;

use super::Network;
use crate::document::Endpoint;
use crate::domain::time::parse_duration;
use crate::domain::unit::Seconds;

/// The flags of every tool.
#[derive(Debug, Args)]
pub(in crate::cli) struct Handover {
    /// Print what would be sent, what gets lost, and how long it takes at the tool's limit. Needs no key and sends nothing.
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Only deployments that finished and incidents that were opened in this period, as for `report` [default: the whole
    /// history]
    #[arg(long)]
    pub(in crate::cli) period: Option<String>,
    /// What a service is called in the tool; can be repeated [default: its own name]
    #[arg(long, value_name = "SERVICE=NAME", value_parser = pair)]
    pub(in crate::cli) map: Vec<(String, String)>,
    /// The root of the tool's API, in place of its usual address.
    #[arg(long, value_name = "URL", value_parser = Endpoint::parse)]
    pub(in crate::cli) url: Option<Endpoint>,
    /// The environment variable that holds the key [default: the variable under ENVIRONMENT in the manual page]
    #[arg(long, value_name = "VARIABLE")]
    pub(in crate::cli) token_env: Option<String>,
    /// The root of the addresses of repos [default: the GitHub or GitLab address of the config, else github.com]
    #[arg(long, value_name = "URL", value_parser = Endpoint::parse)]
    pub(in crate::cli) repo_base: Option<Endpoint>,
    /// Requests a minute, in place of the tool's limit.
    #[arg(long, value_name = "N")]
    pub(in crate::cli) per_minute: Option<NonZeroU32>,
    /// The longest wait for a limit of the tool: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub(in crate::cli) max_wait: Seconds,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ToDatadog {
    /// The site of the account, as in its address: `datadoghq.eu`, `us5.datadoghq.com`.
    #[arg(long, value_name = "SITE", default_value = "datadoghq.com")]
    pub(in crate::cli) site: String,
    #[command(flatten)]
    pub(in crate::cli) handover: Handover,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ToDx {
    /// The name of the account, as in its address NAME.getdx.net.
    #[arg(long, value_name = "NAME", required_unless_present = "url")]
    pub(in crate::cli) instance: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) handover: Handover,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ToDevLake {
    /// The id of the webhook for every service that `--map` does not name. The id is part of the webhook's address. `--map
    /// SERVICE=ID` gives a service a webhook of its own.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) connection: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) handover: Handover,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ToSleuth {
    /// The organisation, as in its address app.sleuth.io/ORG.
    #[arg(long, value_name = "ORG")]
    pub(in crate::cli) org: String,
    /// Where incidents go: the custom incident impact source, as its address names it. Without this flag, incidents are not
    /// handed over.
    #[arg(long, value_name = "PROJECT/ENVIRONMENT/SOURCE", value_parser = impact)]
    pub(in crate::cli) impact: Option<[String; 3]>,
    /// Send the incidents again of which nobody knows whether they arrived. Sleuth cannot be asked; look there before.
    #[arg(long)]
    pub(in crate::cli) resend_unconfirmed: bool,
    /// Import the deployments of each service as one file. DELETES every deploy that its code deployment has in Sleuth.
    #[arg(long, conflicts_with = "period")]
    pub(in crate::cli) replace_existing_deploys: bool,
    #[command(flatten)]
    pub(in crate::cli) handover: Handover,
}

fn impact(text: &str) -> Result<[String; 3], String> {
    let parts: Vec<String> = text.split('/').map(|part| part.trim().to_owned()).collect();
    <[String; 3]>::try_from(parts)
        .ok()
        .filter(|parts| parts.iter().all(|part| !part.is_empty()))
        .ok_or_else(|| "write project, environment and source as in the address, like shop/production/incidents".into())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(service, name)| (service.trim(), name.trim())) {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok((service.to_owned(), name.to_owned())),
        _ => Err("write a service, `=` and its name in the tool, like web=web-frontend".into()),
    }
}
