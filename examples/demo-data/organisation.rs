//! Defines Example Ltd: its repositories, services and teams, and how each of them works. All parameters are in this
//! file. Rates are per mille, durations minutes; lists of five have one item for each
//! [`Phase`](crate::calendar::Phase).

use chrono::Weekday;

use crate::random::Quantiles;

/// How many changes there are, relative to the first month, in percent.
pub(crate) const ACTIVITY: [i64; 5] = [100, 100, 105, 85, 120];
/// How long a pull request takes, relative to the first month, in percent.
pub(crate) const CYCLE: [i64; 5] = [100, 105, 95, 210, 60];

/// A repository and how changes reach its main branch.
pub(crate) struct Repo {
    /// `owner/name`.
    pub(crate) name: &'static str,
    /// Changes to the main branch per thousand working days of the first month.
    pub(crate) changes: i64,
    /// Of a thousand changes, those squashed from a pull request.
    pub(crate) squashed: i64,
    /// Of a thousand changes, those merged with a merge commit; the rest are direct commits.
    pub(crate) merged: i64,
    /// From a pull request's first commit to its merge.
    pub(crate) cycle: &'static Quantiles,
    /// Whether the phases leave its pull requests alone.
    pub(crate) steady: bool,
    /// An environment to try a change in before production, and the changes tried there per mille.
    pub(crate) rehearsal: Option<(&'static str, i64)>,
}

/// When a service is deployed.
pub(crate) enum Cadence {
    /// After a change, for so many of a thousand changes in each phase.
    OnChange([i64; 5]),
    /// On these days of the week.
    Train(&'static [Weekday]),
}

/// A service.
pub(crate) struct Service {
    /// Its name in `dora.toml`.
    pub(crate) name: &'static str,
    /// The team that answers for it.
    pub(crate) team: &'static str,
    /// The repository it is built from.
    pub(crate) repo: &'static str,
    /// The environment that is production for it.
    pub(crate) environment: &'static str,
    /// When it is deployed.
    pub(crate) cadence: Cadence,
    /// From a change to its deployment, in each phase: the hold before the release.
    pub(crate) hold: [&'static Quantiles; 5],
    /// Deployments per mille that an incident follows, in each phase.
    pub(crate) failing: [i64; 5],
    /// Its id and its name in the incident source.
    pub(crate) keys: [&'static str; 2],
    /// The keys that `dora.toml` maps to it; with none, the equal name does.
    pub(crate) mapped: &'static [&'static str],
}

const PROMPT: &Quantiles = &[(0, 4), (60, 12), (90, 35), (98, 240), (100, 1_500)];
const HELD: &Quantiles = &[(0, 15), (30, 60), (60, 360), (90, 2_000), (100, 6_000)];
const STEADY: [&Quantiles; 5] = [PROMPT, PROMPT, PROMPT, HELD, PROMPT];

/// The repositories.
pub(crate) const REPOS: [Repo; 5] = [
    Repo {
        name: "shop/web",
        changes: 920,
        squashed: 275,
        merged: 110,
        cycle: &[(0, 35), (30, 200), (55, 700), (80, 2_400), (95, 9_000), (100, 26_000)],
        steady: false,
        rehearsal: Some(("staging", 70)),
    },
    Repo {
        name: "shop/checkout",
        changes: 670,
        squashed: 330,
        merged: 120,
        cycle: &[(0, 50), (30, 420), (55, 1_500), (80, 4_300), (95, 12_000), (100, 34_000)],
        steady: false,
        rehearsal: Some(("canary", 110)),
    },
    Repo {
        name: "shop/search",
        changes: 400,
        squashed: 405,
        merged: 60,
        cycle: &[(0, 25), (30, 130), (55, 420), (80, 1_500), (95, 6_000), (100, 18_000)],
        steady: true,
        rehearsal: None,
    },
    Repo {
        name: "shop/ledger",
        changes: 225,
        squashed: 150,
        merged: 330,
        cycle: &[(0, 240), (30, 1_500), (55, 3_500), (80, 8_000), (95, 17_000), (100, 40_000)],
        steady: false,
        rehearsal: Some(("staging", 90)),
    },
    Repo {
        name: "shop/notify",
        changes: 165,
        squashed: 400,
        merged: 100,
        cycle: &[(0, 60), (30, 700), (55, 2_200), (80, 6_000), (95, 15_000), (100, 30_000)],
        steady: false,
        rehearsal: None,
    },
];

/// The services, in the order of `dora.toml`.
pub(crate) const SERVICES: [Service; 6] = [
    Service {
        name: "web",
        team: "storefront",
        repo: "shop/web",
        environment: "web-production",
        cadence: Cadence::OnChange([900, 900, 910, 800, 980]),
        hold: STEADY,
        failing: [60, 55, 50, 95, 35],
        keys: ["PWEB001", "Storefront web"],
        mapped: &["PWEB001"],
    },
    Service {
        name: "api",
        team: "storefront",
        repo: "shop/web",
        environment: "api-production",
        cadence: Cadence::OnChange([660, 660, 670, 660, 760]),
        hold: STEADY,
        failing: [90, 85, 90, 190, 70],
        keys: ["PAPI002", "api"],
        mapped: &[],
    },
    Service {
        name: "checkout",
        team: "payments",
        repo: "shop/checkout",
        environment: "production",
        cadence: Cadence::OnChange([850, 850, 850, 800, 900]),
        hold: STEADY,
        failing: [90, 95, 110, 150, 205],
        keys: ["PCHK003", "Checkout"],
        mapped: &["PCHK003", "Checkout"],
    },
    Service {
        name: "ledger",
        team: "payments",
        repo: "shop/ledger",
        environment: "production",
        cadence: Cadence::Train(&[Weekday::Tue, Weekday::Thu]),
        hold: STEADY,
        failing: [100, 90, 90, 110, 90],
        keys: ["PLDG004", "ledger"],
        mapped: &[],
    },
    Service {
        name: "search",
        team: "platform",
        repo: "shop/search",
        environment: "production",
        cadence: Cadence::OnChange([850, 850, 850, 850, 850]),
        hold: [PROMPT; 5],
        failing: [0; 5],
        keys: ["PSRC005", "search"],
        mapped: &[],
    },
    Service {
        name: "notifications",
        team: "platform",
        repo: "shop/notify",
        environment: "production",
        cadence: Cadence::Train(&[Weekday::Wed]),
        hold: STEADY,
        failing: [90, 90, 90, 120, 90],
        keys: ["PNOT006", "Notifications"],
        mapped: &[],
    },
];

/// Keys of what is paged for but belongs to no service.
pub(crate) const UNMAPPED: [[&str; 2]; 2] = [["PVPN007", "Office VPN"], ["PWIK008", "Legacy wiki"]];
