//! What is passed to the linker of the binary:
//!
//! - With glibc, on 64-bit systems: the settings of its malloc. Tests and benches of the library run without them.
//! - In release builds for Linux on x86-64: options that make it smaller. It then has one copy of functions and constants
//!   that are equal byte for byte, relocations in their short form, and no tables for unwinding, which `panic = "abort"`
//!   never reads. Linkers differ in these options, so they are only passed to rustc's own LLD, and not
//!   if the user chose a linker.

#![expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through the environment")]

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is_glibc = variable_is("CARGO_CFG_TARGET_OS", "linux") && variable_is("CARGO_CFG_TARGET_ENV", "gnu");
    if is_glibc && variable_is("CARGO_CFG_TARGET_POINTER_WIDTH", "64") {
        set_up_malloc();
    }
    link_small();
}

fn variable_is(variable: &str, value: &str) -> bool {
    env::var(variable).is_ok_and(|it| it == value)
}

fn link_argument(text: &str) {
    println!("cargo::rustc-link-arg-bins={text}");
}

fn set_up_malloc() {
    let settings = "src/platform/malloc.c";
    println!("cargo::rerun-if-changed={settings}");
    // An object is linked although nothing calls it; the linker would pass over a library.
    for object in cc::Build::new().file(settings).compile_intermediates() {
        link_argument(&object.display().to_string());
    }
}

fn link_small() {
    let script = Path::new("packaging/without-unwind-tables.ld");
    println!("cargo::rerun-if-changed={}", script.display());
    let is_release = variable_is("PROFILE", "release") && variable_is("DEBUG", "false");
    if !is_release
        || !variable_is("TARGET", "x86_64-unknown-linux-gnu")
        || !variable_is("HOST", "x86_64-unknown-linux-gnu")
    {
        return;
    }
    let chosen = env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    if chosen || env::var_os("RUSTC_LINKER").is_some() {
        return;
    }
    let Some(lld) = own_lld() else { return };
    link_argument(&format!("-B{}", lld.display()));
    link_argument("-fuse-ld=lld");
    link_argument("-Wl,--icf=all");
    if has_relative_relocations() {
        link_argument("-Wl,-z,pack-relative-relocs");
    }
    if let Ok(script) = script.canonicalize() {
        link_argument("-Wl,--no-eh-frame-hdr");
        link_argument("-T");
        link_argument(&script.display().to_string());
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
