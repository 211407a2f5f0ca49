//! A server that accepts samples by remote write: sends batches and interprets refusals.
//!
//! A batch is accepted or refused as a whole. Sending a sample twice changes nothing; a different value at a timestamp
//! that the server already has is never accepted. Source: the Prometheus Remote-Write 1.0 specification; what each
//! refusal looks like was found by running Prometheus 2.42.

mod error;
pub mod limits;
mod plan;
mod wire;

use url::Url;

pub use self::error::{WriteError, window_days};
pub use self::plan::{Batch, Parts, Plan, key};
use crate::domain::time::Timestamp;
use crate::http::text::is_page;
use crate::http::{Body, Client, Login, Method, Request};

const HEADERS: [(&str, &str); 2] = [("content-encoding", "snappy"), ("x-prometheus-remote-write-version", "0.1.0")];

/// A server that takes remote writes.
pub struct Receiver {
    url: Url,
    login: Login,
    client: Client,
    now: Timestamp,
}

/// The result of a batch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct BatchResult {
    /// Samples that the server has now.
    pub samples: usize,
    /// Samples at whose instant it had another value already, which it keeps.
    pub kept: usize,
}

impl Receiver {
    /// The server at an address; nothing later than `now` is to be sent to it.
    pub(crate) fn new(url: Url, login: Login, client: Client, now: Timestamp) -> Self {
        Self { url, login, client, now }
    }

    /// Sends a batch. One sample with a conflicting value would block the whole batch, so such a batch is halved until
    /// that sample is alone. A batch that is too large is halved as well.
    ///
    /// # Errors
    /// The transport failed, or the server does not take the batch; the error says what to set.
    pub async fn write(&self, batch: Batch<'_>) -> Result<BatchResult, WriteError> {
        let mut taken = BatchResult::default();
        let mut left = vec![batch];
        while let Some(batch) = left.pop() {
            match self.post(&wire::encode(batch.samples()), batch.oldest()).await {
                Ok(()) => taken.samples += batch.len(),
                Err(error) if batch.len() > error.indivisible() => {
                    let (early, late) = batch.halves();
                    left.extend([late, early]);
                }
                Err(WriteError::Duplicate { .. }) => taken.kept += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(taken)
    }

    /// Asks whether the server takes writes at all, with a request that holds none.
    ///
    /// # Errors
    /// It does not.
    pub async fn ask(&self) -> Result<(), WriteError> {
        self.post(&wire::nothing(), None).await
    }

    async fn post(&self, bytes: &[u8], oldest: Option<Timestamp>) -> Result<(), WriteError> {
        let request = self.login.sign(Request {
            body: Some(Body { kind: "application/x-protobuf", bytes }),
            headers: &HEADERS,
            is_final: |_, body| error::is_for_ever(body),
            ..Request::new(Method::Post, &self.url)
        });
        let reply = self.client.send(request).await?;
        match reply.status {
            // An HTML page comes from something in front of the server, such as a login page.
            200..=299 if !is_page(&reply.body) => Ok(()),
            status => {
                let said = reply.quote(&reply.body);
                Err(WriteError::of(self.url.as_str(), status, &said, oldest, self.now))
            }
        }
    }
}
