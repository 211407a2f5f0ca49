//! What a made-up GitHub holds: repos with commits, pull requests and deployments, and builders for the shapes that
//! real histories have. Instants are seconds since 1970; nothing here knows a wire format.

use std::collections::{BTreeMap, BinaryHeap};

/// Seconds since 1970, UTC.
pub(crate) type Seconds = i64;

/// A minute, an hour, a day.
pub(crate) const MINUTE: Seconds = 60;
pub(crate) const HOUR: Seconds = 3_600;
pub(crate) const DAY: Seconds = 86_400;
/// 2025-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: Seconds = 1_735_689_600;

/// An instant as GitHub writes it.
pub(crate) fn iso(at: Seconds) -> String {
    chrono::DateTime::from_timestamp(at, 0).expect("an instant").format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Its repos, in order of creation.
    pub(crate) repos: Vec<Repo>,
}

impl World {
    /// A world of these repos.
    pub(crate) fn of(repos: impl IntoIterator<Item = Repo>) -> Self {
        Self { repos: repos.into_iter().collect() }
    }

    /// The repo of this name, present or former.
    pub(crate) fn repo(&self, owner: &str, name: &str) -> Option<&Repo> {
        let wanted = format!("{owner}/{name}");
        let same = |name: &str| name.eq_ignore_ascii_case(&wanted);
        self.repos.iter().find(|repo| same(&repo.name) || repo.formerly.as_deref().is_some_and(same))
    }

    /// The repo of this present name, to change it.
    pub(crate) fn repo_mut(&mut self, name: &str) -> &mut Repo {
        self.repos.iter_mut().find(|repo| repo.name == name).expect("a repo of this name")
    }
}

/// A repo.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repo {
    /// `owner/name`.
    pub(crate) name: String,
    /// The name before it was renamed.
    pub(crate) formerly: Option<String>,
    /// Whether the token may not see it.
    pub(crate) forbidden: bool,
    /// Whether it is archived.
    pub(crate) archived: bool,
    /// Commits by sha; a force-pushed revision is not among them.
    pub(crate) commits: BTreeMap<String, Commit>,
    /// Head of the default branch.
    pub(crate) main: Option<String>,
    /// Pull requests by number.
    pub(crate) pulls: BTreeMap<u64, Pull>,
    /// Deployments, oldest first.
    pub(crate) deployments: Vec<Deployment>,
    /// Releases, by creation.
    pub(crate) releases: Vec<Release>,
    /// Workflow runs, by creation.
    pub(crate) runs: Vec<WorkflowRun>,
}

/// A release.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// Its tag, which is unique.
    pub(crate) tag: String,
    /// The revision; none where the tag is gone.
    pub(crate) sha: Option<String>,
    /// Whether it is a draft.
    pub(crate) draft: bool,
    /// Whether it is a pre-release.
    pub(crate) early: bool,
    /// When it was drafted.
    pub(crate) created: Seconds,
    /// When it was published.
    pub(crate) published: Option<Seconds>,
}

/// A run of a workflow.
#[derive(Debug, Clone)]
pub(crate) struct WorkflowRun {
    /// Its id.
    pub(crate) id: u64,
    /// The workflow; none where its file is gone.
    pub(crate) workflow: Option<String>,
    /// What set it off.
    pub(crate) event: String,
    /// The revision.
    pub(crate) sha: String,
    /// When it was asked for.
    pub(crate) created: Seconds,
    /// How each try ended and when: a conclusion, or none while it runs.
    pub(crate) tries: Vec<(Option<String>, Seconds)>,
    /// When GitHub last changed the record, if that was after the end of the last try.
    pub(crate) touched: Option<Seconds>,
    /// Whether its jobs are no longer listed.
    pub(crate) jobless: bool,
}

/// A commit.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    /// Its name.
    pub(crate) sha: String,
    /// Parents, first parent first.
    pub(crate) parents: Vec<String>,
    /// When written.
    pub(crate) authored: Seconds,
    /// When applied.
    pub(crate) committed: Seconds,
    /// Pull requests that hold it.
    pub(crate) pulls: Vec<u64>,
}

