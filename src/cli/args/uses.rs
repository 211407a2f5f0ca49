//! Which files and environment variables a command uses: the sections FILES and ENVIRONMENT of its manual page.

use crate::sources::provider::Provider;
use crate::sources::registry::providers;

/// What a command reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uses {
    /// `dora.toml`.
    Config,
    /// The folder of the dataset.
    Dataset,
    /// The folder of the reports.
    Reports,
    /// GitHub and the incident services.
    Sources,
    /// The Pushgateway.
    Pushgateway,
    /// The server of `[remote_write]`.
    RemoteWrite,
    /// The webhook and the mail server of `[notify]`.
    Notify,
    /// LinearB.
    LinearB,
    /// Datadog.
    Datadog,
    /// DX.
    Dx,
    /// Apache DevLake.
    DevLake,
    /// Cortex.
    Cortex,
    /// Sleuth.
    Sleuth,
}

use Uses::{
    Config, Cortex, Datadog, Dataset, DevLake, Dx, LinearB, Notify, Pushgateway, RemoteWrite, Reports, Sleuth, Sources,
};

/// The lines of FILES: a path and what it holds.
pub(super) fn files(uses: &[Uses]) -> Vec<(&'static str, &'static str)> {
    let lines = uses.iter().filter_map(|used| match used {
        Config => Some(("dora.toml", "The configuration, in the working directory or where `--config` says.")),
        Dataset => Some(("data/", "The dataset, or where `--data` or `[data] dir` says.")),
        Reports => Some(("reports/", "The reports, or where `--out` or `[report] out` says.")),
        _ => None,
    });
    lines.collect()
}

/// The lines of ENVIRONMENT: a variable and what it is for.
pub(super) fn environment(uses: &[Uses]) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for used in uses {
        let own: &[(&str, &str)] = match used {
            Sources => &[("GITHUB_API_URL", "GitHub's API, if there is no `[github]` in the configuration.")],
            Pushgateway => &[(
                "PUSHGATEWAY_PASSWORD, PUSHGATEWAY_TOKEN",
                "Examples: the variables that `password_env` or `bearer_token_env` of `[pushgateway]` names.",
            )],
            RemoteWrite => &[(
                "REMOTE_WRITE_TOKEN",
                "An example: the variable that `bearer_token_env` or `password_env` of `[remote_write]` names.",
            )],
            Notify => &[(
                "SLACK_WEBHOOK_URL, SMTP_PASSWORD",
                "Examples: the variables that `webhook_env` and `mail.password_env` of `[notify]` name.",
            )],
            LinearB => &[("LINEARB_API_KEY", "The key for LinearB. `--token-env` names another variable.")],
            Datadog => &[
                ("DD_API_KEY", "The API key for Datadog. `--token-env` names another variable."),
                ("DD_APP_KEY", "The application key for Datadog, without which it takes no failures."),
            ],
            Dx => &[("DX_API_TOKEN", "The key for DX. `--token-env` names another variable.")],
            DevLake => &[("DEVLAKE_API_KEY", "The key for DevLake. `--token-env` names another variable.")],
            Cortex => &[("CORTEX_TOKEN", "The key for Cortex. `--token-env` names another variable.")],
            Sleuth => &[("SLEUTH_API_KEY", "The key for Sleuth. `--token-env` names another variable.")],
            Config | Dataset | Reports => &[],
        };
        if *used == Sources {
            lines.extend(providers().filter_map(key_of));
        }
        lines.extend(own.iter().map(|(name, what)| ((*name).to_owned(), (*what).to_owned())));
    }
    if uses.iter().any(|used| !matches!(used, Config | Dataset | Reports)) {
        lines.push(("HTTPS_PROXY".into(), "A proxy for requests over https.".into()));
    }
    lines.push(("NO_COLOR".into(), "If set and not empty, messages have no colour.".into()));
    lines
}

/// The variable of a provider's key.
fn key_of(provider: &Provider) -> Option<(String, String)> {
    let (variable, _) = provider.variable?;
    let (label, section) = (provider.label, provider.section());
    Some((variable.into(), format!("The key for {label}. `token_env` of `[{section}]` names another variable.")))
}
