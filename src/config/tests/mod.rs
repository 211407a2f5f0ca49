//! The config as its user meets it: whole files into values, and what their digest depends on.

mod digest;
mod mistakes;
mod mutated;
mod reference;

use std::io::{Error, ErrorKind};
use std::path::Path;

use serde_json::json;

use super::*;
use crate::document::{Endpoint, WebhookKind};
use crate::domain::band::Bands;
use crate::domain::calendar::Calendar;
use crate::domain::glob::Glob;
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::kind::DeploymentKind;
use crate::domain::pattern::Pattern;
use crate::domain::rework::ReworkRules;
use crate::domain::settings::{Policy, Service};
use crate::domain::time::Zone;
use crate::domain::unit::Seconds;
use crate::sources::github::{Github, GithubAuth};

/// Every section there is, with values other than the defaults wherever there is a choice.
const WHOLE: &str = r#"
[report]
organisation = "Acme"
timezone = "Europe/Berlin"          # default UTC
window_days = 28
fiscal_year_start = "04"
bands = "dora-2023"
out = "out/reports"

[data]
dir = "history"

[github]
api_url = "https://ghes.acme.io/api/v3/"
token_env = "ACME_TOKEN"
org = "acme"
repos = ["acme/checkout", "acme/web-*"]
exclude = ["acme/sandbox-*"]
deployments_from = "workflow-runs"
only_production = true
history_days = 90
concurrency = 4

[deployments]
environments = ["live", "live-*"]

[pagerduty]
api_url = "https://api.eu.pagerduty.com"
token_env = "PD"
services = ["PABC123"]
caused_by_deploy = { title = "(?i)deploy" }
deployment_ref = { note = "sha ([0-9a-f]{7,40})" }

[opsgenie]
api_url = "http://127.0.0.1:8080"
token_env = "OG"
read = ["alerts", "incidents", "alerts"]
caused_by_deploy = { property = "caused_by_deploy" }
deployment_ref = { property = "deployment" }

[jsm]
cloud_id = "c1"
site = "acme"
email = "ops@acme.io"

[github_issues]
labels = ["incident", "outage"]

[incidents]
attribution = "explicit"
attribution_window = "30m"
count_rollbacks = true
min_priority = "SEV2"
urgencies = ["high"]
ignore_tags = ["drill"]

[rework]
labels = ["hotfix"]
branches = ["hotfix/*"]
titles = ["(?i)^revert"]
refs = ["hotfix-*"]
tasks = ["deploy:hotfix"]

[[service]]
name = "checkout"
team = "payments"
repos = ["acme/checkout"]
environments = ["production"]
pagerduty = ["PABC123", "Checkout"]
opsgenie = ["checkout", "Checkout"]
incidents = ["chk"]

[[service]]
name = "web"
repos = ["acme/web-*"]

[pushgateway]
url = "http://pushgateway:9091/"
job = "metrics"

[remote_write]
url = "http://prometheus:9090/api/v1/write"
bearer_token_env = "REMOTE_WRITE_TOKEN"

[notify]
webhook_env = "SLACK_WEBHOOK_URL"
webhook_kind = "teams"
mail = { smtp = "smtp.acme.io:465", from = "DORA <dora@acme.io>", to = ["eng@acme.io", "ops@example"], password_env = "SMTP_PASSWORD" }
"#;

/// The published example, as users copy it.
const EXAMPLE: &str = r#"
[report]
timezone = "Europe/Berlin"          # default UTC
window_days = 30
bands = "handbook"
out = "reports"
[data]
dir = "data"
[github]
api_url = "https://api.github.com"
token_env = "GITHUB_TOKEN"
org = "acme"
repos = ["acme/checkout", "acme/web-*"]
exclude = ["acme/sandbox-*"]
deployments_from = "deployments"
history_days = 365
concurrency = 8
[deployments]
environments = ["production", "prod", "prod-*"]
[pagerduty]
api_url = "https://api.pagerduty.com"
token_env = "PAGERDUTY_TOKEN"
services = []
caused_by_deploy = { custom_field = "caused_by_deploy" }
deployment_ref = { custom_field = "deployment" }
[opsgenie]
api_url = "https://api.opsgenie.com"
token_env = "OPSGENIE_API_KEY"
read = ["incidents"]
caused_by_deploy = { tag = "caused-by-deploy" }
[incidents]
attribution = "explicit-or-window"
attribution_window = "1h"
count_rollbacks = false
min_priority = "P3"
urgencies = ["high"]
ignore_tags = ["drill"]
[[service]]
name = "checkout"
team = "payments"
repos = ["acme/checkout"]
environments = ["production"]
pagerduty = ["PABC123", "Checkout"]
opsgenie = ["checkout"]
[pushgateway]
url = "http://pushgateway:9091"
job = "dora"
[remote_write]
url = "http://prometheus:9090/api/v1/write"
bearer_token_env = "REMOTE_WRITE_TOKEN"
[notify]
webhook_env = "SLACK_WEBHOOK_URL"
mail = { smtp = "smtp.example:587", from = "dora@example", to = ["eng@example"], password_env = "SMTP_PASSWORD" }
"#;

