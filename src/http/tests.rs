//! The client against a server on this machine.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use secrecy::SecretString;
use url::Url;

use super::testing::{Answer, Seen, Server};
use super::*;

struct Run {
    /// Status and body.
    result: Result<(u16, String), HttpError>,
    notices: Vec<String>,
    seen: Vec<Seen>,
}

/// Sends one request with a token; the clock stands at 1,000 s.
async fn send(max_wait: u64, answer: impl Fn(&Seen) -> Answer + Send + 'static) -> Run {
    let server = Server::new(answer);
    let url = server.url.join("x").expect("an address");
    let (result, notices) = send_to(&url, max_wait).await;
    Run { result: result.map(|reply| (reply.status, reply.body)), notices, seen: server.seen() }
}

async fn send_to(url: &Url, max_wait: u64) -> (Result<Reply, HttpError>, Vec<String>) {
    let (mut results, notices) = send_within(url, WaitLimits::new(Duration::from_secs(max_wait)), 1).await;
    (results.remove(0), notices)
}

/// Sends so many requests one after the other through one client.
async fn send_within(url: &Url, waits: WaitLimits, requests: usize) -> (Vec<Result<Reply, HttpError>>, Vec<String>) {
    send_at(Timestamp(1_000_000), url, waits, requests).await
}

/// The same, at this instant.
async fn send_at(
    now: Timestamp,
    url: &Url,
    waits: WaitLimits,
    requests: usize,
) -> (Vec<Result<Reply, HttpError>>, Vec<String>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&notices);
    let notify: Notify = Arc::new(move |text| {
        log.lock().expect("a log").push(text);
        Box::pin(async {})
    });
    let clock: Clock = Arc::new(move || now);
    let client = Client::new(clock, notify, waits, 40).expect("a client");
    let token = SecretString::from("ghp_secret");
    let request = Request {
        body: Some(Body::json("{}")),
        token: Some(&token),
        headers: &[("accept", "application/json")],
        is_limited: |_, body| body.contains("RATE_LIMIT"),
        ..Request::new(Method::Post, url)
    };
    let mut results = Vec::new();
    for _ in 0..requests {
        results.push(client.send(request).await);
    }
    let notices = notices.lock().expect("a log").clone();
    (results, notices)
}

#[tokio::test]
async fn broken_replies_and_server_errors_are_tried_again() {
    let run = send(60, |seen| match seen.number {
        0 => Answer::new(500, "no"),
        1 => Answer::new(200, "{\"half\": true}").cut(),
        2 => Answer::new(502, "<html>"),
        _ => Answer::new(200, "fine"),
    })
    .await;
    assert_eq!(run.result, Ok((200, "fine".into())));
    assert_eq!(run.seen.len(), 4);
    let head = run.seen[0].head.to_lowercase();
    assert!(head.contains("authorization: bearer ghp_secret") && head.contains("user-agent: dora-report/"), "{head}");
    assert!(run.seen.iter().all(|seen| seen.body == "{}"), "every try sends the same");
}

#[tokio::test]
async fn a_busy_service_is_retried_at_the_time_it_states_and_not_before() {
    let run = send(60, |seen| match seen.number {
        0 => Answer::new(503, "busy").with("retry-after", 0),
        _ => Answer::new(200, "fine"),
    })
    .await;
    assert_eq!(run.result.map(|(_, body)| body), Ok("fine".into()));
    assert_eq!(run.notices.len(), 1, "{:?}", run.notices);
    let run = send(60, |_| Answer::new(503, "busy").with("retry-after", 3_600)).await;
    assert!(matches!(run.result, Err(HttpError::Limit { waits: 0, .. })), "{:?}", run.result);
    assert_eq!(run.seen.len(), 1, "an hour is longer than the longest wait");
    let run = send(60, |_| Answer::new(429, "no").with("retry-after", 0)).await;
    assert!(matches!(run.result, Err(HttpError::Limit { waits: 10, .. })), "{:?}", run.result);
}

