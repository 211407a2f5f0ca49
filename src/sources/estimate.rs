//! Estimates of what a fetch will request, for every source.

use std::ops::Add;

use crate::domain::unit::Seconds;

/// Requests to a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestEstimate {
    /// HTTP requests.
    pub requests: u64,
    /// GraphQL points; 0 where a service has no such thing.
    pub points: u64,
}

impl Add for RequestEstimate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            points: self.points.saturating_add(other.points),
        }
    }
}

/// What reading one scope takes, without requests that have to be repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Estimate {
    /// A repo, an account or a list.
    pub scope: String,
    /// Upper bound of the deployments, or of the workflow runs, releases, tags or merges read as deployments.
    pub deployments: u64,
    /// Commits to read of the default branch.
    pub commits: u64,
    /// Incidents there are at most.
    pub incidents: u64,
    /// The usual cost, with typical data.
    pub usual: RequestEstimate,
    /// What it takes at most.
    pub most: RequestEstimate,
    /// Why it could not be asked; then the numbers are 0.
    pub problem: Option<String>,
    /// Whether that is because it is not shown to us.
    pub is_denied: bool,
}

/// The estimates of one source, and how fast it answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimates {
    /// By scope.
    pub scopes: Vec<Estimate>,
    /// What is asked before any scope is read.
    pub before: u64,
    /// Requests that were timed.
    pub timed: u64,
    /// How long these took together, in milliseconds.
    pub elapsed_ms: i64,
    /// Requests in flight at once.
    pub at_once: usize,
}

impl Estimates {
    /// What all scopes take at most.
    pub fn most(&self) -> RequestEstimate {
        let before = RequestEstimate { requests: self.before, points: 0 };
        self.scopes.iter().map(|scope| scope.most).fold(before, RequestEstimate::add)
    }

    /// What all scopes usually take.
    pub fn usual(&self) -> RequestEstimate {
        let before = RequestEstimate { requests: self.before, points: 0 };
        self.scopes.iter().map(|scope| scope.usual).fold(before, RequestEstimate::add)
    }

    /// The time of a usual run: that of one request × the larger of the requests of the longest scope and all requests ÷
    /// concurrency.
    pub fn time(&self) -> Seconds {
        let at_once = u64::try_from(self.at_once).unwrap_or(1).max(1);
        let lanes = self.timed.clamp(1, at_once);
        let one_ms = u64::try_from(self.elapsed_ms).unwrap_or(0) * lanes / self.timed.max(1);
        let longest = self.scopes.iter().map(|scope| scope.usual.requests).max().unwrap_or(0);
        let rounds = self.usual().requests.div_ceil(at_once).max(longest);
        Seconds(i64::try_from((rounds * one_ms).div_ceil(1_000)).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_that_of_the_longest_scope_or_of_all_at_so_many_at_once() {
        let needs = |requests| Estimate { usual: RequestEstimate { requests, points: 0 }, ..Estimate::default() };
        // Four answers in 200 ms, two at once: 100 ms each.
        let of = |all: [u64; 4]| Estimates {
            scopes: all.map(needs).into(),
            timed: 4,
            elapsed_ms: 200,
            at_once: 2,
            ..Estimates::default()
        };
        assert_eq!(of([30, 5, 5, 5]).time(), Seconds(3));
        assert_eq!(of([30; 4]).time(), Seconds(6));
        assert_eq!(Estimates::default().time(), Seconds(0));
    }
}
