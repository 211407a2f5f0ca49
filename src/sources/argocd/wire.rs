//! The JSON of Argo CD's API: only the fields that the program reads.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::Listed;
use crate::sources::instants::maybe_instant;

/// All applications; `items` is null if there are none.
#[derive(Debug, Deserialize)]
pub(super) struct Applications {
    pub(super) items: Option<Listed<Application>>,
}

/// An application.
#[derive(Debug, Deserialize)]
pub(super) struct Application {
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
    pub(super) status: Option<Status>,
}

/// The Kubernetes metadata of an application.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) uid: Option<String>,
    pub(super) labels: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) creation_timestamp: Option<Timestamp>,
}

/// The sources and the target of an application.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) project: Option<String>,
    pub(super) destination: Option<Destination>,
    pub(super) source: Option<Source>,
    pub(super) sources: Option<Listed<Source>>,
    pub(super) revision_history_limit: Option<i64>,
}

impl Spec {
    /// All sources.
    pub(super) fn all(&self) -> Vec<Source> {
        sources(self.sources.as_ref(), self.source.as_ref())
    }
}

/// The list of sources, or the only source.
pub(super) fn sources(several: Option<&Listed<Source>>, one: Option<&Source>) -> Vec<Source> {
    match several {
        Some(listed) if !listed.rows.is_empty() => listed.rows.clone(),
        _ => one.into_iter().cloned().collect(),
    }
}

/// The target cluster and namespace.
#[derive(Debug, Deserialize)]
pub(super) struct Destination {
    pub(super) namespace: Option<String>,
}

/// A source of manifests.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Source {
    #[serde(rename = "repoURL")]
    pub(super) repo_url: Option<String>,
    pub(super) chart: Option<String>,
    pub(super) target_revision: Option<String>,
}

/// The status with the history of syncs.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) history: Option<Listed<Sync>>,
}

/// A sync that succeeded.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sync {
    pub(super) id: Option<i64>,
    pub(super) revision: Option<String>,
    pub(super) revisions: Option<Listed<String>>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) deployed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) deploy_started_at: Option<Timestamp>,
    pub(super) source: Option<Source>,
    pub(super) sources: Option<Listed<Source>>,
    pub(super) initiated_by: Option<Initiator>,
}

/// The person or process that started a sync.
#[derive(Debug, Deserialize)]
pub(super) struct Initiator {
    pub(super) username: Option<String>,
}
