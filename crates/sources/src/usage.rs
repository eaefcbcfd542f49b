//! How often tables were read, by the statistics that servers keep of themselves. Whoever reads them
//! twice knows whether somebody read a table meanwhile; a server that keeps none says nothing.

use std::collections::BTreeMap;

use crate::{SourceError, mysql::MySql, postgres::Postgres};

/// What a server counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// For how long it has counted (seconds): younger counters began anew.
    pub counting_for: i64,
    /// Reads by the table's display name. The unit is the server's own (scans, rows): only whether a
    /// number grew means something.
    pub reads: BTreeMap<String, i64>,
}

fn number(text: &str) -> i64 {
    text.trim().parse().unwrap_or(0)
}

fn named(rows: Vec<Vec<String>>) -> BTreeMap<String, i64> {
    rows.into_iter()
        .map(|row| {
            let name =
                if row[0].is_empty() { row[1].clone() } else { format!("{}.{}", row[0], row[1]) };
            (name, number(&row[2]))
        })
        .collect()
}

impl Postgres {
    /// From the cumulative statistics (`pg_stat_user_tables`); counted unless somebody switched
    /// `track_counts` off.
    pub(crate) async fn read_usage(&self) -> Result<Option<Usage>, SourceError> {
        let on = self.words("SELECT current_setting('track_counts')").await?;
        if on.first().is_none_or(|row| row[0] != "on") {
            return Ok(None);
        }
        // A database whose counters were never reset has counted since it was made.
        let since = "SELECT coalesce(extract(epoch FROM now() - stats_reset), 3155760000)::bigint::text \
             FROM pg_stat_database WHERE datname = current_database()";
        let counting_for = self.words(since).await?.first().map_or(0, |row| number(&row[0]));
        let reads = "SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname::text END, \
             relname::text, (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::text \
             FROM pg_stat_user_tables";
        Ok(Some(Usage { counting_for, reads: named(self.words(reads).await?) }))
    }
}

impl MySql {
    /// From MariaDB's user statistics (`userstat`), else from the performance schema, whichever is
    /// switched on and may be read.
    pub(crate) async fn read_usage(&self) -> Result<Option<Usage>, SourceError> {
        let uptime = self.words("SHOW GLOBAL STATUS LIKE 'Uptime'").await?;
        let counting_for = uptime.first().map_or(0, |row| number(&row[1]));
        for (on, rows) in [
            (
                "SHOW GLOBAL VARIABLES LIKE 'userstat'",
                "SELECT '', table_name, rows_read FROM information_schema.table_statistics \
                 WHERE table_schema = DATABASE()",
            ),
            (
                "SHOW GLOBAL VARIABLES LIKE 'performance_schema'",
                "SELECT '', object_name, count_read \
                 FROM performance_schema.table_io_waits_summary_by_table \
                 WHERE object_schema = DATABASE()",
            ),
        ] {
            let is_on = self.words(on).await?.first().is_some_and(|row| row[1] == "ON");
            // Who may not read the performance schema knows nothing from it.
            if let (true, Ok(rows)) = (is_on, self.words(rows).await) {
                let mut reads = named(rows);
                // Both list only tables that were touched.
                let all = "SELECT '', table_name, '0' FROM information_schema.tables \
                     WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
                for (name, none) in named(self.words(all).await?) {
                    reads.entry(name).or_insert(none);
                }
                return Ok(Some(Usage { counting_for, reads }));
            }
        }
        Ok(None)
    }
}
