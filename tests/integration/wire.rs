//! HTTP/1.1 on a loopback socket: one request read, one reply written, as far as a test server needs it. A mock server
//! sends whole replies; these break off in the middle, come in pieces, or never come.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request as it came.
pub(crate) struct Raw {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// How the reply's body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// At once.
    Whole,
    /// In ten pieces, 50 ms apart.
    Slow,
    /// Half of what was announced, and then the connection ends.
    Cut,
}

/// A reply.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) pace: Pace,
}

/// Reads the next request; none where the client is done.
pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Raw>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut raw = Raw { method, path, headers: Vec::new(), body: Vec::new() };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        raw.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if raw.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            let mut piece = vec![0; size + 2];
            stream.read_exact(&mut piece)?;
            piece.truncate(size);
            raw.body.extend(piece);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = raw.header("content-length").and_then(|value| value.parse().ok()) {
        raw.body = vec![0; length];
        stream.read_exact(&mut raw.body)?;
    }
    Ok(Some(raw))
}

/// Writes a reply; whether the connection may go on.
pub(crate) fn write(stream: &mut TcpStream, reply: &Reply) -> io::Result<bool> {
    let mut head = format!("HTTP/1.1 {} Status\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    let body = reply.body.as_bytes();
    match reply.pace {
        Pace::Whole => stream.write_all(body)?,
        Pace::Cut => stream.write_all(&body[..body.len() / 2])?,
        Pace::Slow => {
            for piece in body.chunks(body.len().div_ceil(10).max(1)) {
                stream.write_all(piece)?;
                stream.flush()?;
            }
        }
    }
    stream.flush()?;
    Ok(reply.pace != Pace::Cut)
}
