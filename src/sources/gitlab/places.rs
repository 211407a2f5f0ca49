//! Which projects to read: those named, those of a group that match a pattern, or all of some groups with their
//! subgroups. Sorted by name, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::{SERVICE, wire};
use crate::domain::glob::Glob;
use crate::sources::event::Event;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};

/// Entries of a page, the most that GitLab gives.
const PAGE: usize = 100;

/// The projects and groups of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Groups that are read whole, subgroups included.
    pub groups: Vec<String>,
    /// `group/subgroup/name`, or a pattern over such names.
    pub projects: Vec<Glob>,
    /// Projects that are left out.
    pub exclude: Vec<Glob>,
}

/// A project to read.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// One that GitLab showed.
    Shown(wire::Project),
    /// One that is named and was not looked up.
    Named(String),
}

impl Target {
    /// Its name: GitLab's, else as it is configured.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Shown(project) => &project.path_with_namespace,
            Self::Named(name) => name,
        }
    }
}

/// The projects of a run, those that `--repo` leaves out, and each group that could not be listed with the reason.
pub(super) struct Targets {
    pub(super) projects: Vec<Target>,
    pub(super) left_out: Vec<Target>,
    pub(super) refused: Vec<Unlisted>,
}

/// A group that could not be listed.
pub(super) struct Unlisted {
    /// The scope that represents its projects.
    pub(super) scope: String,
    pub(super) reason: String,
    /// Whether the token has no access to the group.
    is_denied: bool,
}

impl Unlisted {
    pub(super) fn event(self) -> Event {
        Event::Failed { scope: self.scope, reason: self.reason, is_denied: self.is_denied }
    }

    pub(super) fn problem(self) -> (String, String) {
        (self.scope, self.reason)
    }
}

impl Places {
    /// Whether every project is named, so that nothing has to be listed.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        let are_named = self.groups.is_empty() && self.projects.iter().all(Glob::is_literal);
        are_named.then(|| {
            let names = self.projects.iter().map(|glob| glob.as_str().to_owned());
            names.filter(|name| !self.exclude.iter().any(|glob| glob.matches(name))).collect()
        })
    }

    /// Lists the groups, and gives the projects of this run; `only` restricts them.
    pub(super) async fn targets(&self, api: &Api, only: &[Glob]) -> Result<Targets, SourceError> {
        let wanted = |name: &str| !self.exclude.iter().any(|glob| glob.matches(name));
        let mut found: BTreeMap<String, Target> = BTreeMap::new();
        for name in self.projects.iter().filter(|glob| glob.is_literal()).map(|glob| glob.as_str().to_owned()) {
            if wanted(&name) {
                found.insert(name.to_lowercase(), Target::Named(name));
            }
        }
        let mut refused = Vec::new();
        for group in self.listed() {
            let projects = match of_group(api, &group).await {
                Ok(projects) => projects,
                Err(error) => {
                    let (reason, is_denied) = error.reason()?;
                    let reason = format!("the group `{group}` cannot be listed: {reason}");
                    refused.push(Unlisted { scope: format!("{group}/*"), reason, is_denied });
                    continue;
                }
            };
            let is_whole = self.groups.iter().any(|own| own.eq_ignore_ascii_case(&group));
            for project in projects {
                let name = &project.path_with_namespace;
                if wanted(name) && (is_whole || self.projects.iter().any(|glob| glob.matches(name))) {
                    found.insert(name.to_lowercase(), Target::Shown(project));
                }
            }
        }
        let is_read = |target: &Target| only.is_empty() || only.iter().any(|glob| glob.matches(target.name()));
        let (projects, left_out): (Vec<Target>, Vec<Target>) = found.into_values().partition(is_read);
        if projects.is_empty() {
            return Err(match refused.into_iter().max_by_key(|it| !it.is_denied) {
                Some(Unlisted { reason: cause, is_denied: false, .. }) => {
                    SourceError::Failed { service: SERVICE, cause }
                }
                Some(Unlisted { reason: cause, .. }) => SourceError::Nothing { service: SERVICE, cause },
                None => {
                    let cause = "no project matches; check `groups`, `projects`, `exclude` and `--repo`".to_owned();
                    SourceError::Nothing { service: SERVICE, cause }
                }
            });
        }
        Ok(Targets { projects, left_out, refused })
    }

    /// The groups to list: the configured groups, and the group before the first wildcard of each pattern.
    fn listed(&self) -> BTreeSet<String> {
        let patterns = self.projects.iter().filter(|glob| !glob.is_literal());
        let of_patterns = patterns.filter_map(|glob| group_of(glob.as_str()));
        self.groups.iter().cloned().chain(of_patterns).collect()
    }
}

/// The group that contains every match of a pattern: the path before its first wildcard.
pub(super) fn group_of(pattern: &str) -> Option<String> {
    let plain = pattern.split(['*', '?', '[', '{', '\\']).next()?;
    plain.rsplit_once('/').map(|(group, _)| group.to_owned()).filter(|group| !group.is_empty())
}

/// Every project of a group and its subgroups, or of a person: both own projects under a name of one kind.
async fn of_group(api: &Api, group: &str) -> Result<Vec<wire::Project>, QueryError> {
    let below = [("include_subgroups", "true"), ("with_shared", "false")];
    match listed(api, ["groups", group], &below).await {
        Err(error @ QueryError::Gone(_)) if !group.contains('/') => match listed(api, ["users", group], &[]).await {
            Err(QueryError::Gone(_)) => Err(error),
            found => found,
        },
        found => found,
    }
}

/// The projects of an owner.
async fn listed(api: &Api, owner: [&str; 2], query: &[(&str, &str)]) -> Result<Vec<wire::Project>, QueryError> {
    let mut projects: Vec<wire::Project> = Vec::new();
    let (size, [kind, name]) = (PAGE.to_string(), owner);
    for page in 1.. {
        let page = page.to_string();
        let mut query = query.to_vec();
        query.extend([("simple", "true"), ("order_by", "id"), ("sort", "asc")]);
        query.extend([("per_page", size.as_str()), ("page", page.as_str())]);
        let Listed { rows, nulls } =
            api.get::<Listed<wire::Project>>(&["api", "v4", kind, name, "projects"], &query).await?;
        let shown = rows.len() + nulls;
        let before = projects.len();
        let known: BTreeSet<i64> = projects.iter().map(|project| project.id).collect();
        projects.extend(rows.into_iter().filter(|project| !known.contains(&project.id)));
        if shown < PAGE || projects.len() == before {
            break;
        }
    }
    Ok(projects)
}

/// A project by its current or former name.
pub(super) async fn project(api: &Api, name: &str) -> Result<wire::Project, QueryError> {
    api.get(&["api", "v4", "projects", name], &[]).await.map_err(|error| match error {
        QueryError::Gone(_) => QueryError::Denied(format!(
            "GitLab shows no project `{name}` to this token; check the name, and that the token may read the project"
        )),
        error => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_within_the_group_before_its_first_wildcard() {
        for (pattern, group) in [
            ("acme/shop/*", Some("acme/shop")),
            ("acme/web-*", Some("acme")),
            ("acme/*/api", Some("acme")),
            ("*/api", None),
            ("acme*", None),
        ] {
            assert_eq!(group_of(pattern).as_deref(), group, "{pattern}");
        }
    }
}
