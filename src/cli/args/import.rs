//! The arguments of `import`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;

use crate::cli::exit::UsageError;
use crate::config::{
    ImportMapping, check_mapping_name, import_column, import_delimiter, import_repo, import_status, import_table,
};
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::domain::status::plain_status;
use crate::domain::time::{Zone, parse_history_date};
use crate::sources::file::{PRESETS, Preset, check_source, check_time_format, preset};
use crate::sources::git;

#[derive(Debug, Args)]
#[command(after_long_help = presets())]
pub(in crate::cli) struct Import {
    /// The table (deployments, commits, pull-requests or incidents; omit it with --from), then its CSV or JSON files; `-`
    /// reads standard input. With `--from git`, the folders of clones. If one of them cannot be imported, none is stored.
    #[arg(required = true, value_name = "TABLE FILE")]
    inputs: Vec<PathBuf>,
    /// The program whose export the files are, `git` for the commits of a clone, or a mapping that --save-mapping has kept.
    /// `--help` lists the programs with the commands that produce the files.
    #[arg(long, value_name = "WHAT")]
    from: Option<String>,
    /// With `--from github-deployments`: the statuses of the deployments, from
    /// `gh api repos/OWNER/NAME/deployments/ID/statuses`; can be repeated.
    #[arg(long, value_name = "FILE", requires = "from")]
    statuses: Vec<PathBuf>,
    /// The dates for which the files are complete, in the report's time zone; the second date is excluded
    /// [default: the whole days from the first event to the last]
    #[arg(long, value_name = "FROM..TO", value_parser = parse_covers)]
    pub(in crate::cli) covers: Option<(NaiveDate, NaiveDate)>,
    /// The system that the files come from. Equal ids of different sources stay separate. Letters, digits, `-` and `_`
    /// [default: the column `source`, else `file`; with --from: the program]
    #[arg(long, value_name = "NAME", value_parser = parse_source)]
    source: Option<String>,
    /// The repo of rows that do not name one [default with `--from git`: that of the remote `origin`]
    #[arg(long, value_name = "OWNER/NAME", value_parser = import_repo)]
    repo: Option<String>,
    /// With `--from git`: imports the tags that match as deployments, instead of the commits. A tag is a proxy for a
    /// deployment to production, at the time of the annotated tag, else of its commit. Can be repeated.
    #[arg(long, value_name = "GLOB", value_parser = Glob::new, requires = "from")]
    tags_as_deployments: Vec<Glob>,
    /// Reads the column COLUMN of dora-report from the column THEIRS of the file. Can be repeated.
    #[arg(long, value_name = "COLUMN=THEIRS", value_parser = parse_map)]
    map: Vec<(&'static str, String)>,
    /// Maps the deployment status THEIRS to a known status: success, failure, error, cancelled, pending or another GitHub
    /// state. Leave THEIRS empty to map rows without a status. Can be repeated.
    #[arg(long, value_name = "THEIRS=OURS", value_parser = parse_status, allow_hyphen_values = true)]
    map_status: Vec<(String, String)>,
    /// The column separator of a CSV file: one character, or `tab` [default: detected from the header: `,`, `;`, tab or
    /// `|`]
    #[arg(long, value_name = "CHAR", value_parser = import_delimiter)]
    delimiter: Option<u8>,
    /// The time zone of instants without an offset, like Europe/Berlin or UTC [default: such instants are refused]
    #[arg(long, value_name = "IANA", value_parser = Zone::parse)]
    time_zone: Option<Zone>,
    /// The form of all instants, with the codes of strftime, like `%d.%m.%Y %H:%M`, or `%s` for seconds since 1970
    /// [default: RFC 3339, and what the program of --from writes]
    #[arg(long, value_name = "STRFTIME", value_parser = parse_time_format)]
    time_format: Option<String>,
    /// Keeps how these files are read as `[import.NAME]` in dora.toml, once they are imported; then `--from NAME` reads the
    /// next ones.
    #[arg(long, value_name = "NAME", value_parser = parse_mapping_name)]
    pub(in crate::cli) save_mapping: Option<String>,
}

/// What an import reads, and how.
#[derive(Debug)]
pub(in crate::cli) struct Inputs<'a> {
    pub(in crate::cli) table: Table,
    pub(in crate::cli) preset: Option<&'static Preset>,
    pub(in crate::cli) has_statuses: bool,
    /// Whether the files are the folders of clones.
    pub(in crate::cli) are_clones: bool,
    /// Patterns of the tags of clones that are deployments; without one, the commits are read.
    pub(in crate::cli) tags: &'a [Glob],
    pub(in crate::cli) files: Vec<&'a PathBuf>,
    /// The flags, over the mapping that `--from` names.
    pub(in crate::cli) mapping: ImportMapping,
}

