//! The token of a request: the given one, or that of an App's installation, renewed before it ends; and octocrab, which
//! signs the App's requests and sends all of them below the base address.
//!
//! octocrab's raw GET and POST use the transport that all sources share. Retries, limits and parsing are our own, because
//! octocrab's typed calls drop the data of a reply with errors, its GraphQL errors have no `type`, so a rate limit (status
//! 200) is not recognizable, and it retries without back-off. Requests are given to it as paths below the host, because it
//! puts GraphQL of an Enterprise Server below `/api/v3` and signs no absolute address but that of api.github.com. Its own
//! renewal of an installation's token judges its age by the clock of the machine, as the App's signature has to, renews once for every request that waits, and
//! requires `permissions`, which is optional in GitHub's description.
//!
//! A token is opaque and of any length. The App's own (a JWT signed with its key) opens nothing but the renewal.

use std::fmt::{Debug, Formatter};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use octocrab::auth::create_jwt;
use octocrab::models::AppId;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use tokio::sync::Mutex;
use url::Url;

use super::Auth;
use super::envelope::{is_limited, words};
use super::error::GitHubError;
use super::refusal::refusal;
use crate::domain::time::Timestamp;
use crate::http::{AGENT, Body, Client, Clock, Method, Request, Transport, TransportResult};
use crate::sources::instants::instant;

/// What goes with every request, beside the token and the API version, which octocrab names.
const HEADERS: [(HeaderName, &str); 2] = [(USER_AGENT, AGENT), (ACCEPT, "application/vnd.github+json")];

/// A token with less time left is renewed.
const LEAST_LEFT_MS: i64 = 10 * 60_000;

/// Hands out tokens, and the client that sends requests with them.
pub(super) struct Credentials {
    auth: Auth,
    api_url: Url,
    clock: Clock,
    /// It has no token yet; its base is the host.
    unsigned: OnceLock<Octocrab>,
    installation: Mutex<Option<Installation>>,
}

/// A token, and the client that sends requests with it.
pub(super) struct AuthenticatedClient {
    pub(super) token: SecretString,
    octocrab: Octocrab,
}

impl Debug for AuthenticatedClient {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        to.write_str("AuthenticatedClient")
    }
}

impl Transport for AuthenticatedClient {
    fn send<'a>(
        &'a self,
        method: Method,
        target: &'a str,
        body: Option<&'a [u8]>,
    ) -> Pin<Box<dyn Future<Output = TransportResult> + Send + 'a>> {
        Box::pin(async move {
            let reply = match (method, body) {
                (Method::Post, Some(body)) => {
                    let body: serde_json::Value = serde_json::from_slice(body)?;
                    self.octocrab._post(target, Some(&body)).await?
                }
                _ => self.octocrab._get(target).await?,
            };
            Ok(reply.map(reqwest::Body::wrap).into())
        })
    }
}

#[derive(Deserialize)]
struct Installation {
    #[serde(deserialize_with = "secret")]
    token: SecretString,
    #[serde(deserialize_with = "instant")]
    expires_at: Timestamp,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

impl Credentials {
    pub(super) fn new(auth: Auth, api_url: Url, clock: Clock) -> Self {
        Self { auth, api_url, clock, unsigned: OnceLock::new(), installation: Mutex::default() }
    }

    /// The token to use now, with the client that sends requests; `refused` is a token that was not accepted. Fails where no other
    /// can be had.
    pub(super) async fn sign(
        &self,
        client: &Client,
        refused: Option<&SecretString>,
    ) -> Result<AuthenticatedClient, GitHubError> {
        self.with(client, self.token(client, refused).await?)
    }

