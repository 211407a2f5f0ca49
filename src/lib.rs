//! DORA metrics from the history a team already has.
//!
//! Data flows one way, and imports point only down this line:
//! `sources → domain → store → metrics → report | export`; `cli` joins them.

pub mod cli;
pub mod config;
pub mod domain;
pub mod export;
pub mod metrics;
pub mod report;
pub mod sources;
pub mod store;
