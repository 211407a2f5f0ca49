//! `report --notify` by mail: what arrives at the server, and what a mail that fails leaves behind.

use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::notify::place;
use crate::smtp::{Manner, Smtp};
use crate::support::{DOCTOR, Place, Run, free_port};

const PASSWORD: &str = "s3cret-Pass word";
const PAGE: &str = "reports/2026-07/index.html";

fn config(port: u16, more: &str) -> String {
    format!(
        "[report]\norganisation = \"Acmé\"\n[notify]\nmail = {{ smtp = \"127.0.0.1:{port}\", from = \"DORA \
         <dora@acme.example>\", to = [\"eng@acme.example\", \"ops@acme.example\"]{more} }}\n"
    )
}

const LOGIN: &str = ", password_env = \"SMTP_PASSWORD\"";

fn report(place: &Place, flags: &[&str]) -> Run {
    let arguments = [&["report", "--notify", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"], flags].concat();
    let mut command = place.command(arguments);
    let run = Run::of(command.env("SMTP_PASSWORD", PASSWORD).stdin(Stdio::null()).output().expect("the program runs"));
    let said = format!("{}{}", run.stdout, run.stderr);
    let spellings = [PASSWORD.to_owned(), STANDARD.encode(PASSWORD), plain("dora@acme.example")];
    for secret in spellings {
        assert!(!said.contains(&secret), "{secret} is in the output: {said}");
    }
    run
}

/// The login as `AUTH PLAIN` sends it.
fn plain(user: &str) -> String {
    STANDARD.encode(format!("\0{user}\0{PASSWORD}"))
}

/// The body of the part whose headers hold a text.
fn part(mail: &str, header: &str) -> String {
    let boundary = mail.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary");
    let part = mail.split(&format!("--{boundary}")).find(|part| part.contains(header) && !part.contains("boundary="));
    part.and_then(|part| part.split_once("\r\n\r\n")).expect("a part").1.to_owned()
}

#[test]
fn a_mail_has_the_main_points_as_text_and_the_report_attached() {
    let server = Smtp::new(Manner::Takes);
    let place = place(&config(server.port, LOGIN));
    let run = report(&place, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("main points mailed to 2 addresses"), "{}", run.stderr);
    let kept = server.kept();
    assert!(kept.commands.contains(&format!("AUTH PLAIN {}", plain("dora@acme.example"))), "{:?}", kept.commands);
    assert!(kept.commands.contains(&"EHLO acme.example".to_owned()), "{:?}", kept.commands);
    for command in ["MAIL FROM:<dora@acme.example>", "RCPT TO:<eng@acme.example>", "RCPT TO:<ops@acme.example>"] {
        assert!(kept.commands.iter().any(|own| own.starts_with(command)), "{command}: {:?}", kept.commands);
    }
    let [mail] = &kept.mails[..] else { panic!("one mail, not {}", kept.mails.len()) };
    assert!(mail.is_ascii());
    for header in [
        "From: DORA <dora@acme.example>\r\n",
        "To: eng@acme.example, ops@acme.example\r\n",
        "Subject: =?utf-8?b?QWNtw6k6?= DORA metrics 2026-07\r\n",
        "Message-ID: <",
        "\r\nDate: ",
        "filename=\"dora-report-2026-07.html\"",
    ] {
        assert!(mail.contains(header), "{header}: {mail}");
    }
    let html = part(mail, "Content-Disposition: attachment").replace("\r\n", "");
    let html = STANDARD.decode(html.trim()).expect("base64");
    assert_eq!(String::from_utf8(html).expect("UTF-8"), place.read(PAGE));
    let text = part(mail, "text/plain");
    for words in
        ["DORA metrics 2026-07", "deployment frequency", "Can these numbers be trusted?", "The report is attached"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn smtp_uses_the_configured_user_and_no_login_without_a_password() {
    for (more, login) in
        [(", username = \"robot\", password_env = \"SMTP_PASSWORD\"", Some(plain("robot"))), ("", None)]
    {
        let server = Smtp::new(Manner::Takes);
        let run = report(&place(&config(server.port, more)), &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let kept = server.kept();
        let sent = kept.commands.iter().find_map(|command| command.strip_prefix("AUTH PLAIN ")).map(str::to_owned);
        assert_eq!((sent, kept.mails.len()), (login, 1));
    }
}

#[test]
fn without_the_html_format_the_mail_has_no_attachment_and_says_so() {
    let server = Smtp::new(Manner::Takes);
    let run = report(&place(&config(server.port, "")), &["--format", "csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the mail has no report attached, because --format leaves html out"), "{}", run.stderr);
    let mail = server.kept().mails.concat();
    assert!(!mail.contains("attachment") && mail.contains("The report is not attached"), "{mail}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_mail_that_is_refused_is_code_6_with_the_servers_words_and_without_the_password_and_the_report_stays() {
    let echo = "535 5.7.8 bad: AHJvYm90 s3cret-Pass word";
    for (at, answer, words) in [
        (
            "AUTH",
            echo,
            "answered 535, 5.7.8 bad: AHJvYm90 ***; check the user dora@acme.example and the password in SMTP_PASSWORD",
        ),
        ("RCPT", "550 no such user", "answered 550, no such user; check `from` and `to`"),
        ("MAIL", "451 greylisted", "answered 451, greylisted; send it again later"),
        ("EHLO", "502 no", "answered 502, no"),
        ("DATA", "garbage", "check `smtp` under `mail` in [notify]"),
    ] {
        let server = Smtp::new(Manner::Refuses(at, answer));
        let place = place(&config(server.port, LOGIN));
        let run = report(&place, &[]);
        assert_eq!(run.code, 6, "{}", run.stderr);
        assert!(run.stderr.contains(&format!("error: mail: 127.0.0.1:{}: ", server.port)), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        assert!(run.stderr.contains("the report is written: "), "{}", run.stderr);
        assert!(place.path(PAGE).exists() && server.kept().mails.is_empty());
    }
}

#[test]
fn a_server_that_offers_no_login_or_cannot_be_reached_is_code_6() {
    let server = Smtp::new(Manner::Refuses("EHLO", "250 mail.test"));
    let run = report(&place(&config(server.port, LOGIN)), &[]);
    assert_eq!(run.code, 6, "{}", run.stderr);
    assert!(run.stderr.contains("the server accepts no login on this port"), "{}", run.stderr);
    assert!(!server.kept().commands.iter().any(|command| command.starts_with("MAIL")));
    let port = free_port();
    let run = report(&place(&config(port, "")), &[]);
    assert_eq!(run.code, 6, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("127.0.0.1:{port}: the connection failed: ")), "{}", run.stderr);
}

#[test]
fn a_password_that_is_missing_is_code_3_and_a_webhook_beside_it_is_posted_all_the_same() {
    let hook = crate::proxy::Proxy::new(None, &[]);
    let place = place(&(config(free_port(), ", password_env = \"UNSET_PASSWORD\"") + "webhook_env = \"HOOK\"\n"));
    let arguments = ["report", "--notify", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];
    let run = Run::of(place.command(arguments).env("HOOK", &hook.url).output().expect("the program runs"));
    assert_eq!((run.code, hook.requests()), (3, 1), "{}", run.stderr);
    assert!(run.stderr.contains("the environment variable UNSET_PASSWORD is not set or empty"), "{}", run.stderr);
    assert!(place.path(PAGE).exists());
    let doctor = place.run(DOCTOR).checks().stdout;
    assert!(doctor.contains("fail notify: there is no password for the mail"), "{doctor}");
}
