//! Findings: what a reader should know about the figures, as data. `report` writes the sentences.
//!
//! Lists of names are sorted, so that a report whose names are replaced has its lists in order too.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::Figure;
use crate::domain::group::{Group, GroupKind};
use crate::domain::kind::DeploymentKind;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A figure is wrong or missing.
    Error,
    /// A figure may mislead.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something a reader should know about the figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// Of whom.
    pub scope: Group,
    /// What was found.
    pub what: Observation,
}

impl Finding {
    /// Its published id.
    pub fn id(&self) -> &'static str {
        self.what.id()
    }

    /// `all`, `team NAME` or `service NAME`.
    pub fn scope(&self) -> String {
        match self.scope.kind {
            GroupKind::All => "all".to_owned(),
            kind => format!("{} {}", kind.as_str(), self.scope.name),
        }
    }
}

/// Names, each with how many events have it.
pub type Counts = BTreeMap<String, usize>;

/// Environments, each with how many deployments went to it; `None`: the deployments name no environment.
pub type EnvironmentCounts = BTreeMap<Option<String>, usize>;

/// The figures that a finding compares; `None` is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Numbers {
    /// Counted deployments.
    pub deployments: Option<u64>,
    /// Median lead time, seconds; `None` also where it was not computed.
    pub lead_time: Option<f64>,
    /// Change failure rate, and the failed of how many.
    pub failures: Option<(f64, u64, u64)>,
    /// Median time to restore, seconds, and of how many.
    pub restore: Option<(f64, u64)>,
}

impl Numbers {
    pub(in crate::metrics) fn deployments(frequency: &Figure) -> Option<u64> {
        frequency.known().map(|it| it.n)
    }

    pub(in crate::metrics) fn failures(rate: &Figure) -> Option<(f64, u64, u64)> {
        rate.value.zip(rate.k).map(|(ratio, failed)| (ratio, failed, rate.n))
    }

    pub(in crate::metrics) fn restore(time: &Figure) -> Option<(f64, u64)> {
        time.value.map(|p50| (p50, time.n))
    }
}

/// A class of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Database connections.
    Database,
    /// Memory.
    Memory,
    /// Timeouts of what a service depends on.
    Dependency,
    /// Anything else.
    Other,
}

/// A filter of incidents, in order of the names of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentFilter {
    /// By tag.
    IgnoreTags,
    /// By priority.
    MinPriority,
    /// By urgency.
    Urgencies,
}

