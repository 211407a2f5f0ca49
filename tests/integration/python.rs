//! Runs Python programs, which check our files with other tools. A test without its packages says that it was skipped.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::support::{Place, skip};

/// Whether Python can import some packages, named as after `import`. If not, reports the test as skipped.
pub(crate) fn has_packages(packages: &str) -> bool {
    let run = Command::new("python3").args(["-c", &format!("import {packages}")]).output();
    let has = run.is_ok_and(|run| run.status.success());
    if !has {
        skip(&format!("python3 is not installed or cannot import {packages}"));
    }
    has
}

/// Runs a program in the folder of a place and returns its standard output. The program must succeed.
pub(crate) fn python<S: AsRef<OsStr>>(
    place: &Place,
    program: &str,
    arguments: impl IntoIterator<Item = S>,
    input: impl Into<Stdio>,
) -> String {
    let run = Command::new("python3")
        .args(["-c", program])
        .args(arguments)
        .stdin(input)
        .current_dir(place.path(""))
        .output()
        .expect("python3");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    said
}
