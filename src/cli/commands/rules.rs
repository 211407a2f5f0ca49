//! `rules`: recording and alerting rules, or a dashboard, on standard output.

use crate::cli::args::{Common, RuleInput, Rules};
use crate::cli::context::Context;
use crate::cli::exit::Code;
use crate::cli::output::data;
use crate::cli::servers::job;
use crate::export::dashboard;
use crate::export::rules::{Input, render};

/// Runs the command.
pub(in crate::cli) fn run(rules: &Rules, common: &Common) -> anyhow::Result<Code> {
    let config = Context::load(common)?.config;
    let job = job(&config)?;
    let input = match rules.input {
        RuleInput::Events => Input::Events,
        RuleInput::Pushgateway => Input::Pushgateway { job },
    };
    let bands = &config.settings.bands;
    data(&if rules.grafana { dashboard::render(&input, bands)? } else { render(&input, bands) })?;
    Ok(Code::Done)
}
