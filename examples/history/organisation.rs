//! Who deploys how much: services with teams, repositories and shares of all deployments, and the config that says so.
//!
//! Invariants: the first service has an eighth of all deployments, the shares of the others fall as one over their
//! rank (Zipf), and all together are exactly the number asked for. Every tenth service lives in the repository of the
//! one before it, with an environment of its own.

use std::fmt::Write;

/// A service.
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) key: String,
    pub(crate) environment: &'static str,
    /// Index of its repository.
    pub(crate) repo: usize,
    /// Its share of the rows of deployments.csv.
    pub(crate) deployments: i64,
}

/// The number of services for so many deployments: half the square root, 500 for a million.
pub(crate) fn usual_services(deployments: i64) -> i64 {
    (deployments.isqrt() / 2).clamp(1, 5_000)
}

/// The services, the largest first.
pub(crate) fn services(count: i64, deployments: i64) -> Vec<Service> {
    let count = count.clamp(1, deployments.max(1));
    let weight = |rank: i64| 1_000_000_000 / (4 * rank + 5);
    let weights: i64 = (1..count).map(weight).sum();
    let head = if count == 1 { deployments } else { deployments / 8 };
    let mut left = deployments;
    let mut services: Vec<Service> = (0..count)
        .map(|rank| {
            let share = i128::from(deployments - head) * i128::from(weight(rank)) / i128::from(weights.max(1));
            let own = if rank == 0 { head } else { i64::try_from(share).unwrap_or(0) };
            left -= own;
            let shares_repo = rank % 10 == 9;
            Service {
                name: format!("service-{rank:04}"),
                team: format!("team-{:02}", rank % (count / 14 + 1).min(40)),
                key: format!("PSVC{rank:04}"),
                environment: if shares_repo { "production-b" } else { "production" },
                repo: usize::try_from(if shares_repo { rank - 1 } else { rank }).unwrap_or(0),
                deployments: own,
            }
        })
        .collect();
    if let Some(last) = services.last_mut() {
        last.deployments += left;
    }
    services
}

/// The name of a repository by its index.
pub(crate) fn repo_name(repo: usize) -> String {
    format!("acme/repo-{repo:04}")
}

/// `dora.toml`: every service with its team, repository, environment and incident key.
pub(crate) fn config(services: &[Service]) -> String {
    let mut text = "# A made-up organisation, written by the example `history`.\n\n\
                    [report]\ntimezone = \"UTC\"\n\n[incidents]\nignore_tags = [\"drill\"]\n"
        .to_owned();
    for service in services {
        let Service { name, team, key, environment, repo, .. } = service;
        let repo = repo_name(*repo);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[service]]\nname = \"{name}\"\nteam = \"{team}\"\nrepos = [\"{repo}\"]\n\
             environments = [\"{environment}\"]\npagerduty = [\"{key}\"]\n"
        );
    }
    text
}
