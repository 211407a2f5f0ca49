//! `[azure_devops]`: the projects to read, and what to read of them.

use super::keys::SECTIONS;
use super::{AzureDevOps, SOURCE};
use crate::document::{ConfigError, Section, values};
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::sources::deployments::{required, settings};
use crate::sources::provider::{Provider, Reader};

/// Azure DevOps in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments],
    variable: Some((
        "AZURE_DEVOPS_TOKEN",
        "a personal access token with Release (Read), Build (Read) and Environment (Read & manage)",
    )),
    ..Provider::new(SOURCE, "Azure DevOps", read)
};

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let projects = section.some_texts("projects", "write the names of the projects to read")?;
    let projects = projects.ok_or_else(|| section.incomplete("needs `projects`, the names of the projects to read"))?;
    let environments = match section.texts("environments")? {
        Some(texts) => texts.iter().map(|text| text.read(Glob::new)).collect::<Result<_, _>>()?,
        None => vec![Glob::new("*").map_err(|what| section.unusable("environments", &what))?],
    };
    let releases = section.flag("releases")?.unwrap_or(true);
    if !releases && environments.is_empty() {
        return Err(section.incomplete("reads nothing: set `releases = true` or name `environments`"));
    }
    let system = AzureDevOps {
        organisation: required(section, "organization", "the name of the organisation")?,
        projects: distinct(values(projects)),
        releases,
        environments,
    };
    settings(section, &PROVIDER, Some("https://dev.azure.com"), system)
}

/// Azure DevOps compares names of projects without case.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if !kept.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            kept.push(name);
        }
    }
    kept
}
