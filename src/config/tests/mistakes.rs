//! Every mistake in a config and its whole message.

use super::{good, parse};
use crate::config::schema::CONFIG;
use crate::document::schema::{list, sections};

/// Services in shorthand: name, repos, environments.
fn services(list: &[(&str, &str, Option<&str>)]) -> String {
    let one = |(name, repos, environments): &(&str, &str, Option<&str>)| {
        let environments = environments.map_or_else(String::new, |list| {
            format!(
                "environments = [{list}]
"
            )
        });
        format!(
            "[[service]]
name = '{name}'
repos = [{repos}]
{environments}"
        )
    };
    list.iter().map(one).collect::<Vec<_>>().concat()
}

#[test]
fn layered_services_and_different_environments_do_not_conflict() {
    for list in [
        [("a", "'acme/x'", None), ("b", "'acme/y'", None)],
        [("a", "'acme/x'", None), ("rest", "'acme/*'", None)],
        [("a", "'acme/x-*'", None), ("b", "'acme/*-x'", None)],
        [("a", "'acme/mono'", Some("'a-production'")), ("b", "'acme/mono'", Some("'b-production'"))],
        [("a", "'acme/mono'", Some("'live-*'")), ("b", "'acme/mono'", None)],
        [("a", "'acme/mono'", Some("'a-*'")), ("b", "'acme/mono'", Some("'b-*'"))],
    ] {
        assert_eq!(good(&services(&list)).settings.services.len(), 2);
    }
}

#[test]
fn two_services_that_claim_the_same_are_both_named() {
    for (list, message) in [
        (
            [("a", "'acme/x'", None), ("A", "'acme/y'", None)],
            "dora.toml:5: service `A` already exists at dora.toml:2; names must differ by more than case",
        ),
        (
            [("a", "'acme/x'", None), ("b", "'acme/y', 'Acme/X'", None)],
            "dora.toml:6: service `b` claims `Acme/X` in environment `production`, and so does service `a` at \
             dora.toml:3; give one of them other repos or environments",
        ),
        (
            [("a", "'acme/*'", None), ("b", "'acme/*'", Some("'PROD-eu'"))],
            "dora.toml:6: service `b` claims `acme/*` in environment `PROD-eu`, and so does service `a` at \
             dora.toml:3; give one of them other repos or environments",
        ),
        (
            [("a", "'acme/x'", Some("'live-eu'")), ("b", "'acme/x'", Some("'live-*'"))],
            "dora.toml:7: service `b` claims `acme/x` in environment `live-eu`, and so does service `a` at \
             dora.toml:3; give one of them other repos or environments",
        ),
    ] {
        assert_eq!(parse(&services(&list)).expect_err(message).to_string(), message);
    }
}

#[test]
fn each_mistake_is_reported_with_its_line_and_what_to_do() {
    // A new provider is a new section, and no new mistake.
    let sections = list(&sections(&CONFIG), "[", "]");
    for (text, message) in MISTAKES {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), message.replace("SECTIONS", &sections), "{text}");
    }
}

