//! Why an event does not count, or counts in part.

/// A reason, of a deployment or of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A deployment that did not succeed.
    NotSuccess,
    /// A deployment to an environment that is not production.
    NotProduction,
    /// A deployment that names no environment.
    NoEnvironment,
    /// A deployment of a repo that no service has.
    NoService,
    /// Another record of a roll-out that counts once.
    SameRollout,
    /// An incident that was merged into another.
    Merged,
    /// An issue closed as not planned.
    NotPlanned,
    /// An incident that was open when its source last showed it.
    Gone,
    /// An incident below the minimum priority that counts.
    Priority,
    /// An incident of an urgency that does not count.
    Urgency,
    /// An incident with a tag that is ignored.
    Tag,
    /// An incident of no service: it counts in "all" alone.
    Unmapped,
    /// An incident that is over by its status, at an unknown time: neither open nor resolved.
    OverWithoutAnEnd,
    /// An incident that was resolved before it was opened: no time to restore.
    Negative,
    /// An incident mapped by an equal name, not by a key that a service lists.
    EqualName,
}

impl Reason {
    /// The name in output files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSuccess => "not-success",
            Self::NotProduction => "not-production",
            Self::NoEnvironment => "no-environment",
            Self::NoService => "no-service",
            Self::SameRollout => "same-rollout",
            Self::Merged => "merged",
            Self::NotPlanned => "not-planned",
            Self::Gone => "gone",
            Self::Priority => "priority",
            Self::Urgency => "urgency",
            Self::Tag => "tag",
            Self::Unmapped => "unmapped",
            Self::OverWithoutAnEnd => "over-without-an-end",
            Self::Negative => "negative",
            Self::EqualName => "equal-name",
        }
    }
}
