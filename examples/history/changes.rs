//! What reaches a repository's main branch: merged and squashed pull requests, direct commits, merged hotfixes.
//!
//! Invariants: `committed_at` rises strictly along the main branch; a branch forks from an earlier commit of the main
//! branch and its commits name the pull request; memory is bounded whatever the length of the history.

use std::io;

use crate::calendar::{DAY, HOUR, Instant, MINUTE, START};
use crate::organisation::repo_name;
use crate::random::Random;
use crate::rows::{Commit, Table};

const WORDS: [&str; 12] = [
    "Add",
    "Speed up",
    "Fix",
    "Simplify",
    "Test",
    "Remove",
    "basket",
    "tax",
    "stock check",
    "search",
    "login",
    "mails",
];

/// Rows of commits and pull requests that are still to come, in hundredths of a row.
#[derive(Default)]
struct Due {
    commits: i64,
    pull_requests: i64,
}

/// A commit of the main branch, and when it got there.
#[derive(Clone, Copy)]
struct Place {
    commit: Commit,
    at: Instant,
}

/// A hotfix that was deployed from its branch and is still to be merged.
struct Hotfix {
    commit: Commit,
    number: i64,
    at: Instant,
}

/// A repository as it is now.
pub(crate) struct Repo {
    pub(crate) name: String,
    index: u64,
    head: Place,
    commits: u64,
    on_main: u64,
    /// The newest commit of the main branch whose number is divisible by 1, 2, 4, ...: where branches fork.
    forks: Vec<Place>,
    number: i64,
    due: Due,
    hotfixes: Vec<Hotfix>,
}

impl Repo {
    /// A repository with its root commit.
    pub(crate) fn new(index: usize, commits: &mut Table) -> io::Result<Self> {
        let id = u64::try_from(index).unwrap_or(0);
        let root = Place { commit: Commit { repo: id, number: 0 }, at: START - 30 * DAY };
        let forks = vec![root; 14];
        let (due, hotfixes) = (Due::default(), Vec::new());
        let repo = Self {
            name: repo_name(index),
            index: id,
            head: root,
            commits: 1,
            on_main: 1,
            forks,
            number: 0,
            due,
            hotfixes,
        };
        repo.write(commits, root.commit, &[], root.at, root.at, None)?;
        Ok(repo)
    }

    /// The head of the main branch, and when it got there.
    pub(crate) fn head(&self) -> (Commit, Instant) {
        (self.head.commit, self.head.at)
    }

    /// Notes that one more row of deployments.csv is written: 2.5 commits and 0.41 pull requests are due for it.
    pub(crate) fn owe(&mut self) {
        self.due.commits += 250;
        self.due.pull_requests += 41;
    }

    /// Lets what is due arrive before an instant: at least one commit.
    pub(crate) fn advance(
        &mut self,
        until: Instant,
        commits: &mut Table,
        pull_requests: &mut Table,
        random: &mut Random,
    ) -> io::Result<()> {
        let before = self.head.commit;
        for hotfix in std::mem::take(&mut self.hotfixes) {
            let at = self.arrival(until, random).max(hotfix.at + MINUTE);
            let merge = self.step(&[hotfix.commit], at, at, Some(hotfix.number), commits)?;
            let opened = hotfix.at + random.between(1, MINUTE);
            let times = Times { first: hotfix.at, opened: opened.min(at), reviewed: None, merged: at };
            self.pull_request(pull_requests, hotfix.number, merge, "hotfix/", &times, random)?;
        }
        let mut ways = 0;
        while self.due.pull_requests >= 100 && ways < 4 && (ways == 0 || random.chance(600)) {
            ways += 1;
            self.merge(until, commits, pull_requests, random)?;
        }
        let reserve = random.between(0, 3) * 100;
        while self.due.commits >= 100 + reserve || self.head.commit == before {
            let at = self.arrival(until, random);
            let authored = at - if random.chance(300) { random.spread(MINUTE, 8 * HOUR) } else { 0 };
            self.step(&[], authored, at, None, commits)?;
        }
        Ok(())
    }

    /// A hotfix on top of a deployed commit: a branch of one commit, merged as soon as something else arrives.
    pub(crate) fn hotfix(&mut self, base: Commit, at: Instant, commits: &mut Table) -> io::Result<(Commit, i64)> {
        let (commit, number) = (self.new_commit(), self.new_number());
        self.write(commits, commit, &[base], at, at, Some(number))?;
        self.hotfixes.push(Hotfix { commit, number, at });
        Ok((commit, number))
    }

