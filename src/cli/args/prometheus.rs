//! The arguments of the commands for Prometheus.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::Network;
use crate::domain::time::{Timestamp, parse_date, parse_duration};
use crate::domain::unit::Seconds;

/// Where the history goes.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BackfillTarget {
    /// Write the whole history as OpenMetrics text, for `promtool tsdb create-blocks-from openmetrics`.
    Openmetrics {
        /// The file to write; `-` is standard output.
        file: PathBuf,
        #[command(flatten)]
        span: SinceAsOf,
    },
    /// Send the history to the configured server that takes remote writes.
    ///
    /// After an interruption, the next run continues where the last one stopped.
    RemoteWrite(RemoteWrite),
}

/// Which part of the history.
#[derive(Debug, Args)]
pub(in crate::cli) struct SinceAsOf {
    /// The first day to send [default: the first day that was read]. If the server has no earlier samples, the rules record
    /// nothing for the 30 days after this day.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(in crate::cli) since: Option<NaiveDate>,
    /// The instant up to which things are known, RFC 3339 [default: the last that was read]
    #[arg(long, value_name = "RFC3339", value_parser = Timestamp::parse)]
    pub(in crate::cli) as_of: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RemoteWrite {
    #[command(flatten)]
    pub(in crate::cli) span: SinceAsOf,
    /// Send only the months of each group that are new or changed since the last time, as far back as the server accepts
    /// samples: for cron.
    #[arg(long)]
    pub(in crate::cli) since_last: bool,
    /// The longest wait for a limit of the server: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub(in crate::cli) max_wait: Seconds,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Push {
    /// The instant up to which things are known, RFC 3339 [default: the last that was read]
    #[arg(long, value_name = "RFC3339", value_parser = Timestamp::parse)]
    pub(in crate::cli) as_of: Option<Timestamp>,
    /// Delete the groups of services and teams that no longer exist.
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// First push the deployments of the last 30 days one by one, for rules that count changes of pushed gauges. They
    /// all carry today's time and expire together.
    #[arg(long)]
    pub(in crate::cli) replay: bool,
    /// The time between two replayed deployments, at least the scrape interval: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration, requires = "replay")]
    pub(in crate::cli) interval: Seconds,
    /// The longest wait for a limit of the gateway: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub(in crate::cli) max_wait: Seconds,
    #[command(flatten)]
    pub(in crate::cli) network: Network,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Rules {
    /// What the rules read: the samples of `backfill`, or the gauges of a Pushgateway.
    #[arg(long = "for", value_name = "WHAT", default_value = "events")]
    pub(in crate::cli) input: RuleInput,
    /// Print a dashboard for Grafana instead, as JSON.
    #[arg(long)]
    pub(in crate::cli) grafana: bool,
}

/// What rules read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RuleInput {
    /// Samples of events.
    Events,
    /// Pushed gauges.
    Pushgateway,
}
