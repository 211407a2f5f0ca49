//! Confluence's storage format: elements, tables and boxes, and texts from outside as that format can hold them.

use crate::report::xml_text;

/// Letters of a text from outside; the rest is cut off.
const LONGEST: usize = 1_000;

/// Text from outside, which shows and does nothing else.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    for (index, letter) in raw.chars().enumerate() {
        if index == LONGEST {
            out.push('\u{2026}');
            break;
        }
        match xml_text::letter(letter) {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\'') => out.push_str("&#39;"),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// An element around markup.
pub(super) fn element(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

/// A list; nothing where it has no items.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().map(|item| element("li", &item)).collect();
    if items.is_empty() { items } else { element("ul", &items) + "\n" }
}

/// A table whose cells are markup; the first cell of a row is its head.
pub(super) fn table(head: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let heads: String = head.iter().map(|cell| element("th", &text(cell))).collect();
    let mut out = format!("<table><tbody>\n<tr>{heads}</tr>\n");
    for row in rows {
        let cells = row.iter().enumerate().map(|(at, cell)| element(if at == 0 { "th" } else { "td" }, cell));
        out.push_str(&element("tr", &cells.collect::<String>()));
        out.push('\n');
    }
    out.push_str("</tbody></table>\n");
    out
}

/// A coloured box: `info`, `note`, `warning`, `tip`.
pub(super) fn panel(name: &str, body: &str) -> String {
    format!(
        "<ac:structured-macro ac:name=\"{name}\"><ac:rich-text-body>{body}</ac:rich-text-body></ac:structured-macro>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, list, table, text};

    #[test]
    fn a_hostile_text_is_shown_without_effect() {
        for (raw, safe) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            (
                "]]><ac:structured-macro ac:name=\"html\"/>",
                "]]&gt;&lt;ac:structured-macro ac:name=&quot;html&quot;/&gt;",
            ),
            ("&lt; it's", "&amp;lt; it&#39;s"),
            ("a\u{0}b\nc\u{202e}d\u{ffff}", "a b cd"),
        ] {
            assert_eq!(text(raw), safe, "{raw}");
        }
        assert_eq!(text(&"ü".repeat(5_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_row_begins_with_its_head_and_an_empty_list_is_none() {
        let rows = table(&["<a>".to_owned()], [vec!["b".to_owned(), "c".to_owned()]]);
        assert_eq!(
            rows,
            "<table><tbody>\n<tr><th>&lt;a&gt;</th></tr>\n<tr><th>b</th><td>c</td></tr>\n</tbody></table>\n"
        );
        assert_eq!(list([]), "");
    }
}
