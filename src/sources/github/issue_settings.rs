//! `[github_issues]`: which issues of the repos of `[github]` are incidents.

use super::issue_keys::SECTIONS;
use super::issues::{ISSUES_SOURCE, Issues};
use crate::document::{ConfigError, Section, values};
use crate::domain::event::Table;
use crate::sources::provider::{Provider, Reader};

/// GitHub's issues in the registry.
pub(in crate::sources) const ISSUES_PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Incidents],
    variable: None,
    list: "incidents",
    keys_are_repos: true,
    ..Provider::new(ISSUES_SOURCE, "GitHub issues", read)
};

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let labels = section.some_texts("labels", "write the labels that make an issue an incident, like `incident`")?;
    Ok(Reader::GithubIssues(Issues {
        labels: labels.map_or_else(|| vec!["incident".to_owned()], values),
        caused_by_deploy: section.text("caused_by_deploy")?.map_or("caused-by-deploy", |text| text.value).to_owned(),
        count_not_planned: section.flag("count_not_planned")?.unwrap_or(true),
    }))
}
