//! What leaves for other programs. For Prometheus: the history as samples of events, current figures for a Pushgateway,
//! and the rules and dashboards that read them. For DuckDB and Spark: the facts, and the SQL that counts them.
//!
//! The figures themselves are counted in `metrics`; nothing is counted here that a reader could not count again from
//! the samples. No file is written; servers are asked by `pushgateway` and `remote_write` alone.

pub mod dashboard;
pub mod event_series;
pub mod facts;
mod members;
pub mod notify;
pub mod openmetrics;
pub mod pushgateway;
pub mod remote_write;
pub mod rules;
pub mod sql;

/// A label's value between quotes, in OpenMetrics text as in PromQL: there are three escapes and no others.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
