//! The entries of the commands that hand the history over to another tool.

use super::page::{DONE, Exit, INTERRUPTED, NO_DATASET, Page, TERMINATED, UNEXPECTED};
use super::uses::Uses::{Config, Cortex, Datadog, Dataset, DevLake, Dx, LinearB, Sleuth};

/// Their exit codes.
pub(super) const EXIT: &[Exit] = &[
    DONE,
    UNEXPECTED,
    NO_DATASET,
    (3, "The tool refuses the key, or there is none."),
    (
        4,
        "The tool cannot be reached, refused some of the events, or may or may not have some of them; or a rate limit or \
         `--deadline` ended the command.",
    ),
    INTERRUPTED,
    TERMINATED,
];

pub(super) const PAGES: &[Page] = &[
    Page {
        command: "export linearb",
        examples: &[
            ("Print what would be sent, and what gets lost", "dora-report export linearb --dry-run"),
            ("Hand over this year", "dora-report export linearb --period 2026"),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, LinearB],
    },
    Page {
        command: "export datadog",
        examples: &[
            (
                "Print what would be sent, and what gets lost",
                "dora-report export datadog --site datadoghq.eu --dry-run",
            ),
            ("Hand everything over", "dora-report export datadog --site datadoghq.eu"),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, Datadog],
    },
    Page {
        command: "export dx",
        examples: &[
            ("Print what would be sent, and what gets lost", "dora-report export dx --instance acme --dry-run"),
            ("Hand over this year", "dora-report export dx --instance acme --period 2026"),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, Dx],
    },
    Page {
        command: "export devlake",
        examples: &[
            (
                "Print what would be sent, and what gets lost",
                "dora-report export devlake --url https://devlake.example --connection 1 --dry-run",
            ),
            (
                "Hand everything over, each service to its webhook",
                "dora-report export devlake --url https://devlake.example --map web=1 --map api=2",
            ),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, DevLake],
    },
    Page {
        command: "export cortex",
        examples: &[
            ("Print what would be sent, and what gets lost", "dora-report export cortex --dry-run"),
            ("Hand everything over, one service under another tag", "dora-report export cortex --map web=web-frontend"),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, Cortex],
    },
    Page {
        command: "export sleuth",
        examples: &[
            ("Print what would be sent, and what gets lost", "dora-report export sleuth --org acme --dry-run"),
            (
                "Hand everything over, with the incidents",
                "dora-report export sleuth --org acme --impact shop/production/incidents",
            ),
        ],
        exit: EXIT,
        uses: &[Config, Dataset, Sleuth],
    },
];
