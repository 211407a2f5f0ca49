//! Checks each request against the vendor's description in `tests/vendors`; the fake services do this for every
//! request.

use url::Url;

/// Which vendor's table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Vendor {
    PagerDuty,
    OpsGenie,
    Jsm,
    GitHub,
    GitLab,
}

impl Vendor {
    fn table(self) -> &'static str {
        match self {
            Self::PagerDuty => include_str!("../vendors/pagerduty.tsv"),
            Self::OpsGenie => include_str!("../vendors/opsgenie.tsv"),
            Self::Jsm => include_str!("../vendors/jsm.tsv"),
            Self::GitHub => include_str!("../vendors/github.tsv"),
            Self::GitLab => include_str!("../vendors/gitlab.tsv"),
        }
    }

    /// What of a request, its method and its address with the query, is in no description; nothing where all is.
    pub(crate) fn lacks(self, method: &str, target: &str) -> Option<String> {
        let url = Url::parse("http://host").and_then(|root| root.join(target)).expect("an address");
        let rows = || self.table().lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let path: Vec<&str> = url.path().split('/').collect();
        let is_it = |template: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == path.len() && parts.iter().zip(&path).all(|(part, own)| part == own || part.starts_with('{'))
        };
        let operations = rows().filter(|row| row[0] == "path").filter_map(|row| {
            let (own, template) = row[1].split_once(' ')?;
            (own == method && is_it(template)).then(|| row[1].to_owned())
        });
        // A word in a path is more than a place for any.
        let Some(operation) = operations.min_by_key(|operation| operation.matches('{').count()) else {
            return Some(format!("{method} {} is in no description", url.path()));
        };
        let is_known = |name: &str| rows().any(|row| row[0] == "parameter" && row[1] == operation && row[2] == name);
        let stray = url.query_pairs().map(|(name, _)| name.into_owned()).find(|name| !is_known(name))?;
        Some(format!("{operation} has no parameter {stray}"))
    }
}

#[test]
fn an_address_and_a_parameter_that_no_vendor_describes_are_seen() {
    for (vendor, method, target, lacks) in [
        (Vendor::PagerDuty, "GET", "/incidents?since=x&limit=1", None),
        (Vendor::PagerDuty, "GET", "/incidents/types?filter=all", None),
        (Vendor::PagerDuty, "GET", "/incidents?until_then=x", Some("no parameter until_then")),
        (Vendor::PagerDuty, "GET", "/incidents/custom_fields/x/y", Some("in no description")),
        (Vendor::PagerDuty, "POST", "/incidents", Some("in no description")),
        (Vendor::OpsGenie, "GET", "/v1/services?sort=name", Some("no parameter sort")),
        (Vendor::Jsm, "GET", "/jsm/ops/api/c1/v1/alerts?size=100&order=asc", None),
        (Vendor::GitHub, "GET", "/repos/acme/web/actions/runs?created=x&per_page=100&page=2", None),
        (Vendor::GitLab, "GET", "/api/v4/projects/acme%2Fweb", None),
        (Vendor::GitLab, "GET", "/api/v4/projects/7/deployments?updated_since=x", Some("no parameter updated_since")),
    ] {
        let found = vendor.lacks(method, target);
        assert_eq!(found.is_some(), lacks.is_some(), "{target}: {found:?}");
        assert!(found.unwrap_or_default().contains(lacks.unwrap_or_default()), "{target}");
    }
}
