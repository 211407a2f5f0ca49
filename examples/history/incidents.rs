//! Incidents after deployments: soon or days later, with a flag, a reference or neither, of one service, several, none
//! that is known or none at all; most are resolved, some are open, a few are over without an end.

use std::io;

use crate::calendar::{DAY, END, HOUR, MINUTE};
use crate::deployments::Success;
use crate::organisation::Service;
use crate::random::Random;
use crate::rows::Table;

/// Writes the incident of a deployment, if there is one: 127 in 1,000 make a tenth of all rows, since not all count.
pub(crate) fn after(
    success: &Success,
    service: &Service,
    services: &[Service],
    table: &mut Table,
    random: &mut Random,
) -> io::Result<()> {
    if !random.chance(127) {
        return Ok(());
    }
    let gap = if random.chance(550) { random.between(30, 65 * MINUTE) } else { random.spread(HOUR, 4 * DAY) };
    let opened = success.finished + gap;
    if opened >= END {
        return Ok(());
    }
    let acknowledged = opened + random.between(30, 15 * MINUTE);
    let resolved = acknowledged + random.spread(5 * MINUTE, 3 * DAY);
    let (status, resolved) = match random.between(0, 1000) {
        0..10 => ("triggered", None),
        10..15 => ("resolved", None),
        _ if resolved < END => ("resolved", Some(resolved)),
        _ => ("acknowledged", None),
    };
    let other = usize::try_from(random.between(0, i64::try_from(services.len()).unwrap_or(1)));
    let other = other.ok().and_then(|index| services.get(index)).unwrap_or(service);
    let number = 1_000_001 + table.count;
    table.text("pagerduty").numbered("Q", number);
    table.joined(&[service.name.as_bytes(), b": ", random.pick(&["slow", "errors", "down", "disk full"]).as_bytes()]);
    match random.between(0, 1000) {
        0..80 => table.joined(&[service.key.as_bytes(), b";", other.key.as_bytes()]),
        80..110 => table.text(&service.name.to_uppercase()),
        110..150 => table.text("PGONE01"),
        150..170 => table.text(""),
        _ => table.text(&service.key),
    };
    table.text(random.pick(&["P1", "P2", "P2", "P3", "P3", "P4", ""])).text(random.pick(&["high", "high", "low"]));
    table.text(status).instant(Some(opened)).instant((acknowledged < END).then_some(acknowledged)).instant(resolved);
    table.text(match random.between(0, 1000) {
        0..100 => "true",
        100..200 => "false",
        _ => "",
    });
    let sha = success.sha.sha();
    match random.between(0, 1000) {
        0..60 => table.numbered("", success.id),
        60..110 => table.joined(&[&sha]),
        110..150 => table.joined(&[&sha[..10]]),
        150..160 => table.numbered("CHG", 1000 + success.id % 1000),
        _ => table.text(""),
    };
    table.text(if random.chance(20) { "drill" } else { "" });
    table.numbered("https://pagerduty.example/i/", number).end()
}
