//! Histories of any shape: what was deployed can be told apart whatever way the commits branch and merge.

use super::*;

/// The same numbers for the same seed (a linear congruential generator).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}

/// Commits with branches, merges and some roots; two environments that take any of them, rollbacks included.
fn history(dice: &mut Random, commits: usize) -> Repo {
    let mut repo = Repo::default();
    for n in 0..commits {
        let count = if n == 0 || dice.below(40) == 0 { 0 } else { 1 + usize::from(dice.below(4) == 0) };
        let parents: BTreeSet<usize> = (0..count).map(|_| n - 1 - dice.below(n.min(8))).collect();
        let at = i64::try_from(n).expect("few") * HOUR;
        repo.commits.insert(sha(n), Made { at, parents: parents.into_iter().map(sha).collect(), pull_request: None });
        if dice.below(5) == 0 {
            let environment = ["production", "staging"][dice.below(2)];
            let deployed = n - dice.below(1 + n.min(30));
            let put = repo.put(environment, &sha(deployed), at + HOUR / 2);
            if dice.below(6) == 0 {
                put.statuses = vec![("FAILURE", at + HOUR)];
            }
        }
    }
    repo
}

/// The same repo before some of it happened.
fn before(repo: &Repo, at: i64) -> Repo {
    let mut early = repo.clone();
    early.puts.retain(|put| put.at < at);
    early.commits.retain(|_, made| made.at < at);
    early
}

/// Answers with pages of at most ten.
fn small_pages(repos: BTreeMap<String, Repo>) -> impl Fn(&Seen) -> Answer + Send + 'static {
    move |seen| {
        let body = seen.body.replace("\"first\":100", "\"first\":10");
        answer(&repos, &Seen { body, ..seen.clone() })
    }
}

#[tokio::test]
#[ignore = "slow: .ci/run runs it"]
async fn the_commits_between_every_pair_are_known_after_one_or_two_runs() {
    for seed in 0..30 {
        let mut dice = Random(seed);
        let repo = history(&mut dice, 200);
        let first = run_with(plan(YEAR), Known::new(), small_pages(shop(repo.clone()))).await;
        assert_eq!(untold(&[&first]), [], "seed {seed}");
        assert!(first.count("Commits") <= 20 + 60, "seed {seed}: {} pages", first.count("Commits"));

        let middle = 120 * HOUR;
        let early = run_with(plan(middle), Known::new(), small_pages(shop(before(&repo, middle)))).await;
        assert_eq!(untold(&[&early]), [], "seed {seed}");
        let known = Run::knows(&[&early], Some(early.span()), None);
        let later = run_with(plan(200 * HOUR), known, small_pages(shop(repo.clone()))).await;
        assert_eq!(untold(&[&early, &later]), [], "seed {seed}, in two runs");
        let known: BTreeSet<_> = early.commits.keys().collect();
        assert!(later.commits.keys().all(|sha| !known.contains(sha)), "seed {seed}: nothing is handed on twice");
    }
}
