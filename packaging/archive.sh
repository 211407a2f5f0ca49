#!/usr/bin/env bash
# Packs a program and what packaging/stage.sh made into the archive of a release: a zip for Windows, else a tar.gz.
# Usage: packaging/archive.sh PROGRAM TARGET FOLDER
#   PROGRAM  the built dora-report (or dora-report.exe)
#   TARGET   the Rust target that it was built for; the archive is named after it
#   FOLDER   where the archive is written
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "Usage: packaging/archive.sh PROGRAM TARGET FOLDER" >&2
  exit 2
fi
program="$1"
target="$2"
mkdir -p "$3"
out="$(cd "$3" && pwd)"
staged="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/target/staged"
[ -d "$staged" ] || {
  echo "$staged does not exist: run packaging/stage.sh first." >&2
  exit 1
}

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
name="dora-report-$target"
cp -R "$staged" "$work/$name"
cp "$program" "$work/$name/"
cd "$work"
case "$target" in
  *windows*)
    rm -f "$out/$name.zip"
    7z a -bd -tzip "$out/$name.zip" "$name" >/dev/null
    ;;
  *) tar -czf "$out/$name.tar.gz" "$name" ;;
esac
