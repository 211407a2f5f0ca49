//! `dataset verify`: every problem of the dataset, one a line.

use std::path::Path;

use serde_json::json;

use super::rows;
use crate::cli::args::TextOrJson;
use crate::cli::exit::Code;
use crate::cli::output::{self, Console, data, printable};
use crate::domain::words::on_one_line;
use crate::store::check::{Fault, Problem, verify};

pub(super) fn run(folder: &Path, format: TextOrJson, console: Console) -> anyhow::Result<Code> {
    let problems = verify(folder)?;
    let damaged = problems.iter().any(|problem| problem.fault.is_damage());
    match format {
        TextOrJson::Text => {
            let lines = problems.iter().map(|problem| format!("{}\n", line(problem)));
            data(&printable(&lines.collect::<String>()))?;
        }
        TextOrJson::Json => {
            let list: Vec<_> = problems
                .iter()
                .map(|problem| {
                    json!({
                        "path": problem.place.display().to_string(),
                        "problem": id(&problem.fault),
                        "damage": problem.fault.is_damage(),
                        "message": words(&problem.fault),
                    })
                })
                .collect();
            output::json(&(serde_json::to_string_pretty(&json!({ "schema_version": 1, "problems": list }))? + "\n"))?;
        }
    }
    let name = folder.display();
    if problems.is_empty() {
        console.info(&format!("{name}: no problems found"));
    } else if damaged {
        console
            .warning(&format!("{name}: the dataset is damaged; `dora-report dataset repair` prints what can be done"));
    } else {
        console.info(&format!("{name}: nothing is damaged"));
    }
    Ok(if damaged { Code::Unexpected } else { Code::Done })
}

/// A problem as one line.
pub(super) fn line(problem: &Problem) -> String {
    on_one_line(&format!("{}: {}", problem.place.display(), words(&problem.fault)))
}

fn id(fault: &Fault) -> &'static str {
    match fault {
        Fault::Unreadable(_) => "unreadable",
        Fault::OtherMonth(_) => "other-month",
        Fault::Repeated(_) => "repeated-key",
        Fault::WrongFilter => "wrong-filter",
        Fault::Unfinished => "unfinished-write",
        Fault::Unfinishable(_) => "lost-write",
        Fault::Leftover => "leftover",
        Fault::OutOfOrder => "out-of-order",
    }
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::Unreadable(cause) => format!("cannot be read: {cause}"),
        Fault::OtherMonth(1) => "1 row belongs to another month".to_owned(),
        Fault::OtherMonth(count) => format!("{} belong to another month", rows(*count)),
        Fault::Repeated(1) => "1 row has the key of another row".to_owned(),
        Fault::Repeated(count) => format!("{} have the keys of other rows", rows(*count)),
        Fault::WrongFilter => "the key filter in the footer lacks keys of this part".to_owned(),
        Fault::Unfinished => "a writer was killed while it moved files; the next command finishes that".to_owned(),
        Fault::Unfinishable(cause) => format!("a writer was killed, and its files cannot be moved: {cause}"),
        Fault::Leftover => "a killed writer left this file; the next writer removes it".to_owned(),
        Fault::OutOfOrder => "the rows are not sorted by key; `dora-report dataset compact` sorts them".to_owned(),
    }
}
