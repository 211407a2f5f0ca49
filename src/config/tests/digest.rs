//! The digest of a configuration: what changes it, and what does not.

use super::{WHOLE, good};

#[test]
fn a_digest_changes_with_what_a_figure_depends_on_and_with_nothing_else() {
    let digest = |text: &str| good(text).digest();
    let whole = digest(WHOLE);
    assert_eq!(whole.len(), 64);
    for (from, to) in [
        ("# default UTC", "# ours"),
        ("organisation = \"Acme\"\n", ""),
        ("\"live\", \"live-*\"", "\"live-*\", \"live\""),
        ("dir = \"history\"", "dir = \"elsewhere\""),
        ("concurrency = 4", "concurrency = 5"),
        ("token_env = \"PD\"", "token_env = \"PAGER\""),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("job = \"metrics\"", "job = \"dora\""),
        ("webhook_kind = \"teams\"\n", ""),
        ("eng@acme.io", "all@acme.io"),
    ] {
        assert!(WHOLE.contains(from), "{from}");
        assert_eq!(digest(&WHOLE.replace(from, to)), whole, "{from} → {to}");
    }
    for (from, to) in [
        ("Europe/Berlin", "Europe/Paris"),
        ("window_days = 28", "window_days = 30"),
        ("dora-2023", "dora-2024"),
        ("\"live-*\"", "\"life-*\""),
        ("\"workflow-runs\"", "\"releases\""),
        ("acme/sandbox-*", "acme/play-*"),
        ("(?i)deploy", "deploy"),
        ("{ note =", "{ title ="),
        ("read = [\"alerts\", \"incidents\", \"alerts\"]", "read = [\"alerts\"]"),
        ("caused_by_deploy = { property =", "caused_by_deploy = { tag ="),
        ("\"explicit\"", "\"window\""),
        ("\"30m\"", "\"31m\""),
        ("count_rollbacks = true", "count_rollbacks = false"),
        ("\"SEV2\"", "\"SEV1\""),
        ("[\"high\"]", "[\"low\"]"),
        ("\"drill\"", "\"test\""),
        ("\"payments\"", "\"money\""),
        ("[\"production\"]", "[\"prod\"]"),
        ("\"chk\"", "\"check\""),
        ("labels = [\"hotfix\"]", "labels = [\"urgent\"]"),
        ("\"hotfix/*\"", "\"fix/*\""),
        ("(?i)^revert", "^Revert"),
        ("\"hotfix-*\"", "\"fix-*\""),
        ("\"deploy:hotfix\"", "\"hotfix\""),
    ] {
        assert!(WHOLE.contains(from), "{from}");
        assert_ne!(digest(&WHOLE.replace(from, to)), whole, "{from} → {to}");
    }
}

#[test]
fn a_digest_holds_every_described_source_and_what_it_chooses_alone() {
    let digest = |text: &str| good(text).digest();
    let jira = "[jira]\napi_url = \"https://acme.atlassian.net\"\njql = \"project = OPS\"\n";
    let desk = |name: &str| {
        format!(
            "[[http_incidents]]\nname = \"{name}\"\napi_url = \"https://desk.example\"\ntoken_env = \"DESK\"\n\
             path = \"/incidents\"\npaging = \"page\"\nquery = {{ kind = \"outage\" }}\n"
        )
    };
    let whole = format!("{jira}{}{}", desk("one"), desk("two"));
    for (from, to) in [
        ("https://acme.atlassian.net", "https://other.atlassian.net"),
        ("\"DESK\"", "\"HELPDESK\""),
        ("paging = \"page\"", "paging = \"offset\""),
        ("paging = \"page\"", "paging = \"page\"\npage_size = 50"),
        ("paging = \"page\"", "paging = \"page\"\nid = \"/id\""),
    ] {
        assert!(whole.contains(from), "{from}");
        assert_eq!(digest(&whole.replacen(from, to, 1)), digest(&whole), "{from} → {to}");
    }
    for (from, to) in [
        ("project = OPS", "project = WEB"),
        ("\"two\"", "\"three\""),
        ("\"outage\"", "\"incident\""),
        ("paging = \"page\"", "paging = \"page\"\nid = \"/key\""),
        ("paging = \"page\"", "paging = \"page\"\nover = [\"done\"]"),
        ("paging = \"page\"", "paging = \"page\"\ncaused_by_deploy = { custom_field = \"/cause\" }"),
        (jira, ""),
    ] {
        assert!(whole.contains(from), "{from}");
        assert_ne!(digest(&whole.replacen(from, to, 1)), digest(&whole), "{from} → {to}");
    }
    let sources = good(&whole).settings.incident_sources;
    assert_eq!(sources, ["jira", "one", "two"]);
}
