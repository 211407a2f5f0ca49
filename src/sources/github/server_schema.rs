//! Fields that an older GitHub Enterprise Server does not know: it refuses a query with them, and the query is sent
//! again without these fields.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering};

/// What is newer, as queries write it, and what an older server is asked for in its place.
const NEWER: [(&str, &str, &str); 2] = [
    // The reason "duplicate" is then not told apart.
    ("enableDuplicate", "(enableDuplicate: true)", ""),
    ("fullDatabaseId", "fullDatabaseId", "fullDatabaseId: databaseId"),
];

/// Which of these a server was seen not to know; nothing at first.
#[derive(Debug, Default)]
pub(super) struct ServerSchema(AtomicU8);

impl ServerSchema {
    /// A query as the server takes it.
    pub(super) fn wording<'q>(&self, query: &'q str) -> Cow<'q, str> {
        let lacking = self.0.load(Ordering::Relaxed);
        let mut query = Cow::Borrowed(query);
        for (at, (_, newer, older)) in NEWER.iter().enumerate() {
            if lacking & (1 << at) != 0 && query.contains(newer) {
                query = Cow::Owned(query.replace(newer, older));
            }
        }
        query
    }

    /// Records what a server does not know, from the error of a query; returns whether to retry with another query.
    pub(super) fn learn(&self, problem: &str) -> bool {
        let is_unknown = problem.contains("doesn't exist on type") || problem.contains("doesn't accept argument");
        let named = NEWER.iter().enumerate().filter(|(_, (name, ..))| is_unknown && problem.contains(name));
        let lacking = named.fold(0_u8, |bits, (at, _)| bits | 1 << at);
        let before = self.0.fetch_or(lacking, Ordering::Relaxed);
        lacking & !before != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_again_without_what_it_does_not_know_and_only_once() {
        let older = ServerSchema::default();
        let query = "stateReason(enableDuplicate: true) fullDatabaseId";
        assert_eq!(older.wording(query), query);
        assert!(older.learn("Field 'fullDatabaseId' doesn't exist on type 'Issue'"));
        assert!(!older.learn("Field 'fullDatabaseId' doesn't exist on type 'Issue'"));
        assert_eq!(older.wording(query), "stateReason(enableDuplicate: true) fullDatabaseId: databaseId");
        assert!(older.learn("Field 'stateReason' doesn't accept argument 'enableDuplicate'"));
        assert_eq!(older.wording(query), "stateReason fullDatabaseId: databaseId");
        assert!(!older.learn("Something else"));
    }
}
