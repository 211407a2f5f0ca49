//! Statistics over all pairs of a series, without a list of the pairs: a series of n values has n²/2 of them.
//!
//! A pair that falls is an inversion, and sorting by merging counts those in n log n steps.

use std::cmp::Ordering;

use statrs::function::erf::erfc;

use super::statistics::{lerp, quantile, quantile_ranks};

/// With so many pairs or fewer their slopes are sorted: that is exact to the last digit.
const FEW: usize = 1 << 20;

/// Whether a series rises or falls (Mann 1945, Kendall 1975), with the corrections for ties and continuity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MannKendall {
    /// Rises less falls over all pairs.
    pub(super) s: i64,
    /// Variance of `s` where there is no trend.
    pub(super) variance: f64,
    /// Two-sided p-value of the normal approximation.
    pub(super) p: f64,
}

/// The Mann-Kendall test of values in order of time; `None` below three of them, or where all are equal.
pub(super) fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    let n = values.len() as f64;
    let falls = pairs(values, |early, late| late < early);
    let rises = pair_count(values.len()) - pairs(values, |early, late| late <= early);
    let s = i64::try_from(rises).ok()? - i64::try_from(falls).ok()?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|tied| spread(tied.len() as f64)).sum();
    let variance = (spread(n) - ties) / 18.0;
    if values.len() < 3 || variance <= 0.0 {
        return None;
    }
    let z = (s - s.signum()) as f64 / variance.sqrt();
    // Twice the tail beyond |z|.
    Some(MannKendall { s, variance, p: erfc(z.abs() / std::f64::consts::SQRT_2) })
}

/// The median of the slopes between all pairs (Theil 1950, Sen 1968); points are `(x, y)`, in order of x and each x
/// once. `None` where there is no pair.
pub(super) fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    let count = pair_count(points.len());
    let (low, high, weight) = quantile_ranks(usize::try_from(count).ok()?, 0.5)?;
    if count > FEW as u64 {
        let (low, high) = (slope_of_rank(points, low as u64)?, slope_of_rank(points, high as u64)?);
        return Some(lerp(low, high, weight));
    }
    let mut slopes = Vec::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let later = points.get(index + 1..).unwrap_or_default().iter();
        slopes.extend(later.map(|(other, value)| (value - y) / (other - x)));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    quantile(&slopes, 0.5)
}

