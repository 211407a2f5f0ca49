#!/usr/bin/env bash
# Puts what a package holds beside the program into target/staged: the manual pages, completions, licences.
# Usage: packaging/stage.sh PROGRAM [TARGET]
#   PROGRAM  a dora-report that runs on this machine
#   TARGET   the Rust target whose dependencies the list of licences names; default: that of this machine
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "Usage: packaging/stage.sh PROGRAM [TARGET]" >&2
  exit 2
fi
program="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target="${2:-$(rustc -vV | sed -n 's/^host: //p')}"
staged=target/staged

rm -rf "$staged"
mkdir -p "$staged/man" "$staged/completions"
"$program" man --to "$staged/man"
"$program" completions bash >"$staged/completions/dora-report.bash"
"$program" completions zsh >"$staged/completions/_dora-report"
"$program" completions fish >"$staged/completions/dora-report.fish"
"$program" completions powershell >"$staged/completions/_dora-report.ps1"
cp README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$staged"
cp assets/fonts/LICENSE-DEJAVU "$staged"
packaging/licenses.sh "$target" >"$staged/LICENSES-DEPENDENCIES"
