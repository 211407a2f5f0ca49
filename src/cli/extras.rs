//! What people add to a report: notes from a TOML file, a logo as a data URI.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::exit::UsageError;
use crate::domain::words::plain;
use crate::report::Notes;

/// A page of 300 KB has no room for more.
const LARGEST_LOGO: usize = 64 << 10;

/// Reads a file of notes.
pub(super) fn notes(path: &Path) -> Result<Notes, UsageError> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        UsageError(format!("{name}: the notes cannot be read: {}; check --notes", plain(&cause.to_string())))
    })?;
    let notes: Notes = toml::from_str(&text).map_err(|cause| {
        let at = cause.span().map_or(0, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        let words = cause.message().lines().next().unwrap_or_default().to_owned();
        UsageError(format!(
            "{name}:{at}: {words}; write `summary = \"…\"`, [[note]] with `date` and `text`, [[freeze]] with `from`, `to` \
             and `text`, dates like \"2026-08-01\""
        ))
    })?;
    match notes.freezes.iter().find(|freeze| freeze.from >= freeze.to) {
        Some(freeze) => Err(UsageError(format!(
            "{name}: the freeze {}..{} holds no day: `to` is the first day after it",
            freeze.from, freeze.to
        ))),
        None => Ok(notes),
    }
}

/// Reads a picture as a data URI.
pub(super) fn logo(path: &Path) -> Result<String, UsageError> {
    let name = path.display();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let kind = match ending.as_str() {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => return Err(UsageError(format!("{name}: `logo` in [report] is an svg, png, jpg or webp file"))),
    };
    let bytes = std::fs::read(path).map_err(|cause| {
        UsageError(format!("{name}: the logo cannot be read: {}; check `logo` in [report]", plain(&cause.to_string())))
    })?;
    if bytes.len() > LARGEST_LOGO {
        let largest = LARGEST_LOGO >> 10;
        return Err(UsageError(format!(
            "{name}: the logo has {} KiB; at most {largest} go into a report",
            bytes.len().div_ceil(1 << 10)
        )));
    }
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
}
