//! Tests.

mod adapter;
mod compare;
mod generate;
mod metrics_properties;
mod oracle;
mod real_data;
