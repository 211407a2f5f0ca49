//! The arguments of `dataset`.

use clap::{Args, Subcommand};

use super::TextOrJson;

#[derive(Debug, Clone, Copy, Subcommand)]
pub(in crate::cli) enum DatasetCommand {
    /// Print the rows, parts, bytes and months of each table.
    Stats(PrintFormat),
    /// Check every part and file, and change nothing.
    Verify(PrintFormat),
    /// Rewrite parts of an older version, unsorted parts, and parts in too many pieces.
    ///
    /// Without `--yes`, it prints the plan and changes nothing.
    Compact(Confirmation),
    /// Finish what a killed writer left, move away what cannot be read, and put rows into their months.
    ///
    /// Without `--yes`, it prints the plan and changes nothing.
    Repair(Confirmation),
}

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct PrintFormat {
    /// The output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: TextOrJson,
}

#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Confirmation {
    /// Carry out the plan. Without this flag, the plan is printed and nothing is changed.
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}
