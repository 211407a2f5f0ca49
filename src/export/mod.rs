//! What leaves for Prometheus: the history as samples of events, and the rules that read it.
//!
//! The figures themselves are counted in `metrics`; nothing is counted here that a reader could not count again from
//! the samples. Neither files are written nor servers asked: that is the caller's.

pub mod event_series;
pub mod openmetrics;
pub mod rules;

/// A label's value between quotes, in OpenMetrics text as in PromQL: there are three escapes and no others.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
