//! Tests.

#![expect(clippy::expect_used, reason = "a test may fail where its own fixture is wrong")]

mod adapter;
mod compare;
mod generate;
mod metrics_properties;
mod oracle;
mod real_data;
