//! The token of a request: the given one, or that of an App's installation, renewed before it ends.
//!
//! A token is opaque and of any length. The App's own (a JWT signed with its key) opens nothing but the renewal.

use octocrab::auth::create_jwt;
use octocrab::models::AppId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use tokio::sync::Mutex;
use url::Url;

use super::Auth;
use super::envelope::{is_limited, words};
use super::error::GitHubError;
use super::refusal::refusal;
use crate::domain::time::Timestamp;
use crate::http::{Body, Client, Clock, Method, Request};
use crate::sources::instants::instant;

/// What goes with every request, beside the token.
pub(super) const HEADERS: [(&str, &str); 2] =
    [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];

/// A token with less time left is renewed.
const LEAST_LEFT_MS: i64 = 10 * 60_000;

/// Hands out tokens.
pub(super) struct Credentials {
    auth: Auth,
    api_url: Url,
    clock: Clock,
    installation: Mutex<Option<Installation>>,
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
        Self { auth, api_url, clock, installation: Mutex::default() }
    }

    /// The token to use now; `refused` is one that was not accepted. Fails where no other can be had.
    pub(super) async fn token(
        &self,
        client: &Client,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, GitHubError> {
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
        let jwt = SecretString::from(jwt);
        let request = Request {
            body: Some(Body::json("{}")),
            token: Some(&jwt),
            resource: "signing in",
            headers: &HEADERS,
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
