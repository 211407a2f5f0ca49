//! `dataset repair`: prints the repair of each problem; with `--yes`, carries it out.

use std::collections::BTreeSet;
use std::path::Path;

use super::rows;
use crate::cli::context::now;
use crate::cli::exit::Code;
use crate::cli::output::{Console, data, printable};
use crate::domain::event::Table;
use crate::domain::words::on_one_line;
use crate::store::check::{Fault, Problem, verify};
use crate::store::repair::{SET_ASIDE, is_table, repair, table_of};

pub(super) fn run(folder: &Path, yes: bool, console: Console) -> anyhow::Result<Code> {
    let problems = if yes {
        let holder = format!("process {}, which has been repairing since {}", std::process::id(), now());
        repair(folder, &holder)?
    } else {
        verify(folder)?
    };
    data(&printable(&problems.iter().filter_map(step).collect::<String>()))?;
    let name = folder.display();
    let has_step = |problem: &&Problem| step(problem).is_some();
    if !problems.iter().any(|problem| has_step(&problem)) {
        console.info(&format!("{name}: nothing to repair"));
    } else if problems.iter().filter(has_step).all(|problem| is_table(&problem.place)) {
        console.info(&format!("{name}: nothing was changed, and this command cannot repair it"));
    } else if yes {
        console.info(&format!("{name}: repaired; `dora-report dataset verify` checks it"));
    } else {
        console.info("nothing was changed; `dora-report dataset repair --yes` does this");
    }
    let is_moved = |problem: &&Problem| matches!(problem.fault, Fault::Unreadable(_)) && !is_table(&problem.place);
    let unreadable: Vec<&Problem> = problems.iter().filter(is_moved).collect();
    if yes && !unreadable.is_empty() {
        let tables: BTreeSet<Table> = unreadable.iter().filter_map(|problem| table_of(&problem.place)).collect();
        console.warning(&format!(
            "the files that could not be read are in {name}/{SET_ASIDE}.{} Read the events again with `dora-report import` \
             or `dora-report fetch --full`",
            lost(&tables) + without_coverage(&unreadable)
        ));
    }
    Ok(Code::Done)
}

/// What the rows of lost parts of some tables mean for the reports, each sentence after a space.
fn lost(tables: &BTreeSet<Table>) -> String {
    let with = |has_coverage| {
        let tables = tables.iter().filter(|table| table.has_coverage() == has_coverage);
        let names: Vec<String> = tables.map(|table| table.plural()).collect();
        (!names.is_empty()).then(|| names.join(" and "))
    };
    let covered = with(true).map(|names| format!(" The months of the {names} in them are no longer covered."));
    let others = with(false).map(|names| {
        format!(
            " The {names} in them are missing, and the coverage does not show this: until they are read again, lead \
             times and rework rates can be missing or wrong."
        )
    });
    covered.into_iter().chain(others).collect()
}

/// What it means for the reports if `coverage.json` is among the files.
fn without_coverage(files: &[&Problem]) -> &'static str {
    if files.iter().any(|it| it.place == Path::new("coverage.json")) { " No span is covered any more." } else { "" }
}

/// The repair of a problem as one line; none if the problem is harmless.
fn step(problem: &Problem) -> Option<String> {
    let place = problem.place.display();
    let line = match &problem.fault {
        Fault::Unreadable(cause) if is_table(&problem.place) => {
            format!("leave {place}, which has every month of its table: it cannot be read: {cause}")
        }
        Fault::Unreadable(cause) => {
            let means = match table_of(&problem.place) {
                Some(table) if table.has_coverage() => ", and its month is no longer covered".to_owned(),
                Some(table) => format!(", and its {} are missing until they are read again", table.plural()),
                None => String::new(),
            };
            format!("set aside {place}{means}: it cannot be read: {cause}")
        }
        Fault::OtherMonth(count) => format!("move {} of {place} to their own months", rows(*count)),
        Fault::Repeated(count) => {
            format!("remove {} of {place} with the keys of other rows; the latest observation is kept", rows(*count))
        }
        Fault::WrongFilter => format!("rewrite {place}: the key filter in its footer lacks keys of this part"),
        Fault::Unfinished => format!("finish {place}: move the files that a killed writer left"),
        Fault::Unfinishable(cause) => format!("set aside {place}: {cause}"),
        Fault::Leftover => format!("remove {place}, which a killed writer left"),
        Fault::OutOfOrder => return None,
    };
    Some(on_one_line(&line) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deployments_and_incidents_lose_their_coverage() {
        let of = |place: &str| {
            let problem = Problem { place: place.into(), fault: Fault::Unreadable("bad".into()) };
            (step(&problem).expect("a step"), lost(&table_of(&problem.place).into_iter().collect()))
        };
        for (table, is_covered) in
            [("deployments", true), ("incidents", true), ("commits", false), ("pull_requests", false)]
        {
            let (line, warning) = of(&format!("{table}/month=2026-07/part.parquet"));
            assert_eq!(line.contains("no longer covered"), is_covered, "{line}");
            assert_eq!(warning.contains("no longer covered"), is_covered, "{warning}");
            assert_eq!(warning.contains("the coverage does not show this"), !is_covered, "{warning}");
        }
        assert_eq!(
            of("coverage.json"),
            ("set aside coverage.json: it cannot be read: bad\n".to_owned(), String::new())
        );
        let (line, _) = of("commits");
        assert!(
            line.starts_with("leave commits, which has every month of its table: it cannot be read: bad"),
            "{line}"
        );
        let all = lost(&Table::ALL.into());
        assert!(all.contains("deployments and incidents in") && all.contains("commits and pull requests in"), "{all}");
    }
}
