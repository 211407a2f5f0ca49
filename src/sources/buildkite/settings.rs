//! `[buildkite]`: which pipelines deploy, and to which environment.

use super::keys::SECTIONS;
use super::{Buildkite, SOURCE};
use crate::document::{ConfigError, Section, values};
use crate::domain::event::Table;
use crate::sources::deployments::{environment, required, required_globs, settings};
use crate::sources::provider::{Provider, Reader};

/// Buildkite in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments],
    variable: Some(("BUILDKITE_TOKEN", "an API access token with `read_builds` and `read_pipelines`")),
    ..Provider::new(SOURCE, "Buildkite", read)
};

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let system = Buildkite {
        organisation: required(section, "organization", "the slug of the organisation")?,
        pipelines: required_globs(section, "pipelines", "the slugs of the pipelines that deploy")?,
        branches: values(section.texts("branches")?.unwrap_or_default()),
        environment: environment(section)?,
    };
    settings(section, &PROVIDER, Some("https://api.buildkite.com"), system)
}
