//! One module per command, each with one `run`.

pub(super) mod about;
pub(super) mod demo;
pub(super) mod doctor;
pub(super) mod fetch;
pub(super) mod import;
pub(super) mod report;
pub(super) mod run;