    /// A pull request: its branch, if it is merged and not squashed, and the commit that it puts on the main branch.
    fn merge(
        &mut self,
        until: Instant,
        commits: &mut Table,
        pull_requests: &mut Table,
        random: &mut Random,
    ) -> io::Result<()> {
        let merged = self.arrival(until, random);
        let number = self.new_number();
        let fork = usize::try_from(random.between(0, 14)).ok().and_then(|at| self.forks.get(at));
        let fork = fork.copied().filter(|fork| merged - fork.at < 21 * DAY).unwrap_or(self.head);
        let span = merged - fork.at;
        let first = fork.at + random.between(0, span / 2 + 1);
        let step = |low: Instant, random: &mut Random| low + random.between(0, (merged - low) / 2 + 1);
        let opened = step(first, random);
        let reviewed = random.chance(800).then(|| step(opened, random));
        let times = Times { first, opened, reviewed, merged };
        let sha = if random.chance(450) {
            let mut tip = fork.commit;
            let count = random.between(1, 5);
            for nth in 0..count {
                let commit = self.new_commit();
                let at = first + (merged - first) * nth / count;
                // A rebase leaves the author's date behind.
                let authored = at - if random.chance(100) { random.spread(HOUR, 3 * DAY) } else { 0 };
                self.write(commits, commit, &[tip], authored, at, Some(number))?;
                tip = commit;
            }
            self.step(&[tip], merged, merged, Some(number), commits)?
        } else {
            self.step(&[], merged, merged, Some(number), commits)?
        };
        self.pull_request(pull_requests, number, sha, "change/", &times, random)
    }

    /// When the next commit reaches the main branch: after the head, and before `until` where there is room.
    fn arrival(&self, until: Instant, random: &mut Random) -> Instant {
        self.head.at + random.between(1, ((until - self.head.at) * 2 / 3).max(2))
    }

    /// Puts a commit on the main branch.
    fn step(
        &mut self,
        others: &[Commit],
        authored: Instant,
        at: Instant,
        number: Option<i64>,
        commits: &mut Table,
    ) -> io::Result<Commit> {
        let commit = self.new_commit();
        let parents: Vec<Commit> = [self.head.commit].iter().chain(others).copied().collect();
        self.write(commits, commit, &parents, authored, at, number)?;
        self.head = Place { commit, at };
        let level = usize::try_from(self.on_main.trailing_zeros()).unwrap_or(0);
        for fork in self.forks.iter_mut().take(level + 1) {
            *fork = self.head;
        }
        self.on_main += 1;
        Ok(commit)
    }

    fn new_commit(&mut self) -> Commit {
        self.due.commits -= 100;
        self.commits += 1;
        Commit { repo: self.index, number: self.commits - 1 }
    }

    fn new_number(&mut self) -> i64 {
        self.due.pull_requests -= 100;
        self.number += 1;
        self.number
    }

    fn write(
        &self,
        table: &mut Table,
        commit: Commit,
        parents: &[Commit],
        authored: Instant,
        committed: Instant,
        number: Option<i64>,
    ) -> io::Result<()> {
        table.text(&self.name).joined(&[&commit.sha()]);
        match parents {
            [] => table.text(""),
            [only] => table.joined(&[&only.sha()]),
            [first, second, ..] => table.joined(&[&first.sha(), b";", &second.sha()]),
        };
        table.instant(Some(authored)).instant(Some(committed));
        match number {
            Some(number) => table.numbered("", number),
            None => table.text(""),
        };
        table.end()
    }

    fn pull_request(
        &self,
        table: &mut Table,
        number: i64,
        merge: Commit,
        branch: &str,
        times: &Times,
        random: &mut Random,
    ) -> io::Result<()> {
        let label = if branch == "hotfix/" { "hotfix" } else { random.pick(&["", "", "bug", "feature", "bug;ui"]) };
        let approved = times.reviewed.filter(|_| random.chance(850));
        let approved = approved.map(|at| at + random.between(0, times.merged - at + 1));
        table.text(&self.name).numbered("", number);
        table.joined(&[random.pick(&WORDS[..6]).as_bytes(), b" ", random.pick(&WORDS[6..]).as_bytes()]);
        table.numbered("dev-", random.between(1, 400)).text(label).numbered(branch, number);
        table.instant(Some(times.opened)).instant(Some(times.first)).instant(times.reviewed).instant(approved);
        table.instant(Some(times.merged)).joined(&[&merge.sha()]).end()
    }
}

/// The life of a pull request.
struct Times {
    first: Instant,
    opened: Instant,
    reviewed: Option<Instant>,
    merged: Instant,
}
