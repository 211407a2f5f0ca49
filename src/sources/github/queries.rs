//! The queries, each from its own file, and what a page of them costs.
//!
//! What is asked of several repos in one request is the fragment of the query for one, once for each alias.
//!
//! GitHub's price: every connection counts once per node of its parents' pages; the sum over a hundred, rounded, at
//! least 1. `first` is at most 100, and a query may touch 500,000 nodes.

/// An owner's repos.
pub(super) const REPOSITORIES: &str = include_str!("queries/repositories.graphql");
/// A repo's deployments, newest first.
pub(super) const DEPLOYMENTS: &str =
    concat!(include_str!("queries/deployments.graphql"), include_str!("queries/deployments_page.graphql"));
/// The older statuses of a deployment.
pub(super) const STATUSES: &str = include_str!("queries/statuses.graphql");
/// A repo's releases, newest first.
pub(super) const RELEASES: &str = include_str!("queries/releases.graphql");
/// A repo's merged pull requests, the last changed first.
pub(super) const MERGED_PULL_REQUESTS: &str = include_str!("queries/merged_pull_requests.graphql");
/// A repo's issues with some labels, in order of their last change.
pub(super) const ISSUES: &str = concat!(include_str!("queries/issues.graphql"), include_str!("queries/issue.graphql"));
/// One issue.
pub(super) const ONE_ISSUE: &str =
    concat!(include_str!("queries/one_issue.graphql"), include_str!("queries/issue.graphql"));
/// The further reviews of a pull request.
pub(super) const REVIEWS: &str = include_str!("queries/reviews.graphql");
/// The history behind a revision.
pub(super) const COMMITS: &str = concat!(
    include_str!("queries/commits.graphql"),
    include_str!("queries/commits_page.graphql"),
    include_str!("queries/pull_request.graphql")
);
/// The further parents of a commit.
pub(super) const PARENTS: &str = include_str!("queries/parents.graphql");
/// How much there is of a repo.
pub(super) const ESTIMATE: &str = include_str!("queries/estimate.graphql");

/// How many issues with some labels a repo has.
pub(super) const ISSUES_EXTENT: &str = include_str!("queries/issues_extent.graphql");

/// What is left of the budget.
pub(super) const BUDGET: &str = include_str!("queries/budget.graphql");
/// Whose the token is.
pub(super) const VIEWER: &str = include_str!("queries/viewer.graphql");
/// What the token sees of a repo.
pub(super) const PROBE: &str = include_str!("queries/probe.graphql");

/// The largest page.
pub(super) const PAGE: u32 = 100;
/// Things asked for one by one in one request: what that costs GitHub is far below a page of commits.
pub(super) const ONE_BY_ONE: u32 = 250;
/// Points of a full page of deployments.
pub(super) const DEPLOYMENTS_POINTS: u64 = 1;
/// Points of a full page of commits.
pub(super) const COMMITS_POINTS: u64 = 5;

/// Repos whose first deployments are read in one request, and how many of each.
pub(super) const DEPLOYMENTS_OF: (usize, u32) = (10, 20);
/// Repos whose first commits are read in one request, and how many of each: together as heavy as a page of one.
pub(super) const COMMITS_OF: (usize, u32) = (5, 20);

/// The query for the deployments of so many repos, `r0`, `r1`, …, by `$owner0`, `$name0`, ….
pub(super) fn deployments_of(count: usize) -> String {
    let page = include_str!("queries/deployments_page.graphql");
    aliased("DeploymentsOfSeveral", count, |_| String::new(), |_| "...DeploymentsPage".into(), page)
}

/// The query for the history of so many repos, each behind a revision of its own, `$oid0`, ….
pub(super) fn commits_of(count: usize) -> String {
    let page = concat!(include_str!("queries/commits_page.graphql"), include_str!("queries/pull_request.graphql"));
    let variable = |index| format!(", $oid{index}: GitObjectID!");
    aliased("CommitsOfSeveral", count, variable, |index| format!("object(oid: $oid{index}) {{ ...CommitsPage }}"), page)
}

/// The query for the pull requests that hold so many commits of one repo, `c0`, `c1`, …, by `$oid0`, ….
pub(super) fn associated_of(count: usize) -> String {
    let head = (0..count).map(|index| format!(", $oid{index}: GitObjectID!")).collect::<Vec<_>>().concat();
    let body: String = (0..count)
        .map(|index| format!("    c{index}: object(oid: $oid{index}) {{ ...Associated }}\n"))
        .collect::<Vec<_>>()
        .concat();
    let fragment = include_str!("queries/associated.graphql");
    format!(
        "query AssociatedPullRequests($owner: String!, $name: String!{head}) {{\n  repository(owner: $owner, name: $name) \
         {{\n{body}  }}\n  rateLimit {{ cost remaining }}\n}}\n{fragment}"
    )
}

