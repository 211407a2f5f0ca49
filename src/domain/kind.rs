//! What is read as a deployment: deployments themselves, or a proxy.
//!
//! Every row of a proxy is labelled, by its `task` and by the prefix of its id, and its coverage has a name of its own:
//! reading the releases of a repo does not cover its deployments.

/// The environment of a proxy that reached users.
pub const STAND_IN_ENVIRONMENT: &str = "production";

/// Between the name of a reading and what it was restricted to.
const FILTERED: &str = "-only-";

/// What counts as a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum DeploymentKind {
    /// Deployments themselves.
    #[default]
    Deployments,
    /// Runs of a workflow: a proxy.
    WorkflowRuns,
    /// Releases: a proxy.
    Releases,
    /// Merged pull requests: a proxy.
    MergedPullRequests,
    /// Tags of a clone: a proxy, which is imported and not fetched.
    Tags,
    /// Builds of a CI server: a proxy.
    Builds,
}

impl DeploymentKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Deployments, Self::WorkflowRuns, Self::Releases, Self::MergedPullRequests, Self::Tags, Self::Builds];

    /// Those that `[github]` may choose.
    pub const FETCHED: [Self; 4] = [Self::Deployments, Self::WorkflowRuns, Self::Releases, Self::MergedPullRequests];

    /// As written in a config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::WorkflowRuns => "workflow-runs",
            Self::Releases => "releases",
            Self::MergedPullRequests => "merged-pull-requests",
            Self::Tags => "tags",
            Self::Builds => "builds",
        }
    }

    /// In words, several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::WorkflowRuns => "workflow runs",
            Self::Releases => "releases",
            Self::MergedPullRequests => "merged pull requests",
            Self::Tags => "tags",
            Self::Builds => "builds",
        }
    }

    /// How to get exact deployments instead of a proxy.
    pub fn way_to_deployments(self) -> &'static str {
        match self {
            Self::Tags => "Import deployments with the time at which each went live as finished_at.",
            Self::Builds => {
                "If another system records these deployments, read them from that system. Otherwise, name only jobs or \
                 pipelines whose every build deploys."
            }
            _ => {
                "Record deployments (in GitHub Actions: `environment:` on the job), then set deployments_from = \
                 \"deployments\"."
            }
        }
    }

    /// The `task` of a proxy's row; a deployment has its own.
    pub fn task(self) -> Option<&'static str> {
        match self {
            Self::Deployments => None,
            Self::WorkflowRuns => Some("workflow-run"),
            Self::Releases => Some("release"),
            Self::MergedPullRequests => Some("merged-pull-request"),
            Self::Tags => Some("tag"),
            Self::Builds => Some("build"),
        }
    }

    /// The id of a row.
    pub fn id(self, number: &str) -> String {
        format!("{}{number}", self.prefix())
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Deployments => "",
            Self::WorkflowRuns => "run-",
            Self::Releases => "release-",
            Self::MergedPullRequests => "pull-request-",
            Self::Tags => "git-tag-",
            Self::Builds => "build-",
        }
    }

    /// The name under which its coverage and cursors stand; that of what GitHub does not have is its source.
    pub fn reading(self) -> &'static str {
        match self {
            Self::Deployments => "github",
            Self::WorkflowRuns => "github-workflow-runs",
            Self::Releases => "github-releases",
            Self::MergedPullRequests => "github-merged-pull-requests",
            Self::Tags => "git",
            Self::Builds => "builds",
        }
    }

    /// The name of a reading that keeps only certain environments: it does not cover the others.
    pub fn reading_of_some(self, digest: &str) -> String {
        format!("{}{FILTERED}{digest}", self.reading())
    }

    /// What was fetched under a name of coverage, and whether of certain environments alone.
    pub fn of_reading(name: &str) -> Option<(Self, bool)> {
        let (kind, is_filtered) = name.split_once(FILTERED).map_or((name, false), |(kind, _)| (kind, true));
        Self::FETCHED.into_iter().find(|own| own.reading() == kind).map(|kind| (kind, is_filtered))
    }

    /// What a row is, by its id.
    pub fn of(id: &str) -> Self {
        let stands_in = |kind: &&Self| **kind != Self::Deployments && id.starts_with(kind.prefix());
        Self::ALL.iter().find(stands_in).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_known_by_its_id() {
        for kind in DeploymentKind::ALL {
            assert_eq!(DeploymentKind::of(&kind.id("3881429895")), kind);
        }
        assert_eq!(DeploymentKind::of("releases"), DeploymentKind::Deployments);
        for kind in DeploymentKind::FETCHED {
            assert_eq!(DeploymentKind::of_reading(kind.reading()), Some((kind, false)));
            assert_eq!(DeploymentKind::of_reading(&kind.reading_of_some("1a2b")), Some((kind, true)));
        }
        assert_eq!(DeploymentKind::of_reading("file"), None);
        assert_eq!(DeploymentKind::of_reading("git"), None, "no service is read for tags");
    }
}