/// A pull request: merged, open, or closed without a merge.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    /// Its number.
    pub(crate) number: u64,
    /// Its title.
    pub(crate) title: String,
    /// Who opened it; none where the account is gone.
    pub(crate) author: Option<String>,
    /// Its labels.
    pub(crate) labels: Vec<String>,
    /// Its branch.
    pub(crate) head: String,
    /// When opened.
    pub(crate) opened: Seconds,
    /// When merged.
    pub(crate) merged: Option<Seconds>,
    /// When it last changed, if that was after the merge.
    pub(crate) changed: Option<Seconds>,
    /// Whether it was closed without a merge.
    pub(crate) rejected: bool,
    /// The branch it goes into.
    pub(crate) base: String,
    /// The repository it goes into, where that is another one: a fork's own, or the one this is a fork of.
    pub(crate) base_repo: Option<String>,
    /// The commit on the target branch.
    pub(crate) merge_sha: Option<String>,
    /// The commits of its branch, oldest first.
    pub(crate) commits: Vec<String>,
    /// Its reviews, oldest first.
    pub(crate) reviews: Vec<Review>,
}

/// A review. An author whose name ends in `[bot]` is a bot.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    /// Who wrote it.
    pub(crate) author: Option<String>,
    /// `APPROVED`, `COMMENTED` and so on.
    pub(crate) state: &'static str,
    /// When.
    pub(crate) submitted: Seconds,
}

/// A deployment.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// Its id, beyond 32 bits.
    pub(crate) id: u64,
    /// The revision.
    pub(crate) sha: String,
    /// Current environment.
    pub(crate) environment: Option<String>,
    /// The one given when it was made.
    pub(crate) original_environment: Option<String>,
    /// The branch; none where it is gone.
    pub(crate) branch: Option<String>,
    /// Who made it.
    pub(crate) creator: Option<String>,
    /// When made.
    pub(crate) created: Seconds,
    /// States with their instants, oldest first.
    pub(crate) statuses: Vec<(String, Seconds)>,
}

impl Deployment {
    /// Replaces its statuses; offsets count from its creation.
    pub(crate) fn states(&mut self, states: &[(&str, Seconds)]) -> &mut Self {
        self.statuses = states.iter().map(|(state, after)| ((*state).to_owned(), self.created + after)).collect();
        self
    }
}

/// How a pull request reaches the default branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// One fresh commit; the branch's own stay behind.
    Squash,
    /// Copies of the branch's commits, with their authored instants.
    Rebase,
    /// A merge commit.
    Commit,
}

