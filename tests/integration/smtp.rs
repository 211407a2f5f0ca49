//! A mail server on a loopback port: it keeps what it is sent, or refuses at one command.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes every mail and offers a login.
    Takes,
    /// It answers the command that begins with the first text with the second.
    Refuses(&'static str, &'static str),
    /// It says nothing.
    Silent,
}

/// What one server was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// Every command, as it came.
    pub(crate) commands: Vec<String>,
    /// Every mail, with dots as they were written.
    pub(crate) mails: Vec<String>,
}

/// The server; it ends with the test's process.
pub(crate) struct Smtp {
    pub(crate) port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Smtp {
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that leaves is the test's own business.
                std::thread::spawn(move || drop(serve(stream, manner, &shared)));
            }
        });
        Self { port, kept }
    }

    pub(crate) fn kept(&self) -> Kept {
        self.kept.lock().expect("the log").clone()
    }
}

fn serve(mut stream: TcpStream, manner: Manner, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    if manner == Manner::Silent {
        while reader.read_line(&mut line)? > 0 {}
        return Ok(());
    }
    stream.write_all(b"220 mail.test ready\r\n")?;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        kept.lock().expect("the log").commands.push(command.clone());
        let verb = command.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let refused = match manner {
            Manner::Refuses(at, answer) if command.to_ascii_uppercase().starts_with(at) => Some(answer),
            _ => None,
        };
        let answer = match (refused, verb.as_str()) {
            (Some(answer), _) => answer,
            (None, "EHLO") => "250-mail.test\r\n250 AUTH PLAIN LOGIN",
            (None, "AUTH") => "235 welcome",
            (None, "DATA") => "354 go on",
            (None, "QUIT") => "221 bye",
            (None, _) => "250 ok",
        };
        write!(stream, "{answer}\r\n")?;
        if answer.starts_with("354") {
            let mut mail = String::new();
            while !mail.ends_with("\r\n.\r\n") {
                if reader.read_line(&mut mail)? == 0 {
                    return Ok(());
                }
            }
            mail.truncate(mail.len() - 3);
            kept.lock().expect("the log").mails.push(mail.replace("\r\n..", "\r\n."));
            stream.write_all(b"250 kept\r\n")?;
        }
    }
}
