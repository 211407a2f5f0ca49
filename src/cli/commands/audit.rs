//! `audit`: the findings of a report, without the report. Ends with 5 where one of them is an error.

use serde_json::json;

use crate::cli::args::{Audit, Common, TextOrJson};
use crate::cli::commands::report;
use crate::cli::context::{Context, now};
use crate::cli::dataset;
use crate::cli::exit::Code;
use crate::cli::output::{self, data, printable};
use crate::domain::words::on_one_line;
use crate::metrics::tables::{Finding, Severity};
use crate::metrics::{Depth, Request, analyse};
use crate::report::findings::{Words, words};

/// Runs the command.
pub(in crate::cli) fn run(audit: &Audit, common: &Common) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let as_of = audit.about.as_of.unwrap_or_else(now);
    let period = report::period(&context, audit.about.period.as_deref(), as_of)?;
    let settings = context.config.settings.clone();
    let request = Request { settings, as_of, previous: None, period, service: None, team: None, depth: Depth::Whole };
    let findings = analyse(&dataset::open(&context)?, &request)?.findings;
    match audit.about.format {
        TextOrJson::Text => data(&printable(&text(&findings)))?,
        TextOrJson::Json => {
            let one = |it: &Finding| {
                let Words { message, advice } = words(it);
                json!({"id": it.id(), "severity": it.severity.as_str(), "scope": it.scope(), "message": message,
                    "advice": advice})
            };
            output::json(&(serde_json::to_string_pretty(&findings.iter().map(one).collect::<Vec<_>>())? + "\n"))?;
        }
    }
    let is_wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_wrong { Code::Partial } else { Code::Done })
}

fn text(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "nothing found\n".into();
    }
    let one = |it: &Finding| {
        let words = words(it);
        let [scope, message, advice] = [&it.scope(), &words.message, &words.advice].map(|text| on_one_line(text));
        format!("{:<8}{} ({scope})\n        {message}\n        {advice}\n", it.severity.as_str(), it.id())
    };
    findings.iter().map(one).collect()
}
