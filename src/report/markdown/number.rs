//! Numbers for people: `2.3 a day`, `19 h`, `8.3 % (5 of 60)`. No percentage of fewer than ten.

use crate::domain::unit::Interval;
use crate::metrics::tables::ChangeFailure;

/// What stands where there is no value.
pub(super) const NONE: &str = "–";

const FEWEST_FOR_PERCENT: u64 = 10;

pub(super) fn rate(per_day: f64) -> String {
    format!("{} a day", plain(per_day))
}

pub(super) fn rates(interval: Interval) -> String {
    format!("{}–{}", plain(interval.low), rate(interval.high))
}

pub(super) fn duration(seconds: f64) -> String {
    let (length, unit) = match seconds {
        it if it < 60.0 => (it, "s"),
        it if it < 3_600.0 => (it / 60.0, "min"),
        it if it < 86_400.0 => (it / 3_600.0, "h"),
        it => (it / 86_400.0, "d"),
    };
    format!("{} {unit}", plain(length))
}

pub(super) fn durations(interval: Interval) -> String {
    format!("{}–{}", duration(interval.low), duration(interval.high))
}

pub(super) fn share(it: &ChangeFailure) -> Option<String> {
    let ratio = it.ratio?;
    let counts = format!("{} of {}", it.failed, it.deployments);
    Some(if it.deployments < FEWEST_FOR_PERCENT { counts } else { format!("{} % ({counts})", plain(ratio * 100.0)) })
}

pub(super) fn shares(interval: Interval) -> String {
    format!("{}–{} %", plain(interval.low * 100.0), plain(interval.high * 100.0))
}

/// Two significant digits below ten, whole numbers from there.
fn plain(value: f64) -> String {
    match value {
        0.0 => "0".into(),
        it if it < 0.1 => format!("{it:.3}"),
        it if it < 1.0 => format!("{it:.2}"),
        it if it < 9.95 => format!("{it:.1}"),
        it => format!("{it:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(rate(2.3), "2.3 a day");
        assert_eq!(duration(19.0 * 3_600.0), "19 h");
        assert_eq!(duration(4.2 * 86_400.0), "4.2 d");
        assert_eq!(duration(42.0), "42 s");
    }
}