/// What was found, in numbers and names.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each field is named in the sentence that `report` makes of it")]
pub enum Observation {
    /// Repos that were not read over the whole period.
    DeploymentsNotRead { repos: BTreeSet<String> },
    /// No repo at all.
    NoRepos,
    /// No incident source at all.
    NoIncidentSource,
    /// Incident sources that were not read over the whole period.
    IncidentsNotRead { sources: BTreeSet<String> },
    /// Few deployments.
    SmallSample { deployments: u64 },
    /// Many services with few deployments each.
    SmallSamples { services: BTreeSet<String>, fewest: u64 },
    /// No failure among many deployments; the interval's upper end.
    ZeroFailures { deployments: u64, high: f64 },
    /// Deployments of which commits were not read.
    UnknownCommits { n: usize },
    /// Deployments whose first commit is dated after them.
    NegativeLeadTime { n: usize },
    /// Deployments of the same revision again.
    Redeploys { n: usize },
    /// Deployments of an earlier revision.
    Rollbacks { n: usize },
    /// Repos that belong to no service.
    UnmappedRepos { repos: BTreeSet<String> },
    /// Incidents that are open at the end.
    OpenIncidents { n: usize },
    /// Incidents over at an unknown time, and how many others the times to restore rest on.
    OverWithoutAnEnd { ids: Vec<String>, others: u64 },
    /// Incidents opened and resolved in the same second, and the median with and without them.
    ZeroLength { ids: Vec<String>, with: Option<f64>, without: Option<f64> },
    /// Incidents whose reference names no counted deployment; how many the clock links.
    ReferenceNamesNothing { ids: Vec<String>, by_clock: usize },
    /// Commits dated in the year 1 or 1970.
    AbsurdCommits { shas: Vec<String> },
    /// No deployment of these services counts; without names it is the scope's.
    NothingCounted { services: BTreeSet<String>, n: usize, environments: EnvironmentCounts, statuses: Counts },
    /// Fewer than half of the deployments count.
    FewCounted { counted: usize, n: usize, environments: EnvironmentCounts, statuses: Counts },
    /// Incidents that belong to no service, and the keys that they name.
    UnmappedIncidents { unmapped: usize, opened: usize, failures_are_missing: bool, keys: Counts },
    /// Priorities that cannot be ranked.
    UnknownPriorities { names: Counts },
    /// Runs, releases, tags or merges that are counted as a proxy for deployments.
    StandIns { kind: DeploymentKind, n: usize },
    /// Deployments that finish in the second in which their commit was made.
    CommitsAsDeployments { with_commit: usize, n: usize },
    /// Failures linked only by time, and incidents of low urgency.
    ByTheClock { window: u64, failed: u64, deployments: u64, low_urgency: usize, opened: usize },
    /// Only incidents of the highest priority.
    PartialOutagesMissing { n: usize, days: i64 },
    /// The median lead time from the opening of the pull requests, and from the first commits.
    FromPullRequests { requests: u64, opened: f64, ours: f64, n: u64 },
    /// Several records of one roll-out.
    Rollouts { now: Numbers, once: Numbers },
    /// Environments with misleading names: counted ones that look like staging, or the reverse.
    Environments { are_counted: bool, names: Counts, now: Numbers, other: Numbers },
    /// Incidents that the filters leave out, by filter.
    Filtered { by_filter: BTreeMap<IncidentFilter, usize>, now: Numbers, without: Numbers },
    /// Failure rates of the last windows, oldest first, and the faults behind them.
    Sustained { ratios: Vec<f64>, faults: BTreeMap<Fault, usize> },
    /// Rework by the first rule that holds, and how many are left without what people say, without rollbacks, and by
    /// incidents alone.
    Rework { k: u64, n: u64, said: u64, fixes: u64, rollbacks: u64, left: [usize; 3] },
}

impl Observation {
    /// The published id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::DeploymentsNotRead { .. } | Self::NoRepos | Self::IncidentsNotRead { .. } => "incomplete-coverage",
            Self::NoIncidentSource => "no-incident-source",
            Self::SmallSample { .. } | Self::SmallSamples { .. } => "small-sample",
            Self::ZeroFailures { .. } => "zero-change-failure-rate",
            Self::UnknownCommits { .. } => "unknown-commits",
            Self::NegativeLeadTime { .. } => "negative-lead-time",
            Self::Redeploys { .. } => "redeploys",
            Self::Rollbacks { .. } => "rollbacks",
            Self::UnmappedRepos { .. } => "unmapped-repos",
            Self::OpenIncidents { .. } => "open-incidents",
            Self::OverWithoutAnEnd { .. } => "over-without-an-end",
            Self::ZeroLength { .. } => "zero-length-incidents",
            Self::ReferenceNamesNothing { .. } => "reference-names-nothing",
            Self::AbsurdCommits { .. } => "absurd-instants",
            Self::NothingCounted { .. } | Self::FewCounted { .. } => "nothing-counted",
            Self::UnmappedIncidents { .. } => "unmapped-incidents",
            Self::UnknownPriorities { .. } => "unknown-priorities",
            Self::StandIns { .. } | Self::CommitsAsDeployments { .. } => "commits-counted-as-deployments",
            Self::ByTheClock { .. } => "alerts-counted-as-failures",
            Self::PartialOutagesMissing { .. } => "partial-outages-missing",
            Self::FromPullRequests { .. } => "lead-time-from-pull-request",
            Self::Rollouts { .. } => "one-rollout-many-records",
            Self::Environments { .. } => "non-production-counted",
            Self::Filtered { .. } => "filtered-incidents",
            Self::Sustained { .. } => "sustained-change-failure-rate",
            Self::Rework { .. } => "rework-by-rule",
        }
    }
}
