//! Errors: refusals, broken connections and incomplete replies of GitHub.

use super::*;

#[tokio::test]
async fn a_page_that_is_too_much_is_asked_for_in_halves() {
    let repos = shop(Repo::line(300, 1));
    let run = run_with(plan(YEAR), Known::new(), move |seen| {
        let (query, variables) = asked(seen);
        match (query.as_str(), variables["first"].as_u64()) {
            ("Commits", Some(51..)) => Answer::new(502, "<html>502 Bad Gateway</html>"),
            ("Deployments", Some(26..)) => Answer::new(
                200,
                r#"{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}"#,
            ),
            _ => answer(&repos, seen),
        }
    })
    .await;
    assert_eq!((run.failed.len(), run.deployments.len(), untold(&[&run])), (0, 300, vec![]));
    assert!(run.notices.iter().any(|text| text.contains("asking for 25")), "{:?}", run.notices);
}

#[tokio::test]
async fn a_page_with_errors_is_never_taken_as_complete() {
    let repos = shop(Repo::line(30, 1));
    let once = repos.clone();
    let partial = |seen: &Seen, repos: &BTreeMap<String, Repo>| {
        let _ = answer(repos, seen);
        Answer::new(
            200,
            r#"{"data":{"repository":{"nameWithOwner":"acme/shop","url":"x","deployments":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[]}}},"errors":[{"message":"boom","path":["repository","deployments"]}]}"#,
        )
    };
    let passing =
        run_with(
            plan(YEAR),
            Known::new(),
            move |seen| {
                if seen.number == 0 { partial(seen, &once) } else { answer(&once, seen) }
            },
        )
        .await;
    assert_eq!((passing.deployments.len(), passing.done.len()), (30, 1));
    let lasting = run_with(plan(YEAR), Known::new(), move |seen| partial(seen, &repos)).await;
    assert_eq!((lasting.deployments.len(), lasting.done.len()), (0, 0));
    assert!(lasting.failed["acme/shop"].contains("boom"));
    assert!(lasting.result.is_ok(), "the run itself is good");
}

#[tokio::test]
async fn a_token_that_is_refused_ends_the_run_and_is_never_shown() {
    let body = r#"{"message":"Bad credentials: ghp_secret","documentation_url":"https://docs.github.com"}"#;
    let run = run_with(plan(YEAR), Known::new(), move |_| Answer::new(401, body)).await;
    let error = run.result.expect_err("refused");
    assert!(matches!(error, GitHubError::Authentication { .. }));
    let text = error.to_string();
    assert!(text.contains("Bad credentials: ***") && !text.contains("ghp_secret"), "{text}");
    assert_eq!(run.seen.len(), 1);
}

#[tokio::test]
async fn a_limit_in_a_good_reply_is_waited_for_in_both_spellings() {
    for kind in ["RATE_LIMITED", "RATE_LIMIT"] {
        let repos = shop(Repo::line(3, 1));
        let run = run_with(plan(YEAR), Known::new(), move |seen| {
            let body = format!(r#"{{"errors":[{{"type":"{kind}","message":"API rate limit exceeded"}}]}}"#);
            if seen.number == 0 { Answer::new(200, body).with("retry-after", 0) } else { answer(&repos, seen) }
        })
        .await;
        // A slow machine also hears that there is no answer yet.
        let waited = run.notices.iter().filter(|it| it.contains("takes no more requests")).count();
        assert_eq!((run.done.len(), waited), (1, 1), "{:?}", run.notices);
    }
}

#[tokio::test]
async fn a_limit_beyond_the_longest_wait_ends_the_run() {
    let mut plan = plan(YEAR);
    plan.waits.max_wait = Duration::from_secs(59);
    let run = run_with(plan, Known::new(), |_| Answer::new(429, "")).await;
    assert!(matches!(run.result, Err(GitHubError::Limit(_))), "a minute is what GitHub asks for");
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let mut plan = plan(YEAR);
    plan.api_url = Url::parse("http://ghes.acme.example/api/v3").expect("an address");
    let (events, _received) = mpsc::channel(4);
    let auth = Auth::Token(SecretString::from("ghp_secret"));
    let result = fetch(plan, auth, Known::new(), Arc::new(|| Timestamp(YEAR)), events).await;
    assert!(matches!(result, Err(GitHubError::Refused(_))), "{result:?}");
}
