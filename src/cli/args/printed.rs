//! Tests that every command line printed in README and docs parses.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;

use super::manual::parse;

/// The words of a shell's line, quotes removed; a separator or a redirection is a word of its own where the shell sees one.
pub(super) fn words_of(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Each call of the program in a shell script: its words up to the end of the command.
fn calls(script: &str) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for line in script.replace("\\\n", " ").lines() {
        let words = words_of(line);
        // Only where a command begins: the word is also the name of a user and of an image.
        let begins = |at: usize| {
            at.checked_sub(1).and_then(|before| words.get(before)).is_none_or(|it| ["&&", "|"].contains(&it.as_str()))
        };
        for at in (0..words.len()).filter(|at| words[*at] == "dora-report" && begins(*at)) {
            let ends = |word: &&String| [">", "|", "&&", "#", ";"].iter().any(|end| word.starts_with(end));
            let call = words[at..].iter().take_while(|word| !ends(word));
            calls.push(call.map(|word| word.trim_end_matches(';').to_owned()).collect());
        }
    }
    calls
}

/// The command lines in the `sh` blocks of a page, and those in its text between back quotes.
fn printed(page: &str) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let mut script = String::new();
    let mut inline = Vec::new();
    let mut language = None;
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), language) {
            (Some(_), Some(_)) => language = None,
            (Some(name), None) => language = Some(name),
            (None, Some("sh" | "cron")) => script.extend([line, "\n"]),
            (None, Some(_)) => {}
            (None, None) => {
                let marked = line.split('`').skip(1).step_by(2).filter(|text| text.starts_with("dora-report "));
                inline.extend(marked.filter(|text| !text.contains(['[', '…']) && !text.contains("COMMAND")));
            }
        }
    }
    let inline = inline.into_iter().flat_map(|text| calls(&text.replace("METRIC", "cfr"))).collect();
    (calls(&script), inline)
}

#[test]
fn every_command_line_that_the_documents_print_parses() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let markdown = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let pages: Vec<PathBuf> = markdown.chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name))).collect();
    let mut count = 0;
    for page in pages {
        let (in_blocks, inline) = printed(&std::fs::read_to_string(&page).expect("a page"));
        count += in_blocks.len() + inline.len();
        let refused = |words: &Vec<String>| parse(words).err().filter(clap::Error::use_stderr);
        for words in &in_blocks {
            if let Some(refused) = refused(words) {
                panic!("{}: {}: {refused}", page.display(), words.join(" "));
            }
        }
        for words in &inline {
            // In running text, a command may be named without its required arguments.
            let refused = refused(words).filter(|it| it.kind() != ErrorKind::MissingRequiredArgument);
            if let Some(refused) = refused {
                panic!("{}: {}: {refused}", page.display(), words.join(" "));
            }
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn calls_are_found_in_a_script_with_quotes_comments_and_pipes() {
    let script = "x && dora-report a 'b > 1' # c\ndora-report \\\n  d | e\n";
    assert_eq!(calls(script), [vec!["dora-report", "a", "b > 1"], vec!["dora-report", "d"]]);
}
