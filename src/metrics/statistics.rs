//! Percentiles, intervals, survival and tests: pure functions over numbers, each with its source.
//!
//! Every interval is two-sided at 95 %. Nothing here returns NaN for finite input: what is not defined is `None`.

use statrs::function::beta::beta_reg;

use statrs::function::gamma::gamma_lr;

use crate::domain::unit::Interval;

/// Standard normal quantile at 0.975.
const Z: f64 = 1.959_963_984_540_054;
/// Each tail of a two-sided 95 % statement.
const TAIL: f64 = 0.025;

/// The two ranks (from 0) and the weight between them of a percentile of `n` sorted values: linear interpolation
/// between order statistics, `h = (n − 1) q`, as numpy's default and Prometheus' `quantile_over_time` do
/// (Hyndman and Fan 1996, type 7).
pub fn quantile_ranks(n: usize, q: f64) -> Option<(usize, usize, f64)> {
    let last = n.checked_sub(1)?;
    let position = last as f64 * q;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n − 1")]
    let low = (position.floor() as usize).min(last);
    Some((low, (low + 1).min(last), position - low as f64))
}

/// A percentile of sorted values; see [`quantile_ranks`].
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let (low, high, weight) = quantile_ranks(sorted.len(), q)?;
    Some(lerp(*sorted.get(low)?, *sorted.get(high)?, weight))
}

/// The median of values in any order, which are moved about; see [`quantile_ranks`].
pub fn median(values: &mut [f64]) -> Option<f64> {
    let (low, high, weight) = quantile_ranks(values.len(), 0.5)?;
    let (_, at, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    let next = if high == low { *at } else { above.iter().copied().min_by(f64::total_cmp)? };
    Some(lerp(*at, next, weight))
}

/// The point a share `weight` of the way from `low` to `high`.
pub fn lerp(low: f64, high: f64, weight: f64) -> f64 {
    low + (high - low) * weight
}

/// Exact interval of a Poisson mean from one count (Garwood 1936): half the chi-squared quantiles at 2k and 2k + 2
/// degrees of freedom.
pub fn garwood(count: u64) -> Interval {
    let k = count as f64;
    let low = if count == 0 { 0.0 } else { gamma_quantile(k, TAIL) };
    Interval { low, high: gamma_quantile(k + 1.0, 1.0 - TAIL) }
}

/// Quantile of the gamma distribution of a shape and scale 1, by bisection.
fn gamma_quantile(shape: f64, q: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 10.0 * shape.sqrt() + 20.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if gamma_lr(shape, middle) < q { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Score interval of a proportion (Wilson 1927); none for no trials.
pub fn wilson(successes: u64, trials: u64) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let (k, n) = (successes as f64, trials as f64);
    let p = k / n;
    let denominator = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / (2.0 * n)) / denominator;
    let half = Z / denominator * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let low = if successes == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (centre + half).min(1.0) };
    Some(Interval { low, high })
}

/// Interval of a difference of two proportions `a − b` by the hybrid score method (Newcombe 1998, method 10).
pub fn newcombe(a: (u64, u64), b: (u64, u64)) -> Option<Interval> {
    let (first, second) = (wilson(a.0, a.1)?, wilson(b.0, b.1)?);
    let (p, q) = (a.0 as f64 / a.1 as f64, b.0 as f64 / b.1 as f64);
    let difference = p - q;
    Some(Interval {
        low: difference - ((p - first.low).powi(2) + (second.high - q).powi(2)).sqrt(),
        high: difference + ((first.high - p).powi(2) + (q - second.low).powi(2)).sqrt(),
    })
}

