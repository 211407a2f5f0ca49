//! `[pushgateway]` and `[remote_write]`: where figures go.

use super::document::Section;
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::variable;

/// `[pushgateway]`. It gets no token, so plain http will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushgateway {
    /// Base of the gateway, without a slash at its end.
    pub url: Endpoint,
    /// The job label.
    pub job: String,
}

/// `[remote_write]`. Inside a cluster Prometheus is often reached over plain http and the named variable is unset, so
/// such an address is read here; before a token is sent there, ask [`Endpoint::may_carry_a_token`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteWrite {
    /// The address, as written.
    pub url: Endpoint,
    /// Environment variable of the bearer token; `None`: no token is sent.
    pub bearer_token_env: Option<String>,
}

pub(super) fn pushgateway(section: &Section<'_>) -> Result<Pushgateway, ConfigError> {
    Ok(Pushgateway {
        url: url(section, "http://pushgateway:9091")?.into_base(),
        job: section.text("job")?.map_or_else(|| "dora".into(), |text| text.value.to_owned()),
    })
}

pub(super) fn remote_write(section: &Section<'_>) -> Result<RemoteWrite, ConfigError> {
    Ok(RemoteWrite {
        url: url(section, "http://prometheus:9090/api/v1/write")?,
        bearer_token_env: variable(section, "bearer_token_env")?,
    })
}

fn url(section: &Section<'_>, example: &str) -> Result<Endpoint, ConfigError> {
    match section.text("url")? {
        Some(text) => text.read(Endpoint::parse),
        None => Err(section.incomplete(&format!("needs a `url`, like `url = \"{example}\"`"))),
    }
}