/// The presets with the commands and pages that give their files.
fn presets() -> String {
    let mut text = format!(
        "What --from reads, and how to get the files:\n\n  {}: the commits of a clone, without a file and without a \
         token; every branch and tag\n      dora-report import --from git DIR\n      \
         dora-report import --from git DIR --tags-as-deployments 'v*'   (a proxy for deployments)\n",
        git::NAME
    );
    for preset in PRESETS {
        let _ = write!(text, "\n  {}: {}\n", preset.name, preset.what);
        for step in preset.steps {
            let _ = writeln!(text, "      {step}");
        }
    }
    text.push_str(
        "\nAny other CSV file, and the next one like it:\n\n      dora-report import deployments builds.csv --repo acme/web --time-zone Europe/Berlin \\\n        \
         --map id=Build --map sha=Commit --map environment=Stage --map status=Result \\\n        --map created_at=Start \
         --map finished_at=End --map-status passed=success \\\n        --save-mapping jenkins\n      dora-report import --from \
         jenkins more-builds.csv\n\ndocs/import.md has a sample of each file.",
    );
    text
}

impl Import {
    /// The table, the files, and how they are read; `saved` are the mappings of the config.
    ///
    /// # Errors
    /// The first argument names no table, no file follows, or flags contradict each other.
    pub(in crate::cli) fn inputs(&self, saved: &[(String, ImportMapping)]) -> Result<Inputs<'_>, UsageError> {
        if self.from.as_deref() == Some(git::NAME) {
            return self.clones(saved);
        }
        if !self.tags_as_deployments.is_empty() {
            return Err(UsageError("--tags-as-deployments is for `--from git`".into()));
        }
        let inputs = self.inputs.iter().chain(&self.statuses);
        if inputs.filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(UsageError("`-` is given twice, and standard input can be read once".into()));
        }
        let base = self.from.as_deref().map(|name| base(name, saved)).transpose()?;
        let mapping = self.over(base.unwrap_or_default())?;
        let preset = mapping.from.as_deref().map(known_preset).transpose()?;
        let first = self.inputs.first().map_or(Path::new(""), PathBuf::as_path);
        let named = first.to_str().and_then(import_table);
        let known = preset.map(|preset| preset.table).or(mapping.table);
        let (table, files) = match (known, named) {
            // The table may be named beside `--from`, where no file has that name.
            (Some(table), Some(named)) if self.inputs.len() > 1 && !first.exists() => {
                if named != table {
                    let from = self.from.as_deref().unwrap_or_default();
                    return Err(UsageError(format!("`--from {from}` reads {}, not {}", table.name(), named.name())));
                }
                (table, 1)
            }
            (Some(table), _) => (table, 0),
            (None, Some(named)) => (named, 1),
            (None, None) => {
                return Err(UsageError(format!(
                    "`{}` is not a table: write `import TABLE FILE...` with deployments, commits, pull-requests or \
                     incidents, or `import --from WHAT FILE...`",
                    first.display()
                )));
            }
        };
        let files: Vec<&PathBuf> = self.inputs.iter().skip(files).chain(&self.statuses).collect();
        let name = table.name();
        if files.is_empty() {
            return Err(UsageError(format!("no file is named: write `import {name} FILE...`; `-` is standard input")));
        }
        self.check(&mapping, table, preset)?;
        let mapping = ImportMapping { table: Some(table).filter(|_| preset.is_none()), ..mapping };
        // The statuses of `github-deployments` come in files of their own; the other presets have what there is.
        let has_statuses = preset.is_none_or(|preset| preset.name != "github-deployments") || !self.statuses.is_empty();
        Ok(Inputs { table, preset, has_statuses, are_clones: false, tags: &[], files, mapping })
    }

    /// The folders of `--from git`.
    fn clones(&self, saved: &[(String, ImportMapping)]) -> Result<Inputs<'_>, UsageError> {
        let refused = |why: String| Err(UsageError(why));
        let flags = [
            ("--statuses", !self.statuses.is_empty()),
            ("--source", self.source.is_some()),
            ("--map", !self.map.is_empty()),
            ("--map-status", !self.map_status.is_empty()),
            ("--delimiter", self.delimiter.is_some()),
            ("--time-zone", self.time_zone.is_some()),
            ("--time-format", self.time_format.is_some()),
            ("--save-mapping", self.save_mapping.is_some()),
        ];
        if let Some((flag, _)) = flags.iter().find(|(_, is_given)| *is_given) {
            return refused(format!(
                "{flag} is for files: `--from git` reads clones, and has --repo, --covers and --tags-as-deployments"
            ));
        }
        if saved.iter().any(|(name, _)| name == git::NAME) {
            return refused(
                "dora.toml: [import.git] has the name under which `--from git` reads clones; rename it".into(),
            );
        }
        let first = self.inputs.first().map_or(Path::new(""), PathBuf::as_path);
        let named = first.to_str().and_then(import_table).filter(|_| self.inputs.len() > 1 && !first.exists());
        let tags = self.tags_as_deployments.as_slice();
        let table = if tags.is_empty() { Table::Commits } else { Table::Deployments };
        if let Some(named) = named.filter(|named| *named != table) {
            return refused(format!(
                "`--from git` reads {}, not {}; it reads tags as deployments with --tags-as-deployments GLOB, else commits",
                table.name(),
                named.name()
            ));
        }
        let files: Vec<&PathBuf> = self.inputs.iter().skip(usize::from(named.is_some())).collect();
        if files.iter().any(|path| path.as_os_str() == "-") {
            return refused(
                "`-` is standard input, and `--from git` reads the folders of clones; `--from git-log -` reads what `git log` \
                 prints"
                    .into(),
            );
        }
        if self.repo.is_some() && files.len() > 1 {
            return refused(format!(
                "--repo names one repo, and {} clones are given: import each with its own --repo",
                files.len()
            ));
        }
        let mapping = ImportMapping { repo: self.repo.clone(), ..ImportMapping::default() };
        Ok(Inputs { table, preset: None, has_statuses: true, are_clones: true, tags, files, mapping })
    }

    /// The flags over a mapping.
    fn over(&self, base: ImportMapping) -> Result<ImportMapping, UsageError> {
        let mut mapping = ImportMapping {
            source: self.source.clone().or(base.source),
            repo: self.repo.clone().or(base.repo),
            delimiter: self.delimiter.or(base.delimiter),
            zone: self.time_zone.or(base.zone),
            time_format: self.time_format.clone().or(base.time_format),
            ..base
        };
        if let Some(why) = mapping.time_format.as_deref().and_then(|form| check_time_format(form).err()) {
            return Err(UsageError(why));
        }
        if let Some(why) = mapping.source.as_deref().and_then(|name| check_source(name).err()) {
            return Err(UsageError(why));
        }
        for (nth, (column, theirs)) in self.map.iter().enumerate() {
            if self.map.iter().take(nth).any(|(other, name)| other == column && name != theirs) {
                return Err(UsageError(format!("--map gives two columns to `{column}`")));
            }
            mapping.map.retain(|(own, _)| own != column);
            mapping.map.push((column, theirs.clone()));
        }
        for (nth, (theirs, ours)) in self.map_status.iter().enumerate() {
            if self.map_status.iter().take(nth).any(|(other, means)| other == theirs && means != ours) {
                return Err(UsageError(format!("--map-status maps `{theirs}` twice, to different statuses")));
            }
            mapping.statuses.retain(|(own, _)| own != theirs);
            mapping.statuses.push((theirs.clone(), ours.clone()));
        }
        mapping.map.sort_unstable();
        mapping.statuses.sort_unstable();
        Ok(mapping)
    }

    /// Refuses flags that do not fit what is read.
    fn check(&self, mapping: &ImportMapping, table: Table, program: Option<&Preset>) -> Result<(), UsageError> {
        let name = table.name();
        let refused = |why: String| Err(UsageError(why));
        if table != Table::Deployments && !mapping.statuses.is_empty() {
            return refused(format!("--map-status is for deployments; {name} have no status that it could map"));
        }
        if table == Table::Incidents && mapping.repo.is_some() {
            return refused(
                "--repo is for deployments, commits and pull-requests; incidents belong to services".into(),
            );
        }
        if let Some((column, _)) = mapping.map.iter().find(|(column, _)| !table.columns().contains(column)) {
            return refused(format!(
                "--map {column}: {name} have no such column; they have {}",
                table.columns().join(", ")
            ));
        }
        if !self.statuses.is_empty() && program.is_none_or(|program| !program.has_status_files()) {
            return refused("--statuses is for `--from github-deployments`".into());
        }
        let is_program = |name: &&str| *name == git::NAME || preset(name).is_some();
        if let Some(name) = self.save_mapping.as_deref().filter(is_program) {
            return refused(format!(
                "--save-mapping {name}: `--from {name}` is the name of a program; choose another name"
            ));
        }
        Ok(())
    }
}

