//! One module per command, each with one `run`.

pub(super) mod about;
pub(super) mod audit;
pub(super) mod backfill;
pub(super) mod dataset;
pub(super) mod demo;
pub(super) mod diff;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod fetch;
mod handover;
pub(super) mod import;
pub(super) mod init;
mod lock;
pub(super) mod push;
pub(super) mod report;
pub(super) mod rules;
pub(super) mod run;
mod saved_mapping;
