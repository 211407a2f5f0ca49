//! `fetch` against a made-up GitHub that holds a whole history, counts what it is asked, and fails on demand.
//!
//! [`world`] and [`shapes`] say what there is, [`schema`] and [`execute`] answer queries about it, [`server`] and
//! [`fault`] put that on a loopback port; [`scene`] runs the program against it. The other modules are the tests.

mod changed;
mod cost;
pub(crate) mod daily;
mod doctor;
mod documentation;
mod execute;
mod failures;
mod fake;
mod fault;
mod fetch;
pub(crate) mod graphql;
mod heartbeat;
mod init;
mod interrupted;
mod killed_run;
mod limits;
mod log;
mod moved;
mod nulls;
mod pull_requests;
mod refusals;
mod rest;
mod run_ends;
pub(crate) mod scene;
mod schedule;
mod schema;
mod secrets;
mod server;
pub(crate) mod shapes;
mod signals;
mod stand_ins;
pub(crate) mod tables;
mod twelve_months;

pub(crate) mod world;