const MISTAKES: &[(&str, &str)] = &[
    // Logins.
    (
        "[pushgateway]\nurl = 'http://g'\nusername = 'a'\n",
        "dora.toml:1: [pushgateway] has a `username`, and needs `password_env`, the variable of its password",
    ),
    (
        "[remote_write]\nurl = 'http://g'\nusername = 'a'\npassword_env = 'P'\nbearer_token_env = 'B'\n",
        "dora.toml:1: [remote_write] has a `bearer_token_env` and a `username`; a server takes one of the two",
    ),
    (
        "[remote_write]\nurl = 'http://g'\nheaders = { 'X Y' = 'a' }\n",
        "dora.toml:3: `X Y` in [remote_write.headers]: not a header that can be set here; a login goes into `bearer_token_env` or `username`",
    ),
    // What is not TOML.
    ("[report]\nout = 'x\n", "dora.toml:2:9: not TOML: invalid literal string, expected `'`"),
    ("[report]\nout = reports\n", "dora.toml:2:7: not TOML: string values must be quoted, expected literal string"),
    ("[report\n", "dora.toml:1:8: not TOML: unclosed table, expected `]`"),
    (
        "[data]\n[data]\n",
        "dora.toml:2:2: not TOML: the section `data` already exists; merge the two sections, or write [[data]] if the section may be repeated",
    ),
    (
        "[report]\nout = 'a'\nwindow_days = 30\nout = 'b'\n",
        "dora.toml:4:1: not TOML: the key `out` is already set in this section; remove one of the two lines",
    ),
    (
        "[report]\ntimezone = 'PST'\n",
        "dora.toml:2: `timezone` in [report]: `PST` is not an IANA time zone; instead of this abbreviation, write a time zone like `America/Los_Angeles`",
    ),
    // Keys and sections.
    (
        "\n[report]\nwindw_days = 3\n",
        "dora.toml:3: unknown key `windw_days` in [report]; the nearest right one is `window_days`",
    ),
    ("timezone = 'UTC'\n", "dora.toml:1: unknown key `timezone`; it belongs in [report]"),
    ("verbose = true\n", "dora.toml:1: unknown key `verbose`; every key belongs in a section: SECTIONS"),
    (
        "[data]\nenvironments = ['x']\n",
        "dora.toml:2: unknown key `environments` in [data]; it belongs in [deployments]",
    ),
    ("[repot]\n", "dora.toml:1: unknown section [repot]; the nearest right one is [report]"),
    ("[[services]]\nname = 'x'\n", "dora.toml:1: unknown section [services]; the nearest right one is [service]"),
    ("[bitbucket]\n", "dora.toml:1: unknown section [bitbucket]; the sections are SECTIONS"),
    (
        "[[service]]\nname = 'a'\n\n[[service]]\nrepo = ['x']\n",
        "dora.toml:5: unknown key `repo` in [service]; the nearest right one is `repos`",
    ),
    (
        "[pagerduty]\ncaused_by_deploy = { tag = 'x' }\n",
        "dora.toml:2: unknown key `tag` in [pagerduty.caused_by_deploy]; it belongs in [opsgenie.caused_by_deploy]",
    ),
    // Wrong types.
    ("[report]\nwindow_days = '30'\n", "dora.toml:2: `window_days` in [report] must be a whole number, not a string"),
    (
        "[report]\nwindow_days = 30.0\n",
        "dora.toml:2: `window_days` in [report] must be a whole number, not a number with a fraction",
    ),
    ("[report]\ntimezone = 2\n", "dora.toml:2: `timezone` in [report] must be a string, not a whole number"),
    (
        "[deployments]\nenvironments = 'production'\n",
        "dora.toml:2: `environments` in [deployments] must be a list of strings, not a string",
    ),
    (
        "[deployments]\nenvironments = [\n  'production',\n  3,\n]\n",
        "dora.toml:4: `environments` in [deployments] must be a list of strings, not a whole number",
    ),
    (
        "[incidents]\ncount_rollbacks = 'no'\n",
        "dora.toml:2: `count_rollbacks` in [incidents] must be true or false, not a string",
    ),
    (
        "[pagerduty]\ncaused_by_deploy = 'x'\n",
        "dora.toml:2: `caused_by_deploy` in [pagerduty] must be a section, not a string",
    ),
    ("report = 3\n", "dora.toml:1: `report` must be a section, not a whole number"),
    (
        "[service]\nname = 'x'\n",
        "dora.toml:1: `service` must be one or more sections in double brackets, like [[service]], not a table",
    ),
    ("[report]\nout = ' '\n", "dora.toml:2: `out` in [report]: an empty text; write something or leave the key out"),
    // Values.
    (
        "[report]\ntimezone = 'Europe/Berln'\n",
        "dora.toml:2: `timezone` in [report]: `Europe/Berln` is not an IANA time zone; did you mean `Europe/Berlin`?",
    ),
    ("[report]\nwindow_days = 0\n", "dora.toml:2: `window_days` in [report] is 0; write a whole number from 1 to 366"),
    (
        "[report]\nwindow_days = 367\n",
        "dora.toml:2: `window_days` in [report] is 367; write a whole number from 1 to 366",
    ),
    (
        "[github]\norg = 'acme'\nhistory_days = -1\n",
        "dora.toml:3: `history_days` in [github] is -1; write a whole number from 1 to 7300",
    ),
    (
        "[github]\norg = 'acme'\nconcurrency = 1_000\n",
        "dora.toml:3: `concurrency` in [github] is 1000; write a whole number from 1 to 100",
    ),
    (
        "[deployments]\nenvironments = ['prod-[']\n",
        "dora.toml:2: `environments` in [deployments]: `prod-[` is not a valid pattern: unclosed character class; missing ']'",
    ),
    (
        "[deployments]\nenvironments = []\n",
        "dora.toml:2: `environments` in [deployments]: an empty list; then no deployment would count; name an environment or leave the key out",
    ),
    (
        "[incidents]\nattribution_window = '1 hour'\n",
        "dora.toml:2: `attribution_window` in [incidents]: `1 hour` is not a valid duration; write a whole number and s, m, h, d or w, like `1h`",
    ),
    (
        "[incidents]\nverdict_days = -1\n",
        "dora.toml:2: `verdict_days` in [incidents] is -1; write a whole number from 0 to 3650",
    ),
    (
        "[incidents]\nattribution = 'clock'\n",
        "dora.toml:2: `attribution` in [incidents] cannot be `clock`; write one of `explicit`, `window`, `explicit-or-window`",
    ),
    (
        "[rework]\ntitles = ['(hotfix']\n",
        "dora.toml:2: `titles` in [rework]: not a valid regular expression (unclosed group)",
    ),
    (
        "[rework]\nlabel = ['hotfix']\n",
        "dora.toml:2: unknown key `label` in [rework]; the nearest right one is `labels`",
    ),
    (
        "[incidents]\nmin_priority = 'wichtig'\n",
        "dora.toml:2: `min_priority` in [incidents]: `wichtig` has no known rank; write P1…, SEV1… or a word such as high",
    ),
    (
        "[github]\norg = 'acme'\ndeployments_from = 'tags'\n",
        "dora.toml:3: `deployments_from` in [github] cannot be `tags`; write one of `deployments`, `workflow-runs`, `releases`, `merged-pull-requests`",
    ),
    (
        "[opsgenie]\nread = ['incident']\n",
        "dora.toml:2: `read` in [opsgenie] cannot be `incident`; write one of `incidents`, `alerts`",
    ),
    (
        "[opsgenie]\nread = []\n",
        "dora.toml:2: `read` in [opsgenie]: an empty list; write `incidents`, `alerts` or both",
    ),
    (
        "[opsgenie]\ncaused_by_deploy = {}\n",
        "dora.toml:2: [opsgenie.caused_by_deploy] needs exactly one of `tag` and `property`",
    ),
    (
        "[pagerduty]\ncaused_by_deploy = { title = 'a', note = 'b' }\n",
        "dora.toml:2: [pagerduty.caused_by_deploy] needs exactly one of `custom_field`, `title` and `note`",
    ),
    (
        "[pagerduty]\ncaused_by_deploy = { title = 'a(' }\n",
        "dora.toml:2: `title` in [pagerduty.caused_by_deploy]: not a valid regular expression (unclosed group)",
    ),
    (
        "[pagerduty]\ndeployment_ref = { title = 'sha' }\n",
        "dora.toml:2: [pagerduty.deployment_ref] needs a group that catches the deployment, like `sha ([0-9a-f]{7,40})`",
    ),
    // Bands.
    (
        "[report]\nbands = 'dora-2020'\n",
        "dora.toml:2: `bands` in [report]: `dora-2020` is neither an edition (handbook, dora-2019, dora-2021, dora-2022, dora-2023, dora-2024, dora-2025, none) nor a file (dora-2020 does not exist)",
    ),
    (
        "[report]\nbands = 'locked.toml'\n",
        "dora.toml:2: `bands` in [report]: locked.toml cannot be read: permission denied",
    ),
    (
        "[report]\nbands = 'bad.toml'\n",
        "bad.toml:4: unknown key `elitte` in [lead_time]; the nearest right one is `elite`",
    ),
    // What a section lacks or has too much of.
    ("[github]\nconcurrency = 3\n", "dora.toml:1: [github] needs `org = \"acme\"` or `repos = [\"acme/checkout\"]`"),
    (
        "[github]\nrepos = ['checkout']\n",
        "dora.toml:2: `repos` in [github]: `checkout` has no owner; write `owner/checkout`",
    ),
    (
        "[github]\nrepos = ['github.com/acme/checkout']\n",
        "dora.toml:2: `repos` in [github]: `github.com/acme/checkout` is not a repo; write `owner/name`",
    ),
    (
        "[github]\nrepos = ['*/checkout']\n",
        "dora.toml:2: `repos` in [github]: `*/checkout`: write the owner out, or name it with `org`",
    ),
    (
        "[github]\norg = 'https://github.com/acme'\n",
        "dora.toml:2: `org` in [github]: not the name of an organisation; write it alone, like `acme`",
    ),
    (
        "\n[github]\norg = 'acme'\napp_id = 7\n",
        "dora.toml:2: [github] needs `app_id`, `installation_id` and `private_key_file` together for a GitHub App",
    ),
    (
        "[github]\norg = 'acme'\napp_id = 7\ntoken_env = 'T'\n",
        "dora.toml:1: [github] has both `token_env` and keys of a GitHub App; keep `token_env`, or `app_id`, `installation_id` and `private_key_file`",
    ),
    ("[data]\n\n[[service]]\nrepos = ['acme/x']\n", "dora.toml:3: [service] needs a `name`"),
    ("[[service]]\nname = 'x'\n", "dora.toml:1: [service] needs `repos`, like `repos = [\"acme/checkout\"]`"),
    (
        "[[service]]\nname = 'x'\nrepos = []\n",
        "dora.toml:3: `repos` in [service]: an empty list; a service needs at least one repo",
    ),
    (
        "[pushgateway]\njob = 'x'\n",
        "dora.toml:1: [pushgateway] needs a `url`, like `url = \"http://pushgateway:9091\"`",
    ),
    (
        "[remote_write]\n",
        "dora.toml:1: [remote_write] needs a `url`, like `url = \"http://prometheus:9090/api/v1/write\"`",
    ),
    // Notifications.
    (
        "[notify]\n",
        "dora.toml:1: [notify] needs `webhook_env = \"SLACK_WEBHOOK_URL\"`, or `mail = { smtp = \"smtp.example:587\", from = \"dora@example\", to = [\"eng@example\"] }`",
    ),
    (
        "[notify]\nwebhook_kind = 'teams'\n",
        "dora.toml:1: [notify] has a `webhook_kind`, and needs `webhook_env`, the variable of the webhook's address",
    ),
    (
        "[notify]\nwebhook_env = 'W'\nwebhook_kind = 'discord'\n",
        "dora.toml:3: `webhook_kind` in [notify] cannot be `discord`; write one of `slack`, `teams`",
    ),
    (
        "[notify]\nwebhook_evn = 'W'\n",
        "dora.toml:2: unknown key `webhook_evn` in [notify]; the nearest right one is `webhook_env`",
    ),
    (
        "[notify]\nmail = { smtp = 's', from = 'a@b', to = ['c@d'], cc = ['e@f'] }\n",
        "dora.toml:2: unknown key `cc` in [notify.mail]; the keys there are `smtp`, `from`, `to`, `password_env`, `username`",
    ),
    (
        "[notify]\n\nmail = { smtp = 's', to = ['c@d'] }\n",
        "dora.toml:3: [notify.mail] needs `from`, like `from = \"dora@example\"`",
    ),
    (
        "[notify.mail]\nsmtp = 's'\nfrom = 'a@b'\nto = [\n  'c@d',\n  'nobody',\n]\n",
        "dora.toml:6: `to` in [notify.mail]: not a mail address; write one like eng@example.com or DORA <dora@example.com>",
    ),
    (
        "[notify.mail]\nsmtp = 's'\nfrom = \"a@b\\r\\nBcc: x@y\"\nto = ['c@d']\n",
        "dora.toml:3: `from` in [notify.mail]: not a mail address; write one like eng@example.com or DORA <dora@example.com>",
    ),
    (
        "[notify.mail]\nsmtp = 's'\nfrom = 'a@b'\nto = []\n",
        "dora.toml:4: `to` in [notify.mail]: an empty list; name at least one address",
    ),
    (
        "[notify.mail]\nsmtp = 'smtp://s'\nfrom = 'a@b'\nto = ['c@d']\n",
        "dora.toml:2: `smtp` in [notify.mail]: not a mail server; write its host and port, like smtp.example:587",
    ),
    (
        "[notify.mail]\nsmtp = 's'\nfrom = 'a@b'\nto = ['c@d']\nusername = 'u'\n",
        "dora.toml:1: [notify.mail] has a `username`, and needs `password_env`, the variable of its password",
    ),
    // Secrets and addresses.
    (
        "[notify]\nwebhook_env = 'https://hooks.slack.com/services/T0/B0/hush'\n",
        "dora.toml:2: `webhook_env` in [notify] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `webhook_env`, or `password_env` under `mail`",
    ),
    (
        "[notify]\nwebhook_url = 'https://chat.acme.example/hooks/hush'\n",
        "dora.toml:2: `webhook_url` in [notify] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `webhook_env`, or `password_env` under `mail`",
    ),
    (
        "[notify]\nmail = { smtp = 's', from = 'a@b', to = ['c@d'], password = 'hush' }\n",
        "dora.toml:2: `password` in [notify] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `webhook_env`, or `password_env` under `mail`",
    ),
    (
        "[github]\norg = 'acme'\ntoken = 'hush-hush'\n",
        "dora.toml:3: `token` in [github] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `token_env`",
    ),
    (
        "[opsgenie]\napi-key = 'hush-hush'\n",
        "dora.toml:2: `api-key` in [opsgenie] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `token_env`",
    ),
    (
        "[github]\ntoken_env = 'ghp_hush'\n",
        "dora.toml:2: `token_env` in [github] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `token_env`",
    ),
    (
        "[remote_write]\nurl = 'http://x'\nbearer_token = 'hush-hush'\n",
        "dora.toml:3: `bearer_token` in [remote_write] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that with `bearer_token_env`",
    ),
    (
        "[[service]]\nname = 'x'\nincidents = [\n  'u+hushHUSHhush1234567',\n]\n",
        "dora.toml:4: `incidents` in [service] looks like a secret, and this file must not contain any: remove it, put it into an environment variable, and name that in the section that needs it (`token_env`, `bearer_token_env`)",
    ),
    (
        "[pagerduty]\ntoken_env = 'y_hushHushHUSH123'\n",
        "dora.toml:2: `token_env` in [pagerduty]: not the name of an environment variable, like `GITHUB_TOKEN` (letters, digits and `_`); if the secret itself stands there, take it out of this file",
    ),
    (
        "[pagerduty]\napi_url = 'http://pd.acme.io'\n",
        "dora.toml:2: `api_url` in [pagerduty]: a key would travel unencrypted over plain http; write https (plain http is for loopback addresses alone)",
    ),
    (
        "[pushgateway]\nurl = 'http://me:hush@pushgateway:9091'\n",
        "dora.toml:2: `url` in [pushgateway]: an address cannot contain credentials; put the key into an environment \
         variable",
    ),
    (
        "[github]\norg = 'acme'\napi_url = 'api.github.com'\n",
        "dora.toml:3: `api_url` in [github]: no address; write one like https://host or https://host:8443/path",
    ),
    (
        "[remote_write]\nurl = 'unix://socket'\n",
        "dora.toml:2: `url` in [remote_write]: only http and https addresses are supported",
    ),
];

#[test]
fn no_message_repeats_a_secret() {
    let secrets = MISTAKES.iter().filter(|(text, _)| text.to_lowercase().contains("hush"));
    for (text, message) in secrets {
        assert!(!message.to_lowercase().contains("hush"), "{text}");
        assert!(!format!("{:?}", parse(text).expect_err(text)).to_lowercase().contains("hush"), "{text}");
    }
}
