//! The JSON of Jenkins' API: only the fields that the program reads.

use serde::Deserialize;
use serde_json::Value;

use crate::sources::incidents::absent::Listed;

/// A folder, or the server itself.
#[derive(Debug, Deserialize)]
pub(super) struct Folder {
    pub(super) jobs: Option<Listed<Job>>,
}

/// A job, or a folder, which has jobs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job {
    pub(super) name: String,
    pub(super) full_name: Option<String>,
    pub(super) next_build_number: Option<u64>,
    pub(super) jobs: Option<Listed<Value>>,
}

/// The builds of a job.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Builds {
    pub(super) all_builds: Listed<Build>,
}

/// A build.
#[derive(Debug, Deserialize)]
pub(super) struct Build {
    pub(super) number: u64,
    pub(super) url: Option<String>,
    pub(super) result: Option<String>,
    pub(super) building: Option<bool>,
    /// When it began, in milliseconds since 1970.
    pub(super) timestamp: Option<i64>,
    /// In milliseconds; 0 until it ends.
    pub(super) duration: Option<i64>,
    pub(super) actions: Option<Listed<Action>>,
}

/// Data of a plugin about a build; each plugin has its own fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub(super) parameters: Option<Listed<Parameter>>,
    pub(super) causes: Option<Listed<Cause>>,
    pub(super) last_built_revision: Option<Revision>,
    pub(super) remote_urls: Option<Listed<String>>,
}

/// A parameter of a build.
#[derive(Debug, Deserialize)]
pub(super) struct Parameter {
    pub(super) name: Option<String>,
    pub(super) value: Option<Value>,
}

impl Parameter {
    /// Its value as text.
    pub(super) fn text(&self) -> Option<String> {
        match self.value.as_ref()? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }
}

/// The cause of a build.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cause {
    pub(super) user_name: Option<String>,
}

/// What a build checked out.
#[derive(Debug, Deserialize)]
pub(super) struct Revision {
    #[serde(rename = "SHA1")]
    pub(super) sha1: Option<String>,
    pub(super) branch: Option<Listed<Branch>>,
}

/// A branch.
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) name: Option<String>,
}
