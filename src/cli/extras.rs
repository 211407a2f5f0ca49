//! What people add to a report: notes from a TOML file, a logo as a data URI.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::disk::folder_of;
use super::exit::UsageError;
use crate::domain::words::{plain, within_a_message};
use crate::report::Notes;

/// Larger logos would make the page too heavy.
const LARGEST_LOGO: usize = 64 << 10;
/// Notes are a few sentences.
const LARGEST_NOTES: usize = 1 << 20;

/// Reads a file of at most `largest` bytes. A config may come from elsewhere: what it names must be a regular file, and a
/// link may not lead out of its folder, or `/proc/self/environ` would end in a report.
fn read(path: &Path, largest: usize) -> io::Result<Vec<u8>> {
    let folder = folder_of(path);
    let found = path.canonicalize()?;
    if !found.starts_with(folder.canonicalize()?) {
        return Err(io::Error::other("it is a link that leads out of its folder"));
    }
    // To open a pipe would wait for its writer.
    if !found.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(found)?.take(largest as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > largest {
        return Err(io::Error::other(format!("it has more than {} KiB", largest >> 10)));
    }
    Ok(bytes)
}

/// Reads a file of notes.
pub(super) fn notes(path: &Path) -> Result<Notes, UsageError> {
    let name = path.display();
    let unreadable =
        |cause: String| UsageError(format!("{name}: the notes cannot be read: {}; check --notes", plain(&cause)));
    let bytes = read(path, LARGEST_NOTES).map_err(|cause| unreadable(cause.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("they are not UTF-8".into()))?;
    parse_notes(&name.to_string(), &text)
}

/// Reads notes; `name` is that of their file.
pub(super) fn parse_notes(name: &str, text: &str) -> Result<Notes, UsageError> {
    let notes: Notes = toml::from_str(text).map_err(|cause| {
        let at = cause.span().map_or(0, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        let words = within_a_message(cause.message().lines().next().unwrap_or_default());
        UsageError(format!(
            "{name}:{at}: {words}; write `comment = \"…\"`, [[action]] with `what`, `owner`, `due`, `metric` and `service` \
             or `team`, [[note]] with `date` and `text`, [[freeze]] with `from`, `to` and `text`, dates like \
             \"2026-08-01\""
        ))
    })?;
    match notes.freezes.iter().find(|freeze| freeze.from >= freeze.to) {
        Some(freeze) => Err(UsageError(format!(
            "{name}: the freeze {}..{} contains no days: `to` is the first day after it",
            freeze.from, freeze.to
        ))),
        None => Ok(notes),
    }
}

/// Reads a picture as a data URI.
pub(super) fn logo(path: &Path) -> Result<String, UsageError> {
    let name = path.display();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let (kind, begins): (&str, fn(&[u8]) -> bool) = match ending.as_str() {
        "svg" => ("image/svg+xml", is_svg),
        "png" => ("image/png", |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")),
        "jpg" | "jpeg" => ("image/jpeg", |bytes| bytes.starts_with(b"\xFF\xD8\xFF")),
        "webp" => ("image/webp", |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")),
        _ => return Err(UsageError(format!("{name}: `logo` in [report] is an svg, png, jpg or webp file"))),
    };
    let bytes = read(path, LARGEST_LOGO).map_err(|cause| {
        UsageError(format!("{name}: the logo cannot be read: {}; check `logo` in [report]", plain(&cause.to_string())))
    })?;
    if !begins(&bytes) {
        return Err(UsageError(format!(
            "{name}: the logo is not a picture of the kind {ending}; check `logo` in [report]"
        )));
    }
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
}

/// Whether a text is an SVG document: markup with an `svg` element at its top, behind declarations and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    while let Some(end) = ["<?", "<!--", "<!DOCTYPE"]
        .iter()
        .zip(["?>", "-->", ">"])
        .find_map(|(begin, end)| rest.starts_with(begin).then_some(end))
    {
        rest = rest.split_once(end).map_or("", |(_, rest)| rest).trim_start();
    }
    rest.starts_with("<svg")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_svg, parse_notes};
    use crate::domain::mutations::{is_a_sentence, mutated_text};

    const NOTES: [&[u8]; 2] = [
        include_bytes!("../../tests/corpora/notes/before.toml"),
        include_bytes!("../../tests/corpora/notes/demo.toml"),
    ];

    proptest! {
        #[test]
        fn any_file_of_notes_is_read_or_refused_in_one_sentence(text in mutated_text(&NOTES)) {
            if let Err(cause) = parse_notes("notes.toml", &text) {
                is_a_sentence(&cause.to_string())?;
            }
        }
    }

    #[test]
    fn an_svg_begins_with_its_element_behind_declarations_and_comments() {
        for text in
            ["<svg>", "\u{FEFF}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC \"x\">\n<svg xmlns=\"y\">"]
        {
            assert!(is_svg(text.as_bytes()), "{text}");
        }
        for text in ["PATH=/bin\0HOME=/root", "<html><svg>", "<!-- <svg>", "", "\u{89}PNG"] {
            assert!(!is_svg(text.as_bytes()), "{text}");
        }
    }
}
