//! Argo CD: the syncs of applications.
//!
//! A sync that succeeded is a deployment of its revision, and went live when it ended. Argo CD keeps only the last
//! syncs that succeeded, 10 unless the application sets another number. Coverage therefore begins with the oldest kept
//! sync, and failed syncs are unknown. The revision comes from the repo that the application reads. If this repo
//! contains the manifests and not the code, lead time measures changes of the manifests. Shapes: Argo CD's Swagger
//! description (`v1alpha1Application`, `v1alpha1RevisionHistory`, the parameters `projects` and `selector` of the list).
//! The server also has a parameter `fields`, but it accepts only a fixed list of fields, without the history of syncs.

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

const SOURCE: &str = "argocd";
const DIALECT: Dialect = Dialect {
    service: "Argo CD",
    scheme: Scheme::Behind("Bearer "),
    or_scheme: None,
    headers: &[("accept", "application/json")],
    scope: |_| "applications, get",
};
/// The number of syncs that are kept if the application does not set it.
const KEPT: usize = 10;

/// The applications to read.
#[derive(Debug, Clone)]
struct ArgoCd {
    applications: Vec<Glob>,
    /// Projects whose applications are read; none: all.
    projects: Vec<String>,
    /// The label selector of the applications.
    selector: Option<String>,
    environment: Environment,
}

/// Where the environment of an application comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Environment {
    Namespace,
    Project,
    Label(String),
    Text(String),
}

impl Environment {
    fn of(&self, application: &wire::Application) -> Option<String> {
        match self {
            Self::Namespace => application.spec.destination.as_ref()?.namespace.clone(),
            Self::Project => application.spec.project.clone(),
            Self::Label(name) => application.metadata.labels.as_ref()?.get(name)?.clone(),
            Self::Text(text) => Some(text.clone()),
        }
    }
}

/// The repo of an application and the index of its source: the first source that is a git repo.
fn source(sources: &[wire::Source]) -> Option<(usize, String)> {
    let of_git = |one: &wire::Source| match (&one.chart, &one.repo_url) {
        (None, Some(url)) => repo_of(url),
        _ => None,
    };
    sources.iter().enumerate().find_map(|(at, one)| Some((at, of_git(one)?)))
}

fn row(sync: &wire::Sync, uid: &str, environment: Option<&str>) -> Option<Row> {
    let sources = wire::sources(sync.sources.as_ref(), sync.source.as_ref());
    let found = source(&sources);
    let of_several = |at: usize| sync.revisions.as_ref()?.rows.get(at).cloned();
    let sha = found.as_ref().and_then(|(at, _)| of_several(*at)).or_else(|| sync.revision.clone());
    let finished_at = sync.deployed_at?;
    Some(Row {
        id: format!("{uid}/{}", sync.id?),
        repo: found.map(|(_, repo)| repo),
        environment: environment.map(str::to_owned),
        sha,
        r#ref: sources.first().and_then(|source| source.target_revision.clone()),
        status: "success".into(),
        created_at: sync.deploy_started_at.unwrap_or(finished_at),
        finished_at: Some(finished_at),
        creator: sync.initiated_by.as_ref().and_then(|by| by.username.clone()),
        url: None,
    })
}

