//! The folder that `demo --keep` leaves: the bundled files as a user would import them, and the dataset made of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::exit::UsageError;
use crate::domain::words::plain;
use crate::report::Commands;
use crate::report::commands::flag;
use crate::store::replace;

/// The folder in the printed commands, where none was named.
const SUGGESTED: &str = "demo-data";
const CONFIG: &str = "dora.toml";
const DATASET: &str = "data";

/// Writes the files, and gives the folder of the dataset.
///
/// # Errors
/// The folder holds anything else than an earlier run left there, or cannot be written.
pub(super) fn keep(folder: &Path, files: &[(&str, &str)]) -> anyhow::Result<PathBuf> {
    let failed = |path: &Path, cause: &io::Error| {
        let words = plain(&cause.to_string());
        UsageError(format!("{}: cannot be written: {words}; name another folder with --keep", path.display()))
    };
    fs::create_dir_all(folder).map_err(|cause| failed(folder, &cause))?;
    let entries = fs::read_dir(folder).map_err(|cause| failed(folder, &cause))?;
    for entry in entries {
        let entry = entry.map_err(|cause| failed(folder, &cause))?;
        let kind = entry.file_type().map_err(|cause| failed(folder, &cause))?;
        let bundled = files.iter().find(|(name, _)| entry.file_name() == *name);
        let is_ours = match bundled {
            Some((_, text)) => kind.is_file() && fs::read(entry.path()).is_ok_and(|bytes| bytes == text.as_bytes()),
            None => kind.is_dir() && entry.file_name() == DATASET,
        };
        if !is_ours {
            return Err(UsageError(format!(
                "{}: was not written by this version of `demo --keep`, so {} is left as it is: name an empty folder or \
                 one that does not exist",
                entry.path().display(),
                folder.display()
            ))
            .into());
        }
    }
    for (name, text) in files {
        let place = folder.join(name);
        replace(&place, text.as_bytes()).map_err(|cause| failed(&place, &cause))?;
    }
    Ok(folder.join(DATASET))
}

/// What the printed commands need: the kept folder, or the one that they name first.
pub(super) fn commands(folder: Option<&Path>) -> Commands {
    let folder = folder.unwrap_or(Path::new(SUGGESTED));
    let text = |path: &Path| path.display().to_string();
    let flags = flag("--config", &text(&folder.join(CONFIG))) + &flag("--data", &text(&folder.join(DATASET)));
    Commands { flags, first: Some(format!("dora-report demo{}", flag("--keep", &text(folder)))) }
}
