//! Whether two periods differ by more than chance, at 95 %.
//!
//! Frequency: conditional binomial test of two Poisson rates. Change failure rate: Newcombe's interval of the
//! difference holds no zero. Durations: the order-statistic intervals of the two medians do not touch. If no outcome
//! could have been significant, the verdict is "too few data".

use super::descriptor::{Descriptor, Test};
use super::statistics::{newcombe, poisson_rates_p};
use super::tables::{Better, Figure, Metric, PastPeriod, Progress, Verdict};

/// With fewer deployments than this on either side, shares are not compared.
const FEWEST_DEPLOYMENTS: u64 = 5;

/// The verdict on a metric; none where there is no figure to judge.
pub(super) fn verdict(metric: Metric, now: &Figure, before: &Figure) -> Option<Verdict> {
    let now = now.known()?;
    Some(before.known().map_or(Verdict::TooFewData, |before| judge(metric.descriptor(), now, before)))
}

/// The verdict in view of earlier periods, given from the newest to the oldest, all before the one compared with; none where
/// there is no figure to judge.
///
/// The level is that of the newest earlier period from which the one compared with had fallen (or risen) by more than
/// chance.
pub fn progress<'a>(
    metric: Metric,
    now: &Figure,
    before: &Figure,
    earlier: impl Iterator<Item = &'a PastPeriod>,
) -> Option<Progress> {
    let verdict = verdict(metric, now, before)?;
    if before.value.is_none() && before.n == 0 {
        return Some(Progress::NoFigureBefore);
    }
    let moved = match verdict {
        Verdict::WithinNoise => return Some(Progress::Unchanged),
        Verdict::TooFewData => return Some(Progress::TooFewData),
        Verdict::Better => Verdict::Worse,
        Verdict::Worse => Verdict::Better,
    };
    let judged = |one: &Figure, other: &Figure| self::verdict(metric, one, other);
    let level = earlier.into_iter().find(|past| judged(before, &past.figures[metric]) == Some(moved));
    let against = level.and_then(|past| Some((judged(now, &past.figures[metric])?, past.period.clone())));
    Some(match (verdict, against) {
        (Verdict::Better, Some((Verdict::Worse, period))) => Progress::RecoveredInPart(period),
        (Verdict::Better, Some((Verdict::WithinNoise, period))) => Progress::RecoveredTo(period),
        (Verdict::Better, _) => Progress::Better,
        (_, Some((Verdict::WithinNoise, period))) => Progress::FellBackTo(period),
        _ => Progress::Worse,
    })
}

fn judge(descriptor: &Descriptor, now: &Figure, before: &Figure) -> Verdict {
    // Whether the difference is beyond chance, and whether the value rose.
    let difference = match descriptor.test {
        Test::Rates => rates(now, before),
        Test::Shares => shares(now, before),
        Test::Medians => medians(now, before),
    };
    match difference {
        None => Verdict::TooFewData,
        Some((false, _)) => Verdict::WithinNoise,
        Some((true, rose)) if rose == (descriptor.better == Better::Higher) => Verdict::Better,
        Some((true, _)) => Verdict::Worse,
    }
}

fn rates(now: &Figure, before: &Figure) -> Option<(bool, bool)> {
    let side = |figure: &Figure| (figure.n, f64::from(figure.frequency().map_or(1, |it| it.days.max(1))));
    let p = poisson_rates_p(side(now), side(before))?;
    Some((p < 0.05, now.value > before.value))
}

fn shares(now: &Figure, before: &Figure) -> Option<(bool, bool)> {
    if now.n.min(before.n) < FEWEST_DEPLOYMENTS {
        return None;
    }
    let difference = newcombe((now.k?, now.n), (before.k?, before.n))?;
    Some((difference.low > 0.0 || difference.high < 0.0, difference.low > 0.0))
}

