//! The figures as SQL over the tables of `export facts`, for DuckDB and Spark: a prelude for each dialect, and one
//! common body.
//!
//! The preludes read the facts, convert instants to milliseconds and to days of the report's zone, and list the days:
//! all that the dialects say differently. The body is the same text for both. It uses only what both engines compute in
//! the same way: exact `percentile_cont`, windows as a join with the days that they hold (Spark has no percentile over
//! a sliding window), and no division by zero. Two spans are asked: `rolling`, with the columns of `daily.csv` and
//! a few more, and `period`.

mod metrics;

use std::fmt::Write as _;

use chrono::NaiveDate;

use self::metrics::{is_read, of};
use crate::domain::period::Period;
use crate::domain::time::{Timestamp, Zone};
use crate::metrics::tables::{Metric, Statistic};

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Spark SQL.
    Spark,
}

/// What is asked.
#[derive(Debug)]
pub struct Query<'a> {
    /// Of which engine.
    pub dialect: Dialect,
    /// Where the facts lie, as the engine finds them: a folder or a URL.
    pub facts: &'a str,
    /// The zone of the days.
    pub zone: Zone,
    /// Days of a rolling window.
    pub window_days: u32,
    /// The period.
    pub period: &'a Period,
    /// Nothing at or after this instant is known.
    pub as_of: Timestamp,
}

/// One of the two sets of figures.
struct SpanOf {
    name: &'static str,
    title: &'static str,
    windows: &'static str,
    /// Which statistics of a duration it has.
    statistics: &'static [Statistic],
    /// Columns before those of the metrics.
    first: &'static str,
    order: &'static str,
}

const ROLLING: SpanOf = SpanOf {
    name: "rolling",
    title: "The rolling figures of every day and group; NULL where the window was not wholly read.",
    windows: include_str!("rolling.sql"),
    statistics: &[Statistic::P50, Statistic::P90],
    first: "c.date, c.group_kind, c.group_name, c.has_deployments AS window_complete,\n       \
            CASE WHEN c.has_day THEN coalesce(deployment_frequency.deployments_on_day, 0) END AS deployments_on_day",
    order: "date, ",
};
const PERIOD: SpanOf = SpanOf {
    name: "period",
    title: "The figures of the period for every group; NULL where it was not wholly read.",
    windows: include_str!("period.sql"),
    statistics: &[Statistic::P50, Statistic::P75, Statistic::P90, Statistic::Mean],
    first: "c.group_kind, c.group_name",
    order: "",
};

/// The statements, each ended by `;` and a line end; the last two of each span's show its figures.
pub fn render(query: &Query<'_>) -> String {
    let (prelude, facts) = match query.dialect {
        Dialect::DuckDb => (include_str!("duckdb.sql"), query.facts.replace('\'', "''")),
        Dialect::Spark => (include_str!("spark.sql"), query.facts.replace('`', "``")),
    };
    let first = day(query.period.from);
    let values = [
        ("{facts}", facts),
        ("{zone}", query.zone.name().to_owned()),
        ("{as_of_ms}", query.as_of.0.to_string()),
        ("{window_days}", query.window_days.to_string()),
        ("{period_first}", first.to_string()),
        ("{spine_first}", (first - i64::from(query.window_days) + 1).to_string()),
        ("{spine_last}", (day(query.period.to) - 1).to_string()),
    ];
    let mut text = format!("{prelude}\n{}", include_str!("groups.sql"));
    for span in [&ROLLING, &PERIOD] {
        let metrics =
            Metric::ALL.into_iter().map(|metric| of(metric).statements.replace("{statistics}", &span.computed(metric)));
        let parts = [span.windows.to_owned(), include_str!("complete.sql").to_owned()];
        for part in parts.into_iter().chain(metrics).chain([span.rows()]) {
            let _ = write!(text, "\n{}", part.replace("{span}", span.name));
        }
    }
    // The facts are inserted last, because the name of a folder may look like a placeholder.
    values.iter().rev().fold(text, |text, (name, value)| text.replace(name, value))
}

/// The share below a percentile; the others are none.
fn share(statistic: Statistic) -> Option<&'static str> {
    match statistic {
        Statistic::P50 => Some("0.5"),
        Statistic::P75 => Some("0.75"),
        Statistic::P90 => Some("0.9"),
        Statistic::Rate | Statistic::Mean | Statistic::Ratio | Statistic::KaplanMeierP50 => None,
    }
}

/// Days since 1970.
fn day(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

impl SpanOf {
    /// The statistics of a metric in this span.
    fn statistics_of(&self, metric: Metric) -> impl Iterator<Item = Statistic> {
        let all = metric.descriptor().statistics;
        self.statistics.iter().copied().filter(|statistic| all.contains(statistic))
    }

    /// What a metric computes of `seconds`.
    fn computed(&self, metric: Metric) -> String {
        let of = |statistic: Statistic| {
            let name = statistic.as_str();
            match share(statistic) {
                Some(share) => format!("percentile_cont({share}) WITHIN GROUP (ORDER BY seconds) AS {name}"),
                None => format!("avg(seconds) AS {name}"),
            }
        };
        self.statistics_of(metric).map(of).collect::<Vec<_>>().join(",\n       ")
    }

    /// The view with all figures, and the statement that shows it.
    fn rows(&self) -> String {
        let mut columns = self.first.to_owned();
        let mut joins = String::new();
        for metric in Metric::ALL {
            let sql = of(metric);
            let is_read = is_read(metric.descriptor().needs);
            let view = sql.views.last().copied().unwrap_or_default();
            let statistics = self.statistics_of(metric).map(|statistic| {
                let name = statistic.as_str();
                (format!("{view}_{name}_seconds"), format!("{view}.{name}"))
            });
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            for (name, value) in sql.columns.iter().map(owned).chain(statistics).chain(sql.last.iter().map(owned)) {
                let _ = write!(columns, ",\n       CASE WHEN c.{is_read} THEN {value} END AS {name}");
            }
            for view in sql.views {
                let _ = write!(
                    joins,
                    "\nLEFT JOIN dora_{{span}}_{view} {view} ON {view}.group_kind = c.group_kind\n  \
                     AND {view}.group_name = c.group_name AND {view}.window_day = c.window_day"
                );
            }
        }
        include_str!("rows.sql")
            .replace("{title}", self.title)
            .replace("{first}", &columns)
            .replace("\n{joins}", &joins)
            .replace("{order} ", self.order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_placeholder_is_left_and_both_dialects_share_the_body() {
        let period =
            Period::range(NaiveDate::default(), NaiveDate::default() + chrono::Days::new(9)).expect("a period");
        let of = |dialect| {
            let query = Query {
                dialect,
                facts: "facts",
                zone: Zone::UTC,
                window_days: 30,
                period: &period,
                as_of: Timestamp(1_000),
            };
            render(&query)
        };
        let [duckdb, spark] = [Dialect::DuckDb, Dialect::Spark].map(of);
        assert!(!duckdb.contains(['{', '}']) && !spark.contains(['{', '}']), "{duckdb}");
        let body = |text: &str| text.split_once("-- Every fact once").map(|(_, body)| body.to_owned());
        assert!(body(&duckdb).is_some_and(|own| Some(own) == body(&spark)));
    }
}
