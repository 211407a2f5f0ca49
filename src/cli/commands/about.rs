//! `completions` and `man`: what the program knows about its own command line.

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::exit::Code;
use crate::cli::output::data;

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
