//! Jenkins: the builds of jobs that deploy, as a proxy for deployments.
//!
//! A build of one of the named jobs counts as a deployment; it went live when it ended (start and duration). The repo
//! and the revision are those of its git checkout; where a build has several, those of the repo that the section names,
//! else of the first. Shapes: Jenkins' remote access API (`tree` with ranges, "newest first"), git plugin
//! (`BuildData`). A job may discard old builds: the time before the oldest build is not covered.

mod keys;
mod settings;
mod wire;

use serde_json::{Value, json};

use super::deployments::{Named, Page, Row, System};
use super::incidents::api::{Api, Dialect};
use super::incidents::error::QueryError;
use super::repo_address::repo_of;
use crate::domain::glob::Glob;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::http::Scheme;

pub(super) use self::settings::PROVIDER;

const SOURCE: &str = "jenkins";
const DIALECT: Dialect = Dialect {
    service: "Jenkins",
    scheme: Scheme::Behind("Bearer "),
    or_scheme: None,
    headers: &[("accept", "application/json")],
    scope: |_| "Job/Read",
};
/// The maximum depth of nested folders.
const DEEPEST: usize = 8;
const PAGE: usize = 100;
/// The fields of a build that are requested.
const BUILD: &str = "number,url,result,building,timestamp,duration,\
    actions[parameters[name,value],causes[userName],lastBuiltRevision[SHA1,branch[name]],remoteUrls]";

/// The jobs that deploy.
#[derive(Debug, Clone)]
struct Jenkins {
    user: Option<String>,
    jobs: Vec<Glob>,
    /// The repo that all jobs deploy, if it is configured.
    repo: Option<String>,
    environment: String,
    /// The parameter of a build that names its environment.
    environment_parameter: Option<String>,
}

/// The path of a job: `job`, its folder, `job`, its name.
fn path(job: &str) -> Vec<&str> {
    job.split('/').flat_map(|part| ["job", part]).collect()
}

impl Jenkins {
    async fn folder(&self, api: &Api, folder: &str) -> Result<Vec<wire::Job>, QueryError> {
        let mut path = if folder.is_empty() { Vec::new() } else { path(folder) };
        path.extend(["api", "json"]);
        let reply: wire::Folder = api.get(&path, &[("tree", "jobs[name,fullName,jobs[name],nextBuildNumber]")]).await?;
        Ok(reply.jobs.map(|jobs| jobs.rows).unwrap_or_default())
    }

    fn row(&self, job: &str, build: wire::Build) -> Option<Row> {
        let status = match build.result.as_deref() {
            None => "in_progress".to_owned(),
            Some("ABORTED") => "cancelled".to_owned(),
            Some("NOT_BUILT") => "skipped".to_owned(),
            // Other results are kept: `UNSTABLE` means neither success nor failure.
            Some(result) => result.to_lowercase(),
        };
        let created_at = Timestamp(build.timestamp?);
        let is_over = build.result.is_some() && build.building != Some(true);
        let actions = build.actions.map(|actions| actions.rows).unwrap_or_default();
        let checkouts: Vec<(Option<String>, &wire::Revision)> = actions
            .iter()
            .filter_map(|action| {
                let urls = action.remote_urls.as_ref().map(|urls| urls.rows.as_slice()).unwrap_or_default();
                Some((urls.iter().find_map(|url| repo_of(url)), action.last_built_revision.as_ref()?))
            })
            .collect();
        let is_own = |repo: &Option<String>| match (&self.repo, repo) {
            (Some(own), Some(repo)) => own.eq_ignore_ascii_case(repo),
            _ => false,
        };
        let found = checkouts.iter().find(|(repo, _)| is_own(repo));
        // If the section names a repo, a checkout of another repo, like a shared library, does not count.
        let found = found.or_else(|| checkouts.first().filter(|_| self.repo.is_none()));
        let branch = found.and_then(|(_, revision)| revision.branch.as_ref()?.rows.first()?.name.clone());
        let of_parameter = self.environment_parameter.as_deref().and_then(|name| {
            let all = actions.iter().flat_map(|action| action.parameters.iter().flat_map(|list| &list.rows));
            all.filter(|one| one.name.as_deref() == Some(name)).find_map(wire::Parameter::text)
        });
        let environment = match &self.environment_parameter {
            Some(_) => of_parameter,
            None => Some(self.environment.clone()),
        };
        let mut causes = actions.iter().flat_map(|action| action.causes.iter().flat_map(|list| &list.rows));
        Some(Row {
            // A job that is made anew numbers its builds from 1 again, and two jobs may begin in one millisecond.
            id: format!("{}-{}@{job}", build.number, created_at.0),
            repo: self.repo.clone().or_else(|| found.and_then(|(repo, _)| repo.clone())),
            environment,
            sha: found.and_then(|(_, revision)| revision.sha1.clone()),
            r#ref: branch,
            status,
            created_at,
            finished_at: is_over.then(|| Timestamp(created_at.0.saturating_add(build.duration.unwrap_or(0)))),
            creator: causes.find_map(|cause| cause.user_name.clone()),
            url: build.url,
        })
    }

