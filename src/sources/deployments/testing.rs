//! A plan for tests.

use std::time::Duration;

use secrecy::SecretString;

use crate::domain::time::Timestamp;
use crate::http::WaitLimits;
use crate::sources::incidents::Plan;

/// Everything since 1970, asked of this address.
pub(in crate::sources) fn plan(address: &str) -> Plan {
    Plan {
        api_url: address.parse().expect("an address"),
        token: SecretString::from("t0ken"),
        since: Timestamp(0),
        began: Timestamp(1_900_000_000_000),
        only: Vec::new(),
        environments: Vec::new(),
        concurrency: 2,
        full: false,
        verdicts_from: Timestamp(0),
        waits: WaitLimits { max_wait: Duration::from_secs(1), timeout: Duration::from_secs(5), deadline: None },
    }
}
