//! Renews what is generated from the table of the config's keys: `docs/config.md` between its markers, and
//! `docs/dora.schema.json`.
//!
//! `cargo run --example config-reference -- docs`

use std::path::PathBuf;

use dora_report::config::reference::{fill, json_schema};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("name the folder: docs")?.into();
    let page = folder.join("config.md");
    std::fs::write(&page, fill(&std::fs::read_to_string(&page)?)?)?;
    std::fs::write(folder.join("dora.schema.json"), json_schema())?;
    Ok(())
}
