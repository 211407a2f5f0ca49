//! Tests with whole files: each can be read back with the values that were found, even with hostile names.

use std::io;
use std::path::Path;

use super::asked::Draft;
use super::document::{render, summary};
use super::source::{Source, State, asked};
use crate::config::Config;
use crate::domain::kind::DeploymentKind;
use crate::sources::github::Github;
use crate::sources::github::ProbedRepo;
use crate::sources::provider::Provider;

fn read(draft: &Draft) -> (String, Config) {
    let text = render(draft);
    let config = Config::parse(&text, Path::new("dora.toml"), &|_| Err(io::ErrorKind::NotFound.into()));
    (text.clone(), config.unwrap_or_else(|error| panic!("{error}\n{text}")))
}

fn repo(name: &str, environments: &[(&str, usize)]) -> ProbedRepo {
    let environments = environments.iter().map(|(name, count)| (Some((*name).to_owned()), *count));
    ProbedRepo {
        name: name.into(),
        problem: None,
        kind: DeploymentKind::Deployments,
        deployments: environments.clone().map(|(_, count)| count as u64).sum(),
        environments: environments.collect(),
    }
}

fn sources(shown: &[(&str, &[(&str, &str)])]) -> Vec<Source> {
    let of = |id: &str| shown.iter().find(|(own, _)| *own == id).map(|(_, names)| *names);
    let keys = |provider: &Provider| {
        let needed = provider.init.iter().filter(|flag| flag.needed.is_some() && of(provider.id).is_some());
        needed.map(|flag| (flag.key, "c1".to_owned())).collect()
    };
    let one = |provider: &'static Provider| Source {
        provider,
        keys: keys(provider),
        state: of(provider.id).map_or(State::NotAsked, |names| {
            State::Shown(names.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect())
        }),
    };
    asked().map(one).collect()
}

fn repos(github: &Github) -> Vec<&str> {
    github.repos.iter().map(crate::domain::glob::Glob::as_str).collect()
}

#[test]
fn without_a_token_the_template_changes_nothing_and_names_every_source() {
    let (text, config) = read(&Draft { incidents: sources(&[]), ..Draft::default() });
    assert_eq!(config, Config::default());
    for section in
        ["# [github]", "# [pagerduty]", "# [opsgenie]", "# [jsm]", "# [github_issues]", "# [[service]]", "# [notify]"]
    {
        assert!(text.contains(&format!("\n{section}")), "{section}: {text}");
    }
    let uncommented: String =
        text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).fold(String::new(), |all, line| {
            let is_toml = line.starts_with('[') || line.contains(" = ");
            if is_toml { all + line + "\n" } else { all }
        });
    let github = read_text(&uncommented).github().cloned().expect("a section");
    assert_eq!(github.org.as_deref(), Some("acme"), "the examples are right");
    let (_, config) = read(&Draft { org: Some("acme".into()), ..Draft::default() });
    assert_eq!(config.github().and_then(|github| github.org.as_deref()), Some("acme"));
    let named = vec!["acme/web".to_owned(), "other/api".into()];
    let (_, config) = read(&Draft { named, api_url: Some("https://ghes.acme.io/api/v3".into()), ..Draft::default() });
    let github = config.github().expect("a section");
    assert_eq!(repos(github), ["acme/web", "other/api"]);
    assert_eq!(github.api_url.as_str(), "https://ghes.acme.io/api/v3");
}

