//! The mark of a list that was read whole: kept by the dataset for the next run.
//!
//! Coverage is by repo, and a repo may have several lists. A list that is new, or was interrupted, has no mark, so it is
//! read from the beginning even if its repo is covered.

use std::collections::BTreeSet;

use super::Named;
use crate::domain::time::Timestamp;
use crate::sources::incidents::{Known, Plan, SETTLED_MS};

/// How long an unfinished row is asked for again.
const UNFINISHED_MS: i64 = 90 * 86_400_000;

/// What was read of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// The span.
    pub(super) since: Timestamp,
    pub(super) to: Timestamp,
    /// The repos of its rows, and its own.
    pub(super) repos: BTreeSet<String>,
}

/// The scope under which the mark of a list is kept. No repo has such a name.
pub(super) fn scope(list: &str) -> String {
    format!("list:{list}")
}

impl Mark {
    /// The mark of a list; `None` if it was never read whole.
    pub(super) fn of(list: &str, known: &Known) -> Option<Self> {
        let text = known.scopes.get(&scope(list))?.cursor.as_ref()?;
        let mut lines = text.lines();
        let (since, to) = lines.next()?.split_once(' ')?;
        let at = |text: &str| text.parse().ok().map(Timestamp);
        Some(Self { since: at(since)?, to: at(to)?, repos: lines.map(str::to_owned).collect() })
    }

    /// As it is kept.
    pub(super) fn text(&self) -> String {
        let repos: Vec<&str> = self.repos.iter().map(String::as_str).filter(|repo| !repo.contains('\n')).collect();
        format!("{} {}\n{}", self.since.0, self.to.0, repos.join("\n"))
    }
}

/// The start of the span of a list that this run reads: 14 days before the end of what was read, or the start of the
/// oldest unfinished row of the last 90 days; the beginning, if the list or one of its repos was not read since then.
pub(super) fn begin<P>(list: &Named<P>, plan: &Plan, known: &Known) -> Timestamp {
    let Some(mark) = Mark::of(&list.name, known).filter(|_| !plan.full) else { return plan.since };
    // Do not rely on what was written with a clock that was ahead.
    if mark.since > plan.since || mark.to > plan.began {
        return plan.since;
    }
    let mut from = Timestamp(mark.to.0.saturating_sub(SETTLED_MS));
    for repo in &mark.repos {
        let found = known.repos.iter().find(|(name, _)| name.eq_ignore_ascii_case(repo)).map(|(_, repo)| repo);
        let Some((repo, covered_to)) = found.and_then(|repo| Some((repo, repo.covered_to?))) else { return plan.since };
        if covered_to > plan.began || repo.covered_from.is_none_or(|from| from > plan.since) {
            return plan.since;
        }
        let unfinished = repo.deployments.iter().filter(|row| !row.terminal).map(|row| row.created_at);
        let recent = unfinished.filter(|at| at.0 >= plan.began.0.saturating_sub(UNFINISHED_MS)).min();
        from = from.min(Timestamp(covered_to.0.saturating_sub(SETTLED_MS))).min(recent.unwrap_or(from));
    }
    from.max(plan.since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::incidents::KnownScope;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let repos = BTreeSet::from(["acme/api".to_owned(), "acme/web".to_owned()]);
        for mark in [
            Mark { since: Timestamp(-5), to: Timestamp(9), repos },
            Mark { since: Timestamp(0), to: Timestamp(1), repos: BTreeSet::new() },
        ] {
            let mut known = Known::default();
            let kept = KnownScope { covered: None, cursor: Some(mark.text()) };
            known.scopes.insert(scope("deploy/web"), kept);
            assert_eq!(Mark::of("deploy/web", &known), Some(mark));
            assert_eq!(Mark::of("deploy", &known), None);
        }
    }
}
