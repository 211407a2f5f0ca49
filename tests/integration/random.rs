//! Numbers that look random and are the same for the same seed.

/// The state after another: a linear congruential generator, with the constants of Knuth's MMIX. Its high bits are good.
pub(crate) fn after(state: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
}

/// Numbers from 0 to 1.
pub(crate) fn uniform(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state = after(state);
        f64::from(u32::try_from(state >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}
