//! Completes the help with headings, examples and exit codes, and renders the manual pages.

use clap::{Arg, Command, CommandFactory, FromArgMatches};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::Cli;
use super::page::{Exit, Page};
use super::pages::pages;
use super::uses::{environment, files};

/// Reads a command line.
///
/// # Errors
/// What is wrong with it; or the help or the version that it asks for, which clap returns the same way.
pub(in crate::cli) fn parse<I, T>(arguments: I) -> Result<Cli, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let mut command = command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|cause| cause.format(&mut command))
}

/// The grammar.
pub(in crate::cli) fn command() -> Command {
    complete(Cli::command(), "").after_long_help(
        "Run `dora-report help COMMAND` for the examples, options and exit codes of a command, and `dora-report man COMMAND` \
         for its manual page.",
    )
}

/// Completes a command and those below it.
fn complete(command: Command, path: &str) -> Command {
    let command = match page(path) {
        Some(page) => {
            let own = command.get_after_long_help().map(|text| format!("{text}\n\n")).unwrap_or_default();
            command.after_long_help(own + &after_help(page))
        }
        None => command,
    };
    command.mut_args(under_a_heading).mut_subcommands(|sub| {
        let path = below(path, sub.get_name());
        complete(sub, &path)
    })
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

fn page(path: &str) -> Option<&'static Page> {
    pages().find(|page| page.command == path)
}

fn after_help(page: &Page) -> String {
    let mut text = String::from("Examples:\n");
    for (what, line) in page.examples {
        text.extend(["  ", what, ":\n    ", line, "\n"]);
    }
    text.push_str("\nExit status:\n");
    for (code, when) in page.exit {
        text.extend([&format!("  {code:<3} "), *when, "\n"]);
    }
    text
}

fn under_a_heading(arg: Arg) -> Arg {
    if arg.is_positional() {
        return arg;
    }
    let heading = match arg.get_id().as_str() {
        "config" | "data" | "out" | "quiet" | "verbose" | "log_format" | "color" | "no_progress" | "help"
        | "version" => "Global options",
        "as_of" | "period" | "compare" | "service" | "team" | "repo" | "since" | "since_last" | "day" | "org"
        | "full" => "What is read",
        "timeout" | "deadline" | "max_wait" | "url" | "token_env" | "per_minute" => "Network",
        "fail_if" | "min_n" | "on_no_data" | "strict" => "Gates and exit codes",
        "from" | "statuses" | "covers" | "source" | "map" | "map_status" | "delimiter" | "time_zone"
        | "time_format" | "save_mapping" => "How files are read",
        "ping_url" | "ping_url_env" | "heartbeat-file" => "Monitoring",
        "format" | "redact" | "notes" | "keep" | "stdout" | "all" | "grafana" | "dialect" => "Output",
        _ => "Options",
    };
    arg.help_heading(heading)
}

/// A manual page and its file name.
pub(in crate::cli) struct ManualPage {
    pub(in crate::cli) file: String,
    pub(in crate::cli) text: Vec<u8>,
}

/// The manual pages: that of the program, then one per command.
///
/// # Errors
/// Only those of writing into memory.
pub(in crate::cli) fn manual_pages() -> std::io::Result<Vec<ManualPage>> {
    let mut root = command();
    root.build();
    let mut pages = Vec::new();
    write_pages(&root, "", &mut pages)?;
    Ok(pages)
}

/// Whether the manual has a page for this command; its file name.
pub(in crate::cli) fn file_of(path: &[String]) -> String {
    let names = std::iter::once("dora-report").chain(path.iter().map(String::as_str));
    format!("{}.1", names.collect::<Vec<_>>().join("-"))
}

fn write_pages(command: &Command, path: &str, pages: &mut Vec<ManualPage>) -> std::io::Result<()> {
    let words: Vec<String> = path.split_whitespace().map(str::to_owned).collect();
    let file = file_of(&words);
    let mut text = Vec::new();
    let name = file.trim_end_matches(".1").to_owned();
    // The sections that follow replace it.
    let bare = command.clone().after_long_help(None::<&str>).after_help(None::<&str>);
    let man = Man::new(bare).title(name).source(format!("dora-report {}", env!("CARGO_PKG_VERSION")));
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let below_it: Vec<&Command> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    if !below_it.is_empty() {
        man.render_subcommands_section(&mut text)?;
    }
    sections(path).to_writer(&mut text)?;
    pages.push(ManualPage { file, text });
    for sub in below_it {
        write_pages(sub, &below(path, sub.get_name()), pages)?;
    }
    Ok(())
}

