//! The arguments of all commands, without any behaviour.

mod ask;
mod dataset;
mod export;
mod handover;
mod handover_pages;
mod heartbeat;
mod import;
mod init;
mod manual;
mod network;
mod page;
mod pages;
#[cfg(test)]
mod printed;
mod prometheus;
mod uses;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(super) use self::ask::{Audit, Diff, Explain, TextOrJson};
pub(super) use self::dataset::DatasetCommand;
pub(super) use self::export::{Engine, Export, ExportFacts, ExportSql};
pub(super) use self::handover::{Handover, ToDatadog, ToDevLake, ToDx, ToSleuth};
pub(super) use self::heartbeat::Heartbeat;
pub(super) use self::import::{Import, Inputs};
pub(super) use self::init::Init;
pub(super) use self::manual::{ManualPage, command, file_of, manual_pages, parse};
pub(super) use self::network::Network;
pub(super) use self::prometheus::{BackfillTarget, Push, RemoteWrite, RuleInput, Rules, SinceAsOf};
use super::gate::Gate;
use crate::domain::glob::Glob;
use crate::domain::period::Period;
use crate::domain::time::{Timestamp, parse_duration, parse_history_date};
use crate::domain::unit::Seconds;

/// Compute DORA metrics from a team's deployment and incident history, and explain each figure.
#[derive(Debug, Parser)]
#[command(
    name = "dora-report",
    version,
    about,
    propagate_version = true,
    max_term_width = 100,
    disable_help_flag = true,
    disable_version_flag = true
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the report on a bundled synthetic organisation, without a token or a network.
    Demo(Demo),
    /// Write a commented dora.toml from what the tokens in the environment show.
    ///
    /// The file has the repos with deployments, the environments that look like production, and the incident services,
    /// matched to repos by name. `init` asks no question and never overwrites a file.
    Init(Box<Init>),
    /// Check the config, the dataset, the disk, the tokens and the services, and print one table with what to do.
    ///
    /// It also lists what each service shows and which of it counts. It writes and sends nothing.
    Doctor(Doctor),
    /// Read history from GitHub and the incident services into the dataset.
    ///
    /// Only what is new is read, and after an interruption only what is missing.
    Fetch(Fetch),
    /// Add events from files to the dataset: CSV, JSON, or what `gh api` prints.
    Import(Box<Import>),
    /// Count, check, compact or repair the dataset.
    Dataset {
        #[command(subcommand)]
        care: DatasetCommand,
    },
    /// Compute the figures and write the report.
    ///
    /// It reads the dataset alone; only `--notify` uses the network.
    Report(Box<ReportOnly>),
    /// Fetch, report, and send and push what is configured: the command for cron.
    ///
    /// It prints nothing unless something is wrong.
    Run(Box<Run>),
    /// Explain one figure: the formula with its numbers, the events in it, and what was left out and why.
    Explain(Explain),
    /// Print the findings of a report without writing it.
    Audit(Audit),
    /// Print what changed between two reports, and why.
    Diff(Diff),
    /// Push the current figures of every group to the Pushgateway of the config.
    Push(Push),
    /// Write the history for Prometheus, one sample per event at the time of the event.
    Backfill {
        #[command(subcommand)]
        target: BackfillTarget,
    },
    /// Print recording and alerting rules for Prometheus, or a dashboard for Grafana.
    ///
    /// Their limits are those of the configured bands.
    Rules(Rules),
    /// Export the facts as Parquet for DuckDB or Spark, print the SQL that computes the figures from them, or hand the
    /// history over to another tool.
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the JSON Schema of dora.toml, with which editors complete and check the file.
    Schema,
    /// Print a manual page, or write all of them to a folder.
    Man(ManPages),
}