/// Probability of at most `k` successes in `n` trials, as a regularised incomplete beta function.
fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_reg((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// Ranks (from 1) of the order statistics that hold the median with at least 95 % (binomial; Conover 1999, 3.2);
/// none below n = 6.
pub fn median_ranks(n: u64) -> Option<(u64, u64)> {
    if n < 6 {
        return None;
    }
    // The largest r with P(X ≤ r − 1) ≤ 0.025 for X ~ Binomial(n, ½); it grows with r, so halving finds it.
    let (mut low, mut high) = (1, n / 2 + 1);
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if binomial_cdf(middle - 1, n, 0.5) <= TAIL { low = middle } else { high = middle }
    }
    Some((low, n - low + 1))
}

/// Interval of the median of sorted values; see [`median_ranks`].
pub fn median_interval(sorted: &[f64]) -> Option<Interval> {
    let (low, high) = median_ranks(sorted.len() as u64)?;
    let at = |rank: u64| sorted.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied();
    Some(Interval { low: at(low)?, high: at(high)? })
}

/// Two-sided p-value that two Poisson counts over two exposures have one rate: given their sum, the first is
/// binomial (Przyborowski and Wilenski 1940). `None` where no outcome of that sum could be significant at 95 %.
pub fn poisson_rates_p(first: (u64, f64), second: (u64, f64)) -> Option<f64> {
    let total = first.0 + second.0;
    let share = first.1 / (first.1 + second.1);
    let most_extreme = 2.0 * share.min(1.0 - share).powf(total as f64);
    if total == 0 || most_extreme >= 2.0 * TAIL {
        return None;
    }
    let at_most = binomial_cdf(first.0, total, share);
    let at_least = if first.0 == 0 { 1.0 } else { 1.0 - binomial_cdf(first.0 - 1, total, share) };
    Some((2.0 * at_most.min(at_least)).min(1.0))
}

/// A Kaplan-Meier curve (1958): `ended` are times that ended, `censored` those still running. Returns the steps
/// `(time, share still running after it)` in order of time; at one time, ends come before censorings.
pub fn kaplan_meier(ended: &[f64], censored: &[f64]) -> Vec<(f64, f64)> {
    let mut ended = ended.to_vec();
    let mut censored = censored.to_vec();
    ended.sort_unstable_by(f64::total_cmp);
    censored.sort_unstable_by(f64::total_cmp);
    let mut steps = Vec::new();
    let (mut running, mut gone) = (1.0, 0);
    let mut rest = ended.as_slice();
    while let Some(&time) = rest.first() {
        let deaths = rest.iter().take_while(|&&other| other <= time).count();
        gone += censored.get(gone..).map_or(0, |later| later.iter().take_while(|&&other| other < time).count());
        let at_risk = rest.len() + censored.len() - gone;
        running *= 1.0 - deaths as f64 / at_risk as f64;
        steps.push((time, running));
        rest = rest.get(deaths..).unwrap_or_default();
    }
    steps
}

/// The smallest time at which a survival curve is at or below a half.
pub fn survival_median(steps: &[(f64, f64)]) -> Option<f64> {
    // A product of fractions may miss an exact half by rounding.
    steps.iter().find(|(_, running)| *running <= 0.5 + 1e-12).map(|(time, _)| *time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{found} is not {wanted}");
    }

    #[test]
    fn percentiles_interpolate_as_numpy_does() {
        let values = [10.0, 20.0, 40.0, 3000.0];
        assert_eq!(quantile(&values, 0.5), Some(30.0));
        close(quantile(&values, 0.9).expect("some"), 2112.0, 1e-9);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_median_of_values_in_any_order_is_that_of_the_sorted_ones() {
        for values in [vec![3.0, 1.0, 2.0], vec![4.0, 1.0, 3.0, 2.0], vec![7.0], vec![2.0, 2.0], vec![]] {
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            assert_eq!(median(&mut values.clone()), quantile(&sorted, 0.5), "{values:?}");
        }
    }

    #[test]
    fn garwood_matches_the_published_table() {
        // Exact Poisson limits as tabulated, e.g. Ulm 1990 and Pearson & Hartley table 40.
        for (count, low, high) in
            [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (8, 3.4538, 15.7632), (30, 20.2409, 42.8269)]
        {
            let interval = garwood(count);
            close(interval.low, low, 5e-5);
            close(interval.high, high, 5e-5);
        }
        let large = garwood(100_000);
        close(large.low, 99_381.2, 0.5);
    }

    #[test]
    fn wilson_matches_newcombes_examples_and_never_leaves_zero_to_one() {
        // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        for (k, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = wilson(k, n).expect("trials");
            close(interval.low, low, 5e-5);
            close(interval.high, high, 5e-5);
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn newcombe_matches_his_example() {
        // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
        let interval = newcombe((56, 70), (48, 80)).expect("trials");
        close(interval.low, 0.0524, 5e-5);
        close(interval.high, 0.3339, 5e-5);
    }

    #[test]
    fn the_medians_ranks_match_the_binomial_table() {
        for (n, ranks) in [
            (5, None),
            (6, Some((1, 6))),
            (10, Some((2, 9))),
            (20, Some((6, 15))),
            (50, Some((18, 33))),
            (100, Some((40, 61))),
        ] {
            assert_eq!(median_ranks(n), ranks, "n = {n}");
        }
    }

    #[test]
    fn one_rate_against_another_is_a_binomial_test() {
        // 4 against 14 over equal spans: P(X ≤ 4 | 18, ½) = 4048 / 2^18, twice.
        close(poisson_rates_p((4, 1.0), (14, 1.0)).expect("enough"), 2.0 * 4048.0 / 262_144.0, 1e-12);
        assert_eq!(poisson_rates_p((0, 30.0), (5, 30.0)), None, "five events cannot tell");
    }

    #[test]
    fn the_test_of_two_rates_takes_either_tail_and_either_order() {
        // 9 against 1 over equal spans: P(X ≥ 9 | 10, ½) = 11 / 2^10, twice.
        for (first, second) in [((9, 1.0), (1, 1.0)), ((1, 1.0), (9, 1.0))] {
            close(poisson_rates_p(first, second).expect("enough"), 22.0 / 1_024.0, 1e-12);
        }
        // 0 against 5: the longer span without an event is P(X = 5 | 5, ¼), twice; the shorter one cannot tell.
        for (first, second) in [((0, 90.0), (5, 30.0)), ((5, 30.0), (0, 90.0))] {
            close(poisson_rates_p(first, second).expect("enough"), 2.0 / 1_024.0, 1e-12);
        }
        assert_eq!(poisson_rates_p((0, 10.0), (5, 30.0)).map(|p| p > 0.05), Some(true));
    }

    #[test]
    fn a_survival_curve_counts_the_open_ones() {
        // Kaplan & Meier by hand: 1, 3 ended; 2, 4 still running.
        let steps = kaplan_meier(&[3.0, 1.0], &[2.0, 4.0]);
        assert_eq!(steps, vec![(1.0, 0.75), (3.0, 0.375)]);
        assert_eq!(survival_median(&steps), Some(3.0));
        assert_eq!(kaplan_meier(&[2.0], &[2.0]), vec![(2.0, 0.5)], "at one time, what ends comes before what runs");
        assert_eq!(survival_median(&kaplan_meier(&[1.0], &[2.0, 3.0])), None);
        assert_eq!(survival_median(&kaplan_meier(&[4.0, 1.0, 2.0, 3.0], &[])), Some(2.0));
    }

    /// Fay, Testing the Ratio of Two Poisson Rates (vignette of CRAN rateratio.test 1.1): two events in 17,877 against
    /// nine in 16,660, twice the smaller tail.
    #[test]
    fn the_test_of_two_rates_agrees_with_the_example_of_fay() {
        let p = poisson_rates_p((2, 17_877.0), (9, 16_660.0)).expect("a test");
        close(p, 0.050_106_496, 1e-8);
    }

    /// Newcombe 1998 (Statistics in Medicine 17:873-890), table II, method 10.
    #[test]
    fn the_interval_of_a_difference_agrees_with_the_table_of_newcombe() {
        for (a, b, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let found = newcombe(a, b).expect("an interval");
            close(found.low, low, 6e-5);
            close(found.high, high, 6e-5);
        }
    }

    /// Bewick, Cheek and Ball, Critical Care 2004, 8:389, table 2, where the curve is exactly a half at 5; and the
    /// remission times of Freireich and Gehan.
    #[test]
    fn survival_medians_agree_with_published_tables() {
        let median = |ended: &[f64], censored: &[f64]| survival_median(&kaplan_meier(ended, censored));
        assert_eq!(median(&[1.0, 1.0, 4.0, 5.0, 9.0, 22.0], &[6.0, 9.0]), Some(5.0));
        let treated = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let lost = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        assert_eq!(median(&treated, &lost), Some(23.0));
    }
}
