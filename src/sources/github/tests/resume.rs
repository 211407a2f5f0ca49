//! Later runs: interrupted ones go on, settled ones cost little.

use super::*;

/// The repo after some time: more commits, more deployments, all by the same rule.
fn grown(commits: usize) -> BTreeMap<String, Repo> {
    shop(Repo::line(commits, 1))
}

#[tokio::test]
async fn a_second_run_with_nothing_new_is_one_request() {
    let first = run(plan(YEAR), Known::new(), grown(250)).await;
    let known = Run::knows(&[&first], Some(first.span()), None);
    let second = run(plan(YEAR + HOUR), known, grown(250)).await;
    assert_eq!(second.queries, ["Deployments"]);
    assert_eq!(second.span(), Span { from: Timestamp(YEAR - 7 * 24 * HOUR), to: Timestamp(YEAR + HOUR) });
}

#[tokio::test]
async fn a_later_run_reads_what_is_new_and_what_had_not_ended() {
    let mut early = Repo::line(250, 1);
    early.puts[20].statuses = vec![("IN_PROGRESS", 20 * HOUR)];
    let first = run(plan(300 * HOUR), Known::new(), shop(early)).await;
    assert_eq!(first.deployments["3000000020"].finished_at, None);
    let known = Run::knows(&[&first], Some(first.span()), None);
    let second = run(plan(400 * HOUR), known, grown(350)).await;
    assert_eq!(second.deployments["3000000020"].status, "success");
    assert_eq!(second.commits.len(), 100, "none is read twice: {}", second.commits.len());
    assert_eq!(untold(&[&first, &second]), []);
    assert_eq!(second.span().to, Timestamp(400 * HOUR));
}

#[tokio::test]
#[ignore = "slow: .ci/run runs it"]
async fn after_an_interruption_anywhere_the_next_run_ends_with_the_same_rows() {
    let whole = run(plan(YEAR), Known::new(), grown(450)).await;
    for requests in 1..whole.seen.len() {
        let repos = grown(350);
        let broken = run_with(plan(YEAR - 500 * HOUR), Known::new(), move |seen| {
            if seen.number < requests {
                answer(&repos, seen)
            } else {
                Answer::new(401, "{\"message\": \"Bad credentials\"}")
            }
        })
        .await;
        if broken.result.is_ok() {
            break;
        }
        assert!(matches!(broken.result, Err(GitHubError::Authentication { .. })));
        // A hundred more were deployed before the next run, which also breaks off, once it has read one page.
        let known = Run::knows(&[&broken], None, broken.cursor.clone());
        let repos = grown(400);
        let again = run_with(plan(YEAR - 100 * HOUR), known, move |seen| {
            if seen.number < 1 { answer(&repos, seen) } else { Answer::new(401, "{}") }
        })
        .await;
        let known = Run::knows(&[&broken, &again], None, again.cursor.clone().or(broken.cursor.clone()));
        let mut plan = plan(YEAR);
        plan.since = Timestamp(0);
        let last = run(plan, known, grown(450)).await;
        let runs = [&broken, &again, &last];
        let ids: BTreeSet<_> = runs.iter().flat_map(|run| run.deployments.keys()).collect();
        assert_eq!(ids.len(), 450, "broken off after {requests}");
        assert_eq!(untold(&runs), [], "broken off after {requests}");
    }
}

#[tokio::test]
async fn a_full_run_reads_everything_again() {
    let first = run(plan(YEAR), Known::new(), grown(250)).await;
    let mut plan = plan(YEAR + HOUR);
    plan.full = true;
    let second = run(plan, Run::knows(&[&first], Some(first.span()), None), grown(250)).await;
    assert_eq!((second.deployments.len(), second.commits.len()), (250, first.commits.len()));
}

#[tokio::test]
async fn a_renamed_repo_is_read_under_its_new_name() {
    let repo = grown(250).remove("acme/shop").expect("a repo");
    let run = run_with(plan(YEAR), Known::new(), move |seen| {
        let new = BTreeMap::from([("acme/Store".to_owned(), repo.clone())]);
        let body = seen.body.replace("\"name\":\"shop\"", "\"name\":\"Store\"");
        answer(&new, &Seen { body, ..seen.clone() })
    })
    .await;
    assert_eq!(run.done.keys().collect::<Vec<_>>(), ["acme/Store"]);
    assert!(run.deployments.values().all(|one| one.repo == "acme/Store"));
}
