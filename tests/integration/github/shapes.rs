//! Histories to be read: an even one of any size, and one with every shape that has misled a tool before.

use super::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, Seconds};

/// The environment that counts.
pub(crate) const PRODUCTION: &str = "production";

/// A repo whose `deployments` are spread evenly over 2025, each bringing `each` new commits: a direct one, else merged
/// pull requests.
pub(crate) fn even(name: &str, deployments: usize, each: usize) -> Repo {
    spread(name, deployments, each, NEW_YEAR, 365 * DAY)
}

/// The same from `from` on, over `length`.
pub(crate) fn spread(name: &str, deployments: usize, each: usize, from: Seconds, length: Seconds) -> Repo {
    let mut repo = Repo::new(name);
    let step = length / Seconds::try_from(deployments.max(1)).expect("few deployments");
    for index in 0..deployments {
        let at = from + step * Seconds::try_from(index).expect("few deployments");
        let mut head = String::new();
        for nth in 0..each {
            let before = at - step / 2 + Seconds::try_from(nth).expect("few commits") * MINUTE;
            head = if nth == 0 {
                repo.push(before)
            } else {
                repo.pull(Merge::Squash, &[before - 3 * HOUR], before - 2 * HOUR, before)
            };
        }
        repo.deploy(&head, PRODUCTION, at);
    }
    repo
}

/// One repo with every shape, all within March 2025 but for work begun a year before.
pub(crate) fn every_shape(name: &str) -> Repo {
    let mut repo = Repo::new(name);
    let mut day = NEW_YEAR + 59 * DAY;
    let mut next = || {
        day += DAY;
        day
    };
    let at = next();
    let root = repo.push(at);
    repo.deploy(&root, PRODUCTION, at + HOUR);
    // Work that was begun a year before it was merged, squashed.
    let at = next();
    let squashed = repo.pull(Merge::Squash, &[at - 365 * DAY, at - 9 * HOUR], at - 8 * HOUR, at);
    repo.deploy(&squashed, "staging", at + MINUTE);
    repo.deploy(&squashed, PRODUCTION, at + HOUR);
    let at = next();
    let rebased = repo.pull(Merge::Rebase, &[at - 30 * HOUR, at - 20 * HOUR], at - 10 * HOUR, at);
    repo.deploy(&rebased, PRODUCTION, at + HOUR);
    let at = next();
    let merged = repo.pull(Merge::Commit, &[at - 31 * HOUR, at - 21 * HOUR], at - 10 * HOUR, at);
    repo.deploy(&merged, PRODUCTION, at + HOUR);
    // A release branch: its fix is deployed and never reaches the default branch.
    let at = next();
    let fix = repo.commit(&[&rebased], at, at);
    repo.deploy(&fix, PRODUCTION, at + HOUR).branch = Some("release/1".into());
    let at = next();
    let pushed = repo.push(at);
    repo.deploy(&pushed, PRODUCTION, at + HOUR);
    // The same again, then back to the one before.
    let at = next();
    repo.deploy(&pushed, PRODUCTION, at);
    repo.deploy(&merged, PRODUCTION, at + HOUR);
    // Two branches that merge each other, and then both.
    let at = next();
    let left = repo.commit(&[&pushed], at, at);
    let right = repo.commit(&[&pushed], at + MINUTE, at + MINUTE);
    let left = repo.commit(&[&left, &right], at + HOUR, at + HOUR);
    let right = repo.commit(&[&right, &left], at + 2 * HOUR, at + 2 * HOUR);
    repo.main = Some(left);
    let crossed = repo.advance(&[&right], at + 3 * HOUR, at + 3 * HOUR);
    repo.deploy(&crossed, PRODUCTION, at + 4 * HOUR);
    // A revision that a force push has removed, then one from the branch again.
    let at = next();
    repo.deploy("0123456789abcdef0123456789abcdef01234567", PRODUCTION, at).branch = None;
    let pushed = repo.push(at + HOUR);
    let bare = repo.deploy(&pushed, PRODUCTION, at + 2 * HOUR);
    (bare.branch, bare.creator) = (None, None);
    // A history of its own, with a root of its own.
    let at = next();
    let other_root = repo.commit(&[], at, at);
    repo.deploy(&other_root, PRODUCTION, at + HOUR);
    // Retried so often that its first success is three pages of statuses back.
    let at = next();
    let pushed = repo.push(at);
    let retried = repo.deploy(&pushed, PRODUCTION, at + HOUR);
    let mut states = vec![("QUEUED", 0), ("FAILURE", MINUTE), ("IN_PROGRESS", 2 * MINUTE), ("SUCCESS", 3 * MINUTE)];
    states.extend(
        ["IN_PROGRESS", "FAILURE", "INACTIVE"].into_iter().cycle().zip(4..60).map(|(state, nth)| (state, MINUTE * nth)),
    );
    retried.states(&states);
    // What never succeeded, and states that nobody has heard of.
    let at = next();
    let pushed = repo.push(at);
    repo.deploy(&pushed, PRODUCTION, at + HOUR).states(&[("WAITING", 0)]);
    repo.deploy(&pushed, PRODUCTION, at + 2 * HOUR).states(&[("PENDING", 0), ("LEVITATING", MINUTE)]);
    repo.deploy(&pushed, PRODUCTION, at + 3 * HOUR).states(&[]);
    repo.deploy(&pushed, PRODUCTION, at + 4 * HOUR).states(&[("QUEUED", 0), ("ERROR", MINUTE), ("INACTIVE", HOUR)]);
    let renamed = repo.deploy(&pushed, PRODUCTION, at + 5 * HOUR);
    renamed.original_environment = Some("blue".into());
    renamed.states(&[("QUEUED", 0), ("FAILURE", MINUTE), ("IN_PROGRESS", 2 * MINUTE), ("SUCCESS", 3 * MINUTE)]);
    let nowhere = repo.deploy(&pushed, PRODUCTION, at + 6 * HOUR);
    (nowhere.environment, nowhere.original_environment) = (None, None);
    repo
}
