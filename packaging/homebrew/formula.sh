#!/usr/bin/env bash
# Prints the Homebrew formula of a release.
# Usage: packaging/homebrew/formula.sh VERSION REPOSITORY SUMS
#   VERSION     like 0.1.0
#   REPOSITORY  like acme/dora-report, whose releases hold the archives
#   SUMS        the SHA256SUMS of that release
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "Usage: packaging/homebrew/formula.sh VERSION REPOSITORY SUMS" >&2
  exit 2
fi
version="$1"
repository="$2"
sums="$3"

# The address and the checksum of the archive for target $1.
archive() {
  local file="dora-report-$1.tar.gz" sum
  sum="$(awk -v file="$file" '$2 == file { print $1 }' "$sums")"
  if [ -z "$sum" ]; then
    echo "$sums does not name $file" >&2
    return 1
  fi
  printf '      url "https://github.com/%s/releases/download/v%s/%s"\n' "$repository" "$version" "$file"
  printf '      sha256 "%s"' "$sum"
}

mac_arm="$(archive aarch64-apple-darwin)"
mac_intel="$(archive x86_64-apple-darwin)"
linux_arm="$(archive aarch64-unknown-linux-gnu)"
linux_intel="$(archive x86_64-unknown-linux-gnu)"

cat <<RUBY
class DoraReport < Formula
  desc "DORA metrics from a team's deployment and incident history"
  homepage "https://github.com/$repository"
  version "$version"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
$mac_arm
    end
    on_intel do
$mac_intel
    end
  end

  on_linux do
    on_arm do
$linux_arm
    end
    on_intel do
$linux_intel
    end
  end

  def install
    bin.install "dora-report"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/dora-report.bash" => "dora-report"
    zsh_completion.install "completions/_dora-report"
    fish_completion.install "completions/dora-report.fish"
    doc.install Dir["LICENSE*"]
  end

  test do
    system bin/"dora-report", "demo", "--out", testpath/"demo"
    assert_path_exists testpath/"demo/2026-Q3/index.html"
  end
end
RUBY
