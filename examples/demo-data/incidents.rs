//! Incidents: those that follow a deployment, tied to it by flag, by reference or by the clock alone, and those that
//! do not.
//!
//! Invariants: opened before acknowledged before resolved; one tied by the clock alone opens within 55 minutes of
//! its deployment and before the service's next one.

use chrono::TimeDelta;

use crate::{
    calendar::{self, Instant, Phase},
    deployments::Deployment,
    organisation::{SERVICES, Service, UNMAPPED},
    random::{Quantiles, Random},
    text,
};

/// From opened to resolved, in minutes.
const RESTORE: &Quantiles = &[(0, 8), (25, 28), (50, 55), (75, 130), (90, 420), (97, 1_800), (100, 5_400)];
/// How long it takes to restore service, relative to the first month, in percent.
const RESTORING: [i64; 5] = [100, 110, 105, 230, 60];

/// One incident.
pub(crate) struct Incident {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) service_keys: [&'static str; 2],
    pub(crate) priority: &'static str,
    pub(crate) urgency: &'static str,
    pub(crate) status: &'static str,
    pub(crate) opened: Instant,
    pub(crate) acknowledged: Option<Instant>,
    pub(crate) resolved: Option<Instant>,
    pub(crate) caused_by_deploy: Option<bool>,
    pub(crate) deployment_ref: Option<String>,
    pub(crate) tag: &'static str,
}

/// The incidents that a service's deployments (all attempts of its environment, in order) brought about.
pub(crate) fn after_deployments(service: &Service, attempts: &[&Deployment], random: &mut Random) -> Vec<Incident> {
    let done: Vec<(&Deployment, Instant)> =
        attempts.iter().filter(|d| d.status == "success").filter_map(|d| Some((*d, d.finished?))).collect();
    let mut incidents = Vec::new();
    let mut risk = random.between(0, 900);
    for (index, (deployment, finished)) in done.iter().enumerate().filter(|(_, (d, _))| d.is_new) {
        // Risk that builds up, not dice alone: a service's rate then shows in every month.
        risk += Phase::of(calendar::day_of(*finished)).of_each(service.failing);
        if risk < 1000 && deployment.undone.is_none() {
            continue;
        }
        risk = random.between(-250, 250);
        let room = done.get(index + 1).map_or(TimeDelta::days(2), |(_, next)| *next - *finished);
        incidents.push(after(service, deployment, *finished, room, random));
    }
    incidents
}

fn after(service: &Service, cause: &Deployment, finished: Instant, room: TimeDelta, random: &mut Random) -> Incident {
    let tie = random.between(0, 100);
    let soon = random.between(300, 3_300).min(room.num_seconds() * 3 / 4);
    let late = random.between(900, 25_000).min(room.num_seconds() * 3 / 4);
    let opened = finished + TimeDelta::seconds(if tie < 48 || cause.undone.is_some() { soon } else { late });
    let mut incident = incident(service.keys, opened, text::release_incident(random, service.name), random);
    match tie {
        ..48 => {}
        48..70 => incident.caused_by_deploy = Some(true),
        70..86 => incident.deployment_ref = Some(cause.id.to_string()),
        _ => {
            incident.caused_by_deploy = Some(true);
            incident.deployment_ref = Some(cause.sha.chars().take(8).collect());
        }
    }
    if let Some(undone) = cause.undone {
        incident.resolved = Some(undone + TimeDelta::seconds(random.between(60, 900)));
    }
    incident
}

/// Incidents that no deployment brought about: some judged so, some drills, some of no service; and two still open.
pub(crate) fn others(deployments: &[Deployment], random: &mut Random) -> Vec<Incident> {
    let mut incidents = Vec::new();
    let days: Vec<_> = calendar::days().collect();
    for number in 0..22 {
        let service = SERVICES.iter().filter(|s| s.failing != [0; 5]).nth(number % 5).unwrap_or(&SERVICES[0]);
        let night = calendar::local(*random.pick(&days), 3, 30) + TimeDelta::seconds(random.between(0, 12_000));
        let mut other = incident(service.keys, night, text::other_incident(random, service.name), random);
        match number {
            // Soon after a deployment, but triage found another cause.
            0..6 => {
                let near: Vec<Instant> = deployments
                    .iter()
                    .filter(|d| d.environment == service.environment && d.repo == service.repo && d.is_new)
                    .filter_map(|d| d.finished)
                    .collect();
                let opened = *random.pick(&near) + TimeDelta::seconds(random.between(300, 3_300));
                other = incident(service.keys, opened, text::other_incident(random, service.name), random);
                other.caused_by_deploy = Some(false);
            }
            6..10 => {
                other.service_keys = *random.pick(&UNMAPPED);
                other.title = text::other_incident(random, other.service_keys[1]);
            }
            10..13 => {
                other.tag = "drill";
                other.title = format!("{}: failover drill", service.name);
            }
            13..17 => other.urgency = "low",
            _ => {}
        }
        incidents.push(other);
    }
    let open = [(&SERVICES[2], calendar::day(2026, 9, 29), 17), (&SERVICES[3], calendar::day(2026, 8, 12), 4)];
    for (number, (service, date, hour)) in open.into_iter().enumerate() {
        let mut still = incident(service.keys, calendar::local(date, hour, 12), String::new(), random);
        still.title = text::other_incident(random, service.name);
        still.resolved = None;
        still.status = "triggered";
        if number == 0 {
            still.acknowledged = Some(still.opened + TimeDelta::seconds(95));
            still.status = "acknowledged";
        }
        incidents.push(still);
    }
    incidents
}

fn incident(keys: [&'static str; 2], opened: Instant, title: String, random: &mut Random) -> Incident {
    let priority = *random.pick(&["P1", "P2", "P2", "P3", "P3", "P3", "P4", ""]);
    let scale = Phase::of(calendar::day_of(opened)).of_each(RESTORING);
    let scale = if priority == "P4" { scale * 3 } else { scale };
    let lasts = random.seconds(RESTORE, scale).max(300);
    let resolved = opened + TimeDelta::seconds(lasts);
    let resolved = Some(resolved).filter(|r| *r < calendar::end());
    let acknowledged = random.chance(900).then(|| opened + TimeDelta::seconds(random.between(20, 280)));
    Incident {
        id: format!("Q{:09X}", random.next() >> 28),
        title,
        service_keys: keys,
        priority,
        urgency: if priority == "P4" { "low" } else { "high" },
        status: match (resolved, acknowledged) {
            (Some(_), _) => "resolved",
            (None, Some(_)) => "acknowledged",
            (None, None) => "triggered",
        },
        opened,
        acknowledged,
        resolved,
        caused_by_deploy: None,
        deployment_ref: None,
        tag: "",
    }
}
