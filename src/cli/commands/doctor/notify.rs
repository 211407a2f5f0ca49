//! The checks of `[notify]`: whether the variables that it names hold what they must. Nothing is sent.

use super::checklist::Checklist;
use crate::cli::context::secret;
use crate::cli::notify::{kind, no_password, webhook_address};
use crate::config::Config;

pub(super) fn check(config: &Config, list: &mut Checklist) {
    let Some(section) = &config.notify else { return };
    if let Some(webhook) = &section.webhook {
        match webhook_address(webhook) {
            Ok(url) => list.ok(
                "notify",
                &format!(
                    "{} holds the address of a webhook on {}; it gets the form of {} (not tried)",
                    webhook.variable,
                    url.host_str().unwrap_or("(no host)"),
                    kind(webhook, &url).as_str()
                ),
            ),
            Err(error) => list.error("notify", &error),
        }
    }
    if let Some(mail) = &section.mail {
        let server = format!("{}:{}", mail.server.host, mail.server.port);
        match &mail.login {
            None => list.ok("notify", &format!("mail goes to {server} without a login (not tried)")),
            Some((_, variable)) if secret(variable).is_some() => {
                list.ok("notify", &format!("{variable} holds a password for {server} (not tried)"));
            }
            Some((_, variable)) => {
                list.error("notify", &no_password(variable).into());
            }
        }
    }
}
