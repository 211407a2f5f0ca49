#!/usr/bin/env bash
# Prints the licences of every crate that is compiled into the program: most of them ask that their text goes with it.
# Usage: packaging/licenses.sh TARGET
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# One order on every machine.
export LC_ALL=C
target="${1:?Usage: packaging/licenses.sh TARGET}"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cargo tree --locked --target "$target" --edges normal --prefix none --format '{p}' |
  awk '{ sub(/^v/, "", $2); print $1 "@" $2 }' | sort -u >"$work/linked"
cargo metadata --locked --format-version 1 --filter-platform "$target" |
  jq -r '.packages[] | select(.source != null) | [.name + "@" + .version, .license // "see below", .manifest_path] | @tsv' |
  tr -d '\r' | sort >"$work/known"

echo "The program contains the following crates. Texts that several crates share are printed once."
tab="$(printf '\t')"
awk -F"$tab" 'NR == FNR { linked[$1]; next } $1 in linked' "$work/linked" "$work/known" |
  while IFS="$tab" read -r crate license manifest; do
    printf '\n%s: %s\n' "$crate" "$license"
    folder="$(dirname "${manifest//\\//}")"
    found=""
    for file in "$folder"/LICEN[CS]E* "$folder"/COPYING* "$folder"/NOTICE* "$folder"/COPYRIGHT*; do
      [ -f "$file" ] || continue
      found=yes
      digest="$(git hash-object --no-filters "$file")"
      printf '  %s\n' "$(basename "$file") [$digest]"
      cp "$file" "$work/text-$digest"
    done
    [ -n "$found" ] || echo "  the package has no file with the text of its licence"
  done
for text in "$work"/text-*; do
  digest="${text##*/text-}"
  printf '\n%s [%s] %s\n\n' "----------" "$digest" "----------"
  cat "$text"
done
