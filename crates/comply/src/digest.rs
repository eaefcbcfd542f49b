//! Once a week: a letter about findings to those who answer for privacy, where there is anything to say.

use serde_json::json;
use store::{Actor, Entry, JobContext, JobError, JobHandler, now};
use web::{Lang, mail::Letter};

use crate::{Comply, ComplyError, Filter, Result, Severity, snapshot::DAY};

/// The job's kind, and its schedule's key.
const KIND: &str = "comply_digest";
/// Monday morning, by the server's clock in UTC.
const WEEKLY: &str = "45 6 * * 1";
/// Titles that are named.
const NAMED: i64 = 8;

/// Works on jobs of kind `comply_digest`.
pub(crate) struct DigestHandler {
    comply: Comply,
}

impl DigestHandler {
    pub fn new(comply: Comply) -> Self {
        Self { comply }
    }
}

#[async_trait::async_trait]
impl JobHandler for DigestHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        let told = self.comply.tell_week().await;
        told.map(|_| ()).map_err(|error| JobError::Retry(error.to_string()))
    }
}

/// A week in numbers.
struct Week {
    /// Open errors and warnings.
    grave: [i64; 2],
    /// Opened in the week.
    opened: i64,
    /// Past the day by which they should be mended.
    late: i64,
    /// The gravest.
    first: Vec<crate::Finding>,
}

impl Comply {
    pub(crate) async fn plan_weekly(&self) -> Result<()> {
        if self.store.schedule_by_key(KIND).await?.is_none() {
            self.store.schedule(KIND, KIND, WEEKLY, "UTC", json!({}), Actor::System(KIND)).await?;
        }
        Ok(())
    }

    /// Writes to those who answer for privacy about the findings of the week, once a week; says whether it
    /// did. Without mail, with nothing to mend, or with nobody to write to, nothing is written.
    pub async fn tell_week(&self) -> Result<bool> {
        let web = &self.rooms.web;
        let week = self.week().await?;
        if !web.has_mail() || week.grave == [0, 0] {
            return Ok(false);
        }
        let failed = |error: web::WebError| ComplyError::Room("the mail", error.to_string());
        let readers = web.watchers().await.map_err(failed)?;
        if readers.is_empty() {
            return Ok(false);
        }
        let name = crate::snapshot::day_of(now()).iso_week_date();
        let name = format!("{}-W{:02}", name.year(), name.week());
        let entry = Entry::new(Actor::System(KIND), "finding.digest_sent", "week", &name);
        let mut tx = self.store.begin(entry).await?;
        let fresh = sqlx::query(
            "INSERT INTO comply_digest (week, at) VALUES ($1, $2) ON CONFLICT (week) DO NOTHING",
        )
        .bind(&name)
        .bind(now())
        .execute(tx.conn())
        .await?;
        if fresh.rows_affected() == 0 {
            return Ok(false);
        }
        let url = format!("{}{}", web.base_url(), crate::nav::FINDINGS);
        for (to, lang) in readers {
            let letter = letter(&week, lang, to).with_action(&url);
            web.queue_mail(&mut tx, &letter).await.map_err(failed)?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn week(&self) -> Result<Week> {
        let standing = Filter { state: "standing".into(), ..Filter::default() };
        let (first, _) = self.findings(&standing, NAMED, 0).await?;
        let row: (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT COUNT(CASE WHEN severity = $1 THEN 1 END),
               COUNT(CASE WHEN severity = $2 THEN 1 END),
               COUNT(CASE WHEN opened_at > $3 THEN 1 END),
               COUNT(CASE WHEN due_at < $4 THEN 1 END)
             FROM comply_finding WHERE state IN ('open', 'mended')",
        )
        .bind(Severity::Error.as_str())
        .bind(Severity::Warning.as_str())
        .bind(now() - 7 * DAY)
        .bind(now())
        .fetch_one(self.store.reader())
        .await?;
        Ok(Week { grave: [row.0, row.1], opened: row.2, late: row.3, first })
    }
}

fn letter(week: &Week, lang: Lang, to: web::mail::Recipient) -> Letter {
    let zh = lang == Lang::ZhCn;
    let titles: Vec<String> =
        week.first.iter().map(|one| one.check.check.title.get(zh).to_owned()).collect();
    let [errors, warnings] = week.grave.map(|n| n.to_string());
    let (opened, late) = (week.opened.to_string(), week.late.to_string());
    let args = [
        ("errors", errors.as_str()),
        ("warnings", warnings.as_str()),
        ("opened", opened.as_str()),
        ("late", late.as_str()),
        ("titles", &titles.join(if zh { "；" } else { "; " })),
    ];
    Letter::new("finding-digest", lang, to, &args)
}
