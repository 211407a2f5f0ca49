//! The command line: arguments in, exit code out. The only room that reads the clock, the environment and the config
//! file, and the only one that writes reports.

mod advice;
mod args;
mod carried;
mod closing;
mod commands;
mod content;
mod context;
mod dataset;
mod disk;
mod exit;
mod extras;
mod gate;
mod history;
mod notify;
mod output;
mod own_files;
mod publish;
mod reports;
mod servers;
mod standing;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Command};
use self::output::Talk;
use crate::store;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(refused) => {
            let code = if refused.use_stderr() { exit::Code::Usage } else { exit::Code::Done };
            // Help into a closed pipe is no error.
            let _ = refused.print();
            return code.into();
        }
    };
    let _ = context::started();
    let talk = Talk::new(&cli.common);
    store::say_when_waiting(move |text| talk.warning(text));
    let done = match &cli.command {
        Command::Demo(demo) => commands::demo::run(demo, &cli.common, talk),
        Command::Doctor(network) => commands::doctor::run(*network, &cli.common, talk),
        Command::Fetch(fetch) => commands::fetch::run(fetch, &cli.common, talk),
        Command::Import(import) => commands::import::run(import, &cli.common, talk),
        Command::Dataset { care } => commands::dataset::run(*care, &cli.common, talk),
        Command::Run(run) => commands::run::run(run, &cli.common, talk),
        Command::Report(report) => commands::report::run(report, &cli.common, talk),
        Command::Explain(explain) => commands::explain::run(explain, &cli.common),
        Command::Audit(audit) => commands::audit::run(audit, &cli.common),
        Command::Diff(diff) => commands::diff::run(diff),
        Command::Push(push) => commands::push::run(push, &cli.common, talk),
        Command::Backfill { road } => commands::backfill::run(road, &cli.common, talk),
        Command::Rules(rules) => commands::rules::run(rules, &cli.common),
        Command::Export { what } => commands::export::run(what, &cli.common, talk),
        Command::Completions { shell } => commands::about::completions(*shell),
        Command::Man => commands::about::man(),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) => {
            talk.error(&error);
            exit::of(&error).into()
        }
    }
}
