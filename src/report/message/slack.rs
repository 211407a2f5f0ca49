//! The form of Slack's incoming webhooks, which Mattermost and Rocket.Chat take as well: `blocks` for Slack, and the
//! same as `text` for those that show no blocks and for notifications.
//!
//! Names are escaped so that no form reads a mention, a link or markup in them: `&`, `<` and `>` as Slack asks for it,
//! and a zero-width space where `@`, Markdown and addresses would begin to mean something.
//! Source: docs.slack.dev, "Formatting message text" and "Text object".

use serde_json::{Value, json};

use super::Message;
use super::blocks::{Line, blocks};

/// An invisible character that stops the letters around it from being read as markup.
const BREAK: char = '\u{200b}';

/// The JSON to post.
pub(super) fn render(message: &Message) -> String {
    let paragraphs: Vec<String> =
        blocks(message, escape).iter().map(|block| block.iter().map(line).collect::<Vec<_>>().join("\n")).collect();
    let sections: Vec<Value> = paragraphs.iter().map(|text| section(text)).collect();
    json!({ "text": paragraphs.join("\n\n"), "blocks": sections }).to_string()
}

/// `verbatim`: Slack then makes no links and mentions of plain text.
fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

fn line(line: &Line) -> String {
    match (line.bold.as_str(), line.text.as_str()) {
        ("", text) => text.to_owned(),
        (bold, "") => format!("*{bold}*"),
        (bold, text) => format!("*{bold}* {text}"),
    }
}

fn escape(letter: char, before: Option<char>, after: Option<char>) -> String {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    match letter {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '@' => format!("@{BREAK}"),
        // Inside a word these characters are not markup, so names like `my_service` stay unchanged and can be copied.
        '*' | '_' | '~' if is_word(before) && is_word(after) => letter.into(),
        '*' | '_' | '~' | '`' => format!("{BREAK}{letter}{BREAK}"),
        '(' if before == Some(']') => format!("{BREAK}("),
        ':' if after == Some('/') => format!(":{BREAK}"),
        _ => letter.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let one = |at: usize| {
            escape(letters[at], at.checked_sub(1).map(|before| letters[before]), letters.get(at + 1).copied())
        };
        (0..letters.len()).map(one).collect()
    }

    #[test]
    fn a_name_creates_no_mention_and_no_link() {
        for (raw, safe) in [
            ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@\u{200b}U1&gt;"),
            ("@here", "@\u{200b}here"),
            ("[x](https://evil.example)", "[x]\u{200b}(https:\u{200b}//evil.example)"),
            ("my_service", "my_service"),
            ("*bold* `x`", "\u{200b}*\u{200b}bold\u{200b}*\u{200b} \u{200b}`\u{200b}x\u{200b}`\u{200b}"),
        ] {
            assert_eq!(escaped(raw), safe, "{raw}");
        }
    }
}
