#!/usr/bin/env bash
# Downloads the program of one release for this runner, checks it, and puts it on the PATH of the next steps.
# Environment: VERSION and REPOSITORY (both default to those of the action's own Cargo.toml), VERIFY (true or false),
# DOWNLOADS (default: the release's address on GitHub), and those that GitHub Actions sets.
set -euo pipefail

fail() {
  echo "::error::$1"
  exit 1
}

manifest="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/Cargo.toml"
version="${VERSION:-$(sed -n 's/^version = "\(.*\)"$/\1/p' "$manifest")}"
version="${version#v}"
repository="${REPOSITORY:-$(sed -n 's|^repository = "https://github.com/\(.*\)"$|\1|p' "$manifest")}"
downloads="${DOWNLOADS:-https://github.com/$repository/releases/download/v$version}"

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-gnu ;;
  Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) fail "There is no dora-report for $RUNNER_OS on $RUNNER_ARCH: use another runner, or build it with cargo install." ;;
esac
name="dora-report-$target"
case "$target" in
  *windows*) file="$name.zip" ;;
  *) file="$name.tar.gz" ;;
esac

work="$RUNNER_TEMP/dora-report"
mkdir -p "$work"
cd "$work"
for wanted in SHA256SUMS "$file"; do
  curl --fail --silent --show-error --location --retry 3 --output "$wanted" "$downloads/$wanted" ||
    fail "$downloads/$wanted cannot be downloaded: check the version ($version) and the repository ($repository)."
done
# Asked for by name: `--ignore-missing` alone would accept a list that does not name the file.
awk -v file="$file" '$2 == file' SHA256SUMS >expected
[ -s expected ] || fail "SHA256SUMS of release $version does not name $file."
if command -v sha256sum >/dev/null; then
  sha256sum --check --strict expected
else
  shasum --algorithm 256 --check expected
fi || fail "$file is not the file that SHA256SUMS of release $version names."
if [ "${VERIFY:-true}" = true ]; then
  gh attestation verify "$file" --repo "$repository" ||
    fail "$file has no valid attestation that a workflow of $repository built it. On a server without attestations, set \`verify: false\`."
fi

case "$file" in
  *.zip) unzip -q -o "$file" ;;
  *) tar -xzf "$file" ;;
esac
echo "$work/$name" >>"$GITHUB_PATH"
"$work/$name/dora-report" --version
