//! Compares how two reports attribute the same incidents. A flag has no timestamp of its own: a flag that is set late
//! changes the attribution in an earlier report, and so a published figure.

use std::collections::BTreeMap;

use super::diff::Cause;

/// How many incidents are listed before the rest is only counted.
const MOST_NAMED: usize = 10;

/// What a report says of each incident, by source and id.
pub type Verdicts = BTreeMap<(String, String), String>;

/// Reads the verdicts of an `incidents.csv`.
///
/// # Errors
/// The table cannot be read, or a column is missing.
pub fn read(table: &str) -> Result<Verdicts, String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let head = reader.headers().map_err(|cause| cause.to_string())?.clone();
    let column = |name: &str| {
        head.iter().position(|column| column == name).ok_or_else(|| format!("the column `{name}` is missing"))
    };
    let [source, id, counted, reason] = [column("source")?, column("id")?, column("counted")?, column("reason")?];
    let [attribution, deployment] = [column("attribution")?, column("deployment_id")?];
    let mut found = Verdicts::new();
    for row in reader.records() {
        let row = row.map_err(|cause| cause.to_string())?;
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let mut words = if cell(deployment).is_empty() {
            "no deployment".to_owned()
        } else {
            format!("deployment {} ({})", cell(deployment), cell(attribution))
        };
        if cell(counted) != "true" {
            words = format!("left out ({})", cell(reason));
        }
        found.insert((cell(source).to_owned(), cell(id).to_owned()), words);
    }
    Ok(found)
}

/// Incidents of both reports whose verdict differs, as causes.
pub fn changed(old: &Verdicts, new: &Verdicts) -> Vec<Cause> {
    let differ = |(key, now): (&(String, String), &String)| {
        let before = old.get(key).filter(|before| *before != now)?;
        Some(format!("incident {}/{}: {before} → {now}", key.0, key.1))
    };
    let all: Vec<String> = new.iter().filter_map(differ).collect();
    let more = all.len().saturating_sub(MOST_NAMED);
    let mut causes: Vec<Cause> =
        all.into_iter().take(MOST_NAMED).map(|what| Cause { kind: "verdicts", what }).collect();
    if more > 0 {
        causes.push(Cause { kind: "verdicts", what: format!("{more} more incidents") });
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_incidents_of_both_reports_whose_verdict_differs_are_named() {
        let table =
            |rows: &str| read(&format!("source,id,counted,reason,deployment_id,attribution\n{rows}")).expect("a table");
        let old = table("a,1,true,,,none\na,2,true,,7,window\na,3,true,,,none\n");
        let new = table("a,1,true,,7,explicit\na,2,true,,7,window\na,4,false,tag,,none\n");
        let told: Vec<String> = changed(&old, &new).into_iter().map(|cause| cause.what).collect();
        assert_eq!(told, ["incident a/1: no deployment → deployment 7 (explicit)"]);
        assert!(read("a,b\n1,2\n").expect_err("no table of incidents").contains("`source`"));
    }
}
