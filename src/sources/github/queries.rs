//! The queries, each from its own file, and what a page of them costs.
//!
//! GitHub's price: every connection counts once per node of its parents' pages; the sum over a hundred, rounded, at
//! least 1. `first` is at most 100, and a query may touch 500,000 nodes.

/// An owner's repos.
pub(super) const REPOSITORIES: &str = include_str!("queries/repositories.graphql");
/// A repo's deployments, newest first.
pub(super) const DEPLOYMENTS: &str = include_str!("queries/deployments.graphql");
/// The older statuses of a deployment.
pub(super) const STATUSES: &str = include_str!("queries/statuses.graphql");
/// The history behind a revision.
pub(super) const COMMITS: &str = include_str!("queries/commits.graphql");
/// The further parents of a commit.
pub(super) const PARENTS: &str = include_str!("queries/parents.graphql");
/// How much there is of a repo.
pub(super) const ESTIMATE: &str = include_str!("queries/estimate.graphql");

/// What is left of the budget.
pub(super) const BUDGET: &str = include_str!("queries/budget.graphql");
/// What the token sees of a repo.
pub(super) const PROBE: &str = include_str!("queries/probe.graphql");

/// The largest page.
pub(super) const PAGE: u32 = 100;
/// Points of a full page of deployments.
pub(super) const DEPLOYMENTS_POINTS: u64 = 1;
/// Points of a full page of commits.
pub(super) const COMMITS_POINTS: u64 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests and nodes of a query with full pages, by GitHub's arithmetic.
    fn count(query: &str) -> (u64, u64) {
        let (mut requests, mut nodes) = (0u64, 0u64);
        let mut parents = vec![1u64];
        let mut page = None;
        let code: String = query.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ");
        let body = code.split_once('{').expect("a selection").1;
        let mut rest = body;
        while let Some(at) = rest.find(['(', '{', '}']) {
            let (letter, after) = (rest.as_bytes()[at], &rest[at + 1..]);
            rest = after;
            match letter {
                b'(' => {
                    let (arguments, after) = rest.split_once(')').expect("an end");
                    rest = after;
                    let first = arguments.split_once("first: ").map(|(_, first)| first.trim_start_matches('$'));
                    page = first.map(|first| {
                        let digits: String = first.chars().take_while(char::is_ascii_digit).collect();
                        digits.parse().unwrap_or(u64::from(PAGE))
                    });
                }
                b'{' => {
                    let above = *parents.last().expect("a parent");
                    if let Some(page) = page {
                        requests += above;
                        nodes += above * page;
                    }
                    parents.push(above * page.take().unwrap_or(1));
                }
                _ => {
                    parents.pop();
                }
            }
        }
        (requests, nodes)
    }

    fn points(query: &str) -> u64 {
        (count(query).0 + 50).div_euclid(100).max(1)
    }

    #[test]
    fn a_page_costs_what_is_planned_for() {
        assert_eq!(count(DEPLOYMENTS), (101, 2_100), "the example of GitHub's own documentation");
        assert_eq!(points(DEPLOYMENTS), DEPLOYMENTS_POINTS);
        assert_eq!(count(COMMITS), (501, 100 + 1_000 + 100 + 1_000 + 100 + 2_000));
        assert_eq!(points(COMMITS), COMMITS_POINTS);
        for query in [REPOSITORIES, STATUSES, PARENTS, ESTIMATE, BUDGET, PROBE] {
            assert_eq!(points(query), 1);
        }
        for query in [REPOSITORIES, DEPLOYMENTS, STATUSES, COMMITS, PARENTS, ESTIMATE] {
            assert!(count(query).1 <= 500_000);
        }
    }

    #[test]
    fn a_year_of_a_busy_repo_stays_within_45_requests_and_200_points() {
        let (deployments, commits) = (1_000 / u64::from(PAGE), 3_000 / u64::from(PAGE));
        assert!(deployments + commits + 2 <= 45);
        assert!(deployments * points(DEPLOYMENTS) + (commits + 2) * points(COMMITS) <= 200);
    }
}