fn medians(now: &Figure, before: &Figure) -> Option<(bool, bool)> {
    let (now, before) = now.ci95.zip(before.ci95)?;
    Some((now.high < before.low || before.high < now.low, before.high < now.low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::Period;
    use crate::domain::unit::Interval;
    use crate::metrics::tables::{Details, Figures, FrequencyDetails, NoData};

    fn rate(n: u64) -> Figure {
        let details = FrequencyDetails { days: 30, days_with_deployments: 1, median_days_between: None };
        Figure { n, value: Some(n as f64 / 30.0), details: Details::Frequency(details), ..Figure::default() }
    }

    fn failures(k: u64, n: u64) -> Figure {
        Figure { n, k: Some(k), ..Figure::default() }
    }

    fn spread(ends: Option<(f64, f64)>) -> Figure {
        Figure { n: 9, ci95: ends.map(|(low, high)| Interval { low, high }), ..Figure::default() }
    }

    fn judged(metric: Metric, now: &Figure, before: &Figure) -> Verdict {
        verdict(metric, now, before).expect("a figure")
    }

    #[test]
    fn more_deployments_are_better_fewer_are_worse_and_very_few_are_not_compared() {
        let judge = |now, before| judged(Metric::DeploymentFrequency, &rate(now), &rate(before));
        assert_eq!(judge(40, 15), Verdict::Better);
        assert_eq!(judge(15, 40), Verdict::Worse);
        assert_eq!(judge(22, 20), Verdict::WithinNoise);
        assert_eq!(judge(3, 2), Verdict::TooFewData);
        assert_eq!(judge(0, 0), Verdict::TooFewData);
    }

    #[test]
    fn fewer_failures_are_better_more_are_worse_and_four_deployments_are_too_few() {
        let judge = |now: (u64, u64), before: (u64, u64)| {
            judged(Metric::ChangeFailureRate, &failures(now.0, now.1), &failures(before.0, before.1))
        };
        assert_eq!(judge((2, 100), (20, 100)), Verdict::Better);
        assert_eq!(judge((20, 100), (2, 100)), Verdict::Worse);
        assert_eq!(judge((3, 20), (2, 20)), Verdict::WithinNoise);
        assert_eq!(judge((0, 5), (5, 5)), Verdict::Better);
        assert_eq!(judge((0, 4), (4, 100)), Verdict::TooFewData);
    }

    #[test]
    fn shorter_is_better_only_where_the_intervals_do_not_touch() {
        for metric in [Metric::LeadTime, Metric::TimeToRestore, Metric::RecoveryTime] {
            let judge = |now, before| judged(metric, &spread(now), &spread(before));
            assert_eq!(judge(Some((1.0, 2.0)), Some((3.0, 4.0))), Verdict::Better);
            assert_eq!(judge(Some((3.0, 4.0)), Some((1.0, 2.0))), Verdict::Worse);
            assert_eq!(judge(Some((1.0, 3.0)), Some((3.0, 4.0))), Verdict::WithinNoise);
            assert_eq!(judge(Some((3.0, 4.0)), Some((1.0, 3.0))), Verdict::WithinNoise);
            assert_eq!(judge(None, Some((3.0, 4.0))), Verdict::TooFewData);
            assert_eq!(judge(Some((1.0, 2.0)), None), Verdict::TooFewData);
        }
    }

    #[test]
    fn better_after_a_dip_is_a_recovery_and_names_the_level() {
        let past = |period: &str, n| PastPeriod {
            period: Period::parse(period, chrono::NaiveDate::MIN).expect("a period"),
            figures: Figures::new(|_| rate(n)),
        };
        let course = |now, before, earlier: &[PastPeriod]| {
            progress(Metric::DeploymentFrequency, &rate(now), &rate(before), earlier.iter()).expect("a figure")
        };
        let dip = [past("2026-Q1", 60), past("2025-Q4", 58)];
        assert_eq!(course(62, 20, &dip), Progress::RecoveredTo(dip[0].period.clone()));
        assert_eq!(course(36, 12, &dip), Progress::RecoveredInPart(dip[0].period.clone()));
        assert_eq!(course(110, 20, &dip), Progress::Better, "beyond the level before the dip");
        assert_eq!(course(62, 20, &[past("2026-Q1", 22)]), Progress::Better, "there was no dip");
        assert_eq!(course(62, 20, &[]), Progress::Better);
        assert_eq!(course(20, 62, &[past("2026-Q1", 22)]), Progress::FellBackTo(past("2026-Q1", 22).period));
        assert_eq!(course(20, 62, &dip), Progress::Worse);
        assert_eq!(course(22, 20, &dip), Progress::Unchanged);
        assert_eq!(course(3, 2, &dip), Progress::TooFewData);
        assert_eq!(course(40, 0, &[]), Progress::Better, "no deployment is a figure too");
        let unread = Figure::missing(NoData::NoRepos);
        let none = progress(Metric::DeploymentFrequency, &rate(9), &unread, std::iter::empty());
        assert_eq!(none, Some(Progress::NoFigureBefore));
        let slow = [past("2026-Q1", 24), past("2025-Q4", 60)];
        assert_eq!(course(62, 20, &slow), Progress::RecoveredTo(slow[1].period.clone()), "a dip over two periods");
    }

    #[test]
    fn no_figure_gives_no_verdict_and_no_previous_figure_gives_too_few_data() {
        let missing = Figure::missing(NoData::NoRepos);
        assert_eq!(verdict(Metric::DeploymentFrequency, &missing, &rate(9)), None);
        assert_eq!(verdict(Metric::DeploymentFrequency, &rate(9), &missing), Some(Verdict::TooFewData));
    }
}
