//! Import files as a hostile or broken program writes them: every one gives rows or one sentence.

use proptest::prelude::*;

use super::{Files, Options, PRESETS, Preset, read};
use crate::domain::event::Table;
use crate::domain::mutations::{is_a_sentence, mutated};
use crate::domain::time::Timestamp;

const CSV: [&[u8]; 9] = [
    include_bytes!("../../../tests/corpora/csv/commits.csv"),
    include_bytes!("../../../tests/corpora/csv/deployments.csv"),
    include_bytes!("../../../tests/corpora/csv/incidents.csv"),
    include_bytes!("../../../tests/corpora/csv/latin-1.csv"),
    include_bytes!("../../../tests/corpora/csv/old-mac.csv"),
    include_bytes!("../../../tests/corpora/csv/pull-requests.csv"),
    include_bytes!("../../../tests/corpora/csv/semicolons.csv"),
    include_bytes!("../../../tests/corpora/csv/utf-16.csv"),
    include_bytes!("../../../tests/corpora/csv/years.csv"),
];

const JSON: [&[u8]; 4] = [
    include_bytes!("../../../tests/corpora/json/array.json"),
    include_bytes!("../../../tests/corpora/json/lines.jsonl"),
    include_bytes!("../../../tests/corpora/json/lists.jsonl"),
    include_bytes!("../../../tests/corpora/json/pages.json"),
];

const EXPORTS: [&[u8]; 9] = [
    include_bytes!("../../../tests/corpora/presets/git-log.tsv"),
    include_bytes!("../../../tests/corpora/presets/github-issues.json"),
    include_bytes!("../../../tests/corpora/presets/jira.csv"),
    include_bytes!("../../../tests/corpora/presets/jsm.csv"),
    include_bytes!("../../../tests/corpora/presets/opsgenie.csv"),
    include_bytes!("../../../tests/corpora/presets/pagerduty.csv"),
    include_bytes!("../../../tests/corpora/presets/pagerduty.json"),
    include_bytes!("../../../tests/corpora/presets/github-deployment-statuses.json"),
    include_bytes!("../../../tests/corpora/presets/github-deployments.json"),
];

/// 2026-10-01T00:00:00Z.
const NOW: Timestamp = Timestamp(1_790_812_800_000);

/// Reads a file as each table, or as a preset, and brings its rows together as `import` does.
fn is_read(bytes: &[u8], preset: Option<&'static Preset>, has_statuses: bool) -> Result<(), TestCaseError> {
    let tables = preset.map_or(Table::ALL.to_vec(), |preset| vec![preset.table]);
    for table in tables {
        let zone = has_statuses.then_some(crate::domain::time::Zone::UTC);
        let repo = Some("acme/web".to_owned()).filter(|_| has_statuses);
        let options = Options { preset, has_statuses, repo, zone, ..Options::of(table, NOW) };
        match read(bytes, "file", &options) {
            Err(cause) => {
                prop_assert!(cause.to_string().starts_with("file:"), "{cause}");
                is_a_sentence(&cause.to_string())?;
            }
            Ok(found) => {
                prop_assert_eq!(found.batch.len(), found.lines.len());
                prop_assert!(found.notes.len() <= 30);
                found.notes.iter().try_for_each(|note| is_a_sentence(note))?;
                let mut files = Files::of(table);
                files.add(found);
                let stored = crate::domain::event::Rows::none_of(table);
                if let Err(cause) = files.reconcile(stored, preset.is_some_and(Preset::has_status_files)) {
                    is_a_sentence(&cause.to_string())?;
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_csv_file_gives_rows_or_one_sentence(bytes in mutated(&CSV)) {
        is_read(&bytes, None, true)?;
    }

    #[test]
    fn any_json_file_gives_rows_or_one_sentence(bytes in mutated(&JSON)) {
        is_read(&bytes, None, true)?;
    }

    #[test]
    fn any_export_of_a_vendor_gives_rows_or_one_sentence(bytes in mutated(&EXPORTS), has_statuses in any::<bool>()) {
        for preset in PRESETS {
            is_read(&bytes, Some(preset), has_statuses)?;
        }
    }

    #[test]
    fn any_bytes_at_all_give_rows_or_one_sentence(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        is_read(&bytes, None, true)?;
    }
}
