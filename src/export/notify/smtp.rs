//! Sends a mail over SMTP: TLS from the first byte on port 465, STARTTLS on any other port, no encryption to this
//! machine. A server that offers no TLS gets neither the password nor the mail.

use std::error::Error as _;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Transport as _, message::Mailbox};
use secrecy::{ExposeSecret as _, SecretString};

use super::NotifyError;
use super::letter::{MailText, compose};
use crate::config::{Mail, MailServer};
use crate::domain::words::plain;
use crate::http::text::{Secrets, shorten};

/// The port on which a server speaks TLS from the first byte.
const SUBMISSIONS: u16 = 465;
/// The user gets a message after this time without a reply.
const SAID_AFTER: Duration = Duration::from_secs(5);

/// Sends a letter, in at most so much time. `slow` is called once where the server takes long.
///
/// # Errors
/// The server cannot be reached, or does not take the mail.
pub(crate) fn send(
    mail: &Mail,
    password: Option<&SecretString>,
    letter: MailText,
    timeout: Duration,
    slow: impl FnOnce(&str),
) -> Result<(), NotifyError> {
    let server = format!("{}:{}", mail.server.host, mail.server.port);
    let failed = |cause: String| NotifyError::Mail { server: server.clone(), cause };
    if timeout.is_zero() {
        return Err(failed("the --deadline passed before the mail was sent; send it again".into()));
    }
    let message = compose(mail, letter).map_err(|cause| failed(format!("the mail cannot be composed: {cause}")))?;
    let secrets = secrets(mail, password);
    let transport = transport(mail, password, timeout).map_err(|error| failed(words(&error, mail, &secrets)))?;
    // The transport limits each read and write, and a name is looked up without a limit: the whole is limited here.
    let (done, result) = channel();
    let sending = move || {
        // After the time limit, no receiver is left.
        let _ = done.send(transport.send(&message).map(drop));
    };
    std::thread::Builder::new().name("mail".into()).spawn(sending).map_err(|cause| {
        failed(format!(
            "the thread that sends cannot be started ({}); is a limit of processes reached?",
            plain(&cause.to_string())
        ))
    })?;
    let first = SAID_AFTER.min(timeout / 2);
    let sent = result.recv_timeout(first).or_else(|_| {
        slow(&server);
        result.recv_timeout(timeout.saturating_sub(first))
    });
    match sent {
        Ok(sent) => sent.map_err(|error| failed(words(&error, mail, &secrets))),
        Err(RecvTimeoutError::Timeout) => Err(failed(late(timeout))),
        Err(RecvTimeoutError::Disconnected) => {
            Err(failed("the mail was not sent: the program's own thread ended".into()))
        }
    }
}

fn transport(mail: &Mail, password: Option<&SecretString>, timeout: Duration) -> Result<SmtpTransport, Error> {
    let MailServer { host, port, is_local } = &mail.server;
    let tls = if *port == SUBMISSIONS {
        Tls::Wrapper(TlsParameters::new(host.clone())?)
    } else if *is_local {
        Tls::None
    } else {
        Tls::Required(TlsParameters::new(host.clone())?)
    };
    let mut builder = SmtpTransport::builder_dangerous(host)
        .port(*port)
        .tls(tls)
        .timeout(Some(timeout))
        .hello_name(hello(&mail.from));
    if let (Some((user, _)), Some(password)) = (&mail.login, password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

/// The name that the program greets with: the sender's domain. Some servers refuse a loopback address.
fn hello(from: &Mailbox) -> ClientId {
    let domain = from.email.domain();
    let is_name = domain.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter));
    if is_name { ClientId::Domain(domain.to_owned()) } else { ClientId::default() }
}

/// The password in every spelling in which it is sent.
fn secrets(mail: &Mail, password: Option<&SecretString>) -> Secrets {
    let mut secrets = Vec::new();
    if let (Some((user, _)), Some(password)) = (&mail.login, password) {
        let secret = password.expose_secret();
        secrets.push(STANDARD.encode(format!("\0{user}\0{secret}")).into());
        secrets.push(STANDARD.encode(secret).into());
        secrets.push(password.clone());
    }
    Secrets::new(secrets)
}

