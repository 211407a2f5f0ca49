//! `fetch` of incidents against made-up services that keep the caps, the default windows and the time zones of the real
//! ones, and fail on demand.
//!
//! [`world`] says what there is, [`pagerduty`] and [`opsgenie`] answer questions about it, [`server`] puts that on a
//! loopback port and [`scene`] runs the program against it.

mod changed;
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
