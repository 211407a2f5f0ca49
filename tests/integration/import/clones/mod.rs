//! `import --from git`: clones that the program `git` made, in every form that a clone has.

mod refused;
mod reports;
mod rows;
mod tags;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dora_report::domain::event::{Commit, Table};
use dora_report::domain::time::Timestamp;
use dora_report::sources::{file, git};

use super::super::support::{Place, skip};

/// What `docs/import.md` says to call for `--from git-log`.
const LOG: [&str; 4] = ["log", "--all", "--no-color", "--format=%H%x09%P%x09%aI%x09%cI%x09%s"];
/// 2026-07-01T10:00:00Z.
const JULY: i64 = 1_782_900_000;
const DAY: i64 = 86_400;

/// The program `git`, without the configuration of this machine; none where there is no such program, which is said.
fn git_program() -> Option<()> {
    let is_there = Command::new("git").arg("--version").output().is_ok_and(|done| done.status.success());
    if !is_there {
        skip("git is not installed");
    }
    is_there.then_some(())
}

/// Runs git in a folder.
fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], input: &[u8]) -> Output {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    for name in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{name}_NAME"), "Ann").env(format!("GIT_{name}_EMAIL"), "ann@acme.example");
        command.env(format!("GIT_{name}_DATE"), format!("{JULY} +0000"));
    }
    let mut child = command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "advice.graftFileDeprecated=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("git reads");
    child.wait_with_output().expect("git ends")
}

/// A clone in a folder.
struct Clone {
    folder: PathBuf,
    /// What `git fast-import` is told.
    stream: Vec<u8>,
    marks: usize,
}

impl Clone {
    /// A new repository, whose remote is `acme/web` on GitHub.
    fn new(place: &Place, name: &str) -> Self {
        let folder = place.path(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let clone = Self { folder, stream: Vec::new(), marks: 0 };
        clone.git(&["init", "-q"]);
        clone.git(&["remote", "add", "origin", "git@github.com:acme/web.git"]);
        clone
    }

    /// The same of a folder that git has made.
    fn at(folder: PathBuf) -> Self {
        Self { folder, stream: Vec::new(), marks: 0 }
    }

    /// Runs git in it, which succeeds.
    fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.git_with(arguments, b"")
    }

    fn git_with<S: AsRef<OsStr>>(&self, arguments: &[S], input: &[u8]) -> String {
        let done = run(&self.folder, arguments, input);
        let words: Vec<_> = arguments.iter().map(|it| it.as_ref().to_string_lossy()).collect();
        assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Adds a commit to a branch, on top of others by their marks; `date` is that of author and committer. Its mark.
    fn commit(&mut self, branch: &str, parents: &[usize], date: &str, message: &[u8]) -> usize {
        self.commit_by(branch, parents, date, date, message)
    }

    fn commit_by(&mut self, branch: &str, parents: &[usize], authored: &str, committed: &str, message: &[u8]) -> usize {
        self.marks += 1;
        let mut head = format!("commit refs/heads/{branch}\nmark :{}\nauthor Ann ", self.marks);
        let _ = write!(head, "<ann@acme.example> {authored}\ncommitter Bob <bob@acme.example> {committed}\ndata ");
        let _ = writeln!(head, "{}", message.len());
        self.stream.extend(head.as_bytes());
        self.stream.extend(message);
        let mut tail = String::from("\n");
        for (nth, parent) in parents.iter().enumerate() {
            let _ = writeln!(tail, "{} :{parent}", if nth == 0 { "from" } else { "merge" });
        }
        self.stream.extend(tail.as_bytes());
        self.marks
    }

    /// Writes the commits so far. Their names by mark, from 1.
    fn write(&mut self) -> Vec<String> {
        let stream = std::mem::take(&mut self.stream);
        let marks = self.folder.join(".git/marks");
        let arguments = ["fast-import", "--quiet", "--force", "--date-format=raw-permissive"];
        let flags =
            [format!("--import-marks-if-exists={}", marks.display()), format!("--export-marks={}", marks.display())];
        self.git_with(&arguments.map(str::to_owned).into_iter().chain(flags).collect::<Vec<_>>(), &stream);
        let text = std::fs::read_to_string(&marks).expect("marks");
        let mut names = vec![String::new(); self.marks + 1];
        for line in text.lines() {
            let (mark, name) = line.split_once(' ').expect("a mark and a name");
            let mark: usize = mark.trim_start_matches(':').parse().expect("a number");
            name.clone_into(&mut names[mark]);
        }
        names
    }

    /// The rows that the library reads.
    fn rows(&self) -> Vec<Commit> {
        let options = git::Options { repo: Some("acme/web".into()), now: now() };
        let read = git::read(&self.folder, "clone", &options, &mut |_| {});
        sorted(&read.unwrap_or_else(|cause| panic!("{}: {cause}", self.folder.display())))
    }

    /// The rows that the preset `git-log` reads of what git prints.
    fn logged(&self) -> Vec<Commit> {
        let done = run(&self.folder, &LOG, b"");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let options = file::Options {
            preset: file::preset("git-log"),
            repo: Some("acme/web".into()),
            ..file::Options::of(Table::Commits, now())
        };
        // The preset wants UTF-8; no number of a pull request is lost with a letter.
        let log = String::from_utf8_lossy(&done.stdout);
        sorted(&file::read(log.as_bytes(), "log", &options).expect("rows"))
    }

    /// Imports it into the dataset of a place.
    fn import(&self, place: &Place) -> super::Run {
        place.run([OsStr::new("import"), OsStr::new("--from"), OsStr::new("git"), self.folder.as_os_str()])
    }
}

fn now() -> Timestamp {
    Timestamp((JULY + 100 * DAY) * 1_000)
}

fn sorted(read: &file::Import) -> Vec<Commit> {
    let mut rows: Vec<Commit> = read.batch.ids().map(|id| read.batch.row(id)).collect();
    rows.sort_unstable_by(|one, other| one.sha.cmp(&other.sha));
    rows
}

/// So many days after the first of July.
fn day(days: i64) -> String {
    format!("{} +0200", JULY + days * DAY)
}