    /// A page of the builds of a job, newest first, after so many.
    async fn builds(&self, api: &Api, job: &str, first: usize) -> Result<wire::Builds, QueryError> {
        let mut path = path(job);
        path.extend(["api", "json"]);
        let tree = format!("allBuilds[{BUILD}]{{{first},{}}}", first + PAGE);
        api.get(&path, &[("tree", tree.as_str())]).await
    }
}

impl System for Jenkins {
    const LISTS: &'static str = "jobs";
    /// The number that the next build gets.
    type Place = u64;

    fn source(&self) -> &str {
        SOURCE
    }

    fn kind(&self) -> DeploymentKind {
        DeploymentKind::Builds
    }

    fn dialect(&self) -> Dialect {
        DIALECT
    }

    fn user(&self) -> Option<String> {
        self.user.clone()
    }

    fn digest(&self) -> Value {
        let jobs: Vec<&str> = self.jobs.iter().map(Glob::as_str).collect();
        json!([jobs, self.repo, self.environment, self.environment_parameter])
    }

    async fn lists(&self, api: &Api) -> Result<Vec<Named<u64>>, QueryError> {
        let (mut folders, mut lists) = (vec![(String::new(), 0)], Vec::new());
        while let Some((folder, depth)) = folders.pop() {
            for job in self.folder(api, &folder).await? {
                let name = job.full_name.unwrap_or_else(|| match folder.as_str() {
                    "" => job.name.clone(),
                    folder => format!("{folder}/{}", job.name),
                });
                if job.jobs.is_some() && depth < DEEPEST {
                    folders.push((name, depth + 1));
                } else if self.jobs.iter().any(|glob| glob.matches(&name)) {
                    lists.push(Named { name, repo: self.repo.clone(), place: job.next_build_number.unwrap_or(0) });
                }
            }
        }
        lists.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(lists)
    }

    async fn page(
        &self,
        api: &Api,
        list: &Named<u64>,
        from: Timestamp,
        next: Option<&str>,
    ) -> Result<Page, QueryError> {
        let mut before = next.map(Lowest::read).unwrap_or_default();
        let reply = self.builds(api, &list.name, before.builds).await?;
        let builds = reply.all_builds;
        let shown = builds.rows.len() + builds.nulls;
        // Builds come newest first, by number. Where a number is missing, builds were dropped: all before, or all but those
        // that are kept for ever.
        let mut kept_from = None;
        for build in &builds.rows {
            let Some(at) = build.timestamp.map(Timestamp) else { continue };
            let follows = before.number.is_none_or(|number| build.number + 1 >= number);
            if !follows && kept_from.is_none() {
                kept_from = Some(before.at);
            }
            (before.number, before.at) = (Some(build.number), at);
        }
        // Until its first build ends, a job has no number to go by.
        let newest = list.place.saturating_sub(1);
        if before.builds == 0
            && kept_from.is_none()
            && builds.rows.first().is_none_or(|build| build.number + 1 < newest)
        {
            kept_from = (newest > 0).then_some(Timestamp(i64::MAX));
        }
        let rows: Vec<Row> = builds.rows.into_iter().filter_map(|build| self.row(&list.name, build)).collect();
        // A build may wait before it begins, so the reading stops a day before `from`.
        let is_before = before.number.is_some() && before.at.0 < from.0 - 86_400_000;
        before.builds += shown;
        let is_last = shown < PAGE;
        if is_last && !is_before && before.number.is_some_and(|number| number > 1) {
            kept_from = kept_from.or(Some(before.at));
        }
        let next = (!is_last && !is_before).then(|| before.text());
        Ok(Page { skipped: shown - rows.len(), rows, next, kept_from, ..Page::default() })
    }

