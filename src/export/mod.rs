//! What leaves for Prometheus: the history as samples of events, current figures for a Pushgateway, and the rules and
//! dashboards that read them.
//!
//! The figures themselves are counted in `metrics`; nothing is counted here that a reader could not count again from
//! the samples. No file is written; servers are asked by `pushgateway` and `remote_write` alone.

pub mod dashboard;
pub mod event_series;
mod members;
pub mod openmetrics;
pub mod pushgateway;
pub mod remote_write;
pub mod rules;

/// A label's value between quotes, in OpenMetrics text as in PromQL: there are three escapes and no others.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
