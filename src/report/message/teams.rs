//! The form of workflow webhooks of Microsoft Teams: an Adaptive Card in a message.
//!
//! Every text is a run of a `RichTextBlock`, in which nothing is markup; a `TextBlock` would read Markdown in names.
//! Source: adaptivecards.io, `RichTextBlock` and `TextRun`.

use serde_json::{Value, json};

use super::Message;
use super::blocks::{Block, Line, blocks};

/// The JSON to post.
pub(super) fn render(message: &Message) -> String {
    let all = blocks(message, |letter, _, _| letter.into());
    let body: Vec<Value> = all.iter().enumerate().flat_map(|(nth, block)| paragraph(nth, block)).collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    json!({
        "type": "message",
        "attachments": [{ "contentType": "application/vnd.microsoft.card.adaptive", "content": card }],
    })
    .to_string()
}

/// A block: its lines one below the other, with space above the first.
fn paragraph(nth: usize, block: &Block) -> Vec<Value> {
    let one = |(at, line): (usize, &Line)| {
        let spacing = if nth > 0 && at == 0 { "Medium" } else { "None" };
        json!({ "type": "RichTextBlock", "spacing": spacing, "inlines": runs(line, nth == 0) })
    };
    block.iter().enumerate().map(one).collect()
}

fn runs(line: &Line, is_title: bool) -> Vec<Value> {
    let size = if is_title && !line.bold.is_empty() { "Large" } else { "Default" };
    let mut runs = Vec::new();
    if !line.bold.is_empty() {
        runs.push(json!({ "type": "TextRun", "text": line.bold, "weight": "Bolder", "size": size }));
    }
    if !line.text.is_empty() {
        let gap = if line.bold.is_empty() { "" } else { " " };
        runs.push(json!({ "type": "TextRun", "text": format!("{gap}{}", line.text) }));
    }
    runs
}
