//! The calendar of the history: 400 days in UTC, busy in office hours, quiet at night and at weekends.
//!
//! Units: instants are seconds since 1970.

/// An instant.
pub(crate) type Instant = i64;

/// 2025-01-01, a Wednesday.
pub(crate) const START: Instant = 1_735_689_600;
pub(crate) const DAYS: i64 = 400;
pub(crate) const END: Instant = START + DAYS * 86_400;
pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

/// How much happens up to the start of each hour.
pub(crate) struct Calendar(Vec<i64>);

impl Calendar {
    pub(crate) fn new() -> Self {
        let mut sums = vec![0];
        for hour in 0..DAYS * 24 {
            let weekday = (hour / 24 + 2) % 7;
            let weight = match hour % 24 {
                _ if weekday > 4 => 1,
                8..18 => 10,
                6..8 | 18..22 => 3,
                _ => 1,
            };
            sums.push(sums.last().copied().unwrap_or(0) + weight * HOUR);
        }
        Self(sums)
    }

    /// The instant at which `part / whole` of everything has happened.
    pub(crate) fn instant(&self, part: i64, whole: i64) -> Instant {
        let total = i128::from(self.0.last().copied().unwrap_or(0));
        let done = i64::try_from(total * i128::from(part) / i128::from(whole.max(1))).unwrap_or(0);
        let next = self.0.partition_point(|sum| *sum <= done).clamp(1, self.0.len() - 1);
        let (from, to) = (self.0[next - 1], self.0[next]);
        START + i64::try_from(next - 1).unwrap_or(0) * HOUR + HOUR * (done - from) / (to - from)
    }
}
