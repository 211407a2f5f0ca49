//! Buildkite: the builds of pipelines that deploy, as a proxy for deployments.
//!
//! A build of one of the named pipelines counts as a deployment of the pipeline's repo to the environment that the
//! section names; it went live when the build ended. Shapes and states: Buildkite's REST documentation ("Builds API",
//! "Pipelines API"). Builds come newest first; a build made meanwhile moves the pages, so that a row may come twice.

mod keys;
mod settings;
mod wire;

use serde_json::{Value, json};

use super::deployments::{Named, Page, Row, System};
use super::incidents::absent::Listed;
use super::incidents::api::{Api, Dialect};
use super::incidents::error::QueryError;
use super::repo_address::repo_of;
use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::http::Scheme;

pub(super) use self::settings::PROVIDER;

const SOURCE: &str = "buildkite";
const DIALECT: Dialect = Dialect {
    service: "Buildkite",
    scheme: Scheme::Behind("Bearer "),
    or_scheme: None,
    headers: &[("accept", "application/json")],
    scope: |_| "read_builds",
};

/// The pipelines of an organisation that deploy.
#[derive(Debug, Clone)]
struct Buildkite {
    organisation: String,
    pipelines: Vec<Glob>,
    /// Branches whose builds deploy; none: all.
    branches: Vec<String>,
    environment: String,
}

impl Buildkite {
    fn builds<'a>(&'a self, slug: &'a str) -> [&'a str; 6] {
        ["v2", "organizations", &self.organisation, "pipelines", slug, "builds"]
    }

    fn row(&self, build: wire::Build) -> Option<Row> {
        let status = match build.state.as_str() {
            "passed" => "success",
            "failed" => "failure",
            "canceled" => "cancelled",
            "running" | "failing" | "canceling" | "creating" => "in_progress",
            "scheduled" => "queued",
            // A build before its block step has not deployed.
            "blocked" | "waiting" => "waiting",
            "skipped" | "not_run" => "skipped",
            other => other,
        };
        Some(Row {
            number: build.number.to_string(),
            environment: Some(self.environment.clone()),
            sha: build.commit,
            r#ref: build.branch,
            status: status.to_owned(),
            created_at: build.created_at?,
            finished_at: build.finished_at,
            creator: build.creator.and_then(|creator| creator.name),
            url: build.web_url,
            ..Row::default()
        })
    }
}

impl System for Buildkite {
    const LISTS: &'static str = "pipelines";
    type Place = String;

    fn source(&self) -> &str {
        SOURCE
    }

    fn kind(&self) -> DeploymentKind {
        DeploymentKind::Builds
    }

    fn dialect(&self) -> Dialect {
        DIALECT
    }

    fn digest(&self) -> Value {
        let pipelines: Vec<&str> = self.pipelines.iter().map(Glob::as_str).collect();
        json!([self.organisation, pipelines, self.branches, self.environment])
    }

    async fn lists(&self, api: &Api) -> Result<Vec<Named<String>>, QueryError> {
        let path = ["v2", "organizations", &self.organisation, "pipelines"];
        let mut next = Some(api.address(&path, &[("per_page", "100")]));
        let mut lists = Vec::new();
        while let Some(url) = next {
            let (page, further) = api.get_page::<Listed<wire::Pipeline>>(&url).await?;
            next = further.filter(|further| *further != url);
            let wanted = page.rows.into_iter().filter(|it| self.pipelines.iter().any(|glob| glob.matches(&it.slug)));
            lists.extend(wanted.map(|pipeline| Named {
                repo: pipeline.repository.as_deref().and_then(repo_of),
                name: pipeline.slug.clone(),
                place: pipeline.slug,
            }));
        }
        Ok(lists)
    }

    async fn page(
        &self,
        api: &Api,
        list: &Named<String>,
        from: Timestamp,
        next: Option<&str>,
    ) -> Result<Page, QueryError> {
        let path = self.builds(&list.place);
        let url = if let Some(next) = next {
            api.next_page(&api.address(&path, &[]), next)?
        } else {
            let from = from.to_string();
            let mut query = vec![("created_from", from.as_str()), ("per_page", "100")];
            query.extend([("exclude_jobs", "true"), ("exclude_pipeline", "true")]);
            query.extend(self.branches.iter().map(|branch| ("branch[]", branch.as_str())));
            api.address(&path, &query)
        };
        let (page, further) = api.get_page::<Listed<wire::Build>>(&url).await?;
        let shown = page.rows.len();
        let rows: Vec<Row> = page.rows.into_iter().filter_map(|build| self.row(build)).collect();
        let skipped = page.nulls + shown - rows.len();
        Ok(Page { rows, skipped, next: further.map(String::from), kept_from: None })
    }

    async fn extent(&self, api: &Api, list: &Named<String>, from: Timestamp) -> Result<u64, QueryError> {
        let newest = self.page(api, list, from, None).await?;
        if newest.next.is_none() {
            return Ok(u64::try_from(newest.rows.len()).unwrap_or(u64::MAX));
        }
        // Builds are numbered from 1, so that the newest number is how many there were at most.
        Ok(newest.rows.iter().filter_map(|row| row.number.parse().ok()).max().unwrap_or(0))
    }
}
