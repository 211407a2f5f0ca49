//! What was deployed: two repos, the first with enough rows for several pages.

use chrono::{DateTime, Duration, Utc};

/// The first day that is read.
pub(super) const SINCE: &str = "2025-01-01";

/// A deployment, or a build in its place.
#[derive(Debug, Clone)]
pub(super) struct Deployed {
    pub(super) number: usize,
    pub(super) began: DateTime<Utc>,
    pub(super) ended: DateTime<Utc>,
    pub(super) succeeded: bool,
    pub(super) sha: String,
}

/// The rows of a repo, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Repo {
    pub(super) name: &'static str,
    pub(super) rows: Vec<Deployed>,
}

/// Whether a row with this number is still there.
pub(super) type Keeps = fn(usize) -> bool;

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) repos: Vec<Repo>,
    /// A null stands among the rows of every list.
    pub(super) has_nulls: bool,
    /// The row of this number of each list does not say which repo it is of.
    pub(super) without_repo: Option<usize>,
    /// The rows that the system still has, by number.
    pub(super) keeps: Keeps,
    /// After the first answer, the row of this number of the first repo is deleted.
    pub(super) deleted_after_a_page: Option<usize>,
    /// The state of every row in place of its own, in the system's words.
    pub(super) state: Option<&'static str>,
}

impl World {
    /// So many rows of `acme/web`, and ten of `acme/api`.
    pub(super) fn new(rows: usize) -> Self {
        let repo = |name: &'static str, count, seed: usize| Repo {
            name,
            rows: (0..count).map(|nth| row(nth, seed)).collect(),
        };
        let repos = vec![repo("acme/web", rows, 1), repo("acme/api", 10, 2)];
        Self { repos, has_nulls: false, without_repo: None, keeps: |_| true, deleted_after_a_page: None, state: None }
    }

    /// The ends of what succeeded, by repo: what a report counts.
    pub(super) fn succeeded(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for repo in &self.repos {
            let rows = repo.rows.iter().filter(|row| row.succeeded);
            all.extend(rows.map(|row| (repo.name.to_owned(), row.sha.clone())));
        }
        all.sort();
        all
    }
}

fn row(nth: usize, seed: usize) -> Deployed {
    let first: DateTime<Utc> = "2025-01-03T09:00:00Z".parse().expect("an instant");
    let began = first + Duration::hours(i64::try_from(nth).expect("few") * 12);
    Deployed {
        number: nth + 1,
        began,
        ended: began + Duration::minutes(4),
        succeeded: nth % 5 != 3,
        sha: format!("{:040x}", (seed << 32) + nth + 1),
    }
}

/// As most services write it.
pub(super) fn iso(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
