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
const PAGE: usize = 100;
/// No organisation has more pages of pipelines.
const MOST_PAGES: usize = 1_000;
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

    fn row(&self, slug: &str, build: wire::Build) -> Option<Row> {
        let status = match build.state.as_str() {
            "passed" if build.blocked != Some(true) => "success",
            "failed" => "failure",
            "canceled" => "cancelled",
            "running" | "failing" | "canceling" | "creating" => "in_progress",
            "scheduled" => "queued",
            // A build before its block step has not deployed.
            "passed" | "blocked" | "waiting" | "waiting_failed" => "waiting",
            "skipped" | "not_run" => "skipped",
            other => other,
        };
        Some(Row {
            id: build.id.unwrap_or_else(|| format!("{slug}/{}", build.number)),
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
    /// Its name is its slug.
    type Place = ();

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

    async fn lists(&self, api: &Api) -> Result<Vec<Named<()>>, QueryError> {
        let path = ["v2", "organizations", &self.organisation, "pipelines"];
        let mut lists: Vec<Named<()>> = Vec::new();
        for number in 1..=MOST_PAGES {
            let query = [("per_page", "100"), ("page", &number.to_string())];
            let (page, further) = api.get_page::<Listed<wire::Pipeline>>(&api.address(&path, &query)).await?;
            let shown = page.rows.len() + page.nulls;
            for pipeline in page.rows {
                let is_new = !lists.iter().any(|list| list.name == pipeline.slug);
                if is_new && self.pipelines.iter().any(|glob| glob.matches(&pipeline.slug)) {
                    let repo = pipeline.repository.as_deref().and_then(repo_of);
                    lists.push(Named { repo, name: pipeline.slug, place: () });
                }
            }
            // The header `Link` may be missing behind a proxy.
            if shown < PAGE && further.is_none() {
                break;
            }
        }
        Ok(lists)
    }

    async fn page(&self, api: &Api, list: &Named<()>, from: Timestamp, next: Option<&str>) -> Result<Page, QueryError> {
        // Buildkite refuses deep pages, so each page goes on before the oldest build of the page before.
        let (page, further) = self.read(api, &list.name, from, next, PAGE).await?;
        let shown = page.rows.len() + page.nulls;
        let oldest = page.rows.iter().filter_map(|build| Some((build.created_at?, build.number))).min();
        let rows: Vec<Row> = page.rows.into_iter().filter_map(|build| self.row(&list.name, build)).collect();
        let skipped = shown - rows.len();
        let mut page = Page { rows, skipped, ..Page::default() };
        let is_last = shown < PAGE && !further;
        if let Some((at, number)) = oldest {
            let before = Timestamp(at.0 + 1).to_string();
            if !is_last && Some(before.as_str()) != next {
                page.next = Some(before);
            } else if number > 1 {
                // Builds are numbered from 1 and kept for a time. If there is none before the oldest one, older ones were
                // dropped; with `branches` they may be of other branches.
                let (older, _) = self.read(api, &list.name, Timestamp(0), Some(&at.to_string()), 1).await?;
                page.kept_from = older.rows.is_empty().then_some(at);
            }
        }
        Ok(page)
    }

    async fn extent(&self, api: &Api, list: &Named<()>, from: Timestamp) -> Result<Option<u64>, QueryError> {
        let (newest, further) = self.read(api, &list.name, from, None, PAGE).await?;
        let shown = newest.rows.len() + newest.nulls;
        if shown < PAGE && !further {
            return Ok(u64::try_from(shown).ok());
        }
        // Builds are numbered from 1, so that the newest number is how many there were at most.
        Ok(newest.rows.iter().map(|build| build.number).max())
    }
}

impl Buildkite {
    /// Builds made from an instant on and before another; and whether the reply names a further page.
    async fn read(
        &self,
        api: &Api,
        slug: &str,
        from: Timestamp,
        before: Option<&str>,
        count: usize,
    ) -> Result<(Listed<wire::Build>, bool), QueryError> {
        let (from, count) = (from.to_string(), count.to_string());
        let mut query = vec![("created_from", from.as_str()), ("per_page", &count)];
        query.extend([("exclude_jobs", "true"), ("exclude_pipeline", "true")]);
        query.extend(before.map(|before| ("created_to", before)));
        query.extend(self.branches.iter().map(|branch| ("branch[]", branch.as_str())));
        let (page, further) = api.get_page(&api.address(&self.builds(slug), &query)).await?;
        Ok((page, further.is_some()))
    }
}
