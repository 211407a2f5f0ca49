//! `[[service]]` → services, and the check that no two of them claim the same deployments.
//!
//! A deployment belongs to the first service, in the order of the file, whose repos and environments match it. So a
//! repo written out in one service and covered by a wildcard of another is layering, and allowed. Two services claim
//! the same when both hold for some pair of their entries:
//!
//! - repos: the same text, ignoring case, be it a name or a pattern;
//! - environments (a service's own, else those of `[deployments]`): the same text, ignoring case, or a name in one
//!   that a pattern in the other matches.
//!
//! Two different patterns are never compared: whether they meet depends on names not known here.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::environments::{NO_ENVIRONMENT, globs};
use crate::document::{ConfigError, Place, Section, Text};
use crate::domain::glob::Glob;
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::settings::Service;
use crate::domain::words::within_a_message;
use crate::sources::registry::service_lists;

/// A service read so far, with the lines that a clash would name.
struct ServiceLines {
    service: Service,
    name_at: Place,
    repos_at: Vec<Place>,
}

impl ServiceLines {
    /// Its name and repos without case: two services without one in common are apart.
    fn texts(&self) -> BTreeSet<String> {
        let repos = self.service.repos.iter().map(Glob::as_str);
        repos.chain([self.service.name.0.as_str()]).map(str::to_lowercase).collect()
    }
}

/// Reads the services in the order of the file.
pub(super) fn read(sections: &[Section<'_>], default: &[Glob]) -> Result<Vec<Service>, ConfigError> {
    let mut claims: Vec<ServiceLines> = Vec::with_capacity(sections.len());
    // Only services that share a text can clash. Comparing each with each takes longer than the rest of the
    // configuration where there are a thousand.
    let mut by_text: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for section in sections {
        let claim = one(section)?;
        let texts = claim.texts();
        let sharing: BTreeSet<usize> = texts.iter().filter_map(|text| by_text.get(text)).flatten().copied().collect();
        for earlier in sharing {
            check_apart(&claim, &claims[earlier], default)?;
        }
        for text in texts {
            by_text.entry(text).or_default().push(claims.len());
        }
        claims.push(claim);
    }
    Ok(claims.into_iter().map(|claim| claim.service).collect())
}

fn one(section: &Section<'_>) -> Result<ServiceLines, ConfigError> {
    let name = section.text("name")?.ok_or_else(|| section.incomplete("needs a `name`"))?;
    let repos = section
        .some_texts("repos", "a service needs at least one repo")?
        .ok_or_else(|| section.incomplete("needs `repos`, like `repos = [\"acme/checkout\"]`"))?;
    let environments = section.some_texts("environments", NO_ENVIRONMENT)?;
    let mut incident_keys: Vec<String> = Vec::new();
    for list in service_lists() {
        for Text { value, .. } in section.texts(list)?.unwrap_or_default() {
            if !incident_keys.iter().any(|key| key == value) {
                incident_keys.push(value.to_owned());
            }
        }
    }
    Ok(ServiceLines {
        service: Service {
            name: ServiceName(name.value.to_owned()),
            team: section.text("team")?.map(|text| TeamName(text.value.to_owned())),
            repos: globs(&repos)?,
            environments: environments.as_deref().map(globs).transpose()?,
            incident_keys,
        },
        name_at: name.at,
        repos_at: repos.into_iter().map(|text| text.at).collect(),
    })
}

fn check_apart(later: &ServiceLines, earlier: &ServiceLines, default: &[Glob]) -> Result<(), ConfigError> {
    let (new, old) = (&later.service, &earlier.service);
    if new.name.0.to_lowercase() == old.name.0.to_lowercase() {
        return Err(ConfigError::DuplicateService {
            at: later.name_at.clone(),
            name: within_a_message(&new.name.0),
            first: earlier.name_at.clone(),
        });
    }
    let Some(environment) = shared_environment(
        new.environments.as_deref().unwrap_or(default),
        old.environments.as_deref().unwrap_or(default),
    ) else {
        return Ok(());
    };
    for (repo, at) in new.repos.iter().zip(&later.repos_at) {
        for (other, first) in old.repos.iter().zip(&earlier.repos_at) {
            if same_text(repo, other) {
                let claim = format!(
                    "service `{}` claims `{}` in environment `{environment}`, and so does service `{}`",
                    new.name,
                    repo.as_str(),
                    old.name
                );
                return Err(ConfigError::SharedClaim {
                    at: at.clone(),
                    claim: within_a_message(&claim),
                    first: first.clone(),
                });
            }
        }
    }
    Ok(())
}

/// An environment that two lists have in common.
fn shared_environment<'a>(left: &'a [Glob], right: &'a [Glob]) -> Option<&'a str> {
    let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
    for (one, other) in pairs {
        if same_text(one, other) || (one.is_literal() && other.matches(one.as_str())) {
            return Some(one.as_str());
        }
        if other.is_literal() && one.matches(other.as_str()) {
            return Some(other.as_str());
        }
    }
    None
}

fn same_text(one: &Glob, other: &Glob) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}
