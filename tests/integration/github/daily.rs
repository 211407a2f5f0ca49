//! A world that grows day by day, a GitHub and a PagerDuty that show it, and a machine on which `run` is started with the
//! clock that a test sets: what the tests of schedules share.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::server::{Server, token};
use super::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, World, iso};
use crate::incidents::server as pager;
use crate::incidents::world as incidents;
use crate::support::{Place, Run};

/// The day from which on history is read: so long before the first event that the first report has a whole period to
/// compare with.
pub(super) const SINCE: &str = "2024-06-01";
const WEB: &str = "acme/web";
const API: &str = "acme/api";

/// Both services, and how many days of the world they show.
pub(super) struct Services {
    pub(super) github: Server,
    pub(super) pagerduty: pager::Server,
    days: i64,
}

impl Services {
    /// On the morning of the first day, without anything.
    pub(super) fn start() -> Self {
        let github = Server::start(World::of([Repo::new(WEB), Repo::new(API)]));
        // A stopped clock never sees the end of a budget.
        github.state(|state| state.limit = 0);
        Self { github, pagerduty: pager::Server::start(incidents::World::new()), days: 0 }
    }

    /// Lets the world grow until so many days are over.
    pub(super) fn grow(&mut self, days: i64) {
        for day in self.days..days {
            self.github.state(|state| changes(&mut state.world, day));
            self.pagerduty.state(|state| trouble(&mut state.world, day));
        }
        self.days = days;
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> usize {
        self.github.requests() + self.pagerduty.requests()
    }
}

/// What a day brings to GitHub: a change of one service, every second day one of the other, failures, and a deployment that
/// ends on the day after.
pub(crate) fn changes(world: &mut World, day: i64) {
    let began = NEW_YEAR + day * DAY;
    let web = world.repo_mut(WEB);
    if let Some(slow) = web.deployments.last_mut().filter(|last| last.statuses.len() == 2) {
        slow.states(&[("QUEUED", 0), ("IN_PROGRESS", MINUTE), ("SUCCESS", 10 * HOUR)]);
    }
    let head = web.pull(Merge::Squash, &[began - 5 * HOUR], began + HOUR, began + 9 * HOUR);
    web.deploy(&head, if day % 7 == 3 { "staging" } else { "production" }, began + 10 * HOUR);
    if day % 9 == 4 {
        let head = web.push(began + 21 * HOUR);
        web.deploy(&head, "production", began + 22 * HOUR).states(&[("QUEUED", 0), ("IN_PROGRESS", MINUTE)]);
    }
    if day % 2 == 0 {
        let api = world.repo_mut(API);
        let head = api.push(began + 14 * HOUR);
        let made = api.deploy(&head, "production", began + 15 * HOUR);
        if day % 10 == 0 {
            made.states(&[("QUEUED", 0), ("IN_PROGRESS", MINUTE), ("FAILURE", 3 * MINUTE)]);
        }
    }
}

/// What a day brings to PagerDuty: every second day an incident, which ends on the day after.
fn trouble(world: &mut incidents::World, day: i64) {
    let began = (NEW_YEAR + day * DAY) * 1_000;
    if let Some(open) = world.made.last_mut().filter(|last| last.ended.is_none()) {
        open.ended = Some(began + 9 * HOUR * 1_000);
    }
    if day % 2 == 0 {
        world.incident(began + 10 * HOUR * 1_000 + 20 * 60_000).ended = None;
    }
}

/// Six o'clock on the morning after so many days.
pub(crate) fn morning(days: i64) -> String {
    iso(NEW_YEAR + days * DAY + 6 * HOUR)
}

/// A folder with a config and a dataset.
pub(super) struct Machine {
    pub(super) place: Place,
}

impl Machine {
    pub(super) fn new(services: &Services) -> Self {
        let place = Place::new();
        let (github, pagerduty) = (services.github.url(), services.pagerduty.url());
        place.write(
            "dora.toml",
            &format!(
                "[github]\napi_url = \"{github}\"\nrepos = [\"{WEB}\", \"{API}\"]\n\
                 [pagerduty]\napi_url = \"{pagerduty}\"\ncaused_by_deploy = {{ title = \"deploy\" }}\n\
                 [[service]]\nname = \"web\"\nteam = \"shop\"\nrepos = [\"{WEB}\"]\npagerduty = [\"Checkout\"]\n\
                 [[service]]\nname = \"api\"\nrepos = [\"{API}\"]\n"
            ),
        );
        Self { place }
    }

    /// The program at an instant.
    pub(super) fn command(&self, now: &str, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY", "GH_TOKEN"] {
            command.env_remove(name);
        }
        command.env("GITHUB_TOKEN", token()).env("PAGERDUTY_TOKEN", pager::KEY).env("DORA_REPORT_TEST_CLOCK", now);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(super) fn run(&self, now: &str, arguments: &[&str]) -> Run {
        Run::of(self.command(now, arguments).output().expect("the program runs"))
    }

    pub(super) fn spawn(&self, now: &str, arguments: &[&str]) -> Child {
        self.command(now, arguments).spawn().expect("the program starts")
    }

    /// The same as [`Machine::run`], which is expected to say nothing, because all is well.
    pub(super) fn well(&self, now: &str, arguments: &[&str]) {
        let run = self.run(now, arguments);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{arguments:?} at {now}");
    }

    /// Every file of the reports.
    pub(super) fn reports(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = self.place.files("reports");
        assert!(files.iter().any(|(path, _)| path.ends_with("report.json")), "a report is there");
        files
    }
}

/// Expects the same files with the same bytes.
pub(crate) fn are_the_same(own: &[(PathBuf, Vec<u8>)], others: &[(PathBuf, Vec<u8>)], what: &str) {
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(names(own), names(others), "{what}");
    for ((path, own), (_, others)) in own.iter().zip(others) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (own, others) = (text(own), text(others));
        let line = own.lines().zip(others.lines()).find(|(own, other)| own != other);
        assert!(own == others, "{what}: {}: {line:#?}", path.display());
    }
}
