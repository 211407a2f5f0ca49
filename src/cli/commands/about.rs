//! `completions`, `man` and `schema`: what the program knows about its own command line and its config.

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::exit::Code;
use crate::cli::output::data;
use crate::config::reference;

/// Prints a completion script.
pub(in crate::cli) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Code> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "dora-report", &mut script);
    data(&String::from_utf8_lossy(&script))?;
    Ok(Code::Done)
}

/// Prints the manual page.
pub(in crate::cli) fn man() -> anyhow::Result<Code> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    data(&String::from_utf8_lossy(&page))?;
    Ok(Code::Done)
}

/// Prints the JSON Schema of `dora.toml`.
pub(in crate::cli) fn schema() -> anyhow::Result<Code> {
    data(&reference::json_schema())?;
    Ok(Code::Done)
}