/// The query for so many pull requests by their ids, a hundred under each of the aliases `p0`, `p1`, …, by `$ids0`, ….
pub(super) fn pull_requests_of(count: usize) -> String {
    let parts = || 0..count.div_ceil(PAGE as usize);
    let head: Vec<String> = parts().map(|part| format!("$ids{part}: [ID!]!")).collect();
    let body: Vec<String> =
        parts().map(|part| format!("  p{part}: nodes(ids: $ids{part}) {{ ...PullRequestFields }}\n")).collect();
    let fragment = include_str!("queries/pull_request.graphql");
    format!(
        "query PullRequests({}) {{\n{}  rateLimit {{ cost remaining }}\n}}\n{fragment}",
        head.join(", "),
        body.concat()
    )
}

/// One query over so many repos: its name, the further variable and the selection of each, and the fragment.
fn aliased(
    name: &str,
    count: usize,
    variable: impl Fn(usize) -> String,
    selection: impl Fn(usize) -> String,
    fragment: &str,
) -> String {
    let parts = (0..count).map(|index| {
        let head = format!(", $owner{index}: String!, $name{index}: String!{}", variable(index));
        let wanted = selection(index);
        (head, format!("  r{index}: repository(owner: $owner{index}, name: $name{index}) {{ {wanted} }}\n"))
    });
    let (head, body): (Vec<String>, Vec<String>) = parts.unzip();
    let (head, body) = (head.concat(), body.concat());
    // The fragment names it; here it is never given.
    let more = if fragment.contains("$environments") { ", $environments: [String!]" } else { "" };
    format!(
        "query {name}($first: Int!, $after: String{more}{head}) {{\n{body}  rateLimit {{ cost remaining }}\n}}\n{fragment}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query without comments, its fragments put in place.
    fn inlined(query: &str) -> String {
        let code = query.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ");
        let mut parts = code.split("fragment ");
        let mut operation = parts.next().expect("an operation").to_owned();
        for fragment in parts {
            let name = fragment.split(' ').next().expect("a name");
            let body = fragment.split_once('{').expect("a selection").1.trim_end().strip_suffix('}').expect("an end");
            operation = operation.replace(&format!("...{name}"), body);
        }
        operation
    }

    /// Requests and nodes of a query with full pages, by GitHub's arithmetic.
    fn count(query: &str) -> (u64, u64) {
        count_with(query, PAGE)
    }

    /// The same with pages of another size.
    fn count_with(query: &str, size: u32) -> (u64, u64) {
        let (mut requests, mut nodes) = (0u64, 0u64);
        let mut parents = vec![1u64];
        let mut page = None;
        let code = inlined(query);
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
                        digits.parse().unwrap_or(u64::from(size))
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
        points_of(count(query).0)
    }

    fn points_of(requests: u64) -> u64 {
        (requests + 50).div_euclid(100).max(1)
    }

    #[test]
    fn a_page_costs_what_is_planned_for() {
        assert_eq!(count(DEPLOYMENTS), (101, 2_100), "the example of GitHub's own documentation");
        assert_eq!(points(DEPLOYMENTS), DEPLOYMENTS_POINTS);
        assert_eq!(count(COMMITS), (501, 100 + 1_000 + 100 + 1_000 + 100 + 2_000));
        assert_eq!(points(COMMITS), COMMITS_POINTS);
        for query in [REPOSITORIES, STATUSES, PARENTS, ESTIMATE, BUDGET, PROBE, RELEASES, MERGED_PULL_REQUESTS, REVIEWS]
        {
            assert_eq!(points(query), 1);
        }
        for query in [REPOSITORIES, DEPLOYMENTS, STATUSES, COMMITS, PARENTS, ESTIMATE, RELEASES, MERGED_PULL_REQUESTS] {
            assert!(count(query).1 <= 500_000);
        }
    }

    #[test]
    fn the_pull_requests_of_a_hundred_commits_cost_one_point_and_their_details_three() {
        let (requests, nodes) = count(&associated_of(100));
        assert_eq!((requests, nodes, points_of(requests)), (100, 10_000, 1));
        // `nodes(ids:)` has no page of its own: each of a hundred has three lists.
        assert_eq!(count(&pull_requests_of(PAGE as usize)).0, 3);
    }

    #[test]
    fn several_repos_cost_less_in_one_request_than_each_alone() {
        let (deployments, commits) = (deployments_of(DEPLOYMENTS_OF.0), commits_of(COMMITS_OF.0));
        let (requests, nodes) = count_with(&deployments, DEPLOYMENTS_OF.1);
        assert_eq!((requests, nodes), (10 * 21, 10 * (20 + 400)));
        assert!(points_of(requests) < 10 * DEPLOYMENTS_POINTS);
        let (requests, nodes) = count_with(&commits, COMMITS_OF.1);
        assert_eq!((requests, nodes), (5 * 101, count(COMMITS).1));
        assert_eq!(points_of(requests), COMMITS_POINTS);
        assert!(commits.contains("r4: repository(owner: $owner4, name: $name4) { object(oid: $oid4) { ...CommitsPage"));
    }

    #[test]
    fn a_year_of_a_busy_repo_stays_within_45_requests_and_200_points() {
        let (deployments, commits) = (1_000 / u64::from(PAGE), 3_000 / u64::from(PAGE));
        assert!(deployments + commits + 2 <= 45);
        assert!(deployments * points(DEPLOYMENTS) + (commits + 2) * points(COMMITS) <= 200);
    }
}
