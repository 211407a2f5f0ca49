//! How the program signs in to the servers that figures go to: bearer token, user and password, further headers.

use crate::proxy::{Proxy, Step};
use crate::support::{COMMITS, DEPLOYMENTS, Place, Run};

const SECRET: &str = "s3cret-Value-0123456789";
const AS_OF: [&str; 2] = ["--as-of", "2026-10-01T00:00:00Z"];

fn place(config: &str) -> Place {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place
}

fn run(place: &Place, arguments: &[&str]) -> Run {
    let mut command = place.command([arguments, &AS_OF].concat());
    let run = Run::of(command.env("SECRET", SECRET).output().expect("the program runs"));
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(SECRET), "a secret is in the output");
    run
}

/// What the server was sent under a header.
fn sent(section: &str, keys: &str, arguments: &[&str], header: &str) -> Option<String> {
    let proxy = Proxy::new(None, &[]);
    let path = if section == "remote_write" { "/api/v1/write" } else { "" };
    let place = place(&format!("[{section}]\nurl = \"{}{path}\"\n{keys}\n", proxy.url));
    let run = run(&place, arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    proxy.last_header(header)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_bearer_token_and_a_password_go_to_a_pushgateway_and_to_a_remote_write_server() {
    let basic = "Basic ZG9yYTpzM2NyZXQtVmFsdWUtMDEyMzQ1Njc4OQ==";
    for (section, arguments) in [("pushgateway", &["push"][..]), ("remote_write", &["backfill", "remote-write"])] {
        let bearer = sent(section, "bearer_token_env = \"SECRET\"", arguments, "authorization");
        assert_eq!(bearer, Some(format!("Bearer {SECRET}")), "{section}");
        let password = sent(section, "username = \"dora\"\npassword_env = \"SECRET\"", arguments, "authorization");
        assert_eq!(password.as_deref(), Some(basic), "{section}");
        assert_eq!(sent(section, "", arguments, "authorization"), None, "{section}");
    }
}

#[test]
fn a_tenant_and_a_secret_header_go_to_a_remote_write_server() {
    let keys = "headers = { \"X-Scope-OrgID\" = \"team-a\" }\nheader_env = { \"X-Api-Key\" = \"SECRET\" }";
    let arguments = ["backfill", "remote-write"];
    assert_eq!(sent("remote_write", keys, &arguments, "x-scope-orgid").as_deref(), Some("team-a"));
    assert_eq!(sent("remote_write", keys, &arguments, "x-api-key").as_deref(), Some(SECRET));
}

#[test]
fn a_login_that_is_refused_is_code_3_with_the_keys_to_set_and_without_the_secret() {
    for (section, arguments, way_out) in [
        ("pushgateway", &["push"][..], "set `username` and `password_env`, or `bearer_token_env`, in [pushgateway]"),
        (
            "remote_write",
            &["backfill", "remote-write"],
            "in [remote_write] set `bearer_token_env`, or `username` and `password_env`",
        ),
    ] {
        let path = if section == "remote_write" { "/api/v1/write" } else { "" };
        for keys in ["", "bearer_token_env = \"SECRET\"\n"] {
            let words: &'static str = "no: s3cret-Value-0123456789";
            let proxy = Proxy::new(None, &[const { Step::Answer(401, None, "no: s3cret-Value-0123456789") }; 4]);
            let place = place(&format!("[{section}]\nurl = \"{}{path}\"\n{keys}", proxy.url));
            let mut command = place.command([arguments, &AS_OF].concat());
            let run = Run::of(command.env("SECRET", SECRET).output().expect("the program runs"));
            assert_eq!(run.code, 3, "{}", run.stderr);
            assert!(run.stderr.contains(way_out), "{way_out}: {}", run.stderr);
            // Without a login the server's words are no secret of ours.
            assert_eq!(run.stderr.contains(words), keys.is_empty(), "{}", run.stderr);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_login_is_never_sent_unencrypted_to_another_machine() {
    for (section, arguments) in [("pushgateway", &["push"][..]), ("remote_write", &["backfill", "remote-write"])] {
        let secret_header = "header_env = { \"X-Api-Key\" = \"SECRET\" }";
        for keys in ["bearer_token_env = \"SECRET\"", "username = \"a\"\npassword_env = \"SECRET\"", secret_header] {
            if section == "pushgateway" && keys == secret_header {
                continue;
            }
            let place = place(&format!("[{section}]\nurl = \"http://elsewhere.example/api/v1/write\"\n{keys}\n"));
            let run = run(&place, arguments);
            assert!([2, 4].contains(&run.code), "{}: {}", run.code, run.stderr);
            assert!(run.stderr.contains("is not sent over plain http"), "{section}: {}", run.stderr);
        }
    }
}
