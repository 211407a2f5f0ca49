//! A part, or a piece of one, as a lazy frame: Polars asks it for the columns that a query needs, and only these are
//! decoded.
//!
//! Polars' own lazy scan of Parquet needs its streaming engine, which takes 10 MB of the program and 60 MB of memory.

use std::any::Any;
use std::sync::Arc;

use polars::prelude::*;

use super::error::StoreError;
use super::reading::Part;
use super::schema::schema;

impl Part {
    /// Its rows with the columns of its table. A piece may be scanned once, and a query must use the frame once.
    fn scan(&self) -> PolarsResult<LazyFrame> {
        let args = ScanArgsAnonymous {
            schema: Some(Arc::new(schema(self.table()))),
            name: self.table().folder(),
            ..ScanArgsAnonymous::default()
        };
        LazyFrame::anonymous_scan(Arc::new(PartScan(self.clone())), args)
    }

    /// What a query gives of its rows. The query must use the frame once.
    ///
    /// # Errors
    /// The part is damaged, or what the query gives exceeds the limits; the error names the part.
    pub fn collect(&self, query: &dyn Fn(LazyFrame) -> LazyFrame) -> Result<DataFrame, StoreError> {
        let failed = |cause| StoreError::scanned(cause).unwrap_or_else(|cause| self.error(&cause.to_string()));
        let found = self.scan().and_then(|rows| query(rows).collect()).map_err(failed)?;
        self.check(&found)?;
        Ok(found)
    }
}

struct PartScan(Part);

impl AnonymousScan for PartScan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let columns = match &asked.with_columns {
            Some(columns) => columns.iter().map(PlSmallStr::to_string).collect(),
            None => asked.schema.iter_names().map(PlSmallStr::to_string).collect(),
        };
        let rows = self.0.decode(columns)?;
        // Polars leaves a limit to the scan.
        Ok(if asked.n_rows.is_some() { rows.head(asked.n_rows) } else { rows })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::event::Table;
    use crate::store::Dataset;
    use crate::store::reading::tests::{dataset, tamper};

    #[test]
    fn polars_asks_for_the_columns_that_a_query_needs_also_for_a_filter_and_gives_those_that_it_selects() {
        let (folder, _) = dataset(3);
        let parts = Dataset::open(folder.path()).and_then(|it| it.parts(Table::Deployments)).expect("parts");
        let query =
            |rows: LazyFrame| rows.filter(col("created_at").is_not_null()).select([col("id"), col("sha").alias("rev")]);
        let plan = query(parts[0].scan().expect("a scan")).explain(true).expect("a plan");
        assert!(plan.contains("PROJECT 3/"), "{plan}");
        let found = parts[0].collect(&query).expect("rows");
        assert_eq!(found.get_column_names(), ["id", "rev"]);
        assert_eq!(found.height(), 3);
        let limited = parts[0].collect(&|rows| rows.select([col("id")]).limit(2)).expect("rows");
        assert_eq!(limited.height(), 2);
    }

    #[test]
    fn a_row_beyond_the_limits_is_refused_unless_the_query_leaves_it_out() {
        let (folder, part) = dataset(3);
        let year_10000 =
            lit(253_402_300_800_000_i64).cast(DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)));
        let finished = when(col("id").eq(lit("0"))).then(year_10000).otherwise(col("finished_at")).alias("finished_at");
        tamper(&part, |rows| rows.with_column(finished.clone()));
        let parts = Dataset::open(folder.path()).and_then(|it| it.parts(Table::Deployments)).expect("parts");
        let refused = parts[0].collect(&|rows| rows).expect_err("refused").to_string();
        assert!(refused.contains("finished_at") && refused.contains("part.parquet"), "{refused}");
        let others = parts[0].collect(&|rows| rows.filter(col("id").neq(lit("0")))).expect("rows");
        assert_eq!(others.height(), 2);
    }

    #[test]
    fn the_error_of_a_part_comes_through_polars_as_it_is() {
        let (folder, part) = dataset(3);
        let parts = Dataset::open(folder.path()).and_then(|it| it.parts(Table::Deployments)).expect("parts");
        fs::remove_file(&part).expect("removed");
        let sorted =
            |rows: LazyFrame| rows.sort(["id"], SortMultipleOptions::default()).group_by([col("id")]).agg([len()]);
        match parts[0].collect(&sorted) {
            Err(StoreError::Io { path, .. }) => assert_eq!(path, part),
            other => panic!("{other:?}"),
        }
    }
}