impl Repo {
    /// An empty repo.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Its owner.
    pub(crate) fn owner(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// A sha that belongs to this repo alone and to no commit yet.
    fn fresh_sha(&self) -> String {
        let mut state = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            ^ (self.commits.len() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = || {
            state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            state ^= state >> 31;
            state
        };
        format!("{:016x}{:016x}{:08x}", next(), next(), next() >> 32)
    }

    /// Adds a commit.
    pub(crate) fn commit(&mut self, parents: &[&str], authored: Seconds, committed: Seconds) -> String {
        let sha = self.fresh_sha();
        let parents = parents.iter().map(|&parent| parent.to_owned()).collect();
        self.commits.insert(sha.clone(), Commit { sha: sha.clone(), parents, authored, committed, pulls: Vec::new() });
        sha
    }

    /// Adds a commit to the default branch.
    pub(crate) fn push(&mut self, at: Seconds) -> String {
        self.advance(&[], at, at)
    }

    /// Adds a commit with `others` as further parents to the default branch.
    pub(crate) fn advance(&mut self, others: &[&str], authored: Seconds, committed: Seconds) -> String {
        let main = self.main.clone();
        let parents: Vec<&str> = main.as_deref().into_iter().chain(others.iter().copied()).collect();
        let sha = self.commit(&parents, authored, committed);
        self.main = Some(sha.clone());
        sha
    }

    /// Adds a pull request with one branch commit per instant of `written`, reviewed an hour after it was opened by a
    /// bot, half an hour later by a person, approved a quarter of an hour before it is merged; returns the new head.
    pub(crate) fn pull(&mut self, how: Merge, written: &[Seconds], opened: Seconds, merged: Seconds) -> String {
        let number = self.pulls.len() as u64 + 1;
        let base = self.main.clone();
        let mut commits: Vec<String> = Vec::new();
        for &at in written {
            let parent = commits.last().or(base.as_ref()).cloned();
            let parents: Vec<&str> = parent.as_deref().into_iter().collect();
            commits.push(self.commit(&parents, at, at));
        }
        let tip = commits.last().expect("a pull request has commits").clone();
        let head = match how {
            Merge::Squash => self.advance(&[], merged, merged),
            Merge::Commit => self.advance(&[&tip], merged, merged),
            Merge::Rebase => {
                let copies: Vec<String> = written.iter().map(|&at| self.advance(&[], at, merged)).collect();
                for copy in &copies {
                    self.commits.get_mut(copy).expect("a copy").pulls.push(number);
                }
                copies.last().expect("a copy").clone()
            }
        };
        for sha in commits.iter().chain([&head]) {
            let commit = self.commits.get_mut(sha).expect("a commit of the pull request");
            if commit.pulls.is_empty() {
                commit.pulls.push(number);
            }
        }
        let review = |author: &str, state, submitted| Review { author: Some(author.to_owned()), state, submitted };
        let pull = Pull {
            number,
            title: format!("Change {number}"),
            author: Some("ada".into()),
            labels: vec!["kind/change".into()],
            head: format!("change-{number}"),
            opened,
            merged: Some(merged),
            changed: None,
            rejected: false,
            base: "main".into(),
            base_repo: None,
            merge_sha: Some(head.clone()),
            commits,
            reviews: vec![
                review("lint[bot]", "COMMENTED", opened + HOUR),
                review("ada", "COMMENTED", opened + HOUR + MINUTE),
                review("grace", "CHANGES_REQUESTED", opened + HOUR + 30 * MINUTE),
                review("grace", "APPROVED", merged - 15 * MINUTE),
            ],
        };
        self.pulls.insert(number, pull);
        head
    }

    /// Adds a pull request that is still open; it holds no commit yet.
    pub(crate) fn open_pull(&mut self, opened: Seconds) -> &mut Pull {
        let number = self.pulls.len() as u64 + 1;
        let pull = Pull {
            number,
            title: format!("Change {number}"),
            author: Some("joan".into()),
            labels: Vec::new(),
            head: format!("change-{number}"),
            opened,
            merged: None,
            changed: None,
            rejected: false,
            base: "main".into(),
            base_repo: None,
            merge_sha: None,
            commits: Vec::new(),
            reviews: Vec::new(),
        };
        self.pulls.entry(number).or_insert(pull)
    }

    /// Says that a pull request holds a commit as well.
    pub(crate) fn holds(&mut self, number: u64, sha: &str) {
        self.commits.get_mut(sha).expect("a commit").pulls.push(number);
    }

    /// Adds two stacked pull requests: the second is squashed into the branch of the first, which is then merged with
    /// a merge commit. Work on the second began 60 hours before, that on the first 50 hours before; returns the head.
    pub(crate) fn stack(&mut self, merged: Seconds) -> String {
        let base = self.main.clone().expect("a history");
        let (first, second) = (self.pulls.len() as u64 + 1, self.pulls.len() as u64 + 2);
        let own = self.commit(&[&base], merged - 50 * HOUR, merged - 50 * HOUR);
        let upper = self.commit(&[&own], merged - 60 * HOUR, merged - 40 * HOUR);
        let squashed = self.commit(&[&own], merged - 20 * HOUR, merged - 20 * HOUR);
        let head = self.advance(&[&squashed], merged, merged);
        let commits = vec![own.clone(), squashed.clone()];
        let lower = Pull {
            merged: Some(merged),
            merge_sha: Some(head.clone()),
            commits,
            ..self.open_pull(merged - 45 * HOUR).clone()
        };
        self.pulls.insert(first, lower);
        let at = merged - 20 * HOUR;
        let pull = Pull {
            merged: Some(at),
            merge_sha: Some(squashed.clone()),
            commits: vec![upper.clone()],
            base: format!("change-{first}"),
            ..self.open_pull(merged - 39 * HOUR).clone()
        };
        self.pulls.insert(second, pull);
        for (number, sha) in [(first, &own), (first, &squashed), (second, &squashed), (second, &upper), (first, &head)]
        {
            self.holds(number, sha);
        }
        head
    }

    /// Deploys a revision, which succeeds five minutes later; the deployment before it then becomes inactive.
    pub(crate) fn deploy(&mut self, sha: &str, environment: &str, at: Seconds) -> &mut Deployment {
        let done = at + 5 * MINUTE;
        let same = |old: &&mut Deployment| old.environment.as_deref() == Some(environment);
        if let Some(old) = self.deployments.iter_mut().rev().find(same)
            && old.statuses.last().is_some_and(|(state, _)| state == "SUCCESS")
        {
            old.statuses.push(("INACTIVE".into(), done));
        }
        // Ids are unique over all repos, however alike their names.
        let letters = self.name.bytes().fold(0_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 1_000_003);
        self.deployments.push(Deployment {
            id: 3_881_000_000 + letters * 10_000 + self.deployments.len() as u64,
            sha: sha.to_owned(),
            environment: Some(environment.to_owned()),
            original_environment: Some(environment.to_owned()),
            branch: Some("main".into()),
            creator: Some("deployer[bot]".into()),
            created: at,
            statuses: Vec::new(),
        });
        let new = self.deployments.last_mut().expect("the deployment just made");
        new.states(&[("QUEUED", 0), ("IN_PROGRESS", MINUTE), ("SUCCESS", 5 * MINUTE)])
    }

    /// Releases a revision, an hour after it was drafted.
    pub(crate) fn release(&mut self, sha: &str, at: Seconds) -> &mut Release {
        let tag = format!("v{}", self.releases.len() + 1);
        let (sha, published) = (Some(sha.to_owned()), Some(at));
        self.releases.push(Release { tag, sha, draft: false, early: false, created: at - HOUR, published });
        self.releases.last_mut().expect("the release just made")
    }

    /// Runs a workflow on a revision, which succeeds seven minutes later.
    pub(crate) fn run(&mut self, workflow: &str, sha: &str, at: Seconds) -> &mut WorkflowRun {
        self.runs.push(WorkflowRun {
            id: 9_000_000_000 + self.runs.len() as u64,
            workflow: Some(workflow.to_owned()),
            event: "push".into(),
            sha: sha.to_owned(),
            created: at,
            tries: vec![(Some("success".into()), at + 7 * MINUTE)],
            touched: None,
            jobless: false,
        });
        self.runs.last_mut().expect("the run just made")
    }

    /// What `git log` lists from a revision: newest commit instant first, a parent after the child that leads to it.
    pub(crate) fn log(&self, head: &str) -> Vec<&Commit> {
        let mut seen: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
        let mut waiting = BinaryHeap::new();
        let mut order = 0_u64;
        let mut listed = Vec::new();
        let mut push = |sha: &str, waiting: &mut BinaryHeap<_>| {
            if let Some(commit) = self.commits.get(sha)
                && seen.insert(&commit.sha)
            {
                order += 1;
                waiting.push((commit.committed, std::cmp::Reverse(order), &commit.sha));
            }
        };
        push(head, &mut waiting);
        while let Some((_, _, sha)) = waiting.pop() {
            let commit = &self.commits[sha];
            for parent in &commit.parents {
                push(parent, &mut waiting);
            }
            listed.push(commit);
        }
        listed
    }
}
