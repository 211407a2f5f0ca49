//! What becomes of the fields of each service's incidents.

use super::{ALL, StandIn};
use crate::incidents::world::{DAY, HOUR, MINUTE, NEW_YEAR, World};

const MARCH: &str = "2025-03";
const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

fn cells(it: &'static StandIn, world: World, more: &str, names: &[&str]) -> Vec<Vec<String>> {
    let scene = it.scene(world, more);
    scene.fetched(&["--strict"]);
    let rows = scene.incidents(MARCH);
    let cell = |row: &[(String, String)], name: &str| {
        row.iter().find(|(own, _)| own == name).expect("a column of this name").1.clone()
    };
    rows.iter().map(|row| names.iter().map(|name| cell(row, name)).collect()).collect()
}

#[test]
fn titles_times_priorities_and_services_are_those_of_the_service() {
    let service = "[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\nincidents = [\"PCHECK\"]\n";
    for it in ALL {
        let mut world = World::new();
        let made = world.incident(MARCH_1 + HOUR);
        made.title = "Checkout is slow".into();
        made.priority = Some("SEV2".into());
        made.ended = Some(MARCH_1 + 2 * HOUR + 30 * MINUTE);
        let names = ["title", "priority", "service", "opened_at", "resolved_at", "time_to_restore_seconds", "reason"];
        let rows = cells(it, world, service, &names);
        let wanted = ["Checkout is slow", "SEV2", "shop", "2025-03-01T01:00:00Z", "2025-03-01T02:30:00Z", "5400", ""];
        assert_eq!(rows, [wanted.map(str::to_owned).to_vec()], "{}", it.source);
    }
}

#[test]
fn every_incident_has_a_page() {
    for (source, wanted) in [
        ("incident-io", "https://app.incident.io/acme/incidents/Q000000"),
        ("rootly", "https://rootly.com/account/incidents/Q000000"),
        ("grafana-irm", "https://acme.grafana.net/a/grafana-irm-app/alert-groups/Q000000"),
        ("servicenow", "/incident.do?sys_id=Q000000"),
        ("jira", "/browse/OPS-Q000000"),
        ("desk-offset", "/incidents/Q000000"),
    ] {
        let it = ALL.into_iter().find(|it| it.source == source).expect("a stand-in");
        let mut world = World::new();
        world.incident(MARCH_1);
        let rows = cells(it, world, "", &["url"]);
        assert!(rows[0][0].ends_with(wanted), "{}", rows[0][0]);
    }
}

#[test]
fn duplicates_do_not_count() {
    // incident.io has a status for them, and the places of the configuration have nothing of the kind.
    for it in ALL.into_iter().filter(|it| it.source != "incident-io" && it.variable != "HELPDESK_TOKEN") {
        let mut world = World::new();
        world.incident(MARCH_1).merged = true;
        assert_eq!(cells(it, world, "", &["counted", "reason"]), [["false", "merged"]], "{}", it.source);
    }
}
