//! The messages that docs/troubleshooting.md quotes are messages of the program.

use std::fs;
use std::path::Path;

use super::{pages, root, text_of};

/// The source of the program in one text: literals that go over several lines joined, escapes of `format!` undone.
fn source() -> String {
    let mut text = String::new();
    collect(&root().join("src"), &mut text);
    text.replace("{{", "{").replace("\\\"", "\"")
}

fn collect(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            for line in fs::read_to_string(&path).expect("source").lines() {
                match line.strip_suffix('\\') {
                    Some(begun) => text.push_str(begun.trim_start()),
                    None => text.extend([line.trim_start(), "\n"]),
                }
            }
        }
    }
}

#[test]
fn every_message_of_the_troubleshooting_page_is_in_the_source() {
    let source = source();
    let page = text_of("docs/troubleshooting.md");
    let quoted: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ``")?.strip_suffix("``")).collect();
    assert!(quoted.len() >= 25, "{}", quoted.len());
    for message in quoted {
        // `…` is what differs from case to case.
        for part in message.split('…').map(str::trim).filter(|part| part.len() > 3) {
            assert!(source.contains(part), "{message}: no message has `{part}`");
        }
    }
}

/// The messages in the tables of the pages about incident sources: the first cells that are code.
#[test]
fn every_message_of_the_pages_of_the_incident_sources_is_in_the_source() {
    let source = source();
    let mut quoted = 0;
    for page in pages() {
        let text = text_of(&page);
        let Some((_, table)) = text.split_once("## What goes wrong\n") else { continue };
        let cells = table.lines().filter_map(|line| Some(line.strip_prefix("| ")?.split_once(" | ")?.0));
        for message in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
            quoted += 1;
            for part in message.split('…').map(str::trim).filter(|part| part.len() > 3) {
                assert!(source.contains(part), "{page}: {message}: no message has `{part}`");
            }
        }
    }
    assert!(quoted >= 25, "{quoted}");
}

#[test]
fn every_quoted_message_has_a_cause_and_advice() {
    let page = text_of("docs/troubleshooting.md");
    for entry in page.split("\n### ").skip(1) {
        let name = entry.lines().next().unwrap_or_default();
        assert!(entry.contains("**Cause:** ") && entry.contains("**What to do:** "), "{name}");
    }
}
