//! `import --save-mapping NAME`: how files are read, kept as `[import.NAME]` in the config file.
//!
//! The file keeps every byte that it has; the section is added at its end. The new text replaces the file with a
//! rename, and only if the program reads it back as intended.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::disk::folder_of;
use crate::cli::exit::UsageError;
use crate::cli::output::Console;
use crate::config::{Config, ImportMapping};
use crate::domain::words::plain;
use crate::platform;

/// The section to write after the files are imported.
pub(super) struct SavedMapping {
    name: String,
    mapping: ImportMapping,
    path: PathBuf,
    /// Whether the file has the mapping already.
    is_there: bool,
}

/// Prepares to keep a mapping.
///
/// # Errors
/// The config has another mapping of that name.
pub(super) fn check(name: &str, mapping: &ImportMapping, context: &Context) -> Result<SavedMapping, UsageError> {
    let standing = context.config.imports.iter().find(|(own, _)| own == name).map(|(_, mapping)| mapping);
    let path = context.config_path();
    if standing.is_some_and(|standing| standing != mapping) {
        return Err(UsageError(format!(
            "--save-mapping {name}: {} has another mapping of that name; choose another name, or remove [import.{name}] \
             from the file. Nothing was imported",
            path.display()
        )));
    }
    Ok(SavedMapping { name: name.to_owned(), mapping: mapping.clone(), is_there: standing.is_some(), path })
}

impl SavedMapping {
    /// Adds the mapping to the config file, which is made where there is none.
    ///
    /// # Errors
    /// The file cannot be read or written. The files are imported by then.
    pub(super) fn write(&self, console: Console) -> Result<(), UsageError> {
        let (name, path) = (&self.name, self.path.display());
        if self.is_there {
            console.info(&format!("{path}: has the mapping [import.{name}] already"));
            return Ok(());
        }
        let section = self.mapping.to_toml(name);
        self.add(&section).map_err(|cause| {
            UsageError(format!(
                "{path}: the mapping cannot be saved: {}. The files are imported; add it to the file by hand:\n{section}",
                plain(&cause.to_string())
            ))
        })?;
        console.info(&format!(
            "{path}: saved as [import.{name}]; the next files: dora-report import --from {name} FILE..."
        ));
        Ok(())
    }

    fn add(&self, section: &str) -> io::Result<()> {
        // A link stays one: the file that it leads to is replaced.
        let place = match fs::canonicalize(&self.path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => self.path.clone(),
            found => found?,
        };
        let mut text = match fs::read_to_string(&place) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            found => found?,
        };
        if !text.is_empty() {
            text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        text.push_str(section);
        let read = |path: &Path| fs::read_to_string(path);
        let config = Config::parse(&text, &self.path, &read).map_err(io::Error::other)?;
        if !config.imports.iter().any(|(own, mapping)| *own == self.name && *mapping == self.mapping) {
            return Err(io::Error::other("the program would not read the new file as intended"));
        }
        let folder = folder_of(&place);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dora-report-");
        if let Some(permissions) = platform::new_file_permissions() {
            builder.permissions(permissions);
        }
        let mut beside = builder.tempfile_in(folder)?;
        beside.write_all(text.as_bytes())?;
        if let Ok(meta) = fs::metadata(&place) {
            beside.as_file().set_permissions(meta.permissions())?;
        }
        beside.as_file().sync_all()?;
        beside.persist(&place).map_err(|failed| failed.error)?;
        Ok(())
    }
}
