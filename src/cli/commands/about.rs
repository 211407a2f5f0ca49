//! `completions`, `man` and `schema`: what the program knows about its own command line and its config.

use std::path::Path;

use anyhow::Context;

use crate::cli::args::{self, ManPages, ManualPage, file_of, manual_pages};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::data;
use crate::config::reference;
use crate::store::replace;

/// Prints a completion script.
pub(in crate::cli) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Code> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "dora-report", &mut script);
    data(&String::from_utf8_lossy(&script))?;
    Ok(Code::Done)
}

/// Prints a manual page, or writes all of them.
pub(in crate::cli) fn man(asked: &ManPages) -> anyhow::Result<Code> {
    let pages = manual_pages()?;
    if let Some(folder) = &asked.to {
        write(&pages, folder).with_context(|| format!("{}: the manual pages cannot be written", folder.display()))?;
        return Ok(Code::Done);
    }
    let file = file_of(&asked.command);
    let Some(page) = pages.iter().find(|page| page.file == file) else {
        let names: Vec<&str> = pages.iter().filter_map(|page| page.file.strip_prefix("dora-report-")).collect();
        let names: Vec<String> = names.iter().map(|name| name.trim_end_matches(".1").to_owned()).collect();
        return Err(UsageError(format!(
            "`{}` has no manual page; the commands are {}",
            asked.command.join(" "),
            names.join(", ")
        ))
        .into());
    };
    data(&String::from_utf8_lossy(&page.text))?;
    Ok(Code::Done)
}

fn write(pages: &[ManualPage], folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|page| replace(&folder.join(&page.file), &page.text))
}

/// Prints the JSON Schema of `dora.toml`.
pub(in crate::cli) fn schema() -> anyhow::Result<Code> {
    data(&reference::json_schema())?;
    Ok(Code::Done)
}
