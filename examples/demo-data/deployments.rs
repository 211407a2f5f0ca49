//! What is put into an environment: deployments to production and what surrounds them (failed, cancelled and pending
//! attempts, redeploys, rollbacks, rehearsals in staging and canary).
//!
//! Invariants: in a production environment one deployment ends before the next begins; a deployment never takes an older
//! revision than the one before unless it is a rollback, and then that of the deployment it undoes.

use chrono::{Datelike, TimeDelta};

use crate::{
    calendar::{self, Instant, Phase},
    changes::Change,
    organisation::{Cadence, Repo, Service},
    random::{Quantiles, Random},
};

/// From creation to success, in minutes.
const ROLLOUT: &Quantiles = &[(0, 2), (50, 6), (90, 14), (100, 45)];
const FAILED_FIRST: i64 = 45;
const UNDONE: i64 = 25;
const REPEATED: i64 = 22;

/// One attempt.
#[derive(Clone)]
pub(crate) struct Deployment {
    /// Given once all are known, in the order of creation.
    pub(crate) id: i64,
    pub(crate) repo: &'static str,
    pub(crate) environment: &'static str,
    pub(crate) sha: String,
    pub(crate) status: &'static str,
    pub(crate) created: Instant,
    pub(crate) finished: Option<Instant>,
    /// Whether it brings something new to production, and so can break it.
    pub(crate) is_new: bool,
    /// When a rollback undid it.
    pub(crate) undone: Option<Instant>,
}

/// Every attempt on a service's production, in the order of creation.
pub(crate) fn of_service(service: &Service, changes: &[Change], random: &mut Random) -> Vec<Deployment> {
    let mut line = Line { service, changes, deployments: Vec::new(), free: changes.first().map(|c| c.at), deployed: 0 };
    match &service.cadence {
        Cadence::OnChange(share) => {
            for (index, change) in changes.iter().enumerate().skip(1) {
                let phase = Phase::of(calendar::day_of(change.at));
                if index > line.deployed && random.chance(phase.of_each(*share)) {
                    let hold = random.seconds(service.hold[phase as usize], 100).max(240);
                    let ready = change.at + TimeDelta::seconds(hold);
                    let works = calendar::is_workday(calendar::day_of(change.at));
                    line.release(if works { calendar::at_work_from(ready) } else { ready }, random);
                }
            }
        }
        Cadence::Train(weekdays) => {
            for date in calendar::days().filter(|d| calendar::is_workday(*d)) {
                // In the slow quarter every third train is called off.
                let runs = Phase::of(date) != Phase::Slow || random.chance(670);
                if runs && weekdays.contains(&date.weekday()) {
                    line.release(calendar::local(date, 10, 0) + TimeDelta::seconds(random.between(0, 18_000)), random);
                }
            }
        }
    }
    line.deployments.retain(|d| d.created < calendar::end() && d.finished.is_none_or(|f| f < calendar::end()));
    line.deployments
}

/// Some of a repository's changes as they are tried before production.
pub(crate) fn rehearsals(repo: &Repo, changes: &[Change], random: &mut Random) -> Vec<Deployment> {
    let Some((environment, share)) = repo.rehearsal else { return Vec::new() };
    let mut deployments = Vec::new();
    for change in changes.iter().skip(1) {
        if !random.chance(share) {
            continue;
        }
        let created = change.at + TimeDelta::seconds(random.between(60, 180));
        let (status, finished) = if random.chance(80) { ("failure", 90) } else { ("success", 150) };
        deployments.push(Deployment {
            id: 0,
            repo: repo.name,
            environment,
            sha: change.sha.clone(),
            status,
            created,
            finished: Some(created + TimeDelta::seconds(random.between(finished, 2 * finished))),
            is_new: false,
            undone: None,
        });
    }
    deployments
}

/// The environment while it is being filled.
struct Line<'a> {
    service: &'a Service,
    changes: &'a [Change],
    deployments: Vec<Deployment>,
    /// From when the next deployment may begin.
    free: Option<Instant>,
    /// The newest change that was deployed.
    deployed: usize,
}

impl Line<'_> {
    /// Deploys the newest change that is built by then, if it is new, and now and then mends what follows.
    fn release(&mut self, ready: Instant, random: &mut Random) {
        let created = self.free.map_or(ready, |free| ready.max(free));
        let built = self.changes.partition_point(|c| c.at <= created - TimeDelta::seconds(180));
        let Some(head) = built.checked_sub(1).filter(|head| *head > self.deployed) else { return };
        let before = self.deployments.iter().rev().find(|d| d.status == "success").map(|d| d.sha.clone());
        let sha = self.changes[head].sha.clone();
        let created = self.attempts(&sha, created, random);
        if self.spoilt(&sha, created, random) {
            return;
        }
        self.deployed = head;
        let done = self.succeed(&sha, created, true, random);
        if let Some(before) = before.filter(|_| self.service.failing != [0; 5] && random.chance(UNDONE)) {
            let back = done + TimeDelta::seconds(random.between(1_500, 4_800));
            let undone = self.succeed(&before, back, false, random);
            if let Some(bad) = self.deployments.iter_mut().rev().nth(1) {
                bad.undone = Some(undone);
            }
        } else if random.chance(REPEATED) {
            let again = calendar::at_work_from(done + TimeDelta::seconds(random.between(1_800, 30_000)));
            self.succeed(&sha, again, false, random);
        }
    }

    /// Sometimes a first attempt fails; says when the next can begin.
    fn attempts(&mut self, sha: &str, created: Instant, random: &mut Random) -> Instant {
        if !random.chance(FAILED_FIRST) {
            return created;
        }
        let status = if random.chance(250) { "error" } else { "failure" };
        let finished = created + TimeDelta::seconds(random.between(60, 900));
        self.push(sha, status, created, Some(finished));
        finished + TimeDelta::seconds(random.between(240, 2_400))
    }

    /// Seldom an attempt is called off or forgotten, and the next one carries its changes.
    fn spoilt(&mut self, sha: &str, created: Instant, random: &mut Random) -> bool {
        let spoilt = random.chance(14);
        if spoilt {
            let cancelled = random.chance(600).then(|| created + TimeDelta::seconds(random.between(40, 400)));
            self.push(sha, if cancelled.is_some() { "cancelled" } else { "pending" }, created, cancelled);
        }
        spoilt
    }

    fn succeed(&mut self, sha: &str, created: Instant, is_new: bool, random: &mut Random) -> Instant {
        let finished = created + TimeDelta::seconds(random.seconds(ROLLOUT, 100));
        self.push(sha, "success", created, Some(finished));
        if let Some(last) = self.deployments.last_mut() {
            last.is_new = is_new;
        }
        finished
    }

    fn push(&mut self, sha: &str, status: &'static str, created: Instant, finished: Option<Instant>) {
        self.free = Some(finished.unwrap_or(created) + TimeDelta::seconds(120));
        self.deployments.push(Deployment {
            id: 0,
            repo: self.service.repo,
            environment: self.service.environment,
            sha: sha.to_owned(),
            status,
            created,
            finished,
            is_new: false,
            undone: None,
        });
    }
}
