//! Opening the dataset of a command that only reads it: a folder that holds none is refused, so that a mistyped
//! `--data` never gives a report without figures.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::exit::UsageError;
use crate::store::Dataset;

/// Opens the dataset of the command line or the config.
pub(super) fn open(context: &Context) -> anyhow::Result<Dataset> {
    Ok(Dataset::open(&folder(context)?)?)
}

/// The folder of the dataset of the command line or the config.
pub(super) fn folder(context: &Context) -> Result<PathBuf, UsageError> {
    let folder = &context.data;
    if Dataset::is_there(folder) {
        return Ok(folder.clone());
    }
    let problem = if folder.is_dir() { "this folder holds no dataset" } else { "there is no dataset: no such folder" };
    let way_out = match nearest(folder, &context.config.data_dir) {
        Some(near) => format!("did you mean --data {}?", near.display()),
        None => "make one with `fetch` or `import`, or name its folder with --data".to_owned(),
    };
    Err(UsageError(format!("{}: {problem}; {way_out}", folder.display())))
}

/// The dataset whose folder has the most similar name: one beside the folder that was named, else the config's.
fn nearest(folder: &Path, configured: &Path) -> Option<PathBuf> {
    let parent = folder.parent()?;
    let listed = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let name = folder.file_name()?.to_string_lossy().to_lowercase();
    let mut found: Vec<(usize, PathBuf)> = std::fs::read_dir(listed)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| Dataset::is_there(&entry.path()))
        .map(|entry| {
            let other = entry.file_name().to_string_lossy().to_lowercase();
            (strsim::damerau_levenshtein(&name, &other), parent.join(entry.file_name()))
        })
        .collect();
    found.sort();
    let configured = || Dataset::is_there(configured).then(|| configured.to_owned());
    found.into_iter().next().map(|(_, near)| near).or_else(configured)
}
