//! From the dataset to figures: Polars in, plain tables out.
//!
//! No I/O of its own, no clock, no rendering.

pub mod tables;
