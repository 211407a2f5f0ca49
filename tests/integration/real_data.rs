//! The program against real histories whose figures were worked out elsewhere: `../shared/data`, where it is.
//!
//! The real binary reads the tables and writes its report into a temporary folder; the files it wrote are compared.

mod command;
mod github_status;
mod govuk;
mod peers;