/// The cause and what to do, without the password, which a server may repeat.
fn words(error: &Error, mail: &Mail, secrets: &Secrets) -> String {
    let said = error.source().map(|source| secrets.quote(&source.to_string())).unwrap_or_default();
    if let Some(code) = error.status() {
        let code = code.to_string();
        return format!("answered {code}, {said}{}", way_out(&code, error.is_transient(), mail));
    }
    if let Some(io) = io_error(error) {
        return match io.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time; check `smtp` under `mail` in \
                                                                     [notify], then send it again"
                .into(),
            _ => {
                let cause = shorten(&plain(&io.to_string()));
                format!(
                    "the connection failed: {cause}; check `smtp` under `mail` in [notify]: its host, its port, \
                         and whether that port speaks TLS"
                )
            }
        };
    }
    if said.contains("STARTTLS") {
        return "the server offers no STARTTLS on this port, and mail to another machine is never sent unencrypted; set \
                a port that offers it, usually 587, or 465 for TLS from the start"
            .into();
    }
    if said.contains("authentication mechanism") {
        return "the server accepts no login on this port; leave `password_env` out if it needs none, or set another \
                port"
            .into();
    }
    format!("{}; check `smtp` under `mail` in [notify]", if said.is_empty() { "the connection failed" } else { &said })
}

fn way_out(code: &str, is_transient: bool, mail: &Mail) -> String {
    match (code, &mail.login) {
        ("530" | "534" | "535" | "538", Some((user, variable))) => {
            format!("; check the user {user} and the password in {variable}")
        }
        ("530" | "535" | "550" | "554", None) => "; if it asks for a login, set `password_env` (and `username`)".into(),
        _ if is_transient => "; send it again later".into(),
        _ => "; check `from` and `to` under `mail` in [notify]".into(),
    }
}

fn late(timeout: Duration) -> String {
    format!(
        "no answer within {} s; the mail may have been sent anyway; check `smtp` under `mail` in [notify]",
        timeout.as_secs()
    )
}

fn io_error(error: &Error) -> Option<&io::Error> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(found) = source.downcast_ref() {
            return Some(found);
        }
        next = source.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::*;
    use crate::domain::time::Timestamp;

    /// A mail to another machine, whose server at this address offers a login and no TLS; what it was sent.
    fn sent_without_tls() -> (Result<(), NotifyError>, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().expect("a connection").0;
            stream.write_all(b"220 ready\r\n").expect("a greeting");
            let mut lines = Vec::new();
            for line in BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok) {
                lines.push(line);
                // A client that leaves is what is expected.
                let _ = stream.write_all(b"250-mail.test\r\n250 AUTH PLAIN\r\n");
            }
            lines
        });
        let address = |text: &str| text.parse().expect("a mail address");
        let mail = Mail {
            server: MailServer { host: "127.0.0.1".into(), port, is_local: false },
            from: address("dora@acme.example"),
            to: vec![address("eng@acme.example")],
            login: Some(("dora".into(), "SMTP_PASSWORD".into())),
        };
        let letter = MailText { subject: "x".into(), text: "x".into(), page: None, date: Timestamp(0) };
        let password = SecretString::from("s3cret");
        let result = send(&mail, Some(&password), letter, Duration::from_secs(20), |_| ());
        (result, server.join().expect("the server ends"))
    }

    #[test]
    fn a_server_elsewhere_that_offers_no_tls_gets_neither_password_nor_mail() {
        let (result, lines) = sent_without_tls();
        let error = result.expect_err("nothing is sent").to_string();
        assert!(error.contains("the server offers no STARTTLS on this port"), "{error}");
        assert!(lines.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{lines:?}");
    }

    #[test]
    fn a_deadline_that_has_passed_sends_nothing() {
        let mail = Mail {
            server: MailServer { host: "127.0.0.1".into(), port: 1, is_local: true },
            from: "a@b.example".parse().expect("a mail address"),
            to: vec!["c@d.example".parse().expect("a mail address")],
            login: None,
        };
        let letter = MailText { subject: "x".into(), text: "x".into(), page: None, date: Timestamp(0) };
        let error = send(&mail, None, letter, Duration::ZERO, |_| ()).expect_err("no time").to_string();
        assert!(error.contains("the --deadline passed before the mail was sent"), "{error}");
    }
}