impl System for ArgoCd {
    const LISTS: &'static str = "applications";
    /// They come with the applications.
    const REQUESTS: u64 = 0;
    /// The application, whole.
    type Place = wire::Application;

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
        let applications: Vec<&str> = self.applications.iter().map(Glob::as_str).collect();
        json!([applications, self.projects, self.selector, format!("{:?}", self.environment)])
    }

    async fn lists(&self, api: &Api) -> Result<Vec<Named<wire::Application>>, QueryError> {
        let mut query: Vec<(&str, &str)> = self.projects.iter().map(|project| ("projects", project.as_str())).collect();
        query.extend(self.selector.as_deref().map(|selector| ("selector", selector)));
        let reply: wire::Applications = api.get(&["api", "v1", "applications"], &query).await?;
        let all = reply.items.map(|items| items.rows).unwrap_or_default();
        let named = all.into_iter().map(|application| {
            let repo = source(&application.spec.all()).map(|(_, repo)| repo);
            let name = match &application.metadata.namespace {
                Some(namespace) => format!("{namespace}/{}", application.metadata.name),
                None => application.metadata.name.clone(),
            };
            Named { name, repo, place: application }
        });
        let is_wanted = |list: &Named<wire::Application>| {
            let own = &list.place.metadata.name;
            self.applications.is_empty()
                || self.applications.iter().any(|glob| glob.matches(own) || glob.matches(&list.name))
        };
        Ok(named.filter(is_wanted).collect())
    }

    async fn page(
        &self,
        _: &Api,
        list: &Named<wire::Application>,
        _: Timestamp,
        _: Option<&str>,
    ) -> Result<Page, QueryError> {
        let application = &list.place;
        let history = application.status.as_ref().and_then(|status| status.history.as_ref());
        let (syncs, nulls) = history.map_or((&[][..], 0), |history| (history.rows.as_slice(), history.nulls));
        let environment = self.environment.of(application);
        // An application that is made anew counts its syncs from 0 again.
        let uid = application.metadata.uid.as_ref().unwrap_or(&list.name);
        let rows: Vec<Row> = syncs.iter().filter_map(|sync| row(sync, uid, environment.as_deref())).collect();
        let kept = application.spec.revision_history_limit.map_or(KEPT, |limit| usize::try_from(limit).unwrap_or(0));
        let began = application.metadata.creation_timestamp;
        // Syncs are numbered from 0: the limit may have been raised since older ones were dropped.
        let begins_later = syncs.iter().filter_map(|sync| sync.id).min().is_some_and(|first| first > 0);
        let kept_from = if syncs.len() >= kept || begins_later {
            // Older syncs may have been dropped. If no sync is kept, nothing is known.
            Some(rows.iter().map(|row| row.created_at).min().unwrap_or(Timestamp(i64::MAX)))
        } else {
            // An application that was deleted and created again may have had an earlier history.
            began
        };
        Ok(Page { skipped: nulls + syncs.len() - rows.len(), rows, next: None, kept_from, ..Page::default() })
    }

    async fn extent(
        &self,
        api: &Api,
        list: &Named<wire::Application>,
        from: Timestamp,
    ) -> Result<Option<u64>, QueryError> {
        let page = self.page(api, list, from, None).await?;
        Ok(u64::try_from(page.rows.len()).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(status: &str, spec: &str) -> Named<wire::Application> {
        let text = format!(
            r#"{{"metadata": {{"name": "web", "namespace": "argocd", "labels": {{"env": "live"}},
                "creationTimestamp": "2026-01-01T00:00:00Z"}},
              "spec": {{"project": "shop", "destination": {{"namespace": "prod"}}, {spec}}}, "status": {status}}}"#
        );
        let place: wire::Application = serde_json::from_str(&text).expect("an application");
        let repo = source(&place.spec.all()).map(|(_, repo)| repo);
        Named { name: "argocd/web".into(), repo, place }
    }

    const ONE: &str = r#""source": {"repoURL": "https://host.example/acme/deploy.git", "targetRevision": "main"}"#;

    #[test]
    fn a_sync_of_several_sources_has_the_revision_of_the_git_repo_among_them() {
        let list = application(
            "null",
            r#""sources": [{"repoURL": "https://charts.example/stable", "chart": "redis"},
                           {"repoURL": "https://host.example/acme/web.git"}]"#,
        );
        assert_eq!(list.repo.as_deref(), Some("acme/web"));
        let sync = r#"{"id": 3, "deployedAt": "2026-02-01T00:01:00Z", "revisions": ["18.1.0", "2222222222222222222222222222222222222222"],
            "sources": [{"repoURL": "https://charts.example/stable", "chart": "redis"},
                        {"repoURL": "https://host.example/acme/web.git"}]}"#;
        let row = row(&serde_json::from_str(sync).expect("a sync"), "u", None).expect("a row");
        assert_eq!(row.sha.as_deref(), Some("2222222222222222222222222222222222222222"));
        assert_eq!((row.repo.as_deref(), row.created_at), (Some("acme/web"), row.finished_at.expect("an end")));
    }

    #[tokio::test]
    async fn a_full_history_is_covered_from_its_oldest_sync_and_any_other_from_the_creation_of_the_application() {
        let system = ArgoCd {
            applications: Vec::new(),
            projects: Vec::new(),
            selector: None,
            environment: Environment::Namespace,
        };
        let (events, _) = tokio::sync::mpsc::channel(1);
        let plan = crate::sources::deployments::testing::plan("http://127.0.0.1:9");
        let clock: crate::http::Clock = std::sync::Arc::new(|| Timestamp(0));
        let api = Api::new(&plan, None, DIALECT, clock, &events).expect("a client");
        let sync = |id: u32| {
            let day = id + 1;
            format!(
                r#"{{"id": {id}, "deployStartedAt": "2026-02-{day:02}T00:00:00Z", "deployedAt": "2026-02-{day:02}T00:01:00Z"}}"#
            )
        };
        let history = |ids: std::ops::Range<u32>| {
            let syncs: Vec<String> = ids.map(sync).collect();
            format!(r#"{{"history": [{}]}}"#, syncs.join(","))
        };
        let at = |text: &str| Some(Timestamp::parse(text).expect("an instant"));
        let kept_from = async |list: Named<wire::Application>| {
            system.page(&api, &list, Timestamp(0), None).await.expect("a page").kept_from
        };
        assert_eq!(kept_from(application(&history(0..10), ONE)).await, at("2026-02-01T00:00:00Z"));
        assert_eq!(kept_from(application(&history(0..9), ONE)).await, at("2026-01-01T00:00:00Z"));
        // The limit was raised after older syncs had been dropped.
        assert_eq!(kept_from(application(&history(3..6), ONE)).await, at("2026-02-04T00:00:00Z"));
        let none_kept = format!("{ONE}, \"revisionHistoryLimit\": 0");
        assert_eq!(kept_from(application("{}", &none_kept)).await, Some(Timestamp(i64::MAX)));
    }

    #[test]
    fn the_section_chooses_the_environment_and_without_a_value_there_is_none() {
        let list = application("null", ONE);
        let of = |environment: Environment| environment.of(&list.place);
        assert_eq!(of(Environment::Namespace).as_deref(), Some("prod"));
        assert_eq!(of(Environment::Project).as_deref(), Some("shop"));
        assert_eq!(of(Environment::Label("env".into())).as_deref(), Some("live"));
        assert_eq!(of(Environment::Label("stage".into())), None);
        assert_eq!(of(Environment::Text("production".into())).as_deref(), Some("production"));
    }
}
