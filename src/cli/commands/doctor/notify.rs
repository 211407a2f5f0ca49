//! The checks of `[notify]`: whether the variables that it names hold what they must. Nothing is sent.

use super::checklist::Checklist;
use crate::cli::context::secret;
use crate::cli::exit;
use crate::cli::notify::{kind, no_password, webhook_address};
use crate::config::Config;

pub(super) fn check(config: &Config, list: &mut Checklist) {
    let Some(section) = &config.notify else { return };
    if let Some(webhook) = &section.webhook {
        match webhook_address(webhook) {
            Ok(url) => list.ok(&format!(
                "notify: {} holds the address of a webhook on {}; it gets the form of {} (not tried)",
                webhook.variable,
                url.host_str().unwrap_or("(no host)"),
                kind(webhook, &url).as_str()
            )),
            Err(error) => list.fail(exit::of(&error), &format!("notify: {error:#}")),
        }
    }
    if let Some(mail) = &section.mail {
        let server = format!("{}:{}", mail.server.host, mail.server.port);
        match &mail.login {
            None => list.ok(&format!("notify: mail goes to {server} without a login (not tried)")),
            Some((_, variable)) if secret(variable).is_some() => {
                list.ok(&format!("notify: {variable} holds a password for {server} (not tried)"));
            }
            Some((_, variable)) => {
                let error = no_password(variable).into();
                list.fail(exit::of(&error), &format!("notify: {error:#}"));
            }
        }
    }
}
