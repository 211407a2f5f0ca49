//! Sends a year of 500 services to Prometheus in both ways, as whole commands: the file and its import by `promtool`,
//! and remote writes into a server that is fresh each time. Without the servers only the file is written.

#![expect(clippy::expect_used, reason = "a bench may fail where its own data are wrong")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tempfile::TempDir;

const SERVICES: i64 = 500;
/// About one a working day.
const DEPLOYMENTS_EACH: i64 = 250;
const DAYS: i64 = 365;
/// 2025-09-01, in seconds.
const START: i64 = 1_756_684_800;
const AS_OF: &str = "2026-09-01T00:00:00Z";

fn rfc3339(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).expect("an instant").to_rfc3339()
}

/// A dataset of 125,000 deployments with a commit each and 5,000 incidents.
fn organisation() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut deployments, mut commits, mut incidents, mut config) = (
        "id,repo,environment,sha,status,created_at,finished_at\n".to_owned(),
        "repo,sha,parents,authored_at,committed_at\n".to_owned(),
        "id,service_keys,opened_at,resolved_at\n".to_owned(),
        String::new(),
    );
    for service in 0..SERVICES {
        let repo = format!("acme/service-{service:03}");
        let _ = writeln!(
            config,
            "[[service]]\nname = \"service-{service:03}\"\nteam = \"team-{}\"\nrepos = [\"{repo}\"]\nincidents = [\"s{service}\"]",
            service % 40
        );
        for nth in 0..DEPLOYMENTS_EACH {
            let at = START + nth * DAYS * 86_400 / DEPLOYMENTS_EACH + service * 61 % 86_400;
            let (sha, made) = (format!("{service:08x}{nth:08x}"), at - 3_600 * (1 + (service + nth) % 50));
            let parent = if nth == 0 { String::new() } else { format!("{service:08x}{:08x}", nth - 1) };
            let (at, made) = (rfc3339(at), rfc3339(made));
            let _ = writeln!(deployments, "{service}-{nth},{repo},production,{sha},success,{at},{at}");
            let _ = writeln!(commits, "{repo},{sha},{parent},{made},{made}");
        }
        for nth in 0..10 {
            let at = START + (nth * 36 + 3) * 86_400 + service * 97;
            let (opened, resolved) = (rfc3339(at), rfc3339(at + 600 * (1 + (service + nth) % 90)));
            let _ = writeln!(incidents, "{service}-{nth},s{service},{opened},{resolved}");
        }
    }
    for (name, text) in [("deployments", &deployments), ("commits", &commits), ("incidents", &incidents)] {
        std::fs::write(folder.path().join(format!("{name}.csv")), text).expect("a file");
    }
    std::fs::write(folder.path().join("dora.toml"), config).expect("a file");
    let covers = "2025-08-01..2026-09-01";
    ours(folder.path(), &["import", "deployments", "deployments.csv", "--covers", covers]);
    ours(folder.path(), &["import", "commits", "commits.csv"]);
    ours(folder.path(), &["import", "incidents", "incidents.csv", "--covers", covers]);
    folder
}

fn ours(folder: &Path, arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_dora-report")).args(arguments).arg("-q").current_dir(folder).status();
    assert!(run.expect("the program runs").success(), "{arguments:?}");
}

/// A server with an empty folder, killed when it is dropped.
struct Server {
    child: Child,
    _folder: TempDir,
}

impl Server {
    /// Starts one and names it in the config.
    fn start(organisation: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let config = folder.path().join("prometheus.yml");
        std::fs::write(&config, "storage: {tsdb: {out_of_order_time_window: 20y}}\n").expect("a file");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(["--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=100y"])
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus starts");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_secs(1));
        let place = organisation.join("dora.toml");
        let text = std::fs::read_to_string(&place).expect("a config");
        let services = text.split("[remote_write]").next().unwrap_or_default();
        let section = format!("{services}[remote_write]\nurl = \"http://127.0.0.1:{port}/api/v1/write\"\n");
        std::fs::write(place, section).expect("a config");
        Self { child, _folder: folder }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended is gone as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn roads(criterion: &mut Criterion) {
    let organisation = organisation();
    let folder = organisation.path();
    criterion.bench_function("backfill openmetrics, a year of 500 services", |bench| {
        bench.iter(|| ours(folder, &["backfill", "openmetrics", "history.om", "--as-of", AS_OF]));
    });
    if Command::new("promtool").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        criterion.bench_function("import of that file by promtool", |bench| {
            bench.iter(|| {
                let blocks = tempfile::tempdir().expect("a temporary folder");
                let run = Command::new("promtool")
                    .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h", "-q"])
                    .args([folder.join("history.om"), blocks.path().to_owned()])
                    .status();
                assert!(run.expect("promtool").success());
            });
        });
        criterion.bench_function("backfill remote-write of the same", |bench| {
            bench.iter_batched(
                || Server::start(folder),
                |server| {
                    ours(folder, &["backfill", "remote-write", "--as-of", AS_OF]);
                    server
                },
                BatchSize::PerIteration,
            );
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = roads
}
criterion_main!(benches);