/// EXIT STATUS, FILES, ENVIRONMENT and EXAMPLES of a page.
fn sections(path: &str) -> Roff {
    let mut roff = Roff::default();
    let mut list = |title: &str, lines: &[(String, &str)]| {
        if lines.is_empty() {
            return;
        }
        roff.control("SH", [title]);
        for (name, text) in lines {
            roff.control("TP", []);
            roff.text([bold(name.as_str())]);
            roff.text([roman(text.replace('`', ""))]);
        }
    };
    let owned = |lines: Vec<(&'static str, &'static str)>| {
        lines.into_iter().map(|(name, text)| (name.to_owned(), text)).collect::<Vec<_>>()
    };
    let everything: Vec<_> = pages().flat_map(|page| page.uses).copied().collect();
    let (exit, uses): (&[Exit], _) =
        page(path).map_or((ALL_CODES, unique(&everything)), |page| (page.exit, page.uses.to_vec()));
    list("EXIT STATUS", &exit.iter().map(|(code, when)| (code.to_string(), *when)).collect::<Vec<_>>());
    list("FILES", &owned(files(&uses)));
    let variables = environment(&uses);
    list("ENVIRONMENT", &variables.iter().map(|(name, text)| (name.clone(), text.as_str())).collect::<Vec<_>>());
    if let Some(page) = page(path) {
        list("EXAMPLES", &page.examples.iter().map(|(what, line)| ((*line).to_owned(), *what)).collect::<Vec<_>>());
    }
    roff
}

fn unique<T: PartialEq + Copy>(all: &[T]) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if !kept.contains(one) {
            kept.push(*one);
        }
    }
    kept
}

/// The exit codes of all commands together, for the page of the program.
const ALL_CODES: &[Exit] = &[
    (0, "Done."),
    (1, "Unexpected: a disk, a permission, a damaged dataset, or a defect of this program."),
    (2, "The command line or the configuration is wrong, or another process is writing the dataset."),
    (3, "A configured source or server has no token, refuses it, or shows nothing to it."),
    (4, "A source or a file could not be read, or a server or another tool did not take the data."),
    (5, "Done, but on partial data, and --strict was given. For audit: a finding is an error."),
    (6, "Done, but a message of [notify] could not be sent."),
    (10, "A gate of --fail-if tripped. The report is written."),
    (130, "SIGINT or Ctrl-C ended a command that fetches or sends, in good order."),
    (143, "SIGTERM ended a command that fetches or sends, in good order."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::printed::words_of;

    /// Calls `each` with every command and its words, but those of clap's own `help`.
    fn walk(command: &Command, path: &str, each: &mut dyn FnMut(&Command, &str)) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let path = below(path, sub.get_name());
            each(sub, &path);
            walk(sub, &path, each);
        }
    }

    fn built() -> Command {
        let mut command = command();
        command.build();
        command
    }

    #[test]
    fn every_command_has_a_purpose_of_one_sentence_two_examples_and_its_exit_codes() {
        let mut paths = Vec::new();
        walk(&built(), "", &mut |command, path| {
            paths.push(path.to_owned());
            let about = command.get_about().unwrap_or_else(|| panic!("{path}: no purpose")).to_string();
            assert!(!about.trim_end_matches('.').contains(". "), "{path}: more than a sentence: {about}");
            let page = page(path).unwrap_or_else(|| panic!("{path}: has no entry"));
            assert!(page.examples.len() >= 2, "{path}");
            let codes: Vec<u8> = page.exit.iter().map(|(code, _)| *code).collect();
            assert!(codes.starts_with(&[0, 1, 2]) && codes.is_sorted(), "{path}: {codes:?}");
            let known: Vec<u8> = ALL_CODES.iter().map(|(code, _)| *code).collect();
            assert!(codes.iter().all(|code| known.contains(code)), "{path}: {codes:?}");
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:") && help.contains("Exit status:"), "{path}: {help}");
        });
        let listed: Vec<&str> = pages().map(|page| page.command).collect();
        let unknown: Vec<&&str> = listed.iter().filter(|path| !paths.iter().any(|own| own == *path)).collect();
        assert!(unknown.is_empty(), "there is no such command: {unknown:?}");
    }

    #[test]
    fn every_option_is_under_a_heading_and_has_a_description() {
        walk(&built(), "", &mut |command, path| {
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{path}: {} has no description", arg.get_id());
                assert!(
                    arg.is_positional() || arg.get_help_heading().is_some(),
                    "{path}: {} has no heading",
                    arg.get_id()
                );
            }
        });
    }

    #[test]
    fn every_example_parses_as_its_command() {
        for page in pages() {
            for (_, line) in page.examples {
                let words = words_of(line).into_iter().take_while(|word| !["|", ">"].contains(&word.as_str()));
                assert!(line.starts_with(&format!("dora-report {}", page.command)), "{line}");
                if let Err(refused) = parse(words) {
                    panic!("{line}: {refused}");
                }
            }
        }
    }

    #[test]
    fn every_command_has_a_manual_page_with_exit_status_and_environment() {
        let pages = manual_pages().expect("pages");
        let mut expected = vec!["dora-report.1".to_owned()];
        walk(&built(), "", &mut |_, path| expected.push(format!("dora-report-{}.1", path.replace(' ', "-"))));
        let files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
        assert_eq!(files, expected);
        for page in &pages {
            let text = String::from_utf8_lossy(&page.text);
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "\"GLOBAL OPTIONS\"", "\"EXIT STATUS\"", "ENVIRONMENT"] {
                assert!(text.contains(&format!("\n.SH {section}\n")), "{}: no {section}\n{text}", page.file);
            }
        }
        let report = pages.iter().find(|page| page.file == "dora-report-report.1").expect("a page");
        let text = String::from_utf8_lossy(&report.text);
        assert!(text.contains("\n.SH FILES\n") && text.contains("\n.SH EXAMPLES\n"), "{text}");
    }
}
