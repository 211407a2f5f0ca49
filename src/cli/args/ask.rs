//! The flags of the commands that answer questions about figures: `explain`, `audit` and `diff`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::domain::time::{Timestamp, parse_date};
use crate::metrics::tables::Metric;

/// Which figures a command is about.
#[derive(Debug, Args)]
pub(in crate::cli) struct About {
    /// The instant up to which things are known, RFC 3339 [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = Timestamp::parse)]
    pub(in crate::cli) as_of: Option<Timestamp>,
    /// The period, as for `report` [default: the last 90 complete days]
    #[arg(long)]
    pub(in crate::cli) period: Option<String>,
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TextOrJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TextOrJson {
    /// Lines of text.
    Text,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The metric.
    #[arg(ignore_case = true)]
    pub(in crate::cli) metric: Metric,
    /// Explain the figure of this service.
    #[arg(long, value_name = "NAME", conflicts_with = "team")]
    pub(in crate::cli) service: Option<String>,
    /// Explain the figure of this team.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) team: Option<String>,
    /// Explain the figure of the rolling window that ends with this day, as in `daily.csv`.
    #[arg(long, value_name = "DATE", value_parser = parse_date, conflicts_with = "period")]
    pub(in crate::cli) day: Option<NaiveDate>,
    #[command(flatten)]
    pub(in crate::cli) about: About,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Audit {
    #[command(flatten)]
    pub(in crate::cli) about: About,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// The older `report.json`.
    pub(in crate::cli) old: PathBuf,
    /// The newer one.
    pub(in crate::cli) new: PathBuf,
    /// Print every number that differs, not only the ten most important changes. JSON always has all of them.
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TextOrJson,
}

impl ValueEnum for Metric {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let descriptor = self.descriptor();
        let help = format!("{}; also {}", descriptor.title, descriptor.aliases.join(", "));
        Some(PossibleValue::new(descriptor.id).aliases(descriptor.aliases.iter().copied()).help(help))
    }
}
