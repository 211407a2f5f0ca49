//! A GitHub App: its installation's token is asked for with a signed request, and renewed in time.
//!
//! The key beside this file was made for these tests and opens nothing.

use super::*;

fn app() -> Auth {
    let private_key = SecretString::from(include_str!("app_key.pem"));
    Auth::App { app_id: 12, installation_id: 34, private_key }
}

/// Runs over one repo, every new token ending after `lifetime` ms; the first `refused` of them are refused.
async fn authenticated(lifetime: i64, refused: usize) -> (Result<Cost, GitHubError>, Vec<Seen>) {
    let repos = shop(Repo::line(250, 1));
    let server = Server::new(move |seen| {
        if seen.head.starts_with("POST /api/v3/app/installations/34/access_tokens ") {
            let token = format!("ghs_12_{}{}", seen.number, "x".repeat(600));
            let expires_at = fake::time(YEAR + lifetime);
            return Answer::new(201, serde_json::json!({"token": token, "expires_at": expires_at}).to_string());
        }
        let accepted = (0..refused).all(|number| !seen.head.contains(&format!("ghs_12_{number}x")));
        if accepted { answer(&repos, seen) } else { Answer::new(401, r#"{"message":"Bad credentials"}"#) }
    });
    let mut plan = plan(YEAR);
    plan.api_url = server.url.join("api/v3").expect("an address");
    let (events, mut received) = mpsc::channel(4);
    let reading = tokio::spawn(fetch(plan, app(), Known::new(), Arc::new(|| Timestamp(YEAR)), events));
    while received.recv().await.is_some() {}
    (reading.await.expect("a run"), server.seen())
}

fn renewals(seen: &[Seen]) -> usize {
    seen.iter().filter(|seen| seen.head.contains("/access_tokens ")).count()
}

#[tokio::test]
async fn one_token_serves_until_ten_minutes_before_its_end() {
    let (result, seen) = authenticated(10 * 60_000, 0).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(renewals(&seen), 1);
    assert!(seen[0].head.to_lowercase().contains("authorization: bearer ey"), "the App signs for itself");
    assert!(seen[1..].iter().all(|seen| seen.head.starts_with("POST /api/graphql ")));
    let (_, seen) = authenticated(10 * 60_000 - 1, 0).await;
    assert_eq!(renewals(&seen) * 2, seen.len(), "one for every request");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let (result, seen) = authenticated(HOUR, 1).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(renewals(&seen), 2);
    let (result, seen) = authenticated(HOUR, 9).await;
    assert!(matches!(result, Err(GitHubError::Authentication { .. })), "{result:?}");
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn a_key_that_is_none_is_named() {
    let (events, _received) = mpsc::channel(4);
    let auth = Auth::App { app_id: 1, installation_id: 2, private_key: SecretString::from("-----BEGIN NONSENSE") };
    let result = fetch(plan(YEAR), auth, Known::new(), Arc::new(|| Timestamp(YEAR)), events).await;
    assert!(matches!(result, Err(GitHubError::PrivateKey { .. })), "{result:?}");
}