    /// A token, and the client that sends requests with it.
    fn with(&self, client: &Client, token: SecretString) -> Result<AuthenticatedClient, GitHubError> {
        let failed = |cause: octocrab::Error| GitHubError::Failed { cause: format!("{cause}; check api_url") };
        let unsigned = if let Some(unsigned) = self.unsigned.get() {
            unsigned
        } else {
            let mut root = self.api_url.clone();
            root.set_path("");
            let base = root
                .as_str()
                .parse()
                .map_err(|cause| GitHubError::Failed { cause: format!("{root}: {cause}; check api_url") })?;
            let headers = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
            // octocrab's usual service adds a second User-Agent.
            let built = OctocrabBuilder::new_empty()
                .with_service(ReqwestConnector::new(client.reqwest_client(&self.api_url)))
                .with_layer(&BaseUriLayer::new(base))
                .with_layer(&ExtraHeadersLayer::new(Arc::new(headers.into())))
                .with_auth(AuthState::None)
                .build();
            let built = built.unwrap_or_else(|never| match never {});
            self.unsigned.get_or_init(|| built)
        };
        Ok(AuthenticatedClient { octocrab: unsigned.user_access_token(token.clone()).map_err(failed)?, token })
    }

    async fn token(&self, client: &Client, refused: Option<&SecretString>) -> Result<SecretString, GitHubError> {
        let (app_id, installation_id, key) = match &self.auth {
            Auth::Token(token) => return Ok(token.clone()),
            Auth::App { app_id, installation_id, private_key } => (*app_id, *installation_id, private_key),
        };
        let mut held = self.installation.lock().await;
        let now = (self.clock)();
        if let Some(current) = held.as_ref() {
            let fresh = current.expires_at.0.saturating_sub(now.0) >= LEAST_LEFT_MS;
            let other = refused.is_none_or(|refused| refused.expose_secret() != current.token.expose_secret());
            if fresh && other {
                return Ok(current.token.clone());
            }
        }
        let renewed = self.renew(client, app_id, installation_id, key).await?;
        let token = renewed.token.clone();
        *held = Some(renewed);
        Ok(token)
    }

    /// Whether a refused token may be followed by another.
    pub(super) fn can_renew(&self) -> bool {
        matches!(self.auth, Auth::App { .. })
    }

    async fn renew(
        &self,
        client: &Client,
        app_id: u64,
        installation_id: u64,
        key: &SecretString,
    ) -> Result<Installation, GitHubError> {
        let private_key = |cause: String| GitHubError::PrivateKey { cause };
        let key = octocrab::auth::EncodingKey::from_rsa_pem(key.expose_secret().as_bytes())
            .map_err(|cause| private_key(cause.to_string()))?;
        let jwt = create_jwt(AppId(app_id), &key).map_err(|cause| private_key(cause.to_string()))?;
        let url = below(&self.api_url, &format!("app/installations/{installation_id}/access_tokens"))?;
        let signed = self.with(client, SecretString::from(jwt))?;
        let request = Request {
            body: Some(Body::json("{}")),
            transport: Some(&signed),
            token: Some(&signed.token),
            resource: "signing in",
            is_limited,
            ..Request::new(Method::Post, &url)
        };
        let reply = client.send(request).await?;
        match reply.status {
            200 | 201 => serde_json::from_str(&reply.body).map_err(|cause| GitHubError::Failed {
                cause: format!("the App's installation token cannot be read: {}", reply.quote(&cause.to_string())),
            }),
            status => {
                let cause = format!("App {app_id}, installation {installation_id}: {status}, {}", words(&reply));
                let advice = refusal(&cause, reply.sso.as_deref()).map(|refusal| refusal.advice);
                let usual = || "check both ids and the private key".to_owned();
                Err(GitHubError::Authentication { cause, advice: advice.unwrap_or_else(usual) })
            }
        }
    }
}

/// An address below the API's root.
pub(super) fn below(root: &Url, path: &str) -> Result<Url, GitHubError> {
    let text = format!("{}/{path}", root.as_str().trim_end_matches('/'));
    Url::parse(&text).map_err(|cause| GitHubError::Failed { cause: format!("{text}: {cause}; check api_url") })
}
