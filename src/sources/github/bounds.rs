//! How far back a run reads a repo, and when the first page is enough.
//!
//! A first run stops below `since`. A later run stops in settled history: all of the last 7 days before the end of
//! coverage, and whatever had not ended within 35 days, was read again. Seven days more than asked for are kept, since
//! what is asked for in them may go live inside.

use super::{KnownRepo, Plan, wire};
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;

const DAY_MS: i64 = 86_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;
/// GitHub itself ends what has waited for 30 days.
const HANGING_MS: i64 = 35 * DAY_MS;

/// How far down a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The last page is one that reaches below this.
    pub(super) stop: Timestamp,
    /// Whether history below it is known and settled.
    pub(super) settled: bool,
}

impl Bounds {
    pub(super) fn new(plan: &Plan, known: &KnownRepo) -> Self {
        match (known.covered_from, known.covered_to) {
            // Do not rely on coverage that was written with a clock that was ahead.
            (Some(from), Some(to)) if from <= plan.since && to <= plan.began => {
                Self { stop: unsettled_from(plan, known, to), settled: true }
            }
            // A release that was a draft for long is deep in the list, so the list is read completely once.
            _ if plan.kind == DeploymentKind::Releases => Self { stop: Timestamp(i64::MIN), settled: false },
            _ => Self { stop: kept_from(plan), settled: false },
        }
    }

    /// Whether a first page is all there is to read of a repo.
    pub(super) fn are_met_by(self, page: &wire::Repository) -> bool {
        let list = &page.deployments;
        let passed = list.nodes.last().is_some_and(|oldest| oldest.created_at < self.stop);
        let is_whole =
            |one: &wire::Deployment| one.statuses.as_ref().is_none_or(|list| list.page_info.next().is_none());
        !list.page_info.contradicts_itself()
            && (list.page_info.next().is_none() || (self.settled && passed))
            && list.nodes.iter().all(is_whole)
    }
}

/// From which creation on deployments are kept: one that was asked for before `since` may have gone live after it.
pub(super) fn kept_from(plan: &Plan) -> Timestamp {
    Timestamp(plan.since.0.saturating_sub(WEEK_MS))
}

/// From when on things may have changed since a reading that ended at `to`.
pub(super) fn unsettled_from(plan: &Plan, known: &KnownRepo, to: Timestamp) -> Timestamp {
    // The list sorts a release by the time of its draft, which may be weeks older.
    let back = if plan.kind == DeploymentKind::Releases { HANGING_MS } else { WEEK_MS };
    let settled = Timestamp(to.0.saturating_sub(back));
    oldest_open(known, plan).map_or(settled, |open| open.min(settled)).max(kept_from(plan))
}

/// When the oldest kept deployment that had not ended was created. One that has been pending for long will not end any
/// more.
fn oldest_open(known: &KnownRepo, plan: &Plan) -> Option<Timestamp> {
    let from = kept_from(plan).max(Timestamp(plan.began.0.saturating_sub(HANGING_MS)));
    let open = known.deployments.iter().filter(|one| !one.terminal && one.created_at >= from);
    open.map(|one| one.created_at).min()
}
