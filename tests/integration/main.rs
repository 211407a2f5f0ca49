//! The one integration binary: a module per subject, so that the dependencies are linked once.

// They run programs by their Unix names, and make links and permissions of Unix. On Windows the unit tests run alone.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "helpers of tests may; the lint knows only test functions")]

mod adapter;
mod agree;
mod ask;
mod bounds;
mod browser;
mod changed_replies;
mod clock_ahead;
mod compare;
mod dataset;
mod definitions;
mod deployments;
mod doctor;
mod documents;
mod emulations;
mod exit_codes;
mod export;
mod fetch_usage;
mod findings;
mod full_disk;
mod generate;
mod github;
mod github_recorded;
mod gitlab;
mod hostile_files;
mod hostile_names;
mod house;
mod import;
mod incidents;
mod logins;
mod mail;
mod manual;
mod metrics_properties;
mod notify;
mod oracle;
mod paper;
mod periods;
mod printed;
mod prometheus;
mod proxy;
mod publishing;
mod python;
mod random;
mod readers;
mod real_data;
mod report;
mod smtp;
mod support;
mod vendors;
mod waiting;
mod wire;