#[tokio::test]
async fn a_wait_for_a_limit_ends_on_time_even_if_the_machine_slept() {
    let server = Server::new(|seen| match seen.number {
        0 => Answer::new(429, "no").with("retry-after", 3_600),
        _ => Answer::new(200, "fine"),
    });
    // The machine sleeps for two hours as soon as the wait was said; the monotonic clock stands still meanwhile.
    let slept = Arc::new(AtomicUsize::new(0));
    let (falls_asleep, wakes) = (Arc::clone(&slept), slept);
    let notify: Notify = Arc::new(move |text| {
        if text.contains("it takes no more requests") {
            falls_asleep.store(7_200_000, Ordering::SeqCst);
        }
        Box::pin(async {})
    });
    let clock: Clock = Arc::new(move || {
        let slept = i64::try_from(wakes.load(Ordering::SeqCst)).expect("two hours");
        Timestamp(1_000_000 + slept)
    });
    let client = Client::new(clock, notify, WaitLimits::new(Duration::from_hours(2)), 40).expect("a client");
    let sent = client.send(Request::new(Method::Get, &server.url));
    let reply = tokio::time::timeout(Duration::from_secs(20), sent).await.expect("no hour is waited for");
    assert_eq!(reply.map(|reply| reply.status), Ok(200));
}

#[tokio::test]
async fn if_retry_after_is_zero_or_past_the_pauses_grow() {
    for retry_after in ["0", "Thu, 01 Jan 1970 00:00:01 GMT"] {
        let run = send(60, move |_| Answer::new(429, "no").with("retry-after", retry_after)).await;
        assert!(matches!(run.result, Err(HttpError::Limit { waits: 10, .. })), "{:?}", run.result);
    }
    // 1 + 2 + 4 ms and so on do not fit into 5 ms.
    let server = Server::new(|_| Answer::new(429, "no").with("retry-after", 0));
    let (results, _) = send_within(&server.url, millis(5_000, 5), 1).await;
    assert!(matches!(results[0], Err(HttpError::Limit { waits: 0, .. })), "{:?}", results[0]);
    assert!((2..=4).contains(&server.seen().len()), "{}", server.seen().len());
}

#[tokio::test]
async fn an_error_quotes_the_last_body_without_the_token() {
    let run = send(60, |_| Answer::new(500, "token ghp_secret\n  is bad")).await;
    let text = run.result.expect_err("an error").to_string();
    assert!(text.contains("500") && text.contains("token *** is bad"), "{text}");
    assert!(!text.contains("ghp_secret"), "{text}");
}

