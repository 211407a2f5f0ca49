//! Every section and key of `dora.toml`: its type, default, meaning and an example. The only such list.
//!
//! From this table come the check for unknown keys (`schema`), the reference part of `docs/config.md` (`markdown`) and the
//! JSON Schema for editors (`json_schema`). A new key is one entry here, and its reader in the file that owns the section.
//!
//! What a value may be is checked by the readers; tests hold that they accept every example and that every default is
//! the one they use.

mod figures;
mod json_schema;
mod markdown;
mod outputs;
mod sources;

pub use json_schema::json_schema;
pub use markdown::{fill, markdown};

/// A section.
#[derive(Debug)]
pub(super) struct Section {
    /// Its name; a nested one has its parent's name and a dot before its own.
    pub(super) name: &'static str,
    /// How the file may hold it.
    pub(super) form: Form,
    /// One sentence for editors, in Markdown.
    pub(super) about: &'static str,
    /// Its keys, in the order in which the documentation lists them.
    pub(super) keys: &'static [Key],
}

/// How the file may hold a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Once, as `[name]`.
    Once,
    /// Any number of times, as `[[name]]`.
    Repeated,
    /// Any number of times, each under a name of its own: `[name.OWN]`.
    Named,
    /// As a table in braces under its parent's key.
    Nested,
    /// The same, with exactly one of its keys.
    NestedChoice,
}

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Default,
    pub(super) example: Example,
    /// What it does, in Markdown.
    pub(super) about: &'static str,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of at least one text.
    SomeTexts,
    /// `true` or `false`.
    Flag,
    /// A whole number from the first to the second.
    Number(u32, u32),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// One of these texts, or any other.
    ChoiceOr(&'static [&'static str], &'static str),
    /// A list of some of these texts.
    Choices(&'static [&'static str]),
    /// A whole number and `s`, `m`, `h`, `d` or `w`.
    Duration,
    /// The name of an environment variable.
    Variable,
    /// An address with http or https.
    Address,
    /// Texts by name.
    Map,
    /// Names of environment variables by name.
    VariableMap,
    /// The nested section of this name.
    Table,
}

/// What holds without the key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Default {
    /// The section needs the key.
    Required,
    /// Nothing.
    Nothing,
    /// This value, in TOML.
    Value(&'static str),
    /// What these words say, in Markdown.
    Words(&'static str),
}

/// A value that can be copied, in TOML.
#[derive(Debug, Clone, Copy)]
pub(super) enum Example {
    /// Beside the other examples of the section.
    Value(&'static str),
    /// In place of another key: the section cannot have both.
    Instead(&'static str),
    /// Made of the examples of the nested section.
    Nested,
}

/// One entry of the table.
const fn key(name: &'static str, kind: Kind, default: Default, example: Example, about: &'static str) -> Key {
    Key { name, kind, default, example, about }
}

/// All sections; a nested one follows its parent.
pub(super) fn sections() -> impl Iterator<Item = &'static Section> {
    [figures::SECTIONS, sources::SECTIONS, outputs::SECTIONS].into_iter().flatten()
}

/// The section of this name.
fn section(name: &str) -> Option<&'static Section> {
    sections().find(|section| section.name == name)
}

impl Section {
    /// Its header in a file.
    pub(super) fn header(&self) -> String {
        match self.form {
            Form::Repeated => format!("[[{}]]", self.name),
            Form::Named => format!("[{}.jenkins]", self.name),
            Form::Once | Form::Nested | Form::NestedChoice => format!("[{}]", self.name),
        }
    }

    /// For sections with names of their own, what stands for all of these names.
    pub(super) fn any_name(&self) -> Option<&'static str> {
        (self.form == Form::Named).then_some("import.*")
    }

    /// The section under one of its keys.
    fn nested(&self, key: &Key) -> Option<&'static Section> {
        matches!(key.kind, Kind::Table).then(|| section(&format!("{}.{}", self.name, key.name))).flatten()
    }
}
