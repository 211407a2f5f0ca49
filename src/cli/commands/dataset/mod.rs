//! `dataset`: counts and checks the dataset. Compaction and repair print their plan first and run only with `--yes`.

mod compact;
mod repair;
mod stats;
mod verify;

use std::path::PathBuf;

use crate::cli::args::{Common, DatasetCommand};
use crate::cli::context::Context;
use crate::cli::dataset;
use crate::cli::exit::Code;
use crate::cli::output::Console;

/// Runs the command.
pub(in crate::cli) fn run(care: DatasetCommand, common: &Common, console: Console) -> anyhow::Result<Code> {
    let context = Context::load(common)?;
    let folder: PathBuf = dataset::folder(&context)?;
    match care {
        DatasetCommand::Stats(look) => stats::run(&folder, look.format),
        DatasetCommand::Verify(look) => verify::run(&folder, look.format, console),
        DatasetCommand::Compact(doing) => compact::run(&folder, doing.yes, console),
        DatasetCommand::Repair(doing) => repair::run(&folder, doing.yes, console),
    }
}

/// `1 row`, `5 rows`.
fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1_024.0 || unit == "GiB" {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1_024.0;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_keeps_them_short() {
        let said = [0, 1_023, 1_536, 5 << 20, 3 << 40].map(size);
        assert_eq!(said, ["0 B", "1023 B", "1.5 KiB", "5.0 MiB", "3072.0 GiB"]);
    }
}
