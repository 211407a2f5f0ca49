//! The arguments of `import`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use crate::cli::exit::UsageError;
use crate::domain::event::Table;
use crate::domain::status::is_known_status;
use crate::domain::time::parse_history_date;
use crate::sources::file::{Preset, check_source};

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The table (deployments, commits, pull-requests or incidents; omit it with --from), then its CSV or JSON files; `-`
    /// reads standard input. If one file cannot be imported, none is stored.
    #[arg(required = true, value_name = "TABLE FILE")]
    inputs: Vec<PathBuf>,
    /// The export format, if the files do not use the columns of dora-report.
    #[arg(long, value_name = "WHAT")]
    from: Option<From>,
    /// With `--from github-deployments`: the statuses of the deployments, from
    /// `gh api repos/OWNER/NAME/deployments/ID/statuses`; can be repeated.
    #[arg(long, value_name = "FILE", requires = "from")]
    statuses: Vec<PathBuf>,
    /// The dates for which the files are complete, in the report's time zone; the second date is excluded
    /// [default: the whole days from the first event to the last]
    #[arg(long, value_name = "FROM..TO", value_parser = parse_covers)]
    pub(in crate::cli) covers: Option<(NaiveDate, NaiveDate)>,
    /// The system that the files come from. Equal ids of different sources stay separate. Letters, digits, `-` and `_`
    /// [default: the column `source`, else `file`; with --from: `github`]
    #[arg(long, value_name = "NAME", value_parser = parse_source)]
    pub(in crate::cli) source: Option<String>,
    /// Maps the deployment status THEIRS to a known status: success, failure, error, cancelled, pending or another GitHub
    /// state. Leave THEIRS empty to map rows without a status. Can be repeated.
    #[arg(long, value_name = "THEIRS=OURS", value_parser = parse_status, allow_hyphen_values = true)]
    pub(in crate::cli) map_status: Vec<(String, String)>,
    /// The column separator of a CSV file: one character, or `tab` [default: detected from the header: `,`, `;`, tab or
    /// `|`]
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    pub(in crate::cli) delimiter: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// Output of `gh api repos/OWNER/NAME/deployments --paginate`; add the statuses with --statuses.
    GithubDeployments,
    /// Output of `gh api repos/OWNER/NAME/deployments/ID/statuses --paginate` for each deployment, with or without the
    /// deployments.
    GithubDeploymentStatuses,
}

/// What an import reads.
#[derive(Debug)]
pub(in crate::cli) struct Inputs<'a> {
    pub(in crate::cli) table: Table,
    pub(in crate::cli) preset: Option<Preset>,
    pub(in crate::cli) files: Vec<&'a PathBuf>,
}

impl Import {
    /// The table and the files.
    ///
    /// # Errors
    /// The first argument names no table, or no file follows.
    pub(in crate::cli) fn inputs(&self) -> Result<Inputs<'_>, UsageError> {
        let inputs = self.inputs.iter().chain(&self.statuses);
        if inputs.filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(UsageError("`-` is given twice, and standard input can be read once".into()));
        }
        for (nth, (theirs, ours)) in self.map_status.iter().enumerate() {
            if self.map_status.iter().skip(nth + 1).any(|(other, means)| other == theirs && means != ours) {
                return Err(UsageError(format!("--map-status maps `{theirs}` twice, to different statuses")));
            }
        }
        if let Some(from) = self.from {
            let preset = match from {
                From::GithubDeployments => Preset::GithubDeployments { has_statuses: !self.statuses.is_empty() },
                From::GithubDeploymentStatuses => Preset::GithubDeploymentStatuses,
            };
            let files = self.inputs.iter().chain(&self.statuses).collect();
            return Ok(Inputs { table: preset.table(), preset: Some(preset), files });
        }
        let name = self.inputs.first().map(|name| name.display().to_string()).unwrap_or_default();
        let Some(table) = Table::ALL.into_iter().find(|table| table.folder().replace('_', "-") == name) else {
            return Err(UsageError(format!(
                "`{name}` is not a table: write `import TABLE FILE...` with deployments, commits, pull-requests or \
                 incidents, or `import --from WHAT FILE...`"
            )));
        };
        if table != Table::Deployments && !self.map_status.is_empty() {
            return Err(UsageError(format!(
                "--map-status is for deployments; {name} have no status that it could map"
            )));
        }
        let files: Vec<&PathBuf> = self.inputs.iter().skip(1).collect();
        if files.is_empty() {
            return Err(UsageError(format!("no file is named: write `import {name} FILE...`; `-` is standard input")));
        }
        Ok(Inputs { table, preset: None, files })
    }
}

fn parse_source(text: &str) -> Result<String, String> {
    check_source(text).map(|()| text.to_owned())
}

fn parse_status(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.rsplit_once('=').ok_or("write THEIRS=OURS, like succeeded=success")?;
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
    if is_known_status(&plain(ours)) {
        Ok((plain(theirs), plain(ours)))
    } else {
        Err(format!("`{}` is not a known status; write success, failure, error, cancelled or pending", ours.trim()))
    }
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text.eq_ignore_ascii_case("tab") || text == "\\t" => Ok(b'\t'),
        [delimiter] if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\r' | b'\n') => Ok(*delimiter),
        _ => Err("write one ASCII character other than a quote, or `tab`".into()),
    }
}

fn parse_covers(text: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let (from, to) = text
        .split_once("..")
        .ok_or_else(|| format!("`{text}` is not a valid date range; write dates like 2026-07-01..2026-10-01"))?;
    let (from, to) = (parse_history_date(from)?, parse_history_date(to)?);
    if from < to {
        Ok((from, to))
    } else {
        Err(format!("`{text}` contains no days: the second date is excluded and must be later than the first"))
    }
}