    async fn extent(&self, api: &Api, list: &Named<u64>, from: Timestamp) -> Result<Option<u64>, QueryError> {
        let newest = self.page(api, list, from, None).await?;
        let shown = u64::try_from(newest.rows.len()).unwrap_or(u64::MAX);
        // Builds are numbered from 1.
        Ok(Some(if newest.next.is_some() { list.place.saturating_sub(1).max(shown) } else { shown }))
    }
}

/// How far the builds of a job were read.
#[derive(Debug, Clone, Copy)]
struct Lowest {
    /// Builds so far.
    builds: usize,
    /// The last one: its number, and when it began.
    number: Option<u64>,
    at: Timestamp,
}

impl Default for Lowest {
    fn default() -> Self {
        Self { builds: 0, number: None, at: Timestamp(0) }
    }
}

impl Lowest {
    fn read(text: &str) -> Self {
        let mut parts = text.split(' ');
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
        let builds = number().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
        let lowest = number().and_then(|it| u64::try_from(it).ok());
        Self { builds, number: lowest, at: Timestamp(number().unwrap_or(0)) }
    }

    fn text(self) -> String {
        let number = self.number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        format!("{} {number} {}", self.builds, self.at.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jenkins(repo: Option<&str>) -> Jenkins {
        Jenkins {
            user: None,
            jobs: Vec::new(),
            repo: repo.map(str::to_owned),
            environment: "production".into(),
            environment_parameter: None,
        }
    }

    /// A build that checked out a shared library before its own repo, as pipelines do.
    fn build() -> wire::Build {
        let text = r#"{"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": 7, "result": "SUCCESS",
            "building": false, "timestamp": 1790000000000, "duration": 60000, "url": "https://ci.example/job/deploy/7/",
            "actions": [null, {}, {"causes": [{"userName": "Ann"}]},
              {"parameters": [{"name": "ENV", "value": "live"}, {"name": "DRY", "value": false}]},
              {"lastBuiltRevision": {"SHA1": "1111111111111111111111111111111111111111", "branch": [{"name": "main"}]},
               "remoteUrls": ["git@host.example:acme/library.git"]},
              {"lastBuiltRevision": {"SHA1": "2222222222222222222222222222222222222222",
               "branch": [{"name": "refs/remotes/origin/main"}]}, "remoteUrls": ["https://host.example/acme/web.git"]}]}"#;
        serde_json::from_str(text).expect("a build")
    }

    #[test]
    fn a_build_deploys_the_configured_repo_else_the_repo_of_its_first_checkout() {
        let row = jenkins(Some("ACME/web")).row("deploy", build()).expect("a row");
        assert_eq!((row.repo.as_deref(), row.r#ref.as_deref()), (Some("ACME/web"), Some("refs/remotes/origin/main")));
        assert_eq!(row.sha.as_deref(), Some("2222222222222222222222222222222222222222"));
        assert_eq!((row.status.as_str(), row.creator.as_deref()), ("success", Some("Ann")));
        assert_eq!(row.finished_at, Some(Timestamp(1_790_000_060_000)));
        let row = jenkins(None).row("deploy", build()).expect("a row");
        assert_eq!((row.repo.as_deref(), row.environment.as_deref()), (Some("acme/library"), Some("production")));
        let row = jenkins(Some("acme/other")).row("deploy", build()).expect("a row");
        assert_eq!((row.repo.as_deref(), row.sha), (Some("acme/other"), None));
    }

    #[test]
    fn a_parameter_names_the_environment_and_a_build_without_it_has_none() {
        let of = |name: &str| Jenkins { environment_parameter: Some(name.into()), ..jenkins(None) };
        let environment = |name| of(name).row("deploy", build()).expect("a row").environment;
        assert_eq!(environment("ENV").as_deref(), Some("live"));
        assert_eq!(environment("DRY").as_deref(), Some("false"));
        assert_eq!(environment("NONE"), None);
    }

    #[test]
    fn the_result_alone_decides_the_status_of_a_build() {
        let of = |result: Option<&str>, building| {
            let build = wire::Build { result: result.map(str::to_owned), building: Some(building), ..build() };
            let row = jenkins(None).row("deploy", build).expect("a row");
            (row.status, row.finished_at.is_some())
        };
        assert_eq!(of(None, true), ("in_progress".into(), false));
        assert_eq!(of(Some("FAILURE"), false), ("failure".into(), true));
        assert_eq!(of(Some("ABORTED"), false), ("cancelled".into(), true));
        assert_eq!(of(Some("UNSTABLE"), false), ("unstable".into(), true));
    }
}
