//! The errors of the configuration, each with file and line, the likely cause and what to do.
//!
//! No message repeats a value that may be a secret.

use std::fmt;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// One mistake in `dora.toml` or in the file of bands it names. A `key` reads like `` `out` in [report] ``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The text is not TOML.
    #[error("{at}:{column}: not TOML: {what}")]
    Syntax {
        /// The line.
        at: Place,
        /// The column, from 1, in characters.
        column: usize,
        /// The parser's words.
        what: String,
    },
    /// An unknown key.
    #[error("{at}: unknown key {key}; {hint}")]
    UnknownKey {
        /// Where the key stands.
        at: Place,
        /// The key.
        key: String,
        /// The nearest right one, the section it belongs in, or all there are.
        hint: String,
    },
    /// An unknown section.
    #[error("{at}: unknown section [{section}]; {hint}")]
    UnknownSection {
        /// Where the section begins.
        at: Place,
        /// Its name.
        section: String,
        /// The nearest right one, or all there are.
        hint: String,
    },
    /// A string where a number belongs, and the like.
    #[error("{at}: {key} must be {wanted}, not {found}")]
    WrongType {
        /// Where the value stands.
        at: Place,
        /// Its key.
        key: String,
        /// What belongs there.
        wanted: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A number outside its range.
    #[error("{at}: {key} is {found}; write a whole number from {least} to {most}")]
    OutOfRange {
        /// Where the value stands.
        at: Place,
        /// Its key.
        key: String,
        /// What stands there.
        found: String,
        /// The least that may.
        least: u32,
        /// The most that may.
        most: u32,
    },
    /// A word that is not one of the choices.
    #[error("{at}: {key} cannot be `{found}`; write one of {choices}")]
    UnknownChoice {
        /// Where the value stands.
        at: Place,
        /// Its key.
        key: String,
        /// What stands there.
        found: String,
        /// What may stand there.
        choices: String,
    },
    /// A value of the right type that cannot be used: a zone, pattern, duration, address, threshold.
    #[error("{at}: {key}: {what}")]
    Unusable {
        /// Where the value stands.
        at: Place,
        /// Its key.
        key: String,
        /// What is wrong and what to write.
        what: String,
    },
    /// A section lacks a key, or has keys that exclude each other.
    #[error("{at}: [{section}] {what}")]
    Incomplete {
        /// Where the section begins.
        at: Place,
        /// Its name.
        section: String,
        /// What is missing or superfluous.
        what: String,
    },
    /// A secret stands in the file; its value is never repeated.
    #[error(
        "{at}: {key} looks like a secret, and this file must not contain any: remove it, put it into an environment \
         variable, and {way_out}"
    )]
    Secret {
        /// Where it stands.
        at: Place,
        /// Its key.
        key: String,
        /// How to name the variable instead.
        way_out: &'static str,
    },
    /// A token would travel unencrypted.
    #[error(
        "{at}: {key}: a key would travel unencrypted over plain http; write https (plain http is for loopback \
         addresses alone)"
    )]
    Unencrypted {
        /// Where the address stands.
        at: Place,
        /// Its key.
        key: String,
    },
    /// Two services have one name.
    #[error("{at}: service `{name}` already exists at {first}; names must differ by more than case")]
    DuplicateService {
        /// Where the second one stands.
        at: Place,
        /// The name, as the second writes it.
        name: String,
        /// Where the first one stands.
        first: Place,
    },
    /// Two services claim one repo in one environment.
    #[error("{at}: {claim} at {first}; give one of them other repos or environments")]
    SharedClaim {
        /// Where the second names the repo.
        at: Place,
        /// Who claims what.
        claim: String,
        /// Where the first names the repo.
        first: Place,
    },
    /// `bands` names neither an edition nor a file.
    #[error(
        "{at}: `bands` in [report]: `{found}` is neither an edition ({editions}) nor a file ({file} does not exist)"
    )]
    UnknownBands {
        /// Where it is named.
        at: Place,
        /// What stands there.
        found: String,
        /// The editions.
        editions: String,
        /// The file that was looked for.
        file: String,
    },
    /// The file of bands is there and cannot be read.
    #[error("{at}: `bands` in [report]: {file} cannot be read: {cause}")]
    UnreadableBands {
        /// Where it is named.
        at: Place,
        /// The file.
        file: String,
        /// The system's words.
        cause: String,
    },
    /// A band is not worse than the one above it.
    #[error("{at}: {key} must be worse than `{better}` (line {line}): elite is the best band, then high, then medium")]
    BandsOutOfOrder {
        /// Where the worse band stands.
        at: Place,
        /// Its key.
        key: String,
        /// The better band.
        better: &'static str,
        /// The better band's line.
        line: usize,
    },
}