/// The slope of a rank from 0, found between bounds that close in on it (Matoušek 1991, by bisection instead of
/// randomization): the smallest that more than `rank` slopes do not exceed, to the last bits of the span between them.
fn slope_of_rank(points: &[(f64, f64)], rank: u64) -> Option<f64> {
    // A slope is at most `slope` where y − slope·x does not rise between its two points.
    let at_most = |slope: f64| {
        let levels: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
        pairs(&levels, |early, late| late <= early)
    };
    // A slope is a mean of those between neighbours, so it lies between the least and the most of these.
    let mut neighbours = points.windows(2).filter_map(|pair| match pair {
        [(x, y), (other, value)] => Some((value - y) / (other - x)),
        _ => None,
    });
    let first = neighbours.next()?;
    let (mut low, mut high) = neighbours.fold((first, first), |(low, high), one| (low.min(one), high.max(one)));
    if at_most(low) > rank {
        return Some(low);
    }
    let fine = (high - low) * f64::EPSILON;
    while high - low > fine {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if at_most(middle) > rank {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(if (low < 0.0 && high > 0.0) || high.abs() <= fine { 0.0 } else { high })
}

/// How many pairs so many values make.
fn pair_count(values: usize) -> u64 {
    let n = values as u64;
    n * n.saturating_sub(1) / 2
}

/// Counts the pairs of an early and a late value for which `holds`, which must be monotone in the late value.
fn pairs(values: &[f64], holds: impl Fn(f64, f64) -> bool + Copy) -> u64 {
    let mut values = values.to_vec();
    let mut scratch = values.clone();
    count(&mut values, &mut scratch, holds)
}

/// The same, and sorts the values.
fn count(values: &mut [f64], scratch: &mut [f64], holds: impl Fn(f64, f64) -> bool + Copy) -> u64 {
    let middle = values.len() / 2;
    if middle == 0 {
        return 0;
    }
    let (early, late) = values.split_at_mut(middle);
    let (one, other) = scratch.split_at_mut(middle);
    let mut found = count(early, one, holds) + count(late, other, holds);
    let mut below = late.iter().peekable();
    let mut passed = 0;
    for &value in early.iter() {
        while below.next_if(|&&other| holds(value, other)).is_some() {
            passed += 1;
        }
        found += passed;
    }
    let (mut ups, mut downs) = (early.iter().copied().peekable(), late.iter().copied().peekable());
    for place in scratch.iter_mut() {
        let takes_late = match (ups.peek(), downs.peek()) {
            (Some(up), Some(down)) => down.total_cmp(up) == Ordering::Less,
            (up, _) => up.is_none(),
        };
        let next = if takes_late { downs.next() } else { ups.next() };
        *place = next.unwrap_or_default();
    }
    values.copy_from_slice(scratch);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{found} is not {wanted}");
    }

    /// EPA QA/G-9S (EPA/240/B-06/003, 2006), page 109; p computed from its Z by the normal tail.
    #[test]
    fn mann_kendall_agrees_with_the_example_of_the_epa_with_ties() {
        let found = mann_kendall(&[10.0, 10.0, 10.0, 5.0, 10.0, 20.0, 18.0, 17.0, 15.0, 24.0, 15.0]).expect("a test");
        assert_eq!(found.s, 22);
        close(found.variance, 155.333_333, 1e-6);
        close(found.p, 0.091_998_3, 1e-7);
        assert_eq!(mann_kendall(&[1.0, 2.0]), None);
        assert_eq!(mann_kendall(&[1.0, 2.0, 3.0]).map(|it| it.s), Some(3));
        assert_eq!(mann_kendall(&[3.0; 12]), None, "a constant series has no trend and no test");
    }

    /// Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, example 9.1.
    #[test]
    fn theil_sen_agrees_with_the_example_of_hollander_and_wolfe() {
        let points: Vec<(f64, f64)> =
            [1.26, 1.27, 1.12, 1.16, 1.03].iter().enumerate().map(|(x, y)| (x as f64 + 1.0, *y)).collect();
        close(theil_sen(&points).expect("a slope"), -0.056_25, 1e-12);
        assert_eq!(theil_sen(&[(1.0, 2.0)]), None);
    }

    /// A series without a pattern; the same each time.
    fn scattered(length: u32) -> Vec<f64> {
        (0..length).map(|nth| f64::from(nth.wrapping_mul(2_654_435_761) >> 12) / 977.0).collect()
    }

    #[test]
    fn pairs_are_those_that_a_plain_loop_counts() {
        for values in [scattered(97), vec![1.0; 20], vec![3.0, 1.0, 2.0, 2.0, 0.0], vec![], vec![7.0]] {
            for holds in [(|early, late| late < early) as fn(f64, f64) -> bool, |early, late| late <= early] {
                let late = |at: usize| values.get(at + 1..).unwrap_or_default();
                let plain = values
                    .iter()
                    .enumerate()
                    .map(|(at, &early)| late(at).iter().filter(|&&late| holds(early, late)).count() as u64);
                assert_eq!(pairs(&values, holds), plain.sum::<u64>(), "{values:?}");
            }
        }
    }

    #[test]
    fn the_median_slope_of_many_pairs_is_that_of_a_sorted_list_of_them() {
        let points: Vec<(f64, f64)> = scattered(400).into_iter().enumerate().map(|(x, y)| (x as f64, y)).collect();
        let mut slopes: Vec<f64> = Vec::new();
        for (at, (x, y)) in points.iter().enumerate() {
            slopes.extend(points[at + 1..].iter().map(|(other, value)| (value - y) / (other - x)));
        }
        slopes.sort_unstable_by(f64::total_cmp);
        for rank in [0, 1, 39_899, 39_900, 79_799] {
            let wanted = slopes[rank];
            let found = slope_of_rank(&points, rank as u64).expect("a slope");
            close(found, wanted, 1e-9 * wanted.abs().max(1.0));
        }
    }

    #[test]
    fn the_slope_of_a_rank_is_exact_where_points_are_unevenly_spaced() {
        // Slopes: -1 and 4 between neighbours, 2/3 between the first and the last.
        let points = [(0.0, 0.0), (1.0, -1.0), (1.5, 1.0)];
        for (rank, wanted) in [(0, -1.0), (1, 2.0 / 3.0), (2, 4.0)] {
            close(slope_of_rank(&points, rank).expect("a slope"), wanted, 1e-12);
        }
        // The slopes are so large that the bounds cannot get as close to each other as the tolerance requires.
        let steep = [(0.0, 0.0), (1.0, 1e6), (2.0, 2e6 + 1.0)];
        close(slope_of_rank(&steep, 1).expect("a slope"), 1e6 + 0.5, 1e-6);
    }

    #[test]
    #[ignore = "slow: .ci/run runs it"]
    fn centuries_of_weeks_have_a_slope() {
        // 200 million pairs, whose list would take 1.6 GB.
        let points: Vec<(f64, f64)> = scattered(20_000).into_iter().enumerate().map(|(x, y)| (x as f64, y)).collect();
        let slope = theil_sen(&points).expect("a slope");
        assert!(slope.abs() < 1.0, "{slope}");
        assert!(mann_kendall(&scattered(20_000)).is_some());
        let level: Vec<(f64, f64)> = (0..3_000).map(|x| (f64::from(x), 5.0)).collect();
        assert_eq!(theil_sen(&level), Some(0.0));
    }
}
