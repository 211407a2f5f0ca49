//! The sections of the servers and people that get figures, and of saved column mappings.

use crate::document::keys::Default::{Nothing, Required, Value, Words};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "pushgateway",
        form: Form::Once,
        about: "Where `push` and `run` put the current figures.",
        keys: PUSHGATEWAY,
    },
    Section {
        name: "remote_write",
        form: Form::Once,
        about: "Where `backfill remote-write` sends the history.",
        keys: REMOTE_WRITE,
    },
    Section {
        name: "notify",
        form: Form::Once,
        about: "Who gets the main points of a report after it is written.",
        keys: NOTIFY,
    },
    Section {
        name: "notify.mail",
        form: Form::Nested,
        about: "A mail with the main points as text and the page attached.",
        keys: MAIL,
    },
    Section {
        name: "import",
        form: Form::Named,
        about: "How `import --from NAME` reads the files of another program.",
        keys: IMPORT,
    },
];

const PUSHGATEWAY: &[Key] = &[
    key("url", Kind::Address, Required, Example("\"https://pushgateway.example\""), "The address of the Pushgateway."),
    key("job", Kind::Text, Value("\"dora\""), Example("\"dora\""), "The label `job`. It cannot be `dora-events`."),
    key("username", Kind::Text, Nothing, Example("\"dora\""), "The user. Needs `password_env`."),
    key(
        "password_env",
        Kind::Variable,
        Nothing,
        Example("\"PUSHGATEWAY_PASSWORD\""),
        "The variable with the password.",
    ),
    key(
        "bearer_token_env",
        Kind::Variable,
        Nothing,
        Instead("\"PUSHGATEWAY_TOKEN\""),
        "The variable with a bearer token, in place of `username`.",
    ),
];

const REMOTE_WRITE: &[Key] = &[
    key(
        "url",
        Kind::Address,
        Required,
        Example("\"https://prometheus.example/api/v1/write\""),
        "The whole address that takes remote writes.",
    ),
    key(
        "bearer_token_env",
        Kind::Variable,
        Nothing,
        Example("\"REMOTE_WRITE_TOKEN\""),
        "The variable with a bearer token.",
    ),
    key(
        "username",
        Kind::Text,
        Nothing,
        Instead("\"dora\""),
        "The user, in place of `bearer_token_env`. Needs `password_env`.",
    ),
    key(
        "password_env",
        Kind::Variable,
        Nothing,
        Instead("\"REMOTE_WRITE_PASSWORD\""),
        "The variable with the password.",
    ),
    key(
        "headers",
        Kind::Map,
        Nothing,
        Example("{ X-Scope-OrgID = \"team\" }"),
        "More headers, for servers with tenants.",
    ),
    key(
        "header_env",
        Kind::VariableMap,
        Nothing,
        Example("{ X-Api-Key = \"API_KEY\" }"),
        "Headers whose value is secret: the variable that holds each.",
    ),
];

const NOTIFY: &[Key] = &[
    key(
        "webhook_env",
        Kind::Variable,
        Nothing,
        Example("\"SLACK_WEBHOOK_URL\""),
        "The variable with the address of an incoming webhook: \
         [Slack](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks), a workflow of Microsoft Teams, \
         Mattermost, Rocket.Chat. Whoever knows the address may post, so it is a secret: it goes over https or to this \
         machine alone, and no message shows more of it than the host.",
    ),
    key(
        "webhook_kind",
        Kind::Choice(&["slack", "teams"]),
        Words("by the host"),
        Example("\"slack\""),
        "The form of the message; `teams` is an Adaptive Card. By default, hosts under `webhook.office.com`, \
         `logic.azure.com` and `powerplatform.com` get the form of Teams, all others that of Slack.",
    ),
    key(
        "mail",
        Kind::Table,
        Nothing,
        Nested,
        "A mail with the main points as text and the page attached as `dora-report-<period>.html`. Without `html` in \
         `--format` it has no attachment and says so.",
    ),
];

const MAIL: &[Key] = &[
    key(
        "smtp",
        Kind::Text,
        Required,
        Example("\"smtp.example:587\""),
        "The server as `host:port`; the default port is 587. Port 465 speaks TLS from the start, every other port must offer \
         STARTTLS. To this machine (`localhost`, `127.0.0.1`) nothing is encrypted.",
    ),
    key(
        "from",
        Kind::Text,
        Required,
        Example("\"dora@acme.example\""),
        "The sender: `\"dora@acme.example\"` or `\"DORA <dora@acme.example>\"`.",
    ),
    key("to", Kind::SomeTexts, Required, Example("[\"eng@acme.example\"]"), "The recipients."),
    key(
        "password_env",
        Kind::Variable,
        Nothing,
        Example("\"SMTP_PASSWORD\""),
        "The variable with the password. Without it there is no login.",
    ),
    key(
        "username",
        Kind::Text,
        Words("the address in `from`"),
        Example("\"dora@acme.example\""),
        "The user that the password belongs to.",
    ),
];

const IMPORT: &[Key] = &[
    key(
        "table",
        Kind::Choice(&["deployments", "commits", "pull-requests", "incidents"]),
        Words("required, unless `from` is given"),
        Example("\"deployments\""),
        "What the rows are.",
    ),
    key(
        "from",
        Kind::Text,
        Nothing,
        Instead("\"jira-csv\""),
        "The preset of `import --from` that the other keys change, in place of `table`.",
    ),
    key(
        "map",
        Kind::Map,
        Value("{}"),
        Example("{ id = \"Build\", finished_at = \"Ended\" }"),
        "Columns of dora-report, each with its name in the file.",
    ),
    key(
        "map_status",
        Kind::Map,
        Value("{}"),
        Example("{ passed = \"success\" }"),
        "Statuses of the file, each with the status that it means.",
    ),
    key("repo", Kind::Text, Nothing, Example("\"acme/web\""), "The repo of rows that name none, as `OWNER/NAME`."),
    key("source", Kind::Text, Words("by the file or preset"), Example("\"jenkins\""), "The source of all rows."),
    key("delimiter", Kind::Text, Words("by the header"), Example("\";\""), "One character, or `\"tab\"`."),
    key("time_zone", Kind::Text, Nothing, Example("\"Europe/Berlin\""), "The zone of times without an offset."),
    key(
        "time_format",
        Kind::Text,
        Nothing,
        Example("\"%d.%m.%Y %H:%M\""),
        "The form of all instants, in the letters of `strftime`.",
    ),
];
