//! How a section of `dora.toml` is described: its keys with their types, defaults, meanings and examples.
//!
//! Whoever reads a section describes it. From the descriptions come the check for unknown keys, the documentation and
//! the JSON Schema.

/// A section.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name; a nested one has its parent's name and a dot before its own.
    pub(crate) name: &'static str,
    /// How the file may hold it.
    pub(crate) form: Form,
    /// One sentence for editors, in Markdown.
    pub(crate) about: &'static str,
    /// Its keys, in the order in which the documentation lists them.
    pub(crate) keys: &'static [Key],
}

/// How the file may hold a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
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
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: Default,
    pub(crate) example: Example,
    /// What it does, in Markdown.
    pub(crate) about: &'static str,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
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
pub(crate) enum Default {
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
pub(crate) enum Example {
    /// Beside the other examples of the section.
    Value(&'static str),
    /// In place of another key: the section cannot have both.
    Instead(&'static str),
    /// Made of the examples of the nested section.
    Nested,
}

/// A key of a section.
pub(crate) const fn key(
    name: &'static str,
    kind: Kind,
    default: Default,
    example: Example,
    about: &'static str,
) -> Key {
    Key { name, kind, default, example, about }
}

impl Section {
    /// Its header in a file.
    pub(crate) fn header(&self) -> String {
        match self.form {
            Form::Repeated => format!("[[{}]]", self.name),
            Form::Named => format!("[{}.jenkins]", self.name),
            Form::Once | Form::Nested | Form::NestedChoice => format!("[{}]", self.name),
        }
    }

    /// For sections with names of their own, what stands for all of these names.
    pub(crate) fn any_name(&self) -> Option<&'static str> {
        (self.form == Form::Named).then_some("import.*")
    }
}
