//! `doctor`: what a report will rest on, checked before it is needed. A checklist on standard output; writes nothing.

mod checklist;
mod dataset;
mod disk;
mod environments;
mod github;
mod incidents;
mod issues;
mod notify;
mod prometheus;

use std::path::Path;

use self::checklist::Checklist;
use crate::cli::args::{Common, Network};
use crate::cli::context::Context;
use crate::cli::exit::{self, Code};
use crate::cli::output::{Talk, data};
use crate::config::Config;
use crate::domain::glob::Glob;

/// Runs the command.
pub(in crate::cli) fn run(network: Network, common: &Common, talk: Talk) -> anyhow::Result<Code> {
    let mut list = Checklist::new();
    match Context::load(common) {
        Ok(context) => {
            config(&context.config, common, &mut list);
            dataset::check(&context, &mut list);
            disk::check(&context, &mut list);
            github::check(&context.config, network, common, talk, &mut list)?;
            incidents::check(&context, network, talk, &mut list)?;
            prometheus::check(&context, network, talk, &mut list)?;
            notify::check(&context.config, &mut list);
        }
        Err(error) => list.fail(exit::of(&error), &format!("config: {error:#}")),
    }
    data(&list.text(talk.is_quiet()))?;
    Ok(list.code())
}

fn config(config: &Config, common: &Common, list: &mut Checklist) {
    let path = common.config.as_deref().unwrap_or(Path::new("dora.toml"));
    let settings = &config.settings;
    let services = match settings.services.len() {
        0 => "no [[service]], so each repo that has deployments is one".to_owned(),
        1 => "1 service".to_owned(),
        several => format!("{several} services"),
    };
    let production = names(&settings.environments) + &settings.left_out(str::to_owned);
    let text = format!("{services}; production is {production}; days are in time zone {}", settings.zone.name());
    if common.config.is_some() || path.exists() {
        list.ok(&format!("config: {}: {text}", path.display()));
    } else {
        list.warn(&format!(
            "config: there is no {} here, so every default holds: {text}; write one, or name it with --config",
            path.display()
        ));
    }
}

/// Patterns as they were written, one after the other.
fn names(globs: &[Glob]) -> String {
    globs.iter().map(Glob::as_str).collect::<Vec<_>>().join(", ")
}
