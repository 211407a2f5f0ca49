//! Several repos in one request, and what goes wrong with it.

use super::*;

/// `acme/a` and so on: six repos of three commits, one of ninety, and one that is not there.
fn org() -> (Plan, BTreeMap<String, Repo>) {
    let names = ["acme/a", "acme/b", "acme/c", "acme/d", "acme/e", "acme/f"];
    let mut repos: BTreeMap<String, Repo> = names.map(|name| (name.to_owned(), Repo::line(3, 1))).into();
    repos.insert("acme/large".into(), Repo::line(90, 2));
    let mut plan = plan(YEAR);
    plan.concurrency = 1;
    plan.repos = repos.keys().map(|name| Glob::new(name).expect("a pattern")).collect();
    plan.repos.push(Glob::new("acme/gone").expect("a pattern"));
    (plan, repos)
}

#[tokio::test]
async fn small_repos_share_requests_and_large_or_missing_repos_are_requested_alone() {
    let (plan, repos) = org();
    let run = run_with(plan, Known::new(), move |seen| answer(&repos, seen)).await;
    assert_eq!(run.done.len(), 7);
    assert_eq!(run.failed.keys().collect::<Vec<_>>(), ["acme/gone"]);
    assert!(run.failed["acme/gone"].contains("check the name"), "{:?}", run.failed);
    // The large one goes on alone; six small ones need commits: five in one request, the last of them alone.
    let asked = ["DeploymentsOfSeveral", "CommitsOfSeveral", "Deployments", "Commits", "Commits"];
    assert_eq!(run.queries, asked);
}

#[tokio::test]
async fn repos_that_fail_in_a_shared_request_are_requested_alone() {
    for (status, body) in [
        (502, "<html>502 Bad Gateway</html>"),
        (200, r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}"#),
        (200, r#"{"data":{"r0":{"url":"x"}},"errors":[{"message":"boom","path":["r0","deployments"]}]}"#),
    ] {
        let (plan, repos) = org();
        let run = run_with(plan, Known::new(), move |seen| {
            if asked(seen).0.ends_with("OfSeveral") { Answer::new(status, body) } else { answer(&repos, seen) }
        })
        .await;
        assert_eq!((run.done.len(), run.failed.len()), (7, 1), "{body}: {:?}", run.failed);
        assert_eq!((run.count("Deployments"), run.count("Commits")), (8, 7));
        assert_eq!(run.count("DeploymentsOfSeveral"), 1, "not again and again");
    }
}

#[tokio::test]
async fn a_token_refused_for_several_ends_the_run() {
    let (plan, _) = org();
    let run = run_with(plan, Known::new(), |_| Answer::new(401, r#"{"message":"Bad credentials"}"#)).await;
    assert!(matches!(run.result, Err(GitHubError::Authentication { .. })));
    assert_eq!(run.seen.len(), 1);
}
