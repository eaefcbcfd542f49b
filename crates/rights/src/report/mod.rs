//! Figures: how many requests came, how fast they were answered, how they ended, and what California
//! wants published of it every year. Counted by the database from the requests themselves; nothing of
//! a person is read.

mod ccpa;
mod chart;
mod count;
mod export;
mod model;
mod pages;
mod period;
mod policy;

pub use ccpa::{Asked, Metric, Metrics};
pub use count::Days;
pub(crate) use count::{DAY, DUPLICATE, IN_TIME};
pub use model::{Report, Tally};
pub(crate) use pages::router;
pub use period::{Month, Period};

use count::{By, Detail};

use crate::{Result, Rights};

impl Rights {
    /// The figures of a period.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn report(&self, period: Period) -> Result<Report> {
        let drawn = period.drawn();
        let counted = model::Counted {
            received: self.lines(By::Received, Detail::Months, drawn).await?,
            closed: self.lines(By::Closed, Detail::Ends, drawn).await?,
            days: self.lines(By::Closed, Detail::Days, period).await?,
        };
        let counts = self.counts().await?;
        Ok(Report::of(period, &counted, (self.not_closed().await?, counts.late)))
    }

    /// California's figures of a calendar year (11 CCR §7102), of those who asked under Californian law
    /// or of everybody.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn ccpa(&self, year: i64, everybody: bool) -> Result<Metrics> {
        let period = Period::year(year);
        let numbers = self.lines(By::Received, Detail::Ends, period).await?;
        let days = self.lines(By::Received, Detail::Days, period).await?;
        Ok(Metrics::of(year, everybody, &numbers, &days))
    }

    async fn not_closed(&self) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM rights_request
                   WHERE state IN ('unverified', 'open', 'waiting')";
        Ok(sqlx::query_scalar(sql).fetch_one(self.store().reader()).await?)
    }
}
