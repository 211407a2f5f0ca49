//! The forms of a message that webhooks take, and which host takes which.

/// The form of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// Slack's, which Mattermost and Rocket.Chat take too.
    Slack,
    /// An Adaptive Card, as workflows of Microsoft Teams take it.
    Teams,
}

impl WebhookKind {
    /// The form that a host is known to take.
    pub fn of_host(host: &str) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let teams = [".webhook.office.com", ".logic.azure.com", ".powerplatform.com"];
        match host.as_str() {
            "hooks.slack.com" => Some(Self::Slack),
            host if teams.iter().any(|ending| host.ends_with(ending)) => Some(Self::Teams),
            _ => None,
        }
    }

    /// As the config writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Teams => "teams",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_tells_the_form_that_it_takes() {
        for (host, kind) in [
            ("hooks.slack.com", Some(WebhookKind::Slack)),
            ("acme.webhook.office.com", Some(WebhookKind::Teams)),
            ("prod-12.westeurope.logic.azure.com", Some(WebhookKind::Teams)),
            ("default0.01.environment.api.PowerPlatform.com", Some(WebhookKind::Teams)),
            ("hooks.slack.com.evil.example", None),
            ("notpowerplatform.com", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(WebhookKind::of_host(host), kind, "{host}");
        }
    }
}
