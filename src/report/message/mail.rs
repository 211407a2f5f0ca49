//! The text of a mail: plain, because the report with its charts is attached.

use std::fmt::Write as _;

use super::Message;

/// The text; `note` says something about the attachment.
pub(super) fn render(message: &Message, note: &str) -> String {
    let mut out = format!("{}\n{}\n\n{}\n", message.title, message.period, message.headline);
    for (title, text) in &message.points {
        // Writing to a string does not fail.
        let _ = write!(out, "\n- {title}\n  {text}\n");
    }
    let _ = write!(out, "\n{}\n{}\n\n{note}\nReport: {}\n", message.digest, message.trust, message.place);
    out
}
