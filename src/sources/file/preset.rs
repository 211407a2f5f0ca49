//! The description of another program's export: how to get it, and which of its fields map to our columns.
//!
//! A preset is data. [`super::foreign`] builds the rows of every preset in the same way, and [`super::presets`] has all of
//! them.

use crate::domain::event::Table;

/// The export of another program.
#[derive(Debug)]
pub struct Preset {
    /// What `--from` calls it.
    pub name: &'static str,
    /// What its rows are.
    pub table: Table,
    /// What the file is, as the end of a sentence.
    pub what: &'static str,
    /// The command or the page that gives the file, one step a line.
    pub steps: &'static [&'static str],
    /// The source of its rows, under which the same events are fetched; empty for commits, which have none.
    pub(super) source: &'static str,
    /// The format.
    pub(super) format: Format,
    /// The kinds of records, of which the first that fits is taken.
    pub(super) kinds: &'static [Kind],
    /// Which field tells incidents from other records of the tracker, where one does.
    pub(super) sorts: Option<Sorts>,
    /// Forms of instants without an offset that the program writes.
    pub(super) times: &'static [&'static str],
}

impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Preset {}

impl Preset {
    pub(super) fn reads_json(&self) -> bool {
        matches!(self.format, Format::Json { .. })
    }

    /// Whether the rows of one deployment are its status history, in one file or in a file of their own.
    pub fn has_status_files(&self) -> bool {
        matches!(self.format, Format::Json { .. }) && self.table == Table::Deployments
    }
}

/// A field that tells incidents from other records of a tracker. The export should hold incidents alone, so every row
/// counts; what the rows are is said where they are not all of one sort.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorts {
    /// The field.
    pub(super) field: &'static str,
    /// What messages call it.
    pub(super) name: &'static str,
    /// What the one sort of all rows has in its name, in lower case; without it any sort may be that of incidents.
    pub(super) has: &'static str,
}

/// How records stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// With a header.
    Csv,
    /// One a line without a header, separated by tabs; the last field is the rest of the line.
    Lines(&'static [&'static str]),
    /// Objects, or pages that have them in a list of this name.
    Json { list: Option<&'static str> },
}

/// A kind of record.
#[derive(Debug)]
pub(super) struct Kind {
    /// What messages call one.
    pub(super) name: &'static str,
    /// Our columns that a record of this kind always has, though perhaps without a value. A record without them is not
    /// of this kind.
    pub(super) marks: &'static [&'static str],
    pub(super) columns: &'static [Column],
    /// Applied in this order, after all columns.
    pub(super) rules: &'static [Rule],
}

/// Where a column of ours comes from. A list may have several of them.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) ours: &'static str,
    /// Names in a header, without regard to case, spaces, `_`, `-` and `/`; paths in an object, `*` being every item of a
    /// list. The first with a value is taken, and for a list all of them.
    pub(super) theirs: &'static [&'static str],
    pub(super) reads: Reading,
}

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As it is.
    AsItIs,
    /// An instant, which may be a number of seconds or milliseconds since 1970.
    Epoch,
    /// Items, which in CSV are separated by one of these characters.
    List(&'static [char]),
    /// The first label that tells a priority by a number, as `P` and the number.
    PriorityOfLabels,
    /// What stands behind one of these words in labels like `service: checkout`.
    Labelled(&'static [&'static str]),
    /// `OWNER/NAME` of an address of GitHub's API.
    RepoOfUrl,
    /// The id of the deployment in an address of GitHub's API.
    DeploymentOfUrl,
    /// The page with the deployments of a repo on github.com, from an address of its API.
    PageOfDeployments,
    /// The number of the pull request that a merge commit or a squashed commit of GitHub names.
    PullRequestOfSubject,
}

/// What a field says beyond its own column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Records with a value in this field are skipped and counted under this name.
    Skip { field: &'static str, name: &'static str },
    /// Where a field has one of these values, in any case.
    Where { field: &'static str, is: &'static [&'static str], then: Then },
    /// Where the tags have this item, the column is `true`.
    Tagged(&'static str, &'static str),
    /// An end that may be written as milliseconds since the beginning, as reports of alerts write it: the column, the field.
    Since(&'static str, &'static str),
    /// The status comes from other records of the same event; without them it is unknown.
    StatusUntilTold(&'static str),
}

impl Rule {
    /// The fields that it reads.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static str> {
        let (field, then) = match *self {
            Self::Skip { field, .. } | Self::Since(_, field) => (Some(field), None),
            Self::Where { field, then, .. } => (Some(field), Some(then)),
            Self::Tagged(..) | Self::StatusUntilTold(_) => (None, None),
        };
        let filled = match then {
            Some(Then::Fill(_, theirs)) => Some(theirs),
            _ => None,
        };
        field.into_iter().chain(filled)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    /// The column has this value.
    Set(&'static str, &'static str),
    /// The column has no value.
    Clear(&'static str),
    /// The column has the value of this field, if it has none.
    Fill(&'static str, &'static str),
}
