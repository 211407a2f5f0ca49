//! `rules`: recording and alerting rules on standard output.

use crate::cli::args::{Common, RuleInput, Rules};
use crate::cli::context::Context;
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::data;
use crate::export::event_series::JOB;
use crate::export::rules::{Input, render};

/// Runs the command.
pub(in crate::cli) fn run(rules: &Rules, common: &Common) -> anyhow::Result<Code> {
    let config = Context::load(common)?.config;
    let job = config.pushgateway.as_ref().map_or("dora", |gateway| gateway.job.as_str());
    if job == JOB {
        return Err(UsageError(format!(
            "`job` in [pushgateway] is `{JOB}`, which is that of the samples of events, and scrapes would be counted as \
             deployments; name it otherwise, like `dora`"
        ))
        .into());
    }
    let input = match rules.input {
        RuleInput::Events => Input::Events,
        RuleInput::Pushgateway => Input::Pushgateway { job },
    };
    data(&render(&input, &config.settings.bands))?;
    Ok(Code::Done)
}
