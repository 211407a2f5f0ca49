//! One function for each tool: its address, its key, and the flags that it alone has.

use super::{Tool, hand_over, setup};
use crate::cli::args::Handover;
use crate::cli::context::Context;
use crate::cli::exit::Code;
use crate::cli::output::Console;
use crate::export::handover::LinearB;

/// `export linearb`.
pub(in crate::cli::commands) fn linearb(context: &Context, flags: &Handover, console: Console) -> anyhow::Result<Code> {
    let tool = Tool { id: "linearb", url: Some(LinearB::URL.into()), variable: LinearB::VARIABLE, resends: false };
    let destination = LinearB::new(setup(context, flags, &tool)?);
    hand_over(context, flags, &tool, &destination, console)
}
