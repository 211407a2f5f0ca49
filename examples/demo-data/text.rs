//! The words: titles of pull requests and incidents, and who writes them.
//!
//! Plausible, short and plainly made up: people are numbered logins.

use crate::random::Random;

const VERBS: [&str; 8] = ["Add", "Fix", "Rework", "Cache", "Simplify", "Speed up", "Remove", "Test"];
const OBJECTS: [&str; 20] = [
    "address form",
    "order history",
    "price rounding",
    "voucher codes",
    "session renewal",
    "retry of refunds",
    "image sizes",
    "stock check",
    "tax lookup",
    "audit log",
    "rate limit",
    "health check",
    "index refresh",
    "mail templates",
    "login redirect",
    "currency list",
    "basket merge",
    "export job",
    "feature flags",
    "error page",
];
const LABELS: [&str; 5] = ["", "", "bug", "feature", "feature;ui"];
const PEOPLE: i64 = 17;

const RELEASE: [&str; 6] = [
    "error rate above 5 % after release",
    "5xx after deploy",
    "blank page after release",
    "migration locks the orders table",
    "wrong default of a feature flag",
    "requests rejected by new validation",
];
const FAULT: [&str; 10] = [
    "database connection pool exhausted",
    "too many database connections",
    "database connections refused",
    "out of memory, pods restarting",
    "memory leak, heap above 90 %",
    "OOMKilled on two nodes",
    "timeouts from the card provider",
    "upstream timeout, tax service",
    "slow responses of a dependency",
    "timeouts calling the stock service",
];
const OPERATION: [&str; 6] = [
    "certificate expires tomorrow",
    "disk 95 % full",
    "traffic spike from a campaign",
    "zone outage at the provider",
    "DNS lookups fail",
    "queue backlog growing",
];

/// A login.
pub(crate) fn person(random: &mut Random) -> String {
    format!("dev-{}", random.between(1, PEOPLE + 1))
}

/// A pull request's title.
pub(crate) fn pull_request(random: &mut Random) -> String {
    format!("{} {}", random.pick(&VERBS), random.pick(&OBJECTS))
}

/// A pull request's labels, joined by `;`.
pub(crate) fn labels(random: &mut Random) -> &'static str {
    random.pick::<&str>(&LABELS)
}

/// The title of an incident that a deployment brought about.
pub(crate) fn release_incident(random: &mut Random, service: &str) -> String {
    let what = if random.chance(350) { random.pick(&RELEASE[..]) } else { random.pick(&FAULT[..]) };
    format!("{service}: {what}")
}

/// The title of an incident that no deployment brought about.
pub(crate) fn other_incident(random: &mut Random, service: &str) -> String {
    let what = if random.chance(600) { random.pick(&OPERATION[..]) } else { random.pick(&FAULT[..]) };
    format!("{service}: {what}")
}
