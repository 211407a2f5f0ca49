//! `init`: a commented configuration, filled in with what the tokens of the environment show. Asks no question, writes
//! one file, and never overwrites one.

mod asked;
mod document;
mod environments;
mod owners;
mod services;
mod source;
#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;

use crate::cli::args::{Common, Init};
use crate::cli::exit::{Code, UsageError};
use crate::cli::output::{Console, data};
use crate::config::Config;
use crate::domain::words::plain;

/// Runs the command.
pub(in crate::cli) fn run(init: &Init, common: &Common, console: Console) -> anyhow::Result<Code> {
    let path = common.config.as_deref().unwrap_or(Path::new("dora.toml"));
    // Before anything is asked: an answer that cannot be written would be wasted.
    if !init.stdout && fs::symlink_metadata(path).is_ok() {
        return Err(exists(path).into());
    }
    let draft = asked::ask(init, common, console)?;
    let text = document::render(&draft);
    let config = Config::parse(&text, path, &|_| Err(io::ErrorKind::NotFound.into()))
        .context("the new configuration cannot be read back, which is a defect of dora-report; nothing is written")?;
    if init.stdout {
        data(&text)?;
        return Ok(Code::Done);
    }
    write(path, &text)?;
    let flag = common
        .config
        .as_deref()
        .map_or_else(String::new, |path| crate::report::commands::flag("--config", &path.display().to_string()));
    let next = if config.github().is_some() {
        format!("  dora-report doctor{flag}\n  dora-report fetch{flag}")
    } else {
        format!("  # name your organisation or repos under [github], or import files\n  dora-report doctor{flag}")
    };
    console.info(&format!(
        "{}: written: {}; read its comments\nNext:\n{next}",
        path.display(),
        document::summary(&draft)
    ));
    Ok(Code::Done)
}

fn exists(path: &Path) -> UsageError {
    UsageError(format!(
        "{}: the file exists, and init never overwrites one; rename it, name another with --config, or print the new \
         configuration with --stdout",
        path.display()
    ))
}

/// Writes a file that does not exist yet. What a full disk leaves half written is removed.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = |cause: &io::Error| {
        anyhow::anyhow!(
            "{}: the configuration cannot be written: {}; name another file with --config, or print it with --stdout",
            path.display(),
            plain(&cause.to_string())
        )
    };
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Err(exists(path).into()),
        Err(cause) => return Err(failed(&cause)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|cause| {
        let _ = fs::remove_file(path);
        failed(&cause)
    })
}
