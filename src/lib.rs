//! DORA metrics from the deployment and incident history that a team already has.
//!
//! Data flows one way: `sources → domain → store → facts → metrics → report | export`. `cli` joins them. A module
//! imports only modules that come earlier in the list below.
//!
//! # The modules
//!
//! - [`domain`]: events, instants, periods, bands and units as plain types. It does no I/O.
//! - [`platform`]: what differs between operating systems. The only module that names `rustix` and `std::os`.
//! - [`http`]: the HTTP client with its retries, rate limits and deadlines, and the rule that decides which host may
//!   receive a token. It is built on `reqwest`; async ends here and in `sources`.
//! - [`document`]: `dora.toml` as sections and keys with their lines, and how a section is described.
//! - [`sources`]: GitHub, the incident services, files and clones as events of `domain`, and the registry of all
//!   providers. `octocrab` and `gix` are confined to it.
//! - [`config`]: `dora.toml` as checked settings, and the reference of all its keys.
//! - [`store`]: the dataset: columns, lock, atomic Parquet parts, coverage and cursors. It writes and reads with Polars.
//! - [`facts`]: the facts about each event, for example its service and the commits that a deployment delivered. Polars
//!   joins them here; `store` and `facts` are the only modules that name `polars`.
//! - [`metrics`]: facts as figures with intervals, bands and findings, one file per metric. `statrs` is confined to it.
//! - [`report`]: figures as pages, tables, charts and JSON. It writes no file. `askama`, `plotters`, `resvg` and
//!   `rust_xlsxwriter` are confined to it.
//! - [`export`]: figures and events for Prometheus, webhooks and mail, facts as SQL, and the history for other tools.
//!   `prost` and `snap` are confined to it.
//! - [`cli`]: arguments, commands, messages and exit codes. The only module that reads the clock and the environment and
//!   writes reports. `clap`, `anyhow` and `indicatif` are confined to it.

pub mod cli;
pub mod config;
pub mod document;
pub mod domain;
pub mod export;
pub mod facts;
pub mod http;
pub mod metrics;
pub mod platform;
pub mod report;
pub mod sources;
pub mod store;
