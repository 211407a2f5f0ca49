//! Rate limits: what the headers say, how long to wait, and one gate where all requests wait together.
//!
//! `x-ratelimit-reset` is in seconds since 1970, `ratelimit-reset` in seconds from now or, where it is larger than any wait
//! could be, since 1970. A remaining budget of 0 alone is
//! not an error: the last good reply shows it.

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::RwLock;

use crate::domain::time::Timestamp;

/// How long after a reset a service is asked again: its clock may be behind. Tests do not wait.
const CLOCK_SKEW: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1_000 });

/// From here on `ratelimit-reset` is an instant (this one is in 2001) and no wait: it would be one of 31 years.
const EPOCH_MS: i64 = 1_000_000_000_000;

/// What one reply said about the budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Budget {
    pub(super) limit: Option<u64>,
    pub(super) remaining: Option<u64>,
    pub(super) reset: Option<Timestamp>,
    pub(super) retry_after: Option<Duration>,
}

impl Budget {
    pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Self {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let state = headers.get("x-ratelimit-state").and_then(|state| state.to_str().ok());
        let throttled = state.filter(|state| *state == "THROTTLED").and_then(|_| number("x-ratelimit-period-in-sec"));
        let milliseconds = |name: &str| i64::try_from(number(name)?).ok()?.checked_mul(1_000);
        let from_now = |wait: i64| if wait >= EPOCH_MS { Some(wait) } else { wait.checked_add(now.0) };
        let reset = milliseconds("x-ratelimit-reset").or_else(|| from_now(milliseconds("ratelimit-reset")?));
        Self {
            limit: number("x-ratelimit-limit").or_else(|| number("ratelimit-limit")),
            remaining: number("x-ratelimit-remaining").or_else(|| number("ratelimit-remaining")),
            reset: reset.map(Timestamp),
            retry_after: number("retry-after").or(throttled).map(Duration::from_secs).or_else(|| {
                let date = headers.get("retry-after")?.to_str().ok()?;
                let at = chrono::DateTime::parse_from_rfc2822(date).ok()?.timestamp_millis();
                Some(Duration::from_millis(u64::try_from(at - now.0).unwrap_or(0)))
            }),
        }
    }

    /// Whether a refusal (403, 429) with these headers is one for a limit.
    pub(super) fn is_used_up(self) -> bool {
        self.retry_after.is_some() || self.remaining == Some(0)
    }

    /// How long to wait after the `nth` refusal in a row, from 0: what the service says, else a minute, doubling.
    pub(super) fn wait(self, now: Timestamp, nth: u32) -> Duration {
        if let Some(wait) = self.retry_after {
            return wait;
        }
        let reset = if self.remaining == Some(0) { self.until_reset(now) } else { None };
        reset.unwrap_or_else(|| Duration::from_secs(60u64.saturating_mul(1 << nth.min(20))))
    }

    /// The time to the reset, with a little more for clocks that differ; none where it has passed or is not known.
    pub(super) fn until_reset(self, now: Timestamp) -> Option<Duration> {
        let left = self.reset?.0.checked_sub(now.0)?;
        u64::try_from(left).ok().filter(|&left| left > 0).map(|left| Duration::from_millis(left) + CLOCK_SKEW)
    }

    /// Whether so little is left that the next requests should wait for the reset; `floor` is what they need.
    pub(super) fn is_low(self, floor: u64) -> bool {
        let floor = self.limit.map_or(floor, |limit| floor.min(limit / 10));
        self.remaining.is_some_and(|remaining| remaining < floor)
    }
}

/// Where requests wait while a limit lasts. A waiting request holds it; requests that saw the same refusal do not wait
/// again.
#[derive(Debug, Default)]
pub(super) struct Gate {
    waits: RwLock<u64>,
}

impl Gate {
    /// Passes when no request waits; the number shows later whether a request has waited since.
    pub(super) async fn pass(&self) -> u64 {
        *self.waits.read().await
    }

    /// Waits as long as `wait` does, unless someone has waited since `seen`. Returns whether it waited.
    pub(super) async fn hold(&self, seen: u64, wait: impl Future<Output = ()>) -> bool {
        let mut waits = self.waits.write().await;
        let is_first = *waits == seen;
        if is_first {
            wait.await;
            *waits += 1;
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const NAMES: [&str; 8] = [
        "x-ratelimit-limit",
        "ratelimit-limit",
        "x-ratelimit-remaining",
        "ratelimit-remaining",
        "x-ratelimit-reset",
        "ratelimit-reset",
        "x-ratelimit-period-in-sec",
        "retry-after",
    ];

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<u64>().prop_map(|number| number.to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            Just("1e999".to_owned()),
            Just("Fri, 31 Dec 9999 23:59:59 GMT".to_owned()),
            Just("Mon, 01 Jan 0001 00:00:00 +1400".to_owned()),
            "[ -~\u{80}-\u{ff}]{0,40}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_header_says_gives_a_wait(
            said in prop::collection::vec((prop::sample::select(&NAMES), value()), 0..8),
            now in 0..=253_402_300_799_999_i64,
            nth in any::<u32>(),
        ) {
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-state", HeaderValue::from_static("THROTTLED"));
            for (name, value) in said {
                headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
            }
            let budget = Budget::read(&headers, Timestamp(now));
            prop_assert!(!budget.is_used_up() || budget.wait(Timestamp(now), nth) >= Duration::ZERO);
            let _ = (budget.is_low(40), budget.until_reset(Timestamp(now)));
        }
    }

    #[test]
    fn a_wait_follows_what_the_service_says_and_else_doubles() {
        let now = Timestamp(10_000);
        let said = |retry_after, remaining, reset| Budget { limit: None, remaining, reset, retry_after };
        let hour = Some(Timestamp(3_610_000));
        assert_eq!(said(Some(Duration::from_secs(7)), Some(0), hour).wait(now, 3), Duration::from_secs(7));
        assert_eq!(said(None, Some(0), hour).wait(now, 3), Duration::from_hours(1) + CLOCK_SKEW);
        assert_eq!(said(None, Some(12), hour).wait(now, 0), Duration::from_mins(1), "a secondary limit");
        assert_eq!(said(None, None, None).wait(now, 2), Duration::from_mins(4));
        assert_eq!(said(None, Some(0), Some(Timestamp(1))).wait(now, 0), Duration::from_mins(1), "a reset long past");
    }

    #[test]
    fn retry_after_may_be_a_date_or_a_number_of_seconds() {
        let headers = |text: &'static str| {
            let value = reqwest::header::HeaderValue::from_static(text);
            HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, value)])
        };
        for (text, seconds) in [("120", Some(120)), ("Thu, 01 Jan 1970 00:01:30 GMT", Some(60)), ("soon", None)] {
            let read = Budget::read(&headers(text), Timestamp(30_000)).retry_after;
            assert_eq!(read, seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn a_small_budget_is_not_low_from_the_start() {
        let left = |limit, remaining| Budget { limit: Some(limit), remaining: Some(remaining), ..Budget::default() };
        assert!(left(5_000, 39).is_low(40));
        assert!(!left(5_000, 40).is_low(40));
        assert!(!left(60, 30).is_low(40));
        assert!(!Budget::default().is_low(40), "a server without limits");
    }
}
