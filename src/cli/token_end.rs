//! Warns two weeks before a GitHub token expires: an unattended run cannot renew it.

use serde_json::json;

use super::log::LogEvent;
use super::output::Console;
use crate::domain::time::Timestamp;
use crate::sources::github::{Github, GithubAuth};

/// How many days before the expiry the warning starts.
const SAID_DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;

/// Whole days that a token still has, where they are few.
pub(super) fn days_left(end: Timestamp, now: Timestamp) -> Option<i64> {
    let days = end.0.saturating_sub(now.0).div_euclid(DAY_MS).max(0);
    (days < SAID_DAYS || end.0 <= now.0.saturating_add(SAID_DAYS * DAY_MS)).then_some(days)
}

/// What is found, and what to do.
pub(super) fn words(end: Timestamp, days: i64, github: &Github) -> (String, String) {
    let name = match &github.auth {
        GithubAuth::Token { variable } => variable.as_str(),
        GithubAuth::App { .. } => "the token",
    };
    let left = match days {
        0 => "in less than a day".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    let found = format!("{name}: GitHub accepts this token until {end}, which is {left}");
    (found, format!("make a new token and put it into {name} before then; from then on a run ends with exit code 3"))
}

/// Warns where a token ends soon.
pub(super) fn warn(end: Timestamp, github: &Github, now: Timestamp, console: Console) {
    let Some(days) = days_left(end, now) else { return };
    let (found, what_to_do) = words(end, days, github);
    let fields = json!({"source": "github", "expires_at": end.to_rfc3339(), "days_left": days});
    console.warning_as(LogEvent::TokenExpires, &format!("{found}; {what_to_do}"), fields);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_reported_two_weeks_before_it_expires() {
        let now = Timestamp(1_000 * DAY_MS);
        let end = |days: i64, ms: i64| days_left(Timestamp(now.0 + days * DAY_MS + ms), now);
        assert_eq!(end(14, 1), None);
        assert_eq!([end(14, 0), end(7, 5), end(0, 9), end(-3, 0)], [Some(14), Some(7), Some(0), Some(0)]);
    }
}
