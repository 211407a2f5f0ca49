//! The dataset on disk: Parquet by month, upserted by key, one writer at a time, never half written.
//!
//! Owns the files and their schema, and the records of what was sent to remote-write servers and handed over to other
//! tools. Knows no source and computes no figure.

mod change;
pub mod check;
pub mod columns;
pub mod compact;
pub mod coverage;
mod cursors;
pub mod dataset;
mod durable;
pub mod error;
mod filter;
mod footer;
mod format;
mod frame;
pub mod handover;
mod incoming;
pub mod inventory;
pub mod known;
mod leftovers;
mod limits;
mod lock;
mod month;
mod part;
pub mod places;
mod plan;
mod reading;
mod rename;
pub mod repair;
pub mod rows;
mod scan;
pub mod schema;
pub mod sent;
mod small;
mod standing;
pub mod stats;
#[cfg(test)]
mod tests;
mod upsert;
mod writer;

pub use change::{Change, Effect};
pub use cursors::ASKED;
pub use dataset::Dataset;
pub use durable::replace;
pub use error::StoreError;
pub use lock::{lock_patiently, say_when_waiting};
pub use reading::{CheckedPart, Part};
pub use writer::Writer;
