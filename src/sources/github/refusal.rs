//! Refusals by rules of an organization, each with its own advice: the token is valid, so the usual advice does not
//! help.

/// A rule of an organization that a request did not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Saml,
    IpAllowList,
    ClassicToken,
    TokenLifetime,
    OAuthApp,
    Suspended,
}

/// What GitHub says of each rule, in lower case.
const WORDS: [(&str, Rule); 9] = [
    ("saml enforcement", Rule::Saml),
    ("saml single sign-on", Rule::Saml),
    ("ip allow list", Rule::IpAllowList),
    ("personal access token (classic)", Rule::ClassicToken),
    ("personal access tokens (classic)", Rule::ClassicToken),
    ("token's lifetime", Rule::TokenLifetime),
    ("oauth app access restrictions", Rule::OAuthApp),
    ("installation has been suspended", Rule::Suspended),
    ("installation is suspended", Rule::Suspended),
];

/// A refusal: its rule, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Whether repos of other organizations can be read all the same.
    pub(super) is_of_one_organization: bool,
    /// A sentence without its full stop.
    pub(super) advice: String,
}

/// The rule behind a refusal, by its words and the header `X-GitHub-SSO`; none where no rule is behind it.
pub(super) fn refusal(words: &str, sso: Option<&str>) -> Option<Refusal> {
    let words = words.to_lowercase();
    let required = sso.and_then(|sso| sso.trim().strip_prefix("required"));
    let said = WORDS.iter().find(|(text, _)| words.contains(text)).map(|(_, rule)| *rule);
    let rule = if required.is_some() { Rule::Saml } else { said? };
    let advice = match rule {
        Rule::Saml => match required.and_then(|rest| rest.split_once("url=")) {
            Some((_, url)) => format!("authorize the token for the organization at {} (the link expires after one hour)", url.trim()),
            None => "authorize the token for the organization: choose Configure SSO in your GitHub token settings".into(),
        },
        Rule::IpAllowList => {
            "add this machine's address to the organization's IP allow list, or run dora-report from an address on that list".into()
        }
        Rule::ClassicToken => "use a fine-grained token or a GitHub App instead of a classic token".into(),
        Rule::TokenLifetime => "create a token with a shorter lifetime; the organization limits the lifetime".into(),
        Rule::OAuthApp => {
            "an owner of the organization has to approve the OAuth app; otherwise use a fine-grained token or a GitHub App"
                .into()
        }
        Rule::Suspended => "an owner has to lift the suspension under GitHub Apps in the organization's settings".into(),
    };
    Some(Refusal { is_of_one_organization: rule != Rule::Suspended, advice })
}

/// The ids of organizations that GitHub left out of a reply because the token is not authorized for them.
pub(super) fn left_out(sso: Option<&str>) -> Option<&str> {
    let rest = sso?.trim().strip_prefix("partial-results")?;
    Some(rest.split_once("organizations=").map_or("", |(_, ids)| ids.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_advice() {
        for (words, sso, way_out) in [
            ("Resource protected by organization SAML enforcement.", None, "Configure SSO"),
            (
                "Forbidden",
                Some("required; url=https://github.com/orgs/a/sso?x=1"),
                "at https://github.com/orgs/a/sso?x=1",
            ),
            (
                "the `a` organization has an IP allow list enabled, and 192.0.2.1 is not permitted",
                None,
                "IP allow list",
            ),
            ("`a` forbids access via a personal access token (classic).", None, "fine-grained"),
            ("`a` has enabled OAuth App access restrictions", None, "approve"),
            ("forbids access if the token's lifetime is greater than 366 days", None, "shorter lifetime"),
            ("This installation has been suspended", None, "suspension"),
        ] {
            let found = refusal(words, sso).expect(words);
            assert!(found.advice.contains(way_out), "{words}: {}", found.advice);
            assert_eq!(found.is_of_one_organization, !words.contains("suspended"));
        }
        assert_eq!(refusal("Resource not accessible by personal access token", None), None);
        assert_eq!(refusal("Could not resolve to a Repository with the name 'acme/saml-proxy'.", None), None);
        assert_eq!(refusal("Bad credentials", Some("partial-results; organizations=1")), None);
    }

    #[test]
    fn organizations_that_are_left_out_are_known_by_their_ids() {
        assert_eq!(left_out(Some("partial-results; organizations=21955855,20582480")), Some("21955855,20582480"));
        assert_eq!((left_out(Some("required; url=x")), left_out(None)), (None, None));
    }
}
