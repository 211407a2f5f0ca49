//! `[pushgateway]` and `[remote_write]`: where figures go.

use crate::document::{ConfigError, Endpoint, Section, variable};

/// How the program signs in to a server that figures go to: names of environment variables, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// Environment variable of the bearer token.
    pub bearer_token_env: Option<String>,
    /// User, and environment variable of the password.
    pub basic: Option<(String, String)>,
    /// Further headers: name and value.
    pub headers: Vec<(String, String)>,
    /// Further headers: name, and environment variable of the value.
    pub header_env: Vec<(String, String)>,
}

/// `[pushgateway]`. Without a login plain http will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushgateway {
    /// Base of the gateway, without a slash at its end.
    pub url: Endpoint,
    /// The job label.
    pub job: String,
    /// How it is signed in to.
    pub login: Login,
}

/// `[remote_write]`. Inside a cluster Prometheus is often reached over plain http and the named variable is unset, so
/// such an address is read here; before a token is sent there, ask [`Endpoint::may_carry_a_token`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteWrite {
    /// The address, as written.
    pub url: Endpoint,
    /// How it is signed in to.
    pub login: Login,
}

pub(super) fn pushgateway(section: &Section<'_>) -> Result<Pushgateway, ConfigError> {
    Ok(Pushgateway {
        url: url(section, "http://pushgateway:9091")?.into_base(),
        job: section.text("job")?.map_or_else(|| "dora".into(), |text| text.value.to_owned()),
        login: login(section)?,
    })
}

pub(super) fn remote_write(section: &Section<'_>) -> Result<RemoteWrite, ConfigError> {
    Ok(RemoteWrite { url: url(section, "http://prometheus:9090/api/v1/write")?, login: login(section)? })
}

/// The keys of a login; a section has those that its schema lists.
fn login(section: &Section<'_>) -> Result<Login, ConfigError> {
    let bearer_token_env = variable(section, "bearer_token_env")?;
    let basic = match (section.text("username")?, variable(section, "password_env")?) {
        (Some(user), Some(variable)) => Some((user.value.to_owned(), variable)),
        (None, None) => None,
        (Some(_), None) => {
            return Err(section.incomplete("has a `username`, and needs `password_env`, the variable of its password"));
        }
        (None, Some(_)) => {
            return Err(section.incomplete("has a `password_env`, and needs the `username` that it is for"));
        }
    };
    if basic.is_some() && bearer_token_env.is_some() {
        return Err(section.incomplete("has a `bearer_token_env` and a `username`; a server takes one of the two"));
    }
    let named = |key: &str| -> Result<Vec<(String, String)>, ConfigError> {
        let Some(inner) = section.section(key)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for name in inner.names() {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            if name.is_empty() || !name.chars().all(is_name) || name.eq_ignore_ascii_case("authorization") {
                let what = "not a header that can be set here; a login goes into `bearer_token_env` or `username`";
                return Err(inner.unusable(name, what));
            }
            let value = if key == "headers" {
                inner.text(name)?.map(|text| text.value.to_owned())
            } else {
                variable(&inner, name)?
            };
            found.extend(value.map(|value| (name.to_owned(), value)));
        }
        Ok(found)
    };
    Ok(Login { bearer_token_env, basic, headers: named("headers")?, header_env: named("header_env")? })
}

fn url(section: &Section<'_>, example: &str) -> Result<Endpoint, ConfigError> {
    match section.text("url")? {
        Some(text) => text.read(Endpoint::parse),
        None => Err(section.incomplete(&format!("needs a `url`, like `url = \"{example}\"`"))),
    }
}
