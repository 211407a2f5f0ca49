//! `fetch` against a made-up GitLab that holds the same histories as the made-up GitHub.
//!
//! [`rest`] and [`details`] answer about a world of [`crate::github::world`], [`server`] puts that on a loopback port, and
//! [`scene`] runs the program against it. The other modules are the tests.

mod cost;
mod details;
mod equal;
mod failures;
mod incidents;
mod killed;
mod projects;
mod rest;
mod scene;
mod schedule;
mod server;
