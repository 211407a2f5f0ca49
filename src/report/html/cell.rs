//! Tables and links of the page, ready for the template.
//!
//! A URL of an event is hostile: only `http` and `https` become links, anything else stays text.

/// Letters of a name or title before it is cut.
const LONGEST: usize = 96;

/// A text that may be a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) href: Option<String>,
}

impl Link {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }

    /// A link where the URL is one that a browser may follow.
    pub(super) fn to(text: impl Into<String>, url: Option<&str>) -> Self {
        Self { text: text.into(), href: url.and_then(web_address) }
    }
}

/// One cell: texts that are set one after the other.
pub(super) type Cell = Vec<Link>;

/// A cell that holds one text.
pub(super) fn text(text: impl Into<String>) -> Cell {
    vec![Link::plain(text)]
}

/// A table; the first cell of a row is its head, except where rows are events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) id: &'static str,
    pub(super) caption: String,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether its rows are events: then the first cell is an instant, and no head.
    pub(super) events: bool,
}

/// Longest URL that becomes a link, bytes.
const LONGEST_URL: usize = 1_000;

/// The URL, if it is `http` or `https`, of a sane length, and holds neither spaces nor control characters.
fn web_address(url: &str) -> Option<String> {
    let scheme = url.split_once("://")?.0.to_ascii_lowercase();
    let clean = url.len() <= LONGEST_URL && !url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    (clean && (scheme == "http" || scheme == "https")).then(|| url.to_owned())
}

/// A text no longer than a line or two; what is cut off ends in an ellipsis.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}\u{2026}", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for bad in [
            "javascript:alert(1)",
            "JavaScript://x",
            "data:text/html,x",
            "/etc",
            "https//x",
            "ftp://x",
            "https://x y",
            "\nhttps://x",
        ] {
            assert_eq!(Link::to("x", Some(bad)).href, None, "{bad}");
        }
        for good in ["https://example.org/a?b=c&d", "HTTP://example.org"] {
            assert_eq!(Link::to("x", Some(good)).href.as_deref(), Some(good));
        }
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(short("kurz"), "kurz");
        let cut = short(&"ü".repeat(500));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('…'));
    }
}
