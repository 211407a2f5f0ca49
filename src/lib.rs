//! DORA metrics from the history a team already has.
//!
//! Data flows one way, and imports point only down this line:
//! `sources → domain → store → facts → metrics → report | export`; `cli` joins them. `http` is the one client of `sources` and `export`.

pub mod cli;
pub mod config;
pub mod domain;
pub mod export;
pub mod facts;
pub mod http;
pub mod metrics;
pub mod platform;
pub mod report;
pub mod sources;
pub mod store;
