//! `doctor`: checks everything that a report depends on. A table on standard output, or JSON; writes nothing.

mod checklist;
mod dataset;
mod disk;
mod environments;
pub(super) mod github;
mod imported;
pub(super) mod incidents;
mod issues;
mod notify;
mod prometheus;

use std::path::Path;

use self::checklist::Checklist;
use crate::cli::args::{Common, Doctor, TextOrJson};
use crate::cli::context::Context;
use crate::cli::exit::Code;
use crate::cli::output::{Console, data};
use crate::config::Config;
use crate::domain::glob::Glob;

/// Columns of the table: as wide as the help.
const WIDTH: u16 = 100;

/// Runs the command.
pub(in crate::cli) fn run(flags: Doctor, common: &Common, console: Console) -> anyhow::Result<Code> {
    let network = flags.network;
    let mut list = Checklist::new();
    match Context::load(common) {
        Ok(context) => {
            config(&context.config, common, &mut list);
            disk::check(&context, &mut list);
            dataset::check(&context, &mut list);
            let shown = github::check(&context.config, network, common, console, &mut list)?;
            imported::check(&context, &shown, &mut list);
            incidents::check(&context, network, console, &mut list)?;
            prometheus::check(&context, network, console, &mut list)?;
            notify::check(&context.config, &mut list);
        }
        Err(error) => list.error("config", &error),
    }
    data(&match flags.format {
        TextOrJson::Text => list.text(console.is_quiet(), WIDTH),
        TextOrJson::Json => list.json(console.is_quiet())?,
    })?;
    Ok(list.code())
}

fn config(config: &Config, common: &Common, list: &mut Checklist) {
    let path = common.config.as_deref().unwrap_or(Path::new("dora.toml"));
    let settings = &config.settings;
    let services = match settings.services.len() {
        0 => "no [[service]], so each repo that has deployments is a service".to_owned(),
        1 => "1 service".to_owned(),
        several => format!("{several} services"),
    };
    let production = names(&settings.environments) + &settings.left_out(str::to_owned);
    let text = format!("{services}; production is {production}; days are in time zone {}", settings.zone.name());
    if common.config.is_some() || path.exists() {
        list.ok("config", &format!("{}: {text}", path.display()));
    } else {
        list.warn(
            "config",
            &format!("there is no {} here, so all defaults apply: {text}", path.display()),
            "write one with `dora-report init`, or name it with --config",
        );
    }
}

/// Patterns as they were written, one after the other.
fn names(globs: &[Glob]) -> String {
    globs.iter().map(Glob::as_str).collect::<Vec<_>>().join(", ")
}
