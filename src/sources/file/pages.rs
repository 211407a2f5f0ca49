//! Finds the end of a JSON object, and the records in pages of an API: objects with a list of records among other keys.

use memchr::memchr2;

/// Where the object ends that a text begins with; none where it goes on behind the text, or something else begins the
/// text.
pub(super) fn end_of_object(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    if text.first() != Some(&b'{') {
        return None;
    }
    loop {
        match text.get(at)? {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at + 1),
            b'}' => depth -= 1,
            b'"' => at = end_of_string(text, at + 1)?,
            _ => {}
        }
        at += 1;
    }
}

/// The quote that ends the string whose first character is at `from`.
fn end_of_string(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr2(b'"', b'\\', text.get(from..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// The text of every object in the list `name` of a page, with the place where it begins; none where the object has no such
/// list. The text is one object.
pub(super) fn items<'t>(page: &'t str, name: &str) -> Option<Vec<(usize, &'t str)>> {
    let bytes = page.as_bytes();
    let mut at = list(page, name)?;
    let mut items = Vec::new();
    loop {
        match bytes.get(at) {
            Some(b'{') => {
                let end = at + end_of_object(bytes.get(at..)?)?;
                items.push((at, page.get(at..end)?));
                at = end;
            }
            Some(b' ' | b'\t' | b'\r' | b'\n' | b',') => at += 1,
            Some(b']') => return Some(items),
            // Something else than an object: the parser says what.
            _ => {
                items.push((at, page.get(at..)?));
                return Some(items);
            }
        }
    }
}

/// Whether a page says that another one follows it.
pub(super) fn is_followed(page: &str) -> bool {
    value(page, "more").is_some_and(|value| value.starts_with("true"))
}

/// The place behind the bracket that opens the list `name` of an object.
fn list(page: &str, name: &str) -> Option<usize> {
    value(page, name)?.strip_prefix('[').map(|list| page.len() - list.len())
}

/// The text from the value of the key `name` of an object on.
fn value<'t>(page: &'t str, name: &str) -> Option<&'t str> {
    let bytes = page.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let end = end_of_string(bytes, at + 1)?;
                let is_name = depth == 1 && page.get(at + 1..end) == Some(name);
                at = end;
                let rest = page.get(end + 1..)?;
                let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
                if is_name && value.is_some() {
                    return value;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(page: &str) -> Option<Vec<&str>> {
        Some(items(page, "incidents")?.into_iter().map(|(_, text)| text).collect())
    }

    #[test]
    fn records_are_found_in_the_list_of_the_page_alone() {
        let page = r#"{"more":{"incidents":[{"a":1}]},"x":["incidents"],"y":"incidents", "incidents" : [ {"id":"]"}, {"id":"}{"} ],"z":1}"#;
        assert_eq!(texts(page), Some(vec![r#"{"id":"]"}"#, r#"{"id":"}{"}"#]));
        assert!(is_followed(r#"{"incidents":[{"more":false}],"limit":1,"more": true}"#));
        assert!(!is_followed(r#"{"incidents":[{"more":true}],"more":false}"#) && !is_followed("{}"));
        assert_eq!(texts(r#"{"incidents":[]}"#), Some(vec![]));
        assert_eq!(texts(r#"{"incidents":null,"id":1}"#), None);
        assert_eq!(texts(r#"{"id":1}"#), None);
        assert_eq!(texts(r#"{"incidents":[1]}"#), Some(vec!["1]}"]), "which is no object, as the parser then says");
    }
}
