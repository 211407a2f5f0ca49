//! The help and manual texts of each command besides its flags: examples, exit codes, files and environment variables.
//!
//! One entry per command and subcommand. Tests hold that every command has one and that every example parses.

use super::handover_pages;
use super::page::{
    ACCESS, DONE, INTERRUPTED, LOCKED, NO_DATASET, Page, SERVER, SERVER_ACCESS, SOURCE, TERMINATED, UNEXPECTED, USAGE,
};
use super::uses::Uses::{Config, Dataset, Notify, Pushgateway, RemoteWrite, Reports, Sources};

const PAGES: &[Page] = &[
    Page {
        command: "demo",
        examples: &[
            ("Write the report on the bundled sample to reports/demo", "dora-report demo"),
            ("Keep the sample's files and dataset, to try other commands on", "dora-report demo --keep demo-data"),
        ],
        exit: &[DONE, UNEXPECTED, (2, "The command line is wrong, or the folder of `--keep` has other files.")],
        uses: &[Reports],
    },
    Page {
        command: "init",
        examples: &[
            ("Write dora.toml with what the tokens show of one organisation", "dora-report init --org acme"),
            ("Print a configuration for one repo", "dora-report init --repo acme/web --stdout"),
        ],
        exit: &[DONE, UNEXPECTED, (2, "The command line is wrong, or the file already exists."), ACCESS, SOURCE],
        uses: &[Config, Sources],
    },
    Page {
        command: "doctor",
        examples: &[
            ("Check everything and print one table", "dora-report doctor"),
            ("Print only what is not ok, as JSON", "dora-report doctor --quiet --format json"),
        ],
        exit: &[
            (0, "No check failed."),
            (1, "A folder cannot be written, or the dataset is damaged."),
            USAGE,
            ACCESS,
            (4, "A configured service or server cannot be reached. Of several failures, the lowest code is returned."),
        ],
        uses: &[Config, Dataset, Reports, Sources, Pushgateway, RemoteWrite, Notify],
    },
    Page {
        command: "fetch",
        examples: &[
            ("Read what is new from every configured source", "dora-report fetch"),
            ("Read one repo without a configuration", "dora-report fetch --repo acme/web --since 2026-01-01"),
            ("Print how many requests a fetch takes", "dora-report fetch --dry-run"),
        ],
        exit: &[
            DONE,
            UNEXPECTED,
            LOCKED,
            (3, "A configured source has no token, refuses it, or shows nothing to it. The other sources were read."),
            (
                4,
                "A configured source could not be read, or a rate limit or `--deadline` ended the command. The other \
                 sources were read.",
            ),
            (5, "Done, but a repo or a service could not be read, and `--strict` was given."),
            INTERRUPTED,
            TERMINATED,
        ],
        uses: &[Config, Dataset, Sources],
    },
    Page {
        command: "import",
        examples: &[
            (
                "Import deployments that are complete for nine months",
                "dora-report import deployments deployments.csv --covers 2026-01-01..2026-10-01",
            ),
            ("Import the commits of a clone, without a token", "dora-report import --from git ."),
            (
                "Import its release tags as a proxy for deployments",
                "dora-report import --from git . --tags-as-deployments 'v*'",
            ),
            ("Import incidents from standard input", "dora-report import incidents -"),
            (
                "Import what `gh api` printed",
                "dora-report import --from github-deployments deployments.json --statuses statuses.json",
            ),
        ],
        exit: &[DONE, UNEXPECTED, LOCKED, (4, "A file, a row of it or a clone cannot be read. Nothing was stored.")],
        uses: &[Config, Dataset],
    },
    Page {
        command: "dataset",
        examples: &[
            ("Count what is stored", "dora-report dataset stats"),
            ("Check every file", "dora-report dataset verify"),
        ],
        exit: &[DONE, (1, "A part or a file is damaged, or something unexpected happened."), LOCKED],
        uses: &[Config, Dataset],
    },
    Page {
        command: "dataset stats",
        examples: &[
            ("Count what is stored", "dora-report dataset stats"),
            ("The same as JSON, of another dataset", "dora-report dataset stats --format json --data history"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "dataset verify",
        examples: &[
            ("Check every part and file", "dora-report dataset verify"),
            ("The same as JSON", "dora-report dataset verify --format json"),
        ],
        exit: &[(0, "Nothing is damaged."), (1, "A part or a file is damaged."), NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "dataset compact",
        examples: &[
            ("Print what would be rewritten", "dora-report dataset compact"),
            ("Rewrite it", "dora-report dataset compact --yes"),
        ],
        exit: &[DONE, UNEXPECTED, LOCKED],
        uses: &[Config, Dataset],
    },
    Page {
        command: "dataset repair",
        examples: &[
            ("Print what would be repaired", "dora-report dataset repair"),
            ("Repair it", "dora-report dataset repair --yes"),
        ],
        exit: &[DONE, UNEXPECTED, LOCKED],
        uses: &[Config, Dataset],
    },
    Page {
        command: "report",
        examples: &[
            ("Report on the last quarter", "dora-report report --period last-quarter"),
            ("Report on one team, without the CSV files", "dora-report report --team payments --format html,json"),
            ("End with code 10 if too many changes fail", "dora-report report --fail-if 'cfr.lower > 15%' --min-n 20"),
        ],
        exit: &[
            DONE,
            UNEXPECTED,
            (
                2,
                "The command line or the configuration is wrong, there is no dataset, or a report with figures would be \
                 replaced by one without.",
            ),
            (3, "With `--notify`: a variable of `[notify]` is not set. The report is written."),
            (5, "A figure is missing because history was not read, and `--strict` was given. The report is written."),
            (6, "With `--notify`: a message could not be sent. The report is written."),
            (10, "A gate of `--fail-if` tripped. The report is written."),
        ],
        uses: &[Config, Dataset, Reports, Notify],
    },
    Page {
        command: "run",
        examples: &[
            ("What cron calls", "dora-report run --period last-quarter --strict"),
            (
                "End within an hour, and with code 10 if lead time is too long",
                "dora-report run --deadline 1h --fail-if 'lead_time.p50 > 7d'",
            ),
        ],
        exit: &[
            DONE,
            UNEXPECTED,
            LOCKED,
            (3, "A source or the Pushgateway has no token or refuses it. The report is written."),
            (
                4,
                "A source could not be read or the Pushgateway not written, or a rate limit or `--deadline` ended the \
                 requests. The report is written.",
            ),
            (5, "Done, but on partial data, and `--strict` was given."),
            (6, "A message of `[notify]` could not be sent. The report is written."),
            (10, "A gate of `--fail-if` tripped. The report is written."),
            INTERRUPTED,
            TERMINATED,
        ],
        uses: &[Config, Dataset, Reports, Sources, Pushgateway, Notify],
    },
    Page {
        command: "explain",
        examples: &[
            ("How the change failure rate of a team came about", "dora-report explain cfr --team payments"),
            ("Of one line of daily.csv", "dora-report explain lead_time --service checkout --day 2026-08-14"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "audit",
        examples: &[
            ("Print the findings of the last quarter", "dora-report audit --period last-quarter"),
            ("The same as JSON", "dora-report audit --period last-quarter --format json"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET, (5, "A finding is an error.")],
        uses: &[Config, Dataset],
    },
    Page {
        command: "diff",
        examples: &[
            (
                "The ten changes that matter most",
                "dora-report diff reports/2026-Q2/report.json reports/2026-Q3/report.json",
            ),
            (
                "Every number that differs",
                "dora-report diff --all reports/2026-Q2/report.json reports/2026-Q3/report.json",
            ),
        ],
        exit: &[
            (0, "Done, whether or not the reports differ."),
            UNEXPECTED,
            (2, "The command line is wrong, or a file is not a report.json."),
        ],
        uses: &[],
    },
    Page {
        command: "push",
        examples: &[
            ("Push the current figures of every group", "dora-report push"),
            ("Delete the groups that no longer exist as well", "dora-report push --prune"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET, SERVER_ACCESS, SERVER, INTERRUPTED, TERMINATED],
        uses: &[Config, Dataset, Pushgateway],
    },
    Page {
        command: "backfill",
        examples: &[
            ("Write a file for promtool", "dora-report backfill openmetrics history.om"),
            ("Send what is new to the configured server", "dora-report backfill remote-write --since-last"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET, SERVER_ACCESS, SERVER, INTERRUPTED, TERMINATED],
        uses: &[Config, Dataset, RemoteWrite],
    },
    Page {
        command: "backfill openmetrics",
        examples: &[
            ("Write the whole history to a file", "dora-report backfill openmetrics history.om"),
            ("Print the history from one day on", "dora-report backfill openmetrics --since 2026-07-01 -"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "backfill remote-write",
        examples: &[
            ("Send the whole history", "dora-report backfill remote-write"),
            ("Send what is new: for cron", "dora-report backfill remote-write --since-last"),
        ],
        exit: &[DONE, UNEXPECTED, LOCKED, SERVER_ACCESS, SERVER, INTERRUPTED, TERMINATED],
        uses: &[Config, Dataset, RemoteWrite],
    },
    Page {
        command: "rules",
        examples: &[
            ("Rules for the samples of `backfill`", "dora-report rules > dora-rules.yml"),
            ("A dashboard for pushed figures", "dora-report rules --for pushgateway --grafana > dora.json"),
        ],
        exit: &[DONE, UNEXPECTED, USAGE],
        uses: &[Config],
    },
    Page {
        command: "export",
        examples: &[
            ("Write the facts as Parquet", "dora-report export facts facts"),
            ("Print the SQL for DuckDB", "dora-report export sql --dialect duckdb"),
            ("Print what LinearB would get, and what gets lost", "dora-report export linearb --dry-run"),
        ],
        exit: handover_pages::EXIT,
        uses: &[Config, Dataset],
    },
    Page {
        command: "export facts",
        examples: &[
            ("Write the facts as Parquet", "dora-report export facts facts"),
            ("Only those of some repos", "dora-report export facts facts --repo 'acme/web-*'"),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "export sql",
        examples: &[
            ("SQL for DuckDB", "dora-report export sql --dialect duckdb"),
            (
                "SQL for Spark, for one quarter, with the facts elsewhere",
                "dora-report export sql --dialect spark --facts s3://lake/dora --period 2026-Q3",
            ),
        ],
        exit: &[DONE, UNEXPECTED, NO_DATASET],
        uses: &[Config, Dataset],
    },
    Page {
        command: "completions",
        examples: &[
            (
                "Completions for bash",
                "dora-report completions bash > ~/.local/share/bash-completion/completions/dora-report",
            ),
            ("Completions for fish", "dora-report completions fish > ~/.config/fish/completions/dora-report.fish"),
        ],
        exit: &[DONE, UNEXPECTED, USAGE],
        uses: &[],
    },
    Page {
        command: "schema",
        examples: &[
            ("Write the schema beside dora.toml", "dora-report schema > dora.schema.json"),
            ("List the sections", "dora-report schema | jq '.properties | keys'"),
        ],
        exit: &[DONE, UNEXPECTED, USAGE],
        uses: &[],
    },
    Page {
        command: "man",
        examples: &[
            ("Read the page of one command", "dora-report man report | man -l -"),
            ("Write the pages of all commands", "dora-report man --to ~/.local/share/man/man1"),
        ],
        exit: &[DONE, UNEXPECTED, USAGE],
        uses: &[],
    },
];

/// The entries of all commands.
pub(super) fn pages() -> impl Iterator<Item = &'static Page> {
    PAGES.iter().chain(handover_pages::PAGES)
}
