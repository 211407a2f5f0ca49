//! Sends the main points of a report to the receivers in `[notify]` after the report is written, with secrets from the
//! environment; maps failures to the exit code.

use std::path::{Path, PathBuf};

use url::Url;

use super::context::{Context, now, secret, tick};
use super::exit::{self, AccessError, Code, UsageError};
use super::interrupt::{self, block_on};
use super::output::Console;
use super::servers::{client, runtime};
use crate::config::{Mail, Notifications, Webhook};
use crate::document::WebhookKind;
use crate::domain::unit::Seconds;
use crate::domain::words::plain;
use crate::export::notify::{self, Attachment, MailText, NotifyError};
use crate::http::WaitLimits;
use crate::metrics::tables::Analysis;
use crate::report::Provenance;
use crate::report::message::Message;

/// The longest wait for a host that accepts no more messages: a message is not worth more, and the report is there.
pub(super) const MOST_WAIT: Seconds = Seconds(60);

/// What there is to send of a report that is written.
pub(super) struct Draft {
    message: Message,
    /// The page, where one was written.
    page: Option<PathBuf>,
    /// The period, as file names have it.
    period: String,
    place: String,
}

/// The draft about a report. `place` is where a reader finds it; with `has_page` that is its page.
pub(super) fn draft(analysis: &Analysis, provenance: &Provenance, place: &Path, has_page: bool) -> Draft {
    // A redacted report prints no commands, because paths contain names. The same holds for a message.
    let shown = match (&provenance.commands, place.file_name()) {
        (None, Some(name)) => Path::new(name).display().to_string(),
        _ => place.display().to_string(),
    };
    Draft {
        message: Message::new(analysis, provenance, &shown),
        page: has_page.then(|| place.to_owned()),
        period: analysis.period.label.clone(),
        place: shown,
    }
}

/// The section, or what to write where there is none.
pub(super) fn section(context: &Context) -> Result<&Notifications, UsageError> {
    context.config.notify.as_ref().ok_or_else(|| {
        UsageError(
            "there is no section [notify], so there is nowhere to send the main points to; add\n  [notify]\n  \
             webhook_env = \"SLACK_WEBHOOK_URL\""
                .into(),
        )
    })
}

/// Sends a draft wherever the config says. One that fails does not keep the other back.
pub(super) fn send(to: &Notifications, draft: &Draft, waits: WaitLimits, console: Console) -> Code {
    let posted = to.webhook.as_ref().map(|webhook| post(webhook, draft, waits, console));
    let mailed = to.mail.as_ref().map(|mail| self::mail(mail, draft, waits, console));
    let mut code = Code::Done;
    // The caller says that the run was interrupted, and ends with the code of the signal.
    if interrupt::check().is_err() {
        return code;
    }
    for error in [posted, mailed].into_iter().flatten().filter_map(Result::err) {
        console.error(&error);
        code = exit::first(code, exit::of(&error));
    }
    if code != Code::Done {
        console.warning(&format!(
            "the report is written: {}; to send the messages again, run `dora-report report --notify` with the flags of this run",
            draft.place
        ));
    }
    code
}

/// The address of a webhook, from the environment.
pub(super) fn webhook_address(webhook: &Webhook) -> anyhow::Result<Url> {
    let variable = &webhook.variable;
    let value = secret(variable).ok_or_else(|| {
        AccessError(format!(
            "there is no address to post to: the environment variable {variable} is not set or empty; set it to the \
             address of the webhook, or take `webhook_env` out of [notify]"
        ))
    })?;
    Ok(notify::address(variable, &value).map_err(AccessError)?)
}

/// The form that a webhook takes: what the config says, else what the host is known to take, else Slack's.
pub(super) fn kind(webhook: &Webhook, url: &Url) -> WebhookKind {
    let by_host = || url.host_str().and_then(WebhookKind::of_host);
    webhook.kind.or_else(by_host).unwrap_or(WebhookKind::Slack)
}

/// What is wrong where the password of a mail is missing.
pub(super) fn no_password(variable: &str) -> AccessError {
    AccessError(format!(
        "there is no password for the mail: the environment variable {variable} is not set or empty; set it, or take \
         `password_env` out of `mail` in [notify] if the server asks for none"
    ))
}

fn post(webhook: &Webhook, draft: &Draft, waits: WaitLimits, console: Console) -> anyhow::Result<()> {
    let url = webhook_address(webhook)?;
    let text = match kind(webhook, &url) {
        WebhookKind::Slack => draft.message.slack(),
        WebhookKind::Teams => draft.message.teams(),
    };
    let webhook = notify::Webhook::new(url, webhook.variable.clone(), client(waits, console)?);
    block_on(&runtime()?, webhook.post(&text))??;
    console.info(&format!("main points posted to {}", webhook.host()));
    Ok(())
}

fn mail(mail: &Mail, draft: &Draft, waits: WaitLimits, console: Console) -> anyhow::Result<()> {
    let password = match &mail.login {
        Some((_, variable)) => Some(secret(variable).ok_or_else(|| no_password(variable))?),
        None => None,
    };
    let page = draft.page.as_deref().map(|path| read(path, mail)).transpose()?;
    let note = if page.is_some() {
        "The report is attached: open it in a browser."
    } else {
        console.warning("the mail has no report attached, because --format leaves html out");
        "The report is not attached, because it was written without its page (--format)."
    };
    let page = page.map(|html| Attachment { name: format!("dora-report-{}.html", draft.period), html });
    let letter =
        MailText { subject: draft.message.subject().to_owned(), text: draft.message.mail(note), page, date: now() };
    let left = waits.deadline.map(|deadline| deadline.saturating_duration_since(tick()));
    let timeout = left.map_or(waits.timeout, |left| left.min(waits.timeout));
    let seconds = timeout.as_secs();
    let slow = |server: &str| console.warning(&format!("{server}: no answer yet; waiting {seconds} s at most"));
    notify::send(mail, password.as_ref(), letter, timeout, slow)?;
    console.info(&format!("main points mailed to {}", addresses(mail.to.len())));
    Ok(())
}

fn read(page: &Path, mail: &Mail) -> Result<Vec<u8>, NotifyError> {
    std::fs::read(page).map_err(|cause| NotifyError::Mail {
        server: format!("{}:{}", mail.server.host, mail.server.port),
        cause: format!("{} cannot be read to be attached: {}", page.display(), plain(&cause.to_string())),
    })
}

fn addresses(n: usize) -> String {
    if n == 1 { "1 address".into() } else { format!("{n} addresses") }
}
