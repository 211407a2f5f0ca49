//! `run` with `[notify]`: it sends by default, and which failures take precedence over a failed message in the exit
//! code.

use std::time::{Duration, Instant};

use super::scene::Scene;
use super::world::World;
use crate::proxy::{Proxy, Step};
use crate::smtp::{Manner, Smtp};
use crate::support::Run;

const RUN: [&str; 7] = ["run", "--since", "2025-01-01", "--period", "2025-03", "--as-of", "2026-01-01T00:00:00Z"];
const PAGE: &str = "reports/2025-03/index.html";

/// A scene with a webhook, and more under `[notify]`.
fn scene(more: &str) -> Scene {
    let shop = "[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\n";
    let scene = Scene::pagerduty(World::new(), &format!("{shop}[notify]\n{more}"));
    let csv = "id,repo,environment,sha,status,created_at,finished_at\n1,a/shop,production,x,success,2025-03-02T00:00:00Z,2025-03-02T00:00:00Z\n";
    scene.place.write("d.csv", csv).done(["import", "deployments", "d.csv", "--covers", "2024-01-01..2026-01-01"]);
    scene
}

fn run(scene: &Scene, hook: &str, flags: &[&str]) -> Run {
    let mut command = scene.command(&[&RUN, flags].concat());
    Run::of(command.env("HOOK", hook).output().expect("the program runs"))
}

const HOOK: &str = "webhook_env = \"HOOK\"\n";

#[test]
fn run_posts_and_mails_without_output_and_not_with_no_notify() {
    let (hook, server) = (Proxy::new(None, &[]), Smtp::new(Manner::Takes));
    let mail =
        format!("mail = {{ smtp = \"localhost:{}\", from = \"a@b.example\", to = [\"c@d.example\"] }}\n", server.port);
    let scene = scene(&(HOOK.to_owned() + &mail));
    let silent = run(&scene, &hook.url, &["--no-notify"]);
    assert_eq!((silent.code, hook.requests(), server.kept().mails.len()), (0, 0, 0), "{}", silent.stderr);
    let sent = run(&scene, &hook.url, &[]);
    assert_eq!((sent.code, sent.stdout.as_str(), sent.stderr.as_str()), (0, "", ""));
    assert_eq!((hook.requests(), server.kept().mails.len()), (1, 1));
    assert!(hook.seen()[0].2.contains("DORA metrics 2025-03"));
}

#[test]
fn a_message_that_fails_is_the_code_of_run_unless_a_source_or_a_gate_has_one() {
    let refusing = || Proxy::new(None, &[Step::Answer(404, None, "no_service")]);
    let scene = scene(HOOK);
    let failed = run(&scene, &refusing().url, &[]);
    assert_eq!(failed.code, 6, "{}", failed.stderr);
    assert!(failed.stderr.contains("no_service") && scene.place.path(PAGE).exists(), "{}", failed.stderr);
    assert_eq!(run(&scene, "", &[]).code, 3, "the address is missing");
    assert_eq!(run(&scene, &refusing().url, &["--fail-if", "deployment_frequency < 1000"]).code, 10);
    assert_eq!(run(&scene, "", &["--fail-if", "deployment_frequency < 1000"]).code, 10);
    scene.server.state(|state| state.revoked = true);
    let hook = refusing();
    let gone = run(&scene, &hook.url, &[]);
    assert_eq!((gone.code, hook.requests()), (3, 1), "the report is there and is posted: {}", gone.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_silent_mail_server_is_abandoned_after_the_timeout() {
    let server = Smtp::new(Manner::Silent);
    let mail =
        format!("mail = {{ smtp = \"127.0.0.1:{}\", from = \"a@b.example\", to = [\"c@d.example\"] }}\n", server.port);
    let scene = scene(&mail);
    #[expect(clippy::disallowed_methods, reason = "how long the program waits")]
    let began = Instant::now();
    let late = run(&scene, "", &["--timeout", "2s"]);
    assert_eq!(late.code, 6, "{}", late.stderr);
    assert!(late.stderr.contains("no answer"), "{}", late.stderr);
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(scene.place.path(PAGE).exists());
}