#[tokio::test]
async fn a_body_is_returned_unchanged_and_quoted_without_the_token() {
    let server = Server::new(|_| Answer::new(200, "{\"next\": \"ghp_secret\"}"));
    let (result, _) = send_to(&server.url, 60).await;
    let reply = result.expect("a reply");
    assert_eq!(reply.body, "{\"next\": \"ghp_secret\"}");
    assert_eq!(reply.said(), "{\"next\": \"***\"}");
    assert_eq!(reply.quote("no\n ghp_secret"), "no ***");
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_with_a_message() {
    let run = send(60, |seen| match seen.number {
        0 => Answer::new(429, "").with("retry-after", 0),
        1 => Answer::new(403, "").with("retry-after", 0),
        2 => Answer::new(200, "RATE_LIMIT").with("retry-after", 0),
        _ => Answer::new(200, "fine"),
    })
    .await;
    assert_eq!(run.result, Ok((200, "fine".into())));
    // On a busy machine, there is also a notice about a slow reply.
    let limits: Vec<_> = run.notices.iter().filter(|notice| notice.contains("takes no more requests")).collect();
    assert_eq!(limits.len(), 3, "{limits:?}");
    assert!(limits[0].contains("until 1970-01-01T00:16:41Z"), "{limits:?}");
}

#[tokio::test]
async fn a_limit_longer_than_the_longest_wait_is_an_error_that_says_until_when() {
    let run =
        send(60, |_| Answer::new(403, "").with("x-ratelimit-remaining", 0).with("x-ratelimit-reset", 4_600)).await;
    let Err(HttpError::Limit { until, .. }) = run.result else { panic!("{:?}", run.result) };
    assert_eq!(until, Timestamp(4_601_000));
    assert_eq!(run.seen.len(), 1);
}

#[tokio::test]
async fn a_refusal_without_a_rate_limit_is_returned_to_the_caller() {
    let run = send(60, |_| Answer::new(403, "Resource not accessible").with("x-ratelimit-remaining", 4_000)).await;
    assert_eq!(run.result, Ok((403, "Resource not accessible".into())));
}

#[tokio::test]
async fn redirects_stay_on_their_own_host() {
    let run = send(60, |seen| match seen.number {
        0 => Answer::new(307, "").with("location", "/y"),
        _ => Answer::new(200, "fine"),
    })
    .await;
    assert_eq!(run.result.map(|(_, body)| body), Ok("fine".into()));
    assert!(run.seen[1].head.starts_with("POST /y ") && run.seen[1].body == "{}");
    let page = send(60, |_| Answer::new(302, "").with("location", "/login")).await;
    assert!(matches!(page.result, Err(HttpError::Redirects { .. })) && page.seen.len() == 1, "a page is no answer");
    let elsewhere = send(60, |_| Answer::new(308, "").with("location", "https://evil.example/x")).await;
    let text = elsewhere.result.expect_err("refused").to_string();
    assert!(text.contains("127.0.0.1") && text.contains("https://evil.example"), "{text}");
    assert_eq!(elsewhere.seen.len(), 1);
    let endless = send(60, |_| Answer::new(307, "").with("location", "/x")).await;
    assert!(matches!(endless.result, Err(HttpError::Redirects { .. })));
    assert_eq!(endless.seen.len(), 6);
}

#[tokio::test]
async fn a_token_is_not_sent_unencrypted_to_another_machine() {
    for url in ["http://ghes.acme.example/x", "http://localhost.evil.example/x", "ftp://localhost/x"] {
        let (result, _) = send_to(&Url::parse(url).expect("an address"), 0).await;
        assert!(matches!(result, Err(HttpError::Refused { .. })), "{url}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let (result, _) = send_to(&Url::parse(&format!("http://{port}/x")).expect("an address"), 0).await;
    let error = result.expect_err("nobody listens");
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

fn millis(timeout: u64, max_wait: u64) -> WaitLimits {
    WaitLimits { timeout: Duration::from_millis(timeout), max_wait: Duration::from_millis(max_wait), deadline: None }
}

#[tokio::test]
async fn a_silent_host_is_reported_and_abandoned_after_the_timeout_and_the_longest_wait() {
    let server = Server::new(|_| Answer::new(200, "late").never());
    let (results, notices) = send_within(&server.url, millis(100, 150), 2).await;
    let texts: Vec<String> = results.into_iter().map(|result| result.expect_err("no answer").to_string()).collect();
    assert!(
        texts[0].contains("no complete reply within 0 s (tried 2 times)") && texts[0].contains("--timeout"),
        "{texts:?}"
    );
    assert!(texts[1].contains("cannot be reached: no complete reply within 0 s for 2 requests in a row"), "{texts:?}");
    assert_eq!(notices.len(), 1, "said once: {notices:?}");
    assert!(notices[0].contains("127.0.0.1") && notices[0].contains("no answer yet; waiting until"), "{notices:?}");
}

#[tokio::test]
async fn a_request_that_must_not_be_repeated_is_sent_once_whatever_happens_to_its_reply() {
    let answers: [fn() -> Answer; 3] =
        [|| Answer::new(200, "late").never(), || Answer::new(200, "{\"half\": 1}").cut(), || Answer::new(502, "no")];
    for (nth, answer) in answers.into_iter().enumerate() {
        let server = Server::new(move |_| answer());
        let client =
            Client::new(Arc::new(|| Timestamp(1_000_000)), Arc::new(|_| Box::pin(async {})), millis(100, 5_000), 0);
        let request = Request {
            is_sent_once: true,
            is_final: |status, _| status >= 500,
            ..Request::new(Method::Post, &server.url)
        };
        let sent = client.expect("a client").send(request).await;
        match nth {
            0 => assert!(matches!(sent, Err(HttpError::TimedOut { tries: 1, .. })), "{sent:?}"),
            1 => assert!(matches!(sent, Err(HttpError::Broken { tries: 1, .. })), "{sent:?}"),
            _ => assert_eq!(sent.expect("a reply").status, 502),
        }
        // A reply that never comes is of a request that the server has not logged.
        assert!(server.seen().len() <= 1, "{nth}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_late_but_in_time_is_an_answer() {
    let told = Arc::new(AtomicUsize::new(0));
    let seen_by_server = Arc::clone(&told);
    // It answers each request once the user was told that there is no answer yet.
    let server = Server::new(move |seen| {
        while seen_by_server.load(Ordering::SeqCst) <= seen.number {
            std::thread::yield_now();
        }
        Answer::new(200, "late")
    });
    let notify: Notify = Arc::new(move |_| {
        told.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {})
    });
    let clock: Clock = Arc::new(|| Timestamp(1_000_000));
    let client = Client::new(clock, notify, millis(5_000, 0), 40).expect("a client");
    for _ in 0..2 {
        let reply = client.send(Request::new(Method::Get, &server.url)).await.expect("an answer");
        assert_eq!(reply.body, "late", "it answered between the two");
    }
}

#[tokio::test]
#[ignore = "slow: .ci/run runs it"]
async fn all_waits_of_one_request_together_stay_within_the_longest_wait() {
    let run = send(2, |_| Answer::new(429, "no").with("retry-after", 1)).await;
    assert!(matches!(run.result, Err(HttpError::Limit { waits: 0, .. })), "{:?}", run.result);
    assert_eq!(run.seen.len(), 3, "two waits of 1 s fit into 2 s");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test sets a deadline")]
async fn after_the_deadline_nothing_is_sent_and_a_wait_ends_with_it() {
    let server = Server::new(|_| Answer::new(429, "no").with("retry-after", 3_000));
    let deadline = std::time::Instant::now() + Duration::from_secs(1);
    let waits = WaitLimits { deadline: Some(deadline), ..WaitLimits::new(Duration::from_hours(1)) };
    let (results, _) = send_within(&server.url, waits, 3).await;
    for result in results {
        let error = result.expect_err("the deadline has passed");
        assert!(matches!(error, HttpError::Deadline { .. }), "{error}");
        assert!(error.to_string().contains("the --deadline passed before every request was answered"), "{error}");
    }
    assert_eq!(server.seen().len(), 1, "the wait for the limit ended with the deadline");
}

#[tokio::test]
async fn a_rate_limit_of_0_after_every_reset_is_an_error() {
    // A millisecond before the reset.
    let now = Timestamp(1_000_999);
    let of = |left: fn(usize) -> usize| {
        Server::new(move |seen| {
            let answer = Answer::new(200, "fine").with("x-ratelimit-limit", 5_000);
            answer.with("x-ratelimit-remaining", left(seen.number)).with("x-ratelimit-reset", 1_001)
        })
    };
    let never = of(|_| 0);
    let (results, _) = send_at(now, &never.url, WaitLimits::new(Duration::from_mins(1)), 30).await;
    let served = results.iter().take_while(|result| result.is_ok()).count();
    assert_eq!(served, 11, "ten resets are waited for");
    assert!(matches!(results[11], Err(HttpError::Limit { waits: 10, .. })), "{:?}", results[11]);
    let often = of(|nth| nth % 7);
    let (results, _) = send_at(now, &often.url, WaitLimits::new(Duration::from_mins(1)), 30).await;
    assert!(results.iter().all(Result::is_ok));
}
