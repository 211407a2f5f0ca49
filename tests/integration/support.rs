//! Runs the program as a user does, in its own folder, and keeps its output.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What a run left behind.
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: i32,
    /// Its data.
    pub(crate) stdout: String,
    /// Its messages.
    pub(crate) stderr: String,
}

impl Run {
    /// The outcome of a run that has ended.
    pub(crate) fn of(done: Output) -> Self {
        Self {
            code: done.status.code().expect("an exit code"),
            stdout: String::from_utf8(done.stdout).expect("UTF-8"),
            stderr: String::from_utf8(done.stderr).expect("UTF-8"),
        }
    }
}

/// `doctor`, its checks as JSON.
pub(crate) const DOCTOR: [&str; 3] = ["doctor", "--format", "json"];

impl Run {
    /// A run of [`DOCTOR`], its standard output as a line per check: `ok   check: what was found; what to do`.
    pub(crate) fn checks(mut self) -> Self {
        let document: serde_json::Value = serde_json::from_str(&self.stdout).expect("JSON");
        assert_eq!(document["exit_code"], self.code, "{}", self.stdout);
        let line = |check: &serde_json::Value| {
            let text = |key: &str| check[key].as_str().map(str::to_owned);
            let (state, found) = (text("state").expect("a state"), text("found").expect("a finding"));
            let what_to_do = text("what_to_do").map_or_else(String::new, |words| format!("; {words}"));
            format!("{state:<5}{}: {found}{what_to_do}\n", text("check").expect("a name"))
        };
        self.stdout = document["checks"].as_array().expect("checks").iter().map(line).collect();
        self
    }
}

/// What a file system in memory must have free to be used: several servers and browsers write there at a time.
const ROOM: u64 = 2 << 30;

/// A folder that vanishes, in memory where there is room: a dataset syncs every file, and a disk is slow at that.
pub(crate) fn temporary_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let has_room = rustix::fs::statvfs(memory).is_ok_and(|free| free.f_bavail * free.f_frsize >= ROOM);
    let folder = if has_room { tempfile::tempdir_in(memory).ok() } else { None };
    folder.unwrap_or_else(|| TempDir::new().expect("a temporary folder"))
}

/// A folder in which the program is run.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: temporary_folder() }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into it.
    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path(name), text).expect("a file");
        self
    }

    /// Reads a file of it.
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
    }

    /// Runs the program in it.
    pub(crate) fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Run {
        self.run_with_input(arguments, "")
    }

    /// Runs the program in it with some standard input.
    pub(crate) fn run_with_input<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I, input: &str) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that stops at a bad row has closed its input by then.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let done = child.wait_with_output().expect("the program ends");
        Run::of(done)
    }

    /// The program, ready to be started in it.
    pub(crate) fn command<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dora-report"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("NO_COLOR");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("POLARS_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs the program and expects it to succeed.
    pub(crate) fn done<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run
    }

    /// Every file below a folder of it, by path, with its bytes; lock files aside, which are empty.
    pub(crate) fn files(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.path(name), &mut found);
        found.sort();
        let root = self.path(name);
        found.into_iter().map(|(path, bytes)| (path.strip_prefix(&root).expect("below").to_owned(), bytes)).collect()
    }
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            found.push((path, bytes));
        }
    }
}

/// A port on which nobody listens.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port()
}

/// A deployments file with a few rows of one service.
pub(crate) const DEPLOYMENTS: &str = "\
id,repo,environment,sha,status,created_at,finished_at,observed_at
1,acme/web,production,aaaaaaa1,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z,2026-10-01T00:00:00Z
2,acme/web,production,bbbbbbb2,success,2026-07-15T09:00:00Z,2026-07-15T09:05:00Z,2026-10-01T00:00:00Z
3,acme/web,staging,ccccccc3,success,2026-07-20T09:00:00Z,2026-07-20T09:05:00Z,2026-10-01T00:00:00Z
4,acme/web,production,ccccccc3,failure,2026-07-21T09:00:00Z,,2026-10-01T00:00:00Z
5,acme/web,production,ccccccc3,success,2026-07-22T09:00:00Z,2026-07-22T10:05:00Z,2026-10-01T00:00:00Z
";

/// The commits of [`DEPLOYMENTS`].
pub(crate) const COMMITS: &str = "\
repo,sha,parents,authored_at,committed_at,pull_request,observed_at
acme/web,aaaaaaa1,,2026-06-30T09:00:00Z,2026-06-30T09:00:00Z,,2026-10-01T00:00:00Z
acme/web,bbbbbbb2,aaaaaaa1,2026-07-14T09:05:00Z,2026-07-14T10:00:00Z,,2026-10-01T00:00:00Z
acme/web,ccccccc3,bbbbbbb2,2026-07-20T10:05:00Z,2026-07-20T10:05:00Z,,2026-10-01T00:00:00Z
";

/// Incidents of [`DEPLOYMENTS`]: one attributed by the clock, one still open and unmapped.
pub(crate) const INCIDENTS: &str = "\
id,title,service_keys,priority,urgency,status,opened_at,acknowledged_at,resolved_at,caused_by_deploy,deployment_ref,tags,url,observed_at
A,Web is slow,web,P2,high,resolved,2026-07-15T09:35:00Z,,2026-07-15T10:35:00Z,,,,,2026-10-01T00:00:00Z
B,Somebody else's,elsewhere,P2,high,triggered,2026-07-16T09:35:00Z,,,,,,,2026-10-01T00:00:00Z
";

/// Says that a test could not run here. With `CI` set that is a failure, because `.ci/run` installs what is needed.
pub(crate) fn skip(why: &str) {
    say_skipped(why);
    assert!(!is_set("CI"), "with CI set this must not be skipped: {why}");
}

/// A file or folder of `../shared/data`, which no clone of the project has; `None` where it is absent, which is said.
/// With `DORA_REQUIRE_SHARED` set that is a failure.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    let why = format!("../shared/data/{name} is absent");
    say_skipped(&why);
    assert!(!is_set("DORA_REQUIRE_SHARED"), "with DORA_REQUIRE_SHARED set this must not be skipped: {why}");
    None
}

fn say_skipped(why: &str) {
    let thread = std::thread::current();
    say(&format!("skipped: {}: {why}", thread.name().unwrap_or("a test")));
}

/// Says something, also where the test passes: the test runner keeps what `println!` and `eprintln!` say and drops it, and
/// a write to the stream itself is seen.
pub(crate) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).expect("standard error");
}

#[expect(clippy::disallowed_methods, reason = "what must run here, only the environment says")]
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}
