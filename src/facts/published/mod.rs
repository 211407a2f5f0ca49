//! The two frames of facts as they leave the program: what is known of every counted event, a month at a time.
//!
//! A key is `source:id`. Rows are in order of instant and key.

mod deployments;
mod frame;
mod incidents;
mod passing_fixes;

pub use self::deployments::deployment_facts;
pub use self::frame::{Cells, Frame};
pub use self::incidents::incident_facts;

use std::ops::Range;

use super::{Facts, FactsError};
use crate::domain::time::Timestamp;

/// A UTC month, `YYYY-MM`, with its rows; of a table without rows, no month with none.
pub type Month = Result<(Option<String>, Frame), FactsError>;

/// The rows of each month, if they are in order of these instants.
fn months(instants: impl Iterator<Item = Timestamp>) -> Vec<(Option<String>, Range<usize>)> {
    let mut months: Vec<(Option<String>, Range<usize>)> = Vec::new();
    for (row, month) in instants.map(Timestamp::utc_month).enumerate() {
        match months.last_mut() {
            Some((Some(last), rows)) if *last == month => rows.end = row + 1,
            _ => months.push((Some(month), row..row + 1)),
        }
    }
    if months.is_empty() {
        months.push((None, 0..0));
    }
    months
}

/// What a deployment is called.
fn key(facts: &Facts, deployment: usize) -> String {
    let all = facts.deployments();
    let (source, id) = (all.source.get(deployment), all.id.get(deployment));
    format!("{}:{}", source.unwrap_or_default(), id.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parted_by_the_utc_month_and_no_rows_are_one_part() {
        let day = |day: i64| Timestamp(day * 86_400_000);
        let month = |name: &str, rows| (Some(name.to_owned()), rows);
        let wanted = [month("1970-01", 0..2), month("1970-03", 2..3)];
        assert_eq!(months([day(0), day(30), day(59)].into_iter()), wanted);
        assert_eq!(months(std::iter::empty()), [(None, 0..0)]);
    }
}
