//! Data that GitHub did not return: empty entries in lists, and ends of workflow runs that it no longer shows. Counted
//! for each repo and reported once, at the end of the run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::sources::nulls::Nulls;

/// Counts by repo, then by what was skipped.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    entries: Mutex<BTreeMap<(String, String), u64>>,
    ends: Mutex<BTreeMap<String, u64>>,
    organizations: Mutex<Option<String>>,
}

impl Skipped {
    /// Empty entries in lists of a repo, by the key of the list.
    pub(super) fn add(&self, scope: &str, nulls: Nulls) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, count) in nulls {
            *entries.entry((scope.to_owned(), words(&key))).or_default() += count;
        }
    }

    /// A workflow run of a repo that is dated without its jobs.
    pub(super) fn add_end(&self, scope: &str) {
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner).entry(scope.to_owned()).or_default() += 1;
    }

    /// The ids of organizations that GitHub leaves out of lists, because the token is not authorized for them.
    pub(super) fn set_organizations(&self, ids: &str) {
        *self.organizations.lock().unwrap_or_else(PoisonError::into_inner) = Some(ids.to_owned());
    }

    /// A sentence for each repo and kind; afterwards nothing is left to say.
    pub(super) fn take(&self) -> Vec<String> {
        let entries = std::mem::take(&mut *self.entries.lock().unwrap_or_else(PoisonError::into_inner));
        let ends = std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        let entries = entries.into_iter().map(|((scope, list), count)| {
            let these = if count == 1 { "1 empty entry" } else { &format!("{count} empty entries") };
            let were = if count == 1 { "was" } else { "were" };
            format!(
                "{scope}: GitHub sent {these} among the {list}, which {were} skipped; `dora-report fetch --full` asks again"
            )
        });
        let ends = ends.into_iter().map(|(scope, count)| {
            let runs = if count == 1 { "1 workflow run" } else { &format!("{count} workflow runs") };
            format!(
                "{scope}: GitHub no longer lists the jobs of {runs}; the end is the last change of the record, or the \
                 start where that change came more than 35 days later"
            )
        });
        let organizations = self.organizations.lock().unwrap_or_else(PoisonError::into_inner).take();
        let organizations = organizations.map(|ids| {
            format!(
                "GitHub left out data of the organizations with the ids {ids}: the token is not authorized for their single \
                 sign-on; choose Configure SSO in your GitHub token settings"
            )
        });
        entries.chain(ends).chain(organizations).collect()
    }
}

/// The key of a list in words: `workflow_runs` and `associatedPullRequests`.
fn words(key: &str) -> String {
    if key == "history" {
        return "commits".into();
    }
    let letters = key.chars().flat_map(|letter| {
        let space = (letter.is_uppercase() || letter == '_').then_some(' ');
        space.into_iter().chain(letter.to_lowercase().filter(|letter| *letter != '_'))
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_entries_are_counted_by_repo_and_list_and_reported_once() {
        let skipped = Skipped::default();
        skipped.add("acme/web", Nulls::from([("history".to_owned(), 2), ("associatedPullRequests".to_owned(), 1)]));
        skipped.add("acme/web", Nulls::from([("history".to_owned(), 1)]));
        skipped.add_end("acme/api");
        skipped.set_organizations("21955855,20582480");
        let said = skipped.take();
        assert_eq!(said.len(), 4);
        assert!(
            said[0].starts_with("acme/web: GitHub sent 1 empty entry among the associated pull requests, which was")
        );
        assert!(said[1].starts_with("acme/web: GitHub sent 3 empty entries among the commits, which were"));
        assert!(said[2].starts_with("acme/api: GitHub no longer lists the jobs of 1 workflow run;"));
        assert!(said[3].contains("21955855,20582480"), "{}", said[3]);
        assert_eq!(skipped.take(), Vec::<String>::new());
        assert_eq!(words("workflow_runs"), "workflow runs");
    }
}
