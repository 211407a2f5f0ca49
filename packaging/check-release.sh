#!/usr/bin/env bash
# Checks that a tag may be released: tag, Cargo.toml, lock file, changelog and manifests name one version, and
# Cargo.toml the repository from which packages are downloaded. Prints the notes of the release.
# Usage: packaging/check-release.sh TAG REPOSITORY
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "$1" >&2
  exit 1
}

[ $# -eq 2 ] || fail "Usage: packaging/check-release.sh TAG REPOSITORY"
tag="$1"
repository="https://github.com/$2"
version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)"
stated="$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml)"

[ "$tag" = "v$version" ] || fail "The tag is $tag, but Cargo.toml has version $version: tag v$version."
[ "$stated" = "$repository" ] ||
  fail "Cargo.toml names the repository $stated, but this release is one of $repository: correct \`repository\`, since cargo binstall and the action download from there."
grep -A1 -Fx 'name = "dora-report"' Cargo.lock | grep -Fxq "version = \"$version\"" ||
  fail "Cargo.lock has another version of dora-report than $version: run cargo update --workspace."
grep -Fq "/dora-report:$version" packaging/kubernetes/cronjob.yaml ||
  fail "packaging/kubernetes/cronjob.yaml does not use the image of $version."

# The lines under the heading of this version, to the next heading.
notes="$(awk -v head="## [$version]" 'index($0, head) == 1 { on = 1; next } on && /^## / { exit } on' CHANGELOG.md)"
[ -n "$notes" ] || fail "CHANGELOG.md has no section \"## [$version]\": move what is under \"Unreleased\" there."
printf '%s\n' "$notes"