#[derive(Debug, Args)]
pub(super) struct ManPages {
    /// The command whose page is printed, for example `dataset repair` [default: the page of the program]
    #[arg(conflicts_with = "to")]
    pub(super) command: Vec<String>,
    /// Write the pages of all commands to this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) to: Option<PathBuf>,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The configuration [default: dora.toml in the working directory, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The folder of the dataset [default: from the config, else `data`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The folder of the reports [default: from the config, else `reports`]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print nothing unless something is wrong.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Print more messages; twice for all of them.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// How to write messages on standard error.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,
    /// When to use colour. `NO_COLOR` is honoured.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Draw no progress bars. There are none without a terminal either.
    #[arg(long, global = true)]
    pub(super) no_progress: bool,
    /// Print help: a summary with -h, all of it with --help.
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print the version.
    #[arg(short = 'V', long, global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Sentences.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Which files to write.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = DEFAULT_FORMATS)]
    pub(super) format: Vec<Format>,
    /// Keep the bundled files, their config and their dataset in this folder, to try other commands on. The folder must be
    /// empty or new.
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Doctor {
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: TextOrJson,
    #[command(flatten)]
    pub(super) network: Network,
}

#[derive(Debug, Args)]
pub(super) struct Fetch {
    /// The first day to read, in the report's time zone [default: `history_days` of the config before today]
    #[arg(long, value_name = "DATE", value_parser = parse_history_date)]
    pub(super) since: Option<NaiveDate>,
    /// Only the configured repos that match; can be repeated. Without `[github]` in the config, the repos to
    /// read, as owner/name.
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    pub(super) repo: Vec<Glob>,
    /// Read everything again, even what the dataset already has.
    #[arg(long)]
    pub(super) full: bool,
    /// Print the maximum and the usual number of requests and API points per source, and the estimated duration; store nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The longest wait for a limit of the service: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    pub(super) max_wait: Seconds,
    #[command(flatten)]
    pub(super) network: Network,
    /// End with code 5 if a repo or a service could not be read.
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// The first day to read, in the report's time zone [default: `history_days` of the config before today]
    #[arg(long, value_name = "DATE", value_parser = parse_history_date)]
    pub(super) since: Option<NaiveDate>,
    /// The longest wait for a limit of a service: a whole number and s, m, h or d.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    pub(super) max_wait: Seconds,
    #[command(flatten)]
    pub(super) network: Network,
    /// Do not send the main points, even if `[notify]` is configured.
    #[arg(long)]
    pub(super) no_notify: bool,
    #[command(flatten)]
    pub(super) heartbeat: Heartbeat,
    #[command(flatten)]
    pub(super) report: Report,
}

/// `report`: the flags that `run` shares, and its own.
#[derive(Debug, Args)]
pub(super) struct ReportOnly {
    #[command(flatten)]
    pub(super) report: Report,
    /// After the report is written, send its main points to the webhook and the mail addresses of `[notify]`. End with
    /// code 6 if a message could not be sent. `run` sends them without this flag.
    #[arg(long)]
    pub(super) notify: bool,
    #[command(flatten)]
    pub(super) network: Network,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    /// The instant up to which things are known, RFC 3339 [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = Timestamp::parse)]
    pub(super) as_of: Option<Timestamp>,
    /// The period to report on: 2026-Q3, 2026-H1, 2026-08, 2026, 2026-W31 (an ISO week), this- or last- and week, month,
    /// quarter, half or year, or FROM..TO (dates or months; the second one is excluded). With `fiscal_year_start` in the config, quarters, halves and years are
    /// FY2027-Q1, FY2027-H1 and FY2027 [default: the last 90 complete days]
    #[arg(long)]
    pub(super) period: Option<String>,
    /// Which period to compare with.
    #[arg(long, value_name = "WHICH", default_value = "previous")]
    pub(super) compare: Compare,
    /// Only services of this name.
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    pub(super) service: Option<Glob>,
    /// Only services of this team.
    #[arg(long, value_name = "GLOB", value_parser = Glob::new)]
    pub(super) team: Option<Glob>,
    /// Which files to write.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = DEFAULT_FORMATS)]
    pub(super) format: Vec<Format>,
    /// End with code 5 if a figure is missing because history was not read.
    #[arg(long)]
    pub(super) strict: bool,
    /// End with code 10 if this condition holds: `cfr > 15%`, `lead_time.p50 > 7d`, `cfr.lower > 10%`. `and` joins several
    /// conditions. The report is still written. Can be repeated.
    #[arg(long, value_name = "EXPR", value_parser = Gate::parse)]
    pub(super) fail_if: Vec<Gate>,
    /// Minimum number of deployments or incidents needed to evaluate a gate.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) min_n: u64,
    /// What to do if a gate cannot be evaluated.
    #[arg(long, value_name = "WHAT", default_value = "warn")]
    pub(super) on_no_data: OnNoData,
    /// Replace names of services, teams, repos and people, titles and links by stable pseudonyms, so that the report can be
    /// shared outside the organisation.
    #[arg(long)]
    pub(super) redact: bool,
    /// A TOML file with a comment and actions for page one, and notes and freezes for the calendar.
    #[arg(long, value_name = "FILE")]
    pub(super) notes: Option<PathBuf>,
}

/// What happens if a gate cannot be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnNoData {
    /// Passes.
    Pass,
    /// Passes, with a warning.
    Warn,
    /// Trips.
    Fail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Compare {
    /// The same length before, or the calendar unit before.
    Previous,
    /// The same dates a year before.
    YearAgo,
    /// None.
    None,
}

impl Compare {
    /// The period compared with.
    pub(super) fn with(self, period: &Period) -> Option<Period> {
        match self {
            Self::Previous => period.previous(),
            Self::YearAgo => period.year_ago(),
            Self::None => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The page.
    Html,
    /// `report.json`.
    Json,
    /// The tables.
    Csv,
    /// `summary.md`.
    Md,
    /// `report.xlsx`: an Excel workbook.
    Xlsx,
    /// `confluence.xml`: a page in Confluence's storage format.
    Confluence,
    /// Pictures of the charts and tiles, for slides.
    Png,
}

/// The formats of a report without `--format`.
const DEFAULT_FORMATS: &str = "html,json,csv,md";

/// How many complete days a report without `--period` looks back.
pub(super) const DEFAULT_DAYS: u32 = 90;
