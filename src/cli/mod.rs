//! The command line: arguments in, exit code out. The only module that reads the clock, the environment and the config
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
mod heartbeat;
mod history;
mod interrupt;
mod log;
#[cfg(test)]
mod made_up;
mod notify;
mod output;
mod own_files;
mod previous_actions;
mod publish;
mod replaced_report;
mod reports;
mod servers;
mod token_end;
mod written_report;

use std::ffi::OsString;
use std::process::ExitCode;

use self::args::{BackfillTarget, Cli, Command, LogFormat};
use self::exit::Code;
use self::log::LogEvent;
use self::output::Console;
use crate::store;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let _ = context::started();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let early = Console::early(log_format(&arguments));
    early.log_panics();
    let (console, code) = match args::parse(&arguments) {
        Ok(cli) => {
            let console = Console::new(&cli.common);
            (console, command(&cli, console))
        }
        Err(refused) => refuse(&refused, early),
    };
    console.end(code);
    code.into()
}

/// The format of messages by arguments that the parser refuses.
fn log_format(arguments: &[OsString]) -> LogFormat {
    let given = arguments.iter().take_while(|argument| *argument != "--");
    let pairs = given.clone().zip(given.skip(1));
    let is_json = pairs.fold(false, |is_json, (name, value)| match (name.to_str(), value.to_str()) {
        (Some("--log-format"), Some(value)) => value == "json",
        (_, Some(flag)) if flag.starts_with("--log-format=") => flag == "--log-format=json",
        _ => is_json,
    });
    if is_json { LogFormat::Json } else { LogFormat::Text }
}

/// Says what the parser of arguments says: help on standard output, and what is wrong.
fn refuse(refused: &clap::Error, console: Console) -> (Console, Code) {
    if !refused.use_stderr() || !console.is_json() {
        // Writing help to a closed pipe is not an error.
        let _ = refused.print();
    } else {
        let text = refused.render().to_string();
        let text = text.trim().trim_start_matches("error: ");
        console.error_as(LogEvent::UsageError, text, serde_json::Value::Null);
    }
    (console, if refused.use_stderr() { Code::Usage } else { Code::Done })
}

/// Whether a command ends in good order when it is asked to end. The others leave nothing half done that a signal would
/// matter to, and end at once.
fn handles_signals(command: &Command) -> bool {
    match command {
        Command::Fetch(_) | Command::Run(_) | Command::Push(_) => true,
        Command::Backfill { target } => matches!(target, BackfillTarget::RemoteWrite(_)),
        Command::Export { what } => what.sends(),
        _ => false,
    }
}

/// Runs one command, and says why it failed where it did.
fn command(cli: &Cli, console: Console) -> Code {
    if handles_signals(&cli.command) {
        interrupt::listen(console);
    }
    store::say_when_waiting(move |text| console.waits()(text));
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
    // A signal in the last seconds, like those of a ping, must not end as a success.
    let done = done.and_then(|code| match code {
        Code::Interrupted | Code::Terminated => Ok(code),
        code => interrupt::check().map(|()| code).map_err(Into::into),
    });
    done.unwrap_or_else(|error| {
        console.error(&error);
        exit::of(&error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_messages_is_found_in_arguments_that_are_refused() {
        for (arguments, is_json) in [
            (&["dora-report", "--log-format", "json", "nonsense"][..], true),
            (&["dora-report", "nonsense", "--log-format=json"], true),
            (&["dora-report", "--log-format=json", "--log-format", "text"], false),
            (&["dora-report", "--", "--log-format=json"], false),
            (&["dora-report", "--log-format"], false),
            (&["dora-report"], false),
        ] {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            assert_eq!(log_format(&arguments) == LogFormat::Json, is_json, "{arguments:?}");
        }
    }
}
