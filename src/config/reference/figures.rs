//! The sections that decide what counts and how it is reported.

use crate::document::keys::Default::{Nothing, Required, Value, Words};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "report",
        form: Form::Once,
        about: "How the report is made and where it is written.",
        keys: REPORT,
    },
    Section { name: "data", form: Form::Once, about: "Where the dataset is.", keys: DATA },
    Section { name: "deployments", form: Form::Once, about: "Which deployments count.", keys: DEPLOYMENTS },
    Section {
        name: "incidents",
        form: Form::Once,
        about: "Which incidents count, and which deployment caused one.",
        keys: INCIDENTS,
    },
    Section {
        name: "rework",
        form: Form::Once,
        about: "What marks a deployment as [rework](definitions.md#deployment-rework-rate). One match is enough.",
        keys: REWORK,
    },
    Section {
        name: "service",
        form: Form::Repeated,
        about: "A service: its team, its repos and its names in the incident tools.",
        keys: SERVICE,
    },
];

const REPORT: &[Key] = &[
    key("organisation", Kind::Text, Nothing, Example("\"Acme\""), "The name at the head of the page."),
    key(
        "logo",
        Kind::Text,
        Nothing,
        Example("\"logo.svg\""),
        "A picture at the head of the page: an svg, png, jpg, jpeg or webp file of at most 64 KiB. The path is relative to \
         `dora.toml`; the picture is stored in the page.",
    ),
    key(
        "timezone",
        Kind::Text,
        Value("\"UTC\""),
        Example("\"Europe/Berlin\""),
        "An IANA name. Its midnights bound days, periods and `--covers`.",
    ),
    key(
        "fiscal_year_start",
        Kind::Choice(&["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]),
        Value("\"01\""),
        Example("\"04\""),
        "The month in which quarters, halves and years begin. With `\"04\"` they are named after the year in which the \
         fiscal year ends: `FY2027-Q1` begins in April 2026, and `--period 2026-Q1` is an error. Months, weeks, dates and \
         figures do not change.",
    ),
    key(
        "window_days",
        Kind::Number(1, 366),
        Value("30"),
        Example("30"),
        "The length of the rolling window in calendar days.",
    ),
    key(
        "bands",
        Kind::ChoiceOr(
            &["handbook", "dora-2019", "dora-2021", "dora-2022", "dora-2023", "dora-2024", "dora-2025", "none"],
            "the path of a TOML file",
        ),
        Value("\"handbook\""),
        Example("\"dora-2024\""),
        "The [edition of the bands](definitions.md#bands), or a file with [thresholds of your own](config.md#bands).",
    ),
    key(
        "out",
        Kind::Text,
        Value("\"reports\""),
        Example("\"reports\""),
        "The folder of the reports. The flag `--out` overrides it.",
    ),
];

const DATA: &[Key] = &[key(
    "dir",
    Kind::Text,
    Value("\"data\""),
    Example("\"data\""),
    "The folder of the dataset. The flag `--data` overrides it.",
)];

const DEPLOYMENTS: &[Key] = &[
    key(
        "environments",
        Kind::SomeTexts,
        Words(
            "`[\"production\", \"prod\", \"prod-*\"]`, without names that have a part like canary, staging or test \
             ([definitions](definitions.md#what-counts))",
        ),
        Example("[\"production\", \"prod-*\"]"),
        "[Patterns](config.md#patterns) of the production environments, for every source.",
    ),
    key(
        "exclude_environments",
        Kind::Texts,
        Value("[]"),
        Example("[\"prod-sandbox\"]"),
        "Patterns of environments that never count, even if a service names them.",
    ),
    key(
        "merge_within",
        Kind::Duration,
        Nothing,
        Example("\"10m\""),
        "Deployment records of one revision and environment that finish within this time of the first count as one \
         deployment.",
    ),
];

const INCIDENTS: &[Key] = &[
    key(
        "attribution",
        Kind::Choice(&["explicit-or-window", "explicit", "window"]),
        Value("\"explicit-or-window\""),
        Example("\"explicit-or-window\""),
        "Which [rules](definitions.md#change-failure-rate) may link an incident to a deployment.",
    ),
    key(
        "attribution_window",
        Kind::Duration,
        Value("\"1h\""),
        Example("\"1h\""),
        "The longest time from a deployment to an incident that the rule `window` links, both ends included.",
    ),
    key(
        "count_rollbacks",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: a rollback fails the deployment that it replaced.",
    ),
    key(
        "min_priority",
        Kind::Text,
        Nothing,
        Example("\"P3\""),
        "The least important priority that counts. With `\"P3\"`, these count: `P1` to `P3`, `SEV1` to `SEV3`, and words \
         from `critical` to `medium`. A missing priority counts, and so does one [without a known \
         rank](definitions.md#what-counts).",
    ),
    key(
        "urgencies",
        Kind::Texts,
        Value("[]"),
        Example("[\"high\"]"),
        "The urgencies that count; empty: all. A missing urgency counts.",
    ),
    key(
        "ignore_tags",
        Kind::Texts,
        Value("[]"),
        Example("[\"drill\"]"),
        "Incidents with one of these tags do not count.",
    ),
    key(
        "verdict_days",
        Kind::Number(0, 3_650),
        Value("90"),
        Example("90"),
        "For how many days after its opening `fetch` asks again about an incident that has no verdict, or no reference \
         where one is configured. 0: never.",
    ),
];

const REWORK: &[Key] = &[
    key(
        "labels",
        Kind::Texts,
        Value("[]"),
        Example("[\"hotfix\"]"),
        "Labels of a pull request that the deployment brought. Case does not matter.",
    ),
    key(
        "branches",
        Kind::Texts,
        Value("[]"),
        Example("[\"hotfix/*\"]"),
        "Patterns of the branch that such a pull request came from.",
    ),
    key(
        "titles",
        Kind::Texts,
        Value("[]"),
        Example("[\"(?i)^(hotfix|revert)\"]"),
        "Regular expressions for the title of such a pull request.",
    ),
    key(
        "refs",
        Kind::Texts,
        Value("[]"),
        Example("[\"hotfix-*\"]"),
        "Patterns of the branch or tag that was deployed, with or without `refs/heads/` or `refs/tags/`.",
    ),
    key("tasks", Kind::Texts, Value("[]"), Example("[\"deploy:hotfix\"]"), "Patterns of the deployment's task."),
];

const SERVICE: &[Key] = &[
    key(
        "name",
        Kind::Text,
        Required,
        Example("\"checkout\""),
        "The name in reports. Two names must differ by more than case.",
    ),
    key("team", Kind::Text, Nothing, Example("\"payments\""), "Its team. A service without a team has no team row."),
    key(
        "repos",
        Kind::SomeTexts,
        Required,
        Example("[\"acme/checkout\"]"),
        "Patterns of its repos, as `owner/name` or with the whole path: `group/subgroup/name`.",
    ),
    key(
        "environments",
        Kind::SomeTexts,
        Words("those of `[deployments]`"),
        Example("[\"checkout-production\"]"),
        "Patterns of its own production environments, for example in a monorepo.",
    ),
    key(
        "incidents",
        Kind::Texts,
        Value("[]"),
        Example("[\"Checkout\"]"),
        "The ids and names by which the incident tools know it, matched exactly.",
    ),
    key(
        "pagerduty",
        Kind::Texts,
        Value("[]"),
        Example("[\"PABC123\"]"),
        "The same as `incidents`; the three lists hold for every source.",
    ),
    key("opsgenie", Kind::Texts, Value("[]"), Example("[\"checkout-api\"]"), "The same as `incidents`."),
];
