//! Labels of issues that name something, like `service: checkout`.

/// What stands in a label behind one of these names: `service: checkout`, `team/payments`.
pub(super) fn after_one_of<'l>(label: &'l str, names: &[&str]) -> Option<&'l str> {
    let (name, rest) = label.split_once([':', '/'])?;
    let rest = rest.trim();
    (names.iter().any(|own| name.trim().eq_ignore_ascii_case(own)) && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_name_a_service() {
        assert_eq!(after_one_of("Service: checkout", &["service"]), Some("checkout"));
        assert_eq!(after_one_of("services/checkout", &["service"]), None);
    }
}
