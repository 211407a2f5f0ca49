//! The states of a deployment: which are known, and the combined status of several states of one deployment.
//!
//! The rule: status and end are those of the first success, else of the first terminal failure, else the newest state
//! without an end.

use super::time::Timestamp;

/// States of a GitHub deployment and conclusions of a workflow run.
const KNOWN: [&str; 19] = [
    "success",
    "failure",
    "error",
    "cancelled",
    "inactive",
    "pending",
    "queued",
    "in_progress",
    "waiting",
    "requested",
    "abandoned",
    "active",
    "destroyed",
    "skipped",
    "neutral",
    "stale",
    "timed_out",
    "action_required",
    "startup_failure",
];

/// A status of any program in the form in which statuses are compared.
pub fn plain_status(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Whether a status in lower case is one of GitHub's deployment states or workflow run conclusions.
pub fn is_known_status(status: &str) -> bool {
    KNOWN.contains(&status)
}

/// Whether a status says how a deployment ended, or that it has not. `inactive` does not: GitHub gives it to a deployment
/// that succeeded and was replaced, and to one that never did.
pub fn tells_the_end(status: &str) -> bool {
    is_known_status(status) && status != "inactive"
}

/// One state that a deployment was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<'a> {
    /// In lower case.
    pub status: &'a str,
    /// When the deployment came into it; for a terminal state whose instant is unknown, when it was created.
    pub at: Timestamp,
    /// The instant again where it is known to be the end.
    pub finished_at: Option<Timestamp>,
}

impl State<'_> {
    /// Whether nothing follows from it: the deployment succeeded, failed or was cancelled.
    pub fn is_terminal(self) -> bool {
        self.rank() > 0
    }

    fn rank(self) -> u8 {
        match self.status {
            "success" => 2,
            "failure" | "error" | "cancelled" => 1,
            _ => 0,
        }
    }
}

/// Whether the deployment is in state `b` after it was seen in `a` before: of two terminal states of a kind the first
/// holds, of two others the later, and the one read last where both have the same instant.
pub fn supersedes(b: State<'_>, a: State<'_>) -> bool {
    match (a.rank(), b.rank()) {
        (0, 0) => b.at >= a.at,
        (of_a, of_b) if of_a == of_b => (b.finished_at.is_none(), b.at) < (a.finished_at.is_none(), a.at),
        (of_a, of_b) => of_b > of_a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_success_holds_then_the_first_failure_then_the_newest_state() {
        let state = |status, at| State { status, at: Timestamp(at), finished_at: Some(Timestamp(at)) };
        for (a, b, wanted) in [
            (("success", 5), ("success", 3), true),
            (("success", 3), ("success", 5), false),
            (("failure", 3), ("success", 9), true),
            (("success", 9), ("failure", 3), false),
            (("failure", 5), ("error", 4), true),
            (("error", 4), ("inactive", 9), false),
            (("queued", 5), ("in_progress", 5), true),
            (("in_progress", 6), ("queued", 5), false),
        ] {
            assert_eq!(supersedes(state(b.0, b.1), state(a.0, a.1)), wanted, "{a:?} {b:?}");
        }
    }
}
