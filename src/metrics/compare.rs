//! What may be said of the difference between two periods, at 95 %.
//!
//! Frequency: conditional binomial test of two Poisson rates. Change failure rate: Newcombe's interval of the
//! difference holds no zero. Durations: the order-statistic intervals of the two medians do not touch. Where no
//! outcome could have told, the verdict is "too few data".

use super::statistics::{newcombe, poisson_rates_p};
use super::tables::{ChangeFailure, Durations, Figure, Frequency, PeriodFigures, Restore, Verdict, Verdicts};

/// Fewer deployments than this on either side say nothing about a failure rate.
const FEWEST_DEPLOYMENTS: u64 = 5;

/// The verdicts on all metrics; none where no period is compared with.
pub(super) fn verdicts(now: &PeriodFigures, before: Option<&PeriodFigures>) -> Verdicts {
    let Some(before) = before else { return Verdicts::default() };
    Verdicts {
        frequency: both(&now.frequency, &before.frequency, frequency),
        lead_time: both(&now.lead_time, &before.lead_time, |now, before| {
            durations(now.durations.as_ref(), before.durations.as_ref())
        }),
        change_failure: both(&now.change_failure, &before.change_failure, change_failure),
        restore: both(&now.restore, &before.restore, restore),
        recovery: both(&now.recovery, &before.recovery, restore),
    }
}

fn both<T>(now: &Figure<T>, before: &Figure<T>, judge: impl Fn(&T, &T) -> Verdict) -> Option<Verdict> {
    // Where there is no figure there is nothing to judge.
    let now = now.as_ref().ok()?;
    Some(before.as_ref().map_or(Verdict::TooFewData, |before| judge(now, before)))
}

fn judged(significant: bool, better: bool) -> Verdict {
    match (significant, better) {
        (false, _) => Verdict::WithinNoise,
        (true, true) => Verdict::Better,
        (true, false) => Verdict::Worse,
    }
}

fn frequency(now: &Frequency, before: &Frequency) -> Verdict {
    let side = |figure: &Frequency| (figure.deployments, f64::from(figure.days.max(1)));
    match poisson_rates_p(side(now), side(before)) {
        None => Verdict::TooFewData,
        Some(p) => judged(p < 0.05, now.per_day > before.per_day),
    }
}

fn change_failure(now: &ChangeFailure, before: &ChangeFailure) -> Verdict {
    if now.deployments.min(before.deployments) < FEWEST_DEPLOYMENTS {
        return Verdict::TooFewData;
    }
    match newcombe((now.failed, now.deployments), (before.failed, before.deployments)) {
        None => Verdict::TooFewData,
        Some(difference) => judged(difference.low > 0.0 || difference.high < 0.0, difference.high < 0.0),
    }
}

fn durations(now: Option<&Durations>, before: Option<&Durations>) -> Verdict {
    let interval = |durations: Option<&Durations>| durations.and_then(|durations| durations.ci95);
    match (interval(now), interval(before)) {
        (Some(now), Some(before)) => judged(now.high < before.low || before.high < now.low, now.high < before.low),
        _ => Verdict::TooFewData,
    }
}

fn restore(now: &Restore, before: &Restore) -> Verdict {
    durations(now.durations.as_ref(), before.durations.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit::Interval;
    use crate::metrics::tables::{BandReading, NoData};

    fn rate(deployments: u64) -> Frequency {
        Frequency {
            deployments,
            days: 30,
            per_day: deployments as f64 / 30.0,
            days_with_deployments: 1,
            median_days_between: None,
            ci95: Interval { low: 0.0, high: 1.0 },
            band: BandReading::default(),
        }
    }

    fn failures(failed: u64, deployments: u64) -> ChangeFailure {
        ChangeFailure {
            deployments,
            failed,
            ratio: None,
            ci95: None,
            by_rule: std::collections::BTreeMap::new(),
            band: BandReading::default(),
        }
    }

    fn spread(ends: Option<(f64, f64)>) -> Durations {
        let ci95 = ends.map(|(low, high)| Interval { low, high });
        Durations { n: 9, p50: 1.0, p75: 1.0, p90: 1.0, mean: 1.0, ci95 }
    }

    #[test]
    fn more_deployments_are_better_fewer_worse_and_a_handful_tells_nothing() {
        assert_eq!(frequency(&rate(40), &rate(15)), Verdict::Better);
        assert_eq!(frequency(&rate(15), &rate(40)), Verdict::Worse);
        assert_eq!(frequency(&rate(22), &rate(20)), Verdict::WithinNoise);
        assert_eq!(frequency(&rate(3), &rate(2)), Verdict::TooFewData);
        assert_eq!(frequency(&rate(0), &rate(0)), Verdict::TooFewData);
    }

    #[test]
    fn fewer_failures_are_better_more_worse_and_four_deployments_tell_nothing() {
        assert_eq!(change_failure(&failures(2, 100), &failures(20, 100)), Verdict::Better);
        assert_eq!(change_failure(&failures(20, 100), &failures(2, 100)), Verdict::Worse);
        assert_eq!(change_failure(&failures(3, 20), &failures(2, 20)), Verdict::WithinNoise);
        assert_eq!(change_failure(&failures(0, 4), &failures(4, 100)), Verdict::TooFewData);
    }

    #[test]
    fn shorter_is_better_only_where_the_intervals_do_not_touch() {
        let judge = |now, before| durations(Some(&spread(now)), Some(&spread(before)));
        assert_eq!(judge(Some((1.0, 2.0)), Some((3.0, 4.0))), Verdict::Better);
        assert_eq!(judge(Some((3.0, 4.0)), Some((1.0, 2.0))), Verdict::Worse);
        assert_eq!(judge(Some((1.0, 3.0)), Some((3.0, 4.0))), Verdict::WithinNoise);
        assert_eq!(judge(None, Some((3.0, 4.0))), Verdict::TooFewData);
        assert_eq!(durations(Some(&spread(Some((1.0, 2.0)))), None), Verdict::TooFewData);
    }

    #[test]
    fn without_a_figure_there_is_no_verdict_and_without_the_one_before_too_few_data() {
        let missing: Figure<Frequency> = Err(NoData::NoRepos);
        assert_eq!(both(&missing, &Ok(rate(9)), frequency), None);
        assert_eq!(both(&Ok(rate(9)), &missing, frequency), Some(Verdict::TooFewData));
    }
}
