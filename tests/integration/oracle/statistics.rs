//! Oracle: percentiles, intervals, survival, each by its definition. Durations are seconds.

use dora_report::domain::band::Thresholds;
use dora_report::domain::unit::Interval;
use dora_report::metrics::tables::{BandReading, Durations};
use num_rational::Ratio;

/// Linear interpolation between order statistics of sorted values.
pub(super) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let below = (0..sorted.len()).rev().find(|&i| i as f64 <= place).expect("values");
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

pub(super) fn durations(values: &[i64]) -> Option<Durations> {
    if values.is_empty() {
        return None;
    }
    let mut sorted: Vec<f64> = values.iter().map(|&value| value as f64).collect();
    sorted.sort_by(f64::total_cmp);
    Some(Durations {
        n: sorted.len() as u64,
        p50: percentile(&sorted, 0.5),
        p75: percentile(&sorted, 0.75),
        p90: percentile(&sorted, 0.9),
        mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
        ci95: median_interval(&sorted),
    })
}

/// Of the pairs of order statistics equally far from both ends, the innermost that holds the median with at least
/// 95 %: each tail, `P(B < rank)` of B ~ Binomial(n, 1/2), is at most 2.5 %.
fn median_interval(sorted: &[f64]) -> Option<Interval> {
    let n = sorted.len();
    let tail = |rank: usize| (0..rank).map(|i| choose(n, i) / 2_f64.powf(n as f64)).sum::<f64>();
    let rank = (1..=n / 2).rev().find(|&rank| tail(rank) <= 0.025)?;
    Some(Interval { low: sorted[rank - 1], high: sorted[n - rank] })
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product()
}

/// Wilson's score interval at 95 %.
pub(super) fn wilson(hits: usize, n: usize) -> Interval {
    let (z, n, p) = (1.959_963_984_540_054_f64, n as f64, hits as f64 / n as f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// Garwood's exact interval of a Poisson mean, by halving: the mean at which so many or more, so many or fewer, has
/// a chance of 2.5 %.
pub(super) fn garwood(count: usize) -> Interval {
    let at_most = |k: usize, mean: f64| {
        let mut term = (-mean).exp();
        let mut sum = term;
        for i in 1..=k {
            term *= mean / i as f64;
            sum += term;
        }
        sum
    };
    let solve = |below: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0.0, 10.0 * (count as f64 + 10.0));
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if below(middle) { low = middle } else { high = middle }
        }
        low
    };
    let low = if count == 0 { 0.0 } else { solve(&|mean| 1.0 - at_most(count - 1, mean) < 0.025) };
    Interval { low, high: solve(&|mean| at_most(count, mean) > 0.025) }
}

/// Survival after each time that occurs, as an exact fraction.
pub(super) fn survival(resolved: &[i64], open: &[i64]) -> Vec<(i64, Ratio<u128>)> {
    let mut times: Vec<i64> = resolved.iter().chain(open).copied().collect();
    times.sort_unstable();
    times.dedup();
    let mut left = Ratio::ONE;
    let mut curve = Vec::new();
    for time in times {
        let at_risk = resolved.iter().chain(open).filter(|&&other| other >= time).count() as u128;
        let restored = resolved.iter().filter(|&&other| other == time).count() as u128;
        left *= Ratio::new(at_risk - restored, at_risk);
        curve.push((time, left));
    }
    curve
}

/// The smallest time at which the curve is at or below a half, and else the longest time seen.
pub(super) fn survival_median(resolved: &[i64], open: &[i64]) -> (Option<f64>, Option<f64>) {
    let curve = survival(resolved, open);
    let median = curve.iter().find(|(_, left)| *left <= Ratio::new(1, 2)).map(|(time, _)| *time as f64);
    let longest = curve.last().map(|(time, _)| *time as f64);
    (median, if median.is_none() { longest } else { None })
}

/// The band of a point, and those of its interval's ends where they differ, the worse first.
pub(super) fn reading(thresholds: &Thresholds, point: Option<f64>, ends: Option<Interval>) -> BandReading {
    let band = point.and_then(|value| thresholds.classify(value));
    let ends = ends.and_then(|ends| Some((thresholds.classify(ends.low)?, thresholds.classify(ends.high)?)));
    let range = ends.filter(|(low, high)| low != high).map(|(low, high)| (low.max(high), low.min(high)));
    BandReading { band, range: band.and(range) }
}
