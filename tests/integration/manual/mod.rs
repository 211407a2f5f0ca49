//! The documents for users, README.md and docs/: their code blocks, and what the tests read from them.

mod commands;
mod config;
mod links;
mod messages;

use std::fs;
use std::path::{Path, PathBuf};

/// A fenced block of a Markdown file.
#[derive(Debug)]
pub(crate) struct Block {
    /// The word after the fence.
    pub(crate) language: String,
    /// The line of the fence, from 1.
    pub(crate) line: usize,
    /// The last line with text before the fence: it may be a comment about the block.
    pub(crate) before: String,
    pub(crate) text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project, by its path from the root.
pub(crate) fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// `README.md` and every page in `docs`.
pub(crate) fn pages() -> Vec<String> {
    let entries = fs::read_dir(root().join("docs")).expect("docs");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut pages: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    pages.sort();
    pages.insert(0, "README.md".into());
    pages
}

/// The fenced blocks of a page.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut before = "";
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| !line.trim_start().starts_with("```"));
            let text = inside.fold(String::new(), |text, line| text + line + "\n");
            let (language, before) = (language.into(), std::mem::take(&mut before).trim().into());
            found.push(Block { language, line: index + 1, before, text });
        } else if !line.trim().is_empty() {
            before = line;
        }
    }
    found
}

/// The reason in `<!-- not run: REASON -->`.
pub(crate) fn not_run(block: &Block) -> Option<&str> {
    block.before.strip_prefix("<!-- not run: ")?.strip_suffix(" -->")
}
