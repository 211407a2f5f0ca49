//! Addresses of groups, and which groups are ours.

use std::sync::Arc;

use super::*;
use crate::domain::time::Timestamp;
use crate::http::WaitLimits;

fn gateway(base: &str, job: &str) -> Gateway {
    let client =
        Client::new(Arc::new(|| Timestamp(0)), Arc::new(|_| Box::pin(async {})), WaitLimits::new(Duration::ZERO), 0);
    Gateway::new(Url::parse(base).expect("an address"), job.to_owned(), Login::default(), client.expect("a client"))
}

#[test]
fn a_value_that_an_address_could_break_on_goes_as_base64() {
    let address = |job: &str, service: &str| {
        let labels = [("scope", "service".to_owned()), ("service", service.to_owned())];
        gateway("http://host/base/", job).address(&labels).to_string()
    };
    let at = |rest: &str| format!("http://host/base/metrics/{rest}");
    assert_eq!(address("dora", "check-out_1"), at("job/dora/scope/service/service/check-out_1"));
    assert_eq!(address("dora", "acme/web"), at("job/dora/scope/service/service@base64/YWNtZS93ZWI"));
    assert_eq!(address("a b", ".."), at("job@base64/YSBi/scope/service/service@base64/Li4"));
    assert_eq!(address("dora", "a?>"), at("job/dora/scope/service/service@base64/YT8-"), "the alphabet of addresses");
}

#[test]
fn ours_are_groups_of_the_job_in_the_shape_of_a_push() {
    let gateway = gateway("http://host", "dora");
    let is_own = |pairs: &[(&str, &str)]| {
        let labels = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        gateway.is_own(&labels)
    };
    assert!(is_own(&[("job", "dora"), ("scope", "all")]));
    assert!(is_own(&[("job", "dora"), ("scope", "service"), ("service", "x")]));
    for others in [
        &[("job", "other"), ("scope", "all")][..],
        &[("job", "dora"), ("service", "x")],
        &[("job", "dora"), ("scope", "team"), ("service", "x")],
        &[("job", "dora"), ("scope", "all"), ("instance", "x")],
        &[("job", "dora"), ("scope", "galaxy")],
    ] {
        assert!(!is_own(others), "{others:?}");
    }
}
