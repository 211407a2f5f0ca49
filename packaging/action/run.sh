#!/usr/bin/env bash
# Runs dora-report with the lines of ARGUMENTS as its arguments, one a line, and adds the summary of each report that it
# writes to the job's summary. Never fails itself: it hands the exit code on, so that the report is uploaded first.
# Environment: ARGUMENTS, OUT (the folder of the reports), SUMMARY (true or false), and those that GitHub Actions sets.
set -uo pipefail

given=()
while IFS= read -r line; do
  # A line of white space alone is no argument.
  if [[ "$line" =~ [^[:space:]] ]]; then
    given+=("$line")
  fi
done <<<"${ARGUMENTS//$'\r'/}"

before="$RUNNER_TEMP/dora-report-began"
touch "$before"
dora-report "${given[@]}" --out "$OUT"
code=$?

summaries=()
if [ -d "$OUT" ]; then
  while IFS= read -r -d '' file; do
    summaries+=("$file")
  done < <(find "$OUT" -mindepth 2 -maxdepth 2 -name summary.md -newer "$before" -print0)
fi
if [ "${SUMMARY:-true}" = true ]; then
  for file in "${summaries[@]+"${summaries[@]}"}"; do
    cat "$file" >>"$GITHUB_STEP_SUMMARY"
  done
fi
{
  echo "exit-code=$code"
  if [ "${#summaries[@]}" -gt 0 ]; then
    echo "report=$(dirname "${summaries[0]}")"
  fi
} >>"$GITHUB_OUTPUT"
