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
pub fn verdicts(now: &PeriodFigures, before: Option<&PeriodFigures>) -> Verdicts {
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
