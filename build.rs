//! Tells the linker to make release binaries for Linux smaller: it keeps one copy of functions and constants that are
//! equal byte for byte, stores relocations in their short form, and leaves out the tables for unwinding, which
//! `panic = "abort"` never reads.
//!
//! Only on x86-64, where rustc links with its own LLD: other linkers do not know the options. In debug builds, on other
//! systems, and if the user chose a linker, everything is linked as usual.

#![expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through the environment")]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let script = Path::new("packaging/without-unwind-tables.ld");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", script.display());
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    let is_release = is("PROFILE", "release") && is("DEBUG", "false");
    if !is_release || !is("TARGET", "x86_64-unknown-linux-gnu") || !is("HOST", "x86_64-unknown-linux-gnu") {
        return;
    }
    let chosen = env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    if chosen || env::var_os("RUSTC_LINKER").is_some() {
        return;
    }
    let Some(lld) = own_lld() else { return };
    let argument = |text: &str| println!("cargo::rustc-link-arg-bins={text}");
    argument(&format!("-B{}", lld.display()));
    argument("-fuse-ld=lld");
    argument("-Wl,--icf=all");
    if has_relative_relocations() {
        argument("-Wl,-z,pack-relative-relocs");
    }
    if let Ok(script) = script.canonicalize() {
        argument("-Wl,--no-eh-frame-hdr");
        argument("-T");
        argument(&script.display().to_string());
    }
}

/// The folder of rustc's LLD under the name by which gcc and clang look for it.
fn own_lld() -> Option<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let folder = stdout_of(Command::new(rustc).args(["--print", "sysroot"]))?;
    let folder = Path::new(&folder).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld");
    folder.join("ld.lld").is_file().then_some(folder)
}

/// Whether the C library of this machine reads relocations in their short form, as glibc does since 2.36. A binary runs
/// with the C library that it was built with, and with newer ones.
fn has_relative_relocations() -> bool {
    let version = stdout_of(Command::new("getconf").arg("GNU_LIBC_VERSION"));
    let numbers = version.as_deref().and_then(|text| text.strip_prefix("glibc ")?.split_once('.'));
    numbers.is_some_and(|(major, minor)| match (major.parse::<u32>(), minor.parse::<u32>()) {
        (Ok(major), Ok(minor)) => (major, minor) >= (2, 36),
        _ => false,
    })
}

/// The standard output of a command that succeeds.
fn stdout_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
