//! `[jenkins]`: the jobs that deploy, their repo and their environment.

use super::keys::SECTIONS;
use super::{Jenkins, SOURCE};
use crate::document::{ConfigError, Section};
use crate::domain::event::Table;
use crate::sources::deployments::{environment, required_globs, settings};
use crate::sources::provider::{Provider, Reader};

/// Jenkins in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments],
    variable: Some(("JENKINS_TOKEN", "an API token, with `user`, or a bearer token")),
    ..Provider::new(SOURCE, "Jenkins", read)
};

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let text = |key| Ok::<_, ConfigError>(section.text(key)?.map(|text| text.value.to_owned()));
    let environment_parameter = text("environment_parameter")?;
    if environment_parameter.is_some() && section.text("environment")?.is_some() {
        return Err(section.incomplete("has both `environment` and `environment_parameter`; keep one of them"));
    }
    let system = Jenkins {
        user: text("user")?,
        jobs: required_globs(section, "jobs", "the full names of the jobs that deploy")?,
        repo: text("repo")?,
        environment: environment(section)?,
        environment_parameter,
    };
    settings(section, &PROVIDER, None, system)
}
