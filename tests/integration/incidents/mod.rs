//! `fetch` of incidents against made-up services that keep the caps, the default windows and the time zones of the real
//! ones, and fail on demand.
//!
//! [`world`] says what there is, [`pagerduty`], [`opsgenie`] and the stand-ins of [`described`] answer questions about it,
//! [`server`] puts that on a loopback port and [`scene`] runs the program against it.

mod changed;
pub(crate) mod described;
mod dry_run;
mod flags;
mod history;
mod issues;
mod jsm;
mod late;
mod notified;
mod opsgenie;
mod pagerduty;
mod recorded;
mod run;
mod scene;
pub(crate) mod server;
mod trouble;
pub(crate) mod world;
