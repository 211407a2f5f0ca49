//! How fast a tool is asked: at its documented limit, by endpoint. The clock comes in, so that nothing here waits.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::time::Timestamp;

/// When each endpoint was last asked.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: BTreeMap<&'static str, Timestamp>,
}

impl Pace {
    /// How long to wait before the next request to an endpoint.
    pub(super) fn wait(&self, endpoint: &'static str, interval: Duration, now: Timestamp) -> Duration {
        let Some(last) = self.last.get(endpoint) else { return Duration::ZERO };
        // A clock that was set back must not make the wait longer.
        let gone = u64::try_from(now.0.saturating_sub(last.0)).unwrap_or(0);
        interval.saturating_sub(Duration::from_millis(gone))
    }

    /// Notes that an endpoint is asked.
    pub(super) fn asked(&mut self, endpoint: &'static str, now: Timestamp) {
        self.last.insert(endpoint, now);
    }
}

/// How long requests take that are sent one after the other, if no reply takes any time.
pub(super) fn total(requests: impl Iterator<Item = (&'static str, Duration)>) -> Duration {
    let (mut free, mut now): (BTreeMap<&str, Duration>, _) = (BTreeMap::new(), Duration::ZERO);
    for (endpoint, interval) in requests {
        now = now.max(free.get(endpoint).copied().unwrap_or_default());
        free.insert(endpoint, now + interval);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_asked_again_after_its_interval_and_another_at_once() {
        let (mut pace, second) = (Pace::default(), Duration::from_secs(1));
        assert_eq!(pace.wait("deployments", second, Timestamp(5_000)), Duration::ZERO);
        pace.asked("deployments", Timestamp(5_000));
        assert_eq!(pace.wait("deployments", second, Timestamp(5_300)), Duration::from_millis(700));
        assert_eq!(pace.wait("incidents", second, Timestamp(5_300)), Duration::ZERO);
        assert_eq!(pace.wait("deployments", second, Timestamp(9_000)), Duration::ZERO);
        assert_eq!(pace.wait("deployments", second, Timestamp(4_000)), second, "the clock was set back");
    }

    #[test]
    fn the_time_at_the_limit_is_that_of_each_endpoint_and_not_their_sum() {
        let (second, long) = (Duration::from_secs(1), Duration::from_mins(2));
        let of = |requests: &[(&'static str, Duration)]| total(requests.iter().copied());
        assert_eq!(of(&[]), Duration::ZERO);
        assert_eq!(of(&[("a", second), ("a", second), ("a", second)]), Duration::from_secs(2));
        assert_eq!(of(&[("a", second), ("b", second), ("a", second), ("b", second)]), second);
        assert_eq!(of(&[("i", long), ("a", second), ("i", long)]), long);
    }
}
