//! The domain as plain types with units: events, time, groups, bands, settings.
//!
//! No I/O, no clock, no Polars. Every other module may import from here; this one imports from no other.

pub mod band;
pub mod batch;
pub mod calendar;
pub mod coverage;
pub mod event;
pub mod glob;
pub mod graph;
pub mod group;
pub mod hex;
pub mod kind;
pub mod limit;
#[cfg(test)]
pub(crate) mod mutations;
pub mod pattern;
pub mod period;
pub mod priority;
pub mod reason;
pub mod rework;
pub mod settings;
pub mod sha;
pub mod status;
pub mod survey;
pub mod time;
pub mod unit;
pub mod words;
mod zone_names;