/// What `--from` names: a preset, or a mapping of the config.
fn base(name: &str, saved: &[(String, ImportMapping)]) -> Result<ImportMapping, UsageError> {
    if preset(name).is_some() {
        return Ok(ImportMapping { from: Some(name.to_owned()), ..ImportMapping::default() });
    }
    if let Some((_, mapping)) = saved.iter().find(|(own, _)| own == name) {
        return Ok(mapping.clone());
    }
    let programs = [git::NAME].into_iter().chain(PRESETS.iter().map(|preset| preset.name));
    let known = programs.chain(saved.iter().map(|(name, _)| name.as_str()));
    Err(UsageError(format!(
        "--from {name}: no such program or mapping; known are {}. `import --help` lists the programs, and --save-mapping \
         keeps a mapping in dora.toml",
        known.collect::<Vec<_>>().join(", ")
    )))
}

fn known_preset(name: &str) -> Result<&'static Preset, UsageError> {
    preset(name).ok_or_else(|| {
        let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        UsageError(format!("dora.toml: `from` of a mapping is `{name}`, which is not one of {}", known.join(", ")))
    })
}

fn parse_source(text: &str) -> Result<String, String> {
    check_source(text).map(|()| text.to_owned())
}

fn parse_mapping_name(text: &str) -> Result<String, String> {
    check_mapping_name(text).map(|()| text.to_owned())
}

fn parse_time_format(text: &str) -> Result<String, String> {
    check_time_format(text).map(|()| text.to_owned())
}

fn parse_map(text: &str) -> Result<(&'static str, String), String> {
    let (column, theirs) = text.split_once('=').ok_or("write COLUMN=THEIRS, like created_at=Start")?;
    match theirs.trim() {
        "" => Err("the name of the column in the file is missing; write COLUMN=THEIRS, like created_at=Start".into()),
        theirs => Ok((import_column(column)?, theirs.to_owned())),
    }
}

fn parse_status(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.rsplit_once('=').ok_or("write THEIRS=OURS, like succeeded=success")?;
    Ok((plain_status(theirs), import_status(ours)?))
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
