//! The grammar of `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Handover, ToDatadog, ToDevLake, ToDx, ToSleuth};
use crate::domain::glob::Glob;
use crate::domain::time::Timestamp;

/// What is exported.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Export {
    /// Write the facts about each counted deployment and incident as Parquet, by month.
    ///
    /// The tables are `deployment_facts`, `incident_facts`, and `coverage`, which lists the spans that were read
    /// completely.
    Facts(ExportFacts),
    /// Print SQL that computes the rolling figures and those of a period from the tables of `export facts`.
    Sql(ExportSql),
    /// Hand the deployments and incidents that count over to LinearB, through its API.
    ///
    /// A ledger in the dataset records what LinearB has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost.
    Linearb(Handover),
    /// Hand the deployments and incidents that count over to Datadog, through its API.
    ///
    /// A ledger in the dataset records what Datadog has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost. Failures go as marks on deployments, which
    /// needs an application key in `DD_APP_KEY`.
    Datadog(ToDatadog),
    /// Hand the deployments and incidents that count over to DX, through its API.
    ///
    /// A ledger in the dataset records what DX has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost.
    Dx(ToDx),
    /// Hand the deployments and incidents that count over to Apache DevLake, through its API.
    ///
    /// A ledger in the dataset records what DevLake has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost. `--url` is required.
    Devlake(ToDevLake),
    /// Hand the deployments that count over to Cortex, through its API.
    ///
    /// A ledger in the dataset records what Cortex has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost. Cortex has no API for incidents.
    Cortex(Handover),
    /// Hand the deployments and incidents that count over to Sleuth, through its API.
    ///
    /// A ledger in the dataset records what Sleuth has, so that each event is sent once, however often the command is
    /// interrupted. `--dry-run` prints what would be sent and what gets lost.
    Sleuth(ToSleuth),
}

impl Export {
    /// Whether it sends something.
    pub(in crate::cli) fn sends(&self) -> bool {
        !matches!(self, Self::Facts(_) | Self::Sql(_))
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportFacts {
    /// The folder to write to.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: PathBuf,
    /// Only the deployments of repos that match, and the incidents of their services; can be repeated. Several
    /// such exports with different repos may share a folder.
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    pub(in crate::cli) repo: Vec<Glob>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportSql {
    /// The engine that will run it.
    #[arg(long, value_name = "ENGINE")]
    pub(in crate::cli) dialect: Engine,
    /// Where the engine finds the exported facts: a folder or a URL.
    #[arg(long, value_name = "PLACE", default_value = "facts")]
    pub(in crate::cli) facts: String,
    /// The instant up to which things are known, RFC 3339 [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = Timestamp::parse)]
    pub(in crate::cli) as_of: Option<Timestamp>,
    /// The period, as for `report` [default: the last 90 complete days]
    #[arg(long)]
    pub(in crate::cli) period: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Engine {
    /// DuckDB.
    Duckdb,
    /// Spark SQL, 3.4 or newer.
    Spark,
}