fn no_files(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("locked.toml") => Err(Error::new(ErrorKind::PermissionDenied, "permission denied")),
        Some("team/ours.toml" | "ours.toml") => Ok("edition = 'ours'\n[lead_time]\nelite = '< 2h'\n".into()),
        Some("bad.toml") => Ok("edition = 'bad'\n\n[lead_time]\nelitte = '< 2h'\n".into()),
        _ => Err(ErrorKind::NotFound.into()),
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("dora.toml"), &no_files)
}

fn good(text: &str) -> Config {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn globs(texts: &[&str]) -> Vec<Glob> {
    texts.iter().map(|text| Glob::new(text).expect("a pattern")).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn endpoint(text: &str) -> Endpoint {
    Endpoint::parse(text).expect("an address")
}

#[test]
fn every_section_is_read_into_its_values() {
    let config = good(WHOLE);
    assert_eq!(
        config.settings,
        Settings {
            organisation: Some("Acme".into()),
            zone: Zone::parse("Europe/Berlin").expect("a zone"),
            window_days: 28,
            calendar: Calendar::parse("04").expect("a month"),
            bands: Bands::edition("dora-2023").expect("built in"),
            environments: globs(&["live", "live-*"]),
            environments_are_set: true,
            exclude_environments: Vec::new(),
            merge: None,
            services: vec![
                Service {
                    name: ServiceName("checkout".into()),
                    team: Some(TeamName("payments".into())),
                    repos: globs(&["acme/checkout"]),
                    environments: Some(globs(&["production"])),
                    incident_keys: texts(&["PABC123", "Checkout", "checkout", "chk"]),
                },
                Service {
                    name: ServiceName("web".into()),
                    team: None,
                    repos: globs(&["acme/web-*"]),
                    environments: None,
                    incident_keys: vec![],
                },
            ],
            attribution: Policy::Explicit,
            attribution_window: Seconds(1_800),
            count_rollbacks: true,
            min_priority: Some(2),
            urgencies: texts(&["high"]),
            ignore_tags: texts(&["drill"]),
            rework: ReworkRules {
                labels: texts(&["hotfix"]),
                branches: globs(&["hotfix/*"]),
                titles: vec![Pattern::new("(?i)^revert").expect("an expression")],
                refs: globs(&["hotfix-*"]),
                tasks: globs(&["deploy:hotfix"]),
            },
            incident_sources: texts(&["pagerduty", "opsgenie", "jsm", "github-issues"]),
        }
    );
    assert_eq!((&config.out, &config.data_dir), (&PathBuf::from("out/reports"), &PathBuf::from("history")));
    assert_eq!(
        config.github().cloned(),
        Some(Github {
            api_url: endpoint("https://ghes.acme.io/api/v3"),
            auth: GithubAuth::Token { variable: "ACME_TOKEN".into() },
            org: Some("acme".into()),
            repos: globs(&["acme/checkout", "acme/web-*"]),
            exclude: globs(&["acme/sandbox-*"]),
            deployments_from: DeploymentKind::WorkflowRuns,
            only_production: true,
            history_days: 90,
            concurrency: 4,
        })
    );
    let of = |id: &str| {
        let source = config.sources.iter().find(|source| source.provider.id == id).expect("configured");
        let account = source.account().expect("an account");
        (account.api_url().as_str().to_owned(), account.token_env().to_owned(), account.digest())
    };
    let found = [("pagerduty", "PD"), ("opsgenie", "OG"), ("jsm", "JSM_TOKEN")].map(|(id, variable)| {
        let (api_url, token_env, digest) = of(id);
        assert_eq!(token_env, variable, "{id}");
        (api_url, digest)
    });
    let title = json!([["PABC123"], ["title", "(?i)deploy"], ["note", "sha ([0-9a-f]{7,40})"], false]);
    let property = ["property", "caused_by_deploy"];
    assert_eq!(
        found,
        [
            ("https://api.eu.pagerduty.com".into(), title),
            ("http://127.0.0.1:8080".into(), json!([["incidents", "alerts"], property, "deployment"])),
            ("https://api.atlassian.com".into(), json!(["c1", ["tag", "caused-by-deploy"], null])),
        ]
    );
    let jsm = format!("{:?}", config.sources);
    assert!(jsm.contains("https://acme.atlassian.net") && jsm.contains("ops@acme.io"), "{jsm}");
    let issues = config.sources.iter().find_map(Source::issues).expect("configured");
    assert_eq!(issues.digest(), json!([["incident", "outage"], "caused-by-deploy", true]));
    assert_eq!(
        config.pushgateway,
        Some(Pushgateway { url: endpoint("http://pushgateway:9091"), job: "metrics".into(), login: Login::default() })
    );
    assert_eq!(
        config.remote_write,
        Some(RemoteWrite {
            url: endpoint("http://prometheus:9090/api/v1/write"),
            login: Login { bearer_token_env: Some("REMOTE_WRITE_TOKEN".into()), ..Login::default() },
        })
    );
    let address = |text: &str| text.parse().expect("a mail address");
    assert_eq!(
        config.notify,
        Some(Notifications {
            webhook: Some(Webhook { variable: "SLACK_WEBHOOK_URL".into(), kind: Some(WebhookKind::Teams) }),
            mail: Some(Mail {
                server: MailServer { host: "smtp.acme.io".into(), port: 465, is_local: false },
                from: address("DORA <dora@acme.io>"),
                to: vec![address("eng@acme.io"), address("ops@example")],
                login: Some(("dora@acme.io".into(), "SMTP_PASSWORD".into())),
            }),
        })
    );
}

#[test]
fn the_published_example_is_what_its_comments_call_the_default() {
    let mut config = good(EXAMPLE);
    let short =
        good("[github]\norg = 'acme'\n[pagerduty]\n[opsgenie]\n[pushgateway]\nurl = 'http://pushgateway:9091'\n");
    let service = config.settings.services.pop().expect("a service");
    assert_eq!(service.incident_keys, ["PABC123", "Checkout", "checkout"]);
    assert_eq!(config.settings.min_priority.take(), Some(3));
    assert_eq!(std::mem::take(&mut config.settings.urgencies), ["high"]);
    assert_eq!(std::mem::take(&mut config.settings.ignore_tags), ["drill"]);
    assert_eq!(std::mem::replace(&mut config.settings.zone, Zone::UTC).name(), "Europe/Berlin");
    assert_eq!(std::mem::take(&mut config.settings.incident_sources), ["pagerduty", "opsgenie"]);
    // Written out, the list counts exactly what it says.
    assert!(std::mem::take(&mut config.settings.environments_are_set));
    assert_eq!(config.settings, Settings::default());
    assert_eq!((&config.out, &config.data_dir), (&short.out, &short.data_dir));
    let github = Github { repos: vec![], exclude: vec![], ..config.github().cloned().expect("configured") };
    assert_eq!(Some(github), short.github().cloned());
    let accounts = |config: &Config| config.sources.iter().filter_map(Source::account).cloned().collect::<Vec<_>>();
    let (all, few) = (accounts(&config), accounts(&short));
    assert_eq!(format!("{:?}", all[1]), format!("{:?}", few[1]));
    let mut pagerduty = all[0].digest();
    assert_eq!(std::mem::take(&mut pagerduty[2]), json!(["custom_field", "deployment"]));
    assert_eq!(pagerduty, few[0].digest());
    assert_eq!(config.pushgateway, short.pushgateway);
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(good("# nothing yet\n"), Config::default());
}

#[test]
fn a_file_of_bands_is_looked_for_beside_the_config() {
    let beside = Config::parse("[report]\nbands = 'ours.toml'", Path::new("team/dora.toml"), &no_files).expect("read");
    assert_eq!(beside.settings.bands.edition, "ours");
}

#[test]
fn a_github_app_signs_in_with_its_key_file() {
    let text = "[github]\norg = 'acme'\napp_id = 7\ninstallation_id = 123456789\nprivate_key_file = 'app.pem'\n";
    let auth = GithubAuth::App { app_id: 7, installation_id: 123_456_789, private_key_file: "app.pem".into() };
    assert_eq!(good(text).github().expect("configured").auth, auth);
}
