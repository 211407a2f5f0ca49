//! One function for each tool: its address, its key, and the flags that it alone has.

use super::{Tool, hand_over, key, setup};
use crate::cli::args::{Handover, ToDatadog, ToDevLake, ToDx, ToSleuth};
use crate::cli::context::Context;
use crate::cli::exit::{AccessError, Code};
use crate::cli::output::Console;
use crate::export::handover::{Cortex, Datadog, DevLake, Dx, LinearB, Sleuth};

/// `export linearb`.
pub(in crate::cli::commands) fn linearb(context: &Context, flags: &Handover, console: Console) -> anyhow::Result<Code> {
    let tool = Tool { id: "linearb", url: Some(LinearB::URL.into()), variable: LinearB::VARIABLE, resends: false };
    let mut destination = LinearB::new(setup(context, flags, &tool)?);
    hand_over(context, flags, &tool, &mut destination, console)
}

/// `export datadog`.
pub(in crate::cli::commands) fn datadog(
    context: &Context,
    asked: &ToDatadog,
    console: Console,
) -> anyhow::Result<Code> {
    let (flags, url) = (&asked.handover, Datadog::url(&asked.site));
    let tool = Tool { id: "datadog", url: Some(url), variable: Datadog::VARIABLE, resends: false };
    let setup = setup(context, flags, &tool)?;
    let application_key = if flags.dry_run {
        None
    } else {
        let found = key(Datadog::APPLICATION).map_err(|_| {
            AccessError(format!(
                "there is no application key: the environment variable {} is not set or empty. Datadog takes failures, \
                 from which it computes the change failure rate, only with one beside the API key",
                Datadog::APPLICATION
            ))
        });
        Some(found?)
    };
    hand_over(context, flags, &tool, &mut Datadog::new(setup, application_key), console)
}

/// `export dx`.
pub(in crate::cli::commands) fn dx(context: &Context, asked: &ToDx, console: Console) -> anyhow::Result<Code> {
    let (flags, url) = (&asked.handover, asked.instance.as_deref().map(Dx::url));
    let tool = Tool { id: "dx", url, variable: Dx::VARIABLE, resends: false };
    let mut destination = Dx::new(setup(context, flags, &tool)?);
    hand_over(context, flags, &tool, &mut destination, console)
}

/// `export devlake`.
pub(in crate::cli::commands) fn devlake(
    context: &Context,
    asked: &ToDevLake,
    console: Console,
) -> anyhow::Result<Code> {
    let flags = &asked.handover;
    let tool = Tool { id: "devlake", url: None, variable: DevLake::VARIABLE, resends: false };
    let mut destination = DevLake::new(setup(context, flags, &tool)?, asked.connection.clone());
    hand_over(context, flags, &tool, &mut destination, console)
}

/// `export cortex`.
pub(in crate::cli::commands) fn cortex(context: &Context, flags: &Handover, console: Console) -> anyhow::Result<Code> {
    let tool = Tool { id: "cortex", url: Some(Cortex::URL.into()), variable: Cortex::VARIABLE, resends: false };
    let mut destination = Cortex::new(setup(context, flags, &tool)?);
    hand_over(context, flags, &tool, &mut destination, console)
}

/// `export sleuth`.
pub(in crate::cli::commands) fn sleuth(context: &Context, asked: &ToSleuth, console: Console) -> anyhow::Result<Code> {
    let (flags, url) = (&asked.handover, Some(Sleuth::URL.into()));
    let tool = Tool { id: "sleuth", url, variable: Sleuth::VARIABLE, resends: asked.resend_unconfirmed };
    let setup = setup(context, flags, &tool)?;
    let mut destination = Sleuth::new(setup, asked.org.clone(), asked.impact.clone(), asked.replace_existing_deploys);
    hand_over(context, flags, &tool, &mut destination, console)
}
