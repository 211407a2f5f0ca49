//! `[argocd]`: the applications to read, and where their environments come from.

use super::keys::SECTIONS;
use super::{ArgoCd, Environment, SOURCE};
use crate::document::{ConfigError, Section, values};
use crate::domain::event::Table;
use crate::domain::glob::Glob;
use crate::sources::deployments::settings;
use crate::sources::provider::{Provider, Reader};

/// Argo CD in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments],
    variable: Some(("ARGOCD_TOKEN", "a token with the permission `get` for the applications")),
    ..Provider::new(SOURCE, "Argo CD", read)
};

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let applications = section.texts("applications")?.unwrap_or_default();
    let system = ArgoCd {
        applications: applications.iter().map(|text| text.read(Glob::new)).collect::<Result<_, _>>()?,
        projects: values(section.texts("projects")?.unwrap_or_default()),
        selector: section.text("selector")?.map(|text| text.value.to_owned()),
        environment: environment(section)?,
    };
    settings(section, &PROVIDER, None, system)
}

fn environment(section: &Section<'_>) -> Result<Environment, ConfigError> {
    let Some(rule) = section.section("environment")? else { return Ok(Environment::Namespace) };
    let from = rule.text("from")?;
    match (from, rule.text("label")?, rule.text("name")?) {
        (Some(from), None, None) => {
            let is_project = from.choose(&[("namespace", false), ("project", true)])?;
            Ok(if is_project { Environment::Project } else { Environment::Namespace })
        }
        (None, Some(label), None) => Ok(Environment::Label(label.value.to_owned())),
        (None, None, Some(name)) => Ok(Environment::Text(name.value.to_owned())),
        _ => Err(rule.incomplete("needs exactly one of `from`, `label` and `name`")),
    }
}
