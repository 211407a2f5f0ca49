//! The arguments of `dataset`.

use clap::{Args, Subcommand};

use super::TextOrJson;

#[derive(Debug, Clone, Copy, Subcommand)]
pub(in crate::cli) enum DatasetCommand {
    /// Print the rows, parts, bytes and months of each table.
    Stats(PrintFormat),
    /// Check every part and file; end with code 1 if any is damaged. Changes nothing.
    Verify(PrintFormat),
    /// Rewrite parts of an older version, unsorted parts, and parts in too many pieces. Prints the plan; `--yes` does it.
    Compact(Confirmation),
    /// Finish what a killed writer left, set aside what cannot be read, and put rows into their months. Prints the plan;
    /// `--yes` does it.
    Repair(Confirmation),
}

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct PrintFormat {
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TextOrJson,
}

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Confirmation {
    /// Carry out the plan. Without this flag, the plan is printed and nothing is changed.
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}
