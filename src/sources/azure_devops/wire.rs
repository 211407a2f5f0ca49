//! The JSON of Azure DevOps' API: only the fields that the program reads.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::Listed;
use crate::sources::instants::maybe_instant;

/// A list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    pub(super) value: Listed<T>,
}

/// An environment of YAML pipelines.
#[derive(Debug, Deserialize)]
pub(super) struct Environment {
    pub(super) id: i64,
    pub(super) name: String,
}

/// A deployment to an environment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) id: i64,
    pub(super) owner: Option<Owner>,
    pub(super) result: Option<String>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) queue_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) start_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) finish_time: Option<Timestamp>,
}

impl Record {
    /// The start; the time of the request if it has not started.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.start_time.or(self.queue_time)
    }
}

/// The run of a record; its id is the id of the build.
#[derive(Debug, Deserialize)]
pub(super) struct Owner {
    pub(super) id: Option<i64>,
    #[serde(rename = "_links")]
    pub(super) links: Option<Links>,
}

/// Links to web pages.
#[derive(Debug, Deserialize)]
pub(super) struct Links {
    web: Option<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    href: Option<String>,
}

impl Links {
    /// The page.
    pub(super) fn web(&self) -> Option<String> {
        self.web.as_ref()?.href.clone()
    }
}

/// A build.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Build {
    pub(super) id: i64,
    pub(super) source_version: Option<String>,
    pub(super) source_branch: Option<String>,
    pub(super) repository: Option<Repository>,
    pub(super) requested_for: Option<Person>,
}

/// What a build checked out.
#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) id: Option<String>,
    pub(super) url: Option<String>,
}

/// Who asked for something.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person {
    pub(super) display_name: Option<String>,
}

/// An attempt to bring a release to a stage.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deployment {
    pub(super) id: i64,
    pub(super) release: Option<Release>,
    pub(super) release_environment: Option<Reference>,
    #[serde(rename = "deploymentStatus")]
    pub(super) status: Option<String>,
    pub(super) operation_status: Option<String>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) queued_on: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) started_on: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) completed_on: Option<Timestamp>,
    pub(super) requested_for: Option<Person>,
}

/// A release.
#[derive(Debug, Deserialize)]
pub(super) struct Release {
    artifacts: Option<Listed<Artifact>>,
    #[serde(rename = "_links")]
    pub(super) links: Option<Links>,
}

/// An artifact of a release: a build or a repo.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) is_primary: Option<bool>,
    definition_reference: Option<BTreeMap<String, Option<Reference>>>,
}

impl Deployment {
    /// What it brought to the stage.
    pub(super) fn artifacts(&self) -> &[Artifact] {
        self.release.as_ref().and_then(|release| release.artifacts.as_ref()).map_or(&[], |listed| &listed.rows)
    }
}

impl Artifact {
    /// The reference with this name.
    pub(super) fn reference(&self, name: &str) -> Option<&Reference> {
        self.definition_reference.as_ref()?.get(name)?.as_ref()
    }

    /// The id of the build, if the artifact is a build.
    pub(super) fn build(&self) -> Option<i64> {
        if self.kind.as_deref() != Some("Build") {
            return None;
        }
        self.reference("version")?.id.as_ref()?.parse().ok()
    }
}

/// An object with an id and a name.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    #[serde(default, deserialize_with = "text")]
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

/// An id is a text in one place and a number in another.
fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<serde_json::Value>::deserialize(from)? {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    })
}
