//! Azure DevOps: deployments of release pipelines to their stages, and of YAML pipelines to their environments.
//!
//! Azure DevOps records both kinds itself. Their revisions come from the builds that they deploy, which are requested a
//! page at a time. A deployment that succeeded with issues counts as a success; a rejected or cancelled deployment
//! counts as neither success nor failure. Shapes: Microsoft's REST documentation 7.1 ("Release – Deployments",
//! "Environments", "Environmentdeploymentrecords", "Build – Builds"). Clients rely on records of environments being
//! newest first, but this is not documented. The program therefore stops early only at a page that is sorted in this
//! order.

mod builds;
mod environments;
mod keys;
mod releases;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use serde_json::{Value, json};

use super::deployments::{Named, Page, System};
use super::incidents::api::{Api, Dialect};
use super::incidents::error::QueryError;
use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::http::Scheme;

pub(super) use self::settings::PROVIDER;

const SOURCE: &str = "azure-devops";
const DIALECT: Dialect = Dialect {
    service: "Azure DevOps",
    scheme: Scheme::PasswordOf(""),
    or_scheme: Some(Scheme::Behind("Bearer ")),
    headers: &[("accept", "application/json")],
    scope,
};
/// The version of the API, and that of the parts that are in preview.
const VERSION: (&str, &str) = ("api-version", "7.1");
const PREVIEW: (&str, &str) = ("api-version", "7.1-preview.1");

/// The scope that a token needs for an address.
fn scope(path: &[&str]) -> &'static str {
    if path.contains(&"release") { "vso.release" } else { "vso.build and vso.environment_manage" }
}

/// What is read of an organisation.
#[derive(Debug, Clone)]
struct AzureDevOps {
    organisation: String,
    projects: Vec<String>,
    /// Releases of release pipelines.
    releases: bool,
    /// Environments of YAML pipelines, by name; none: not read.
    environments: Vec<Glob>,
}

/// A list.
#[derive(Debug, Clone)]
enum Place {
    Releases { project: String },
    Environment { project: String, id: i64, name: String },
}

impl System for AzureDevOps {
    const LISTS: &'static str = "projects and environments";
    /// The rows and their builds.
    const REQUESTS: u64 = 2;
    type Place = Place;

    fn source(&self) -> &str {
        SOURCE
    }

    fn kind(&self) -> DeploymentKind {
        DeploymentKind::Deployments
    }

    fn dialect(&self) -> Dialect {
        DIALECT
    }

    fn digest(&self) -> Value {
        let environments: Vec<&str> = self.environments.iter().map(Glob::as_str).collect();
        json!([self.organisation, self.projects, self.releases, environments])
    }

    async fn lists(&self, api: &Api) -> Result<Vec<Named<Place>>, QueryError> {
        let mut lists = Vec::new();
        for project in &self.projects {
            if self.releases {
                let place = Place::Releases { project: project.clone() };
                lists.push(Named { name: format!("{project}/releases"), repo: None, place });
            }
            if !self.environments.is_empty() {
                lists.extend(environments::lists(self, api, project).await?);
            }
        }
        Ok(lists)
    }

    async fn page(
        &self,
        api: &Api,
        list: &Named<Place>,
        from: Timestamp,
        next: Option<&str>,
    ) -> Result<Page, QueryError> {
        match &list.place {
            Place::Releases { project } => releases::page(self, api, project, from, next).await,
            Place::Environment { project, id, name } => {
                environments::page(self, api, (project, *id, name), from, next).await
            }
        }
    }

    async fn extent(&self, api: &Api, list: &Named<Place>, from: Timestamp) -> Result<Option<u64>, QueryError> {
        match &list.place {
            Place::Releases { project } => releases::extent(self, api, project, from).await,
            Place::Environment { .. } => Ok(None),
        }
    }
}