fn read_text(text: &str) -> Config {
    Config::parse(text, Path::new("dora.toml"), &|_| Err(io::ErrorKind::NotFound.into()))
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn repos_with_deployments_environments_and_services_that_match_are_filled_in() {
    let hidden = ProbedRepo { problem: Some("not\nshown".into()), ..repo("acme/hidden", &[]) };
    let seen = vec![
        repo("acme/checkout", &[("production", 40), ("staging", 9)]),
        repo("acme/docs", &[]),
        hidden,
        repo("acme/orders-api", &[("live", 5), ("blue", 2)]),
    ];
    let incidents = sources(&[
        ("pagerduty", &[("PCHECK", "Checkout"), ("PORD", "Orders Service"), ("PLOST", "Lost")]),
        ("jsm", &[("t-1", "orders-api")]),
    ]);
    let draft = Draft { org: Some("acme".into()), seen: Some(seen), unasked: 3, incidents, ..Draft::default() };
    let (text, config) = read(&draft);
    assert_eq!(repos(config.github().expect("a section")), ["acme/checkout", "acme/orders-api"]);
    let environments: Vec<&str> = config.settings.environments.iter().map(crate::domain::glob::Glob::as_str).collect();
    assert_eq!(environments, ["production", "live"]);
    let read: Vec<&str> = config.sources.iter().map(|source| source.provider.id).collect();
    assert_eq!(read, ["github", "pagerduty", "jsm"]);
    assert_eq!(config.sources[2].account().map(|jsm| jsm.digest()[0].clone()), Some("c1".into()));
    let services: Vec<_> =
        config.settings.services.iter().map(|it| (it.name.0.as_str(), it.incident_keys.clone())).collect();
    assert_eq!(services, [("checkout", vec!["PCHECK".to_owned()]), ("orders-api", vec!["t-1".to_owned()])]);
    for line in [
        "  \"acme/checkout\",  # 49 deployments",
        "#   acme/docs",
        "#   acme/hidden: not\u{fffd}shown",
        "# 3 more repos were not looked at: these are the first 4 by name.",
        "#   \"production\" 40 in 1 repo: looks like production: `production` of the default list matches",
        "#   \"live\" 5 in 1 repo: looks like production: its name has the word `live`",
        "#   \"blue\" 2 in 1 repo: unclear: no word in its name says so; add it if it serves your users",
        "#   \"staging\" 9 in 1 repo: not production: its name has the word `staging`",
        "pagerduty = [\"PCHECK\"]  # \"Checkout\" (PCHECK) of PagerDuty",
        "# doubtful: \"Orders Service\" (PORD) of PagerDuty, the same name but for a word like `service` or `api`; if it belongs \
         here:",
        "# pagerduty = [\"PORD\"]",
        "#   \"Lost\" (PLOST) of PagerDuty",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert_eq!(
        summary(&draft),
        "2 repos, 2 environments that look like production, 3 services of PagerDuty (1 matched to a repo by name, 1 \
         doubtful), 1 service of Jira Service Management (1 matched to a repo by name, 0 doubtful)"
    );
}

#[test]
fn where_the_default_list_has_all_of_production_it_stays_in_force() {
    let draft = |environments| Draft {
        org: Some("acme".into()),
        seen: Some(vec![repo("acme/web", environments)]),
        ..Draft::default()
    };
    let (_, config) = read(&draft(&[("production", 1), ("prod-canary", 1)]));
    assert!(!config.settings.environments_are_set, "an explicit list would count prod-canary by `prod-*`");
    let (text, _) = read(&draft(&[("blue", 1)]));
    assert!(text.contains("# None of them looks like production"), "{text}");
    let (text, config) = read(&draft(&[]));
    assert_eq!(config.github().and_then(|github| github.org.as_deref()), Some("acme"));
    assert!(text.contains("# No repo has GitHub deployments") && text.contains("# deployments_from = "), "{text}");
}

#[test]
fn hostile_names_stay_names() {
    for name in ["\"]\n[data]\ndir = \"/etc\"\n#", "*", "{a", "\u{202e}live", "live \\ \"x\" [", "\u{7f}\0"] {
        let environment = format!("{name} live");
        let seen = vec![repo("acme/web", &[(&environment, 1)])];
        let incidents = sources(&[("pagerduty", &[(name, "web"), (name, name), ("P1", &format!("other {name}"))])]);
        let (text, config) = read(&Draft { seen: Some(seen), org: Some("acme".into()), incidents, ..Draft::default() });
        assert_eq!(config.data_dir, Path::new("data"), "{text}");
        assert!(config.settings.is_production(None, &environment), "{text}");
        assert!(!config.settings.is_production(None, "other live"), "{text}");
        assert_eq!(
            config.settings.services.first().map(|it| it.incident_keys.clone()),
            Some(vec![name.to_owned()]),
            "{text}"
        );
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n' || letter == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_refused_key_leaves_its_section_as_a_comment_with_the_reason() {
    let mut incidents = sources(&[]);
    if let Some(first) = incidents.first_mut() {
        first.state = State::Refused("401:\nno".into());
    }
    let (text, config) = read(&Draft { incidents, ..Draft::default() });
    assert!(config.sources.is_empty() && text.contains("# Not read: 401:\u{fffd}no\n# [pagerduty]"), "{text}");
}
