//! The command line: arguments in, exit code out. The only room that reads the clock, the environment and the config
//! file, and the only one that writes reports.

mod advice;
mod args;
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
mod previous_actions;
mod publish;
mod replaced_report;
mod reports;
mod servers;

use std::ffi::OsString;
use std::process::ExitCode;

use self::args::Command;
use self::output::Console;
use crate::store;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match args::parse(arguments) {
        Ok(cli) => cli,
        Err(refused) => {
            let code = if refused.use_stderr() { exit::Code::Usage } else { exit::Code::Done };
            // Help into a closed pipe is no error.
            let _ = refused.print();
            return code.into();
        }
    };
    let _ = context::started();
    let console = Console::new(&cli.common);
    store::say_when_waiting(move |text| console.warning(text));
    let done = match &cli.command {
        Command::Demo(demo) => commands::demo::run(demo, &cli.common, console),
        Command::Init(init) => commands::init::run(init, &cli.common, console),
        Command::Doctor(doctor) => commands::doctor::run(*doctor, &cli.common, console),
        Command::Fetch(fetch) => commands::fetch::run(fetch, &cli.common, console),
        Command::Import(import) => commands::import::run(import, &cli.common, console),
        Command::Dataset { care } => commands::dataset::run(*care, &cli.common, console),
        Command::Run(run) => commands::run::run(run, &cli.common, console),
        Command::Report(report) => commands::report::run(report, &cli.common, console),
        Command::Explain(explain) => commands::explain::run(explain, &cli.common),
        Command::Audit(audit) => commands::audit::run(audit, &cli.common),
        Command::Diff(diff) => commands::diff::run(diff),
        Command::Push(push) => commands::push::run(push, &cli.common, console),
        Command::Backfill { target } => commands::backfill::run(target, &cli.common, console),
        Command::Rules(rules) => commands::rules::run(rules, &cli.common),
        Command::Export { what } => commands::export::run(what, &cli.common, console),
        Command::Completions { shell } => commands::about::completions(*shell),
        Command::Schema => commands::about::schema(),
        Command::Man(man) => commands::about::man(man),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) => {
            console.error(&error);
            exit::of(&error).into()
        }
    }
}
