//! Words for what was read of incidents, and for failures that go on.

use std::collections::BTreeMap;

use super::{Words, by_name, count, count_are, count_have, first, hours, most_frequent, percent, some};
use crate::metrics::tables::{Counts, Fault, Observation};
use crate::sources::registry::service_lists_in_words;

/// How many ids a text lists before it only counts the rest.
const FIRST: usize = 5;

pub(super) fn words(what: &Observation) -> Words {
    let unknown = |seconds: Option<f64>| seconds.map_or_else(|| "unknown".to_owned(), hours);
    match what {
        Observation::NoIncidentSource => Words::new(
            "There is no incident source, so failures and time to restore are unknown.",
            "Import incidents; if there were none, import an empty file with --covers FROM..TO.",
        ),
        Observation::IncidentsNotRead { sources } => Words::new(
            format!(
                "The incidents of {} were not read over the whole period ({}), so figures that need them are missing.",
                count(sources.len(), "source"),
                some(sources)
            ),
            "Read the missing span; if an imported file is complete for it, import it again with --covers FROM..TO.",
        ),
        Observation::ZeroFailures { deployments, high } => Words::new(
            format!(
                "0 of {deployments} deployments failed. Missing links to incidents would give the same result. The data also fit a true rate of up to {}\
                 .",
                percent(*high)
            ),
            format!(
                "List the ids or names of its incidents under its [[service]] ({}); check `attribution_window` and \
                 `caused_by_deploy`.",
                service_lists_in_words("`")
            ),
        ),
        Observation::OpenIncidents { n } => Words::new(
            format!(
                "{} still open at the end of the period; medians over the resolved leave them out.",
                count_are(*n, "incident")
            ),
            "Read the Kaplan-Meier median, which counts them, and close those that are over.",
        ),
        Observation::OverWithoutAnEnd { ids, others } => Words::new(
            format!(
                "{} over by status but without a resolution time ({}): counted as opened, but neither as open nor as \
                 resolved. Time to restore uses the {others} other incidents.",
                count_are(ids.len(), "incident"),
                first(FIRST, ids)
            ),
            "Record when they ended (resolved_at), and read or import them again.",
        ),
        Observation::ZeroLength { ids, with, without } => Words::new(
            format!(
                "{} opened and resolved in the same second ({}), probably recorded afterwards: the median time to \
                 restore is {} with them and {} without.",
                count(ids.len(), "incident"),
                first(FIRST, ids),
                unknown(*with),
                unknown(*without)
            ),
            "Record when they began and ended, or leave them out with ignore_tags.",
        ),
        Observation::ReferenceNamesNothing { ids, by_clock } => Words::new(
            format!(
                "{} a reference that matches no counted deployment ({}): {by_clock} of them are linked only by the \
                 time window instead; without these there would be {by_clock} fewer links.",
                count_have(ids.len(), "incident"),
                first(FIRST, ids)
            ),
            "Give the deployment's id, or at least 7 characters of its revision; check that its environment counts.",
        ),
        Observation::UnmappedIncidents { unmapped, opened, failures_are_missing, keys } => {
            unmapped_incidents((*unmapped, *opened), *failures_are_missing, keys)
        }
        Observation::UnknownPriorities { names } => Words::new(
            format!(
                "{} have a priority without a known rank and therefore pass min_priority: {}.",
                count(names.values().sum(), "incident"),
                by_name(names)
            ),
            "Write the rank into the priority's name in the incident service, for example \"P2\" or \"high\".",
        ),
        Observation::PartialOutagesMissing { n, days } => Words::new(
            format!(
                "All {n} incidents with a priority in {days} days have the highest priority: incidents of degraded \
                 service, which count as well, are likely missing. Change failure rate and time to restore would then \
                 be wrong."
            ),
            "Record or import partial outages too, or loosen min_priority.",
        ),
        Observation::Sustained { ratios, faults } => sustained(ratios, faults),
        _ => Words::new("", ""),
    }
}

fn unmapped_incidents((unmapped, opened): (usize, usize), failures_are_missing: bool, keys: &Counts) -> Words {
    let named = if keys.is_empty() {
        "They name no service.".to_owned()
    } else {
        format!("They name {}.", super::by_frequency(keys))
    };
    let effect = if failures_are_missing {
        "No incident belongs to a service, so failures are unknown: change failure rate and recovery time are missing, not 0."
    } else {
        "They count in \"all\" alone, and fail a deployment only by a reference to it."
    };
    let key = most_frequent(keys).first().map_or("KEY", |(key, _)| key.as_str());
    Words::new(
        format!("{unmapped} of {opened} incidents opened in the period belong to no service. {effect} {named}"),
        format!("List what they name under the [[service]] that it means, for example incidents = [\"{key}\"]."),
    )
}

/// The name of a class of fault, and the experiment that looks for it.
fn fault(fault: Fault) -> (&'static str, Option<&'static str>) {
    match fault {
        Fault::Database => ("database connections", Some("latency or partition between application and database")),
        Fault::Memory => ("memory", Some("memory stress at peak load")),
        Fault::Dependency => ("dependency timeouts", Some("slow upstream responses")),
        Fault::Other => ("other", None),
    }
}

/// The name of a class of fault.
pub(in crate::report) fn fault_name(class: Fault) -> &'static str {
    fault(class).0
}

fn sustained(ratios: &[f64], faults: &BTreeMap<Fault, usize>) -> Words {
    let classes: Vec<String> = faults.iter().map(|(class, n)| format!("{n} {}", fault(*class).0)).collect();
    let experiments = faults.keys().filter_map(|class| {
        let (name, experiment) = fault(*class);
        Some(format!("{} ({name})", experiment?))
    });
    let experiments: Vec<String> = experiments.collect();
    let percents: Vec<String> = ratios.iter().map(|ratio| percent(*ratio)).collect();
    let incidents = if classes.is_empty() {
        String::new()
    } else {
        format!(" The incidents behind it that this report holds: {}.", classes.join(", "))
    };
    let advice = if experiments.is_empty() {
        "Read the incidents for what they share before adding process.".to_owned()
    } else {
        format!("Try these experiments before the next release: {}.", experiments.join("; "))
    };
    let message = format!(
        "The change failure rate was above 10 % in each of the last three windows of 30 days: {}.{incidents}",
        percents.join(", ")
    );
    Words::new(message, advice)
}
