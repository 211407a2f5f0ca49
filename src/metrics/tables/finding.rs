//! Findings: what a reader should know about the figures.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A figure is wrong or missing.
    Error,
    /// A figure may mislead.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something a reader should know about the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its published id.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// `all`, `team NAME` or `service NAME`.
    pub scope: String,
    /// One sentence with the numbers.
    pub message: String,
    /// What to do.
    pub advice: String,
}
