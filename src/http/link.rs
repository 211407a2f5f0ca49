//! The `Link` header, by which a service names the next page of a list (RFC 8288).

/// The address of the next page, as the header has it; none where there is no further page.
pub(super) fn next(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, parameters) = after.split_once('>')?;
        // A comma within an address is before its `>`, and the parameters that name a relation have none.
        let (own, others) =
            parameters.split_once('<').map_or((parameters, ""), |(own, _)| (own, &parameters[own.len()..]));
        if own.split(';').any(is_next) {
            return Some(address.trim().to_owned());
        }
        rest = others;
    }
    None
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let value = value.trim().trim_end_matches(',').trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel") && value.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_found_wherever_it_stands() {
        let page = |number: u32| format!("https://api.example/x?page={number}&ids=1,2");
        let header = format!(
            "<{}>; rel=\"first\", <{}>; title=\"a\"; rel=\"next\", <{}>; rel=\"last\"",
            page(1),
            page(2),
            page(9)
        );
        assert_eq!(next(&header), Some(page(2)));
        assert_eq!(next("<https://a.example/2>; rel=next"), Some("https://a.example/2".into()));
        assert_eq!(next("</2>;rel=\"prev next\",</1>;rel=first"), Some("/2".into()));
        for none in [
            "",
            "<https://a.example/9>; rel=\"last\"",
            "<https://a.example/9>; rel=\"nextish\"",
            "<https://a",
            "rel=next",
        ] {
            assert_eq!(next(none), None, "{none}");
        }
    }
}
