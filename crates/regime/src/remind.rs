//! Once a day: which duties begin and end, and letters about those that come due.

use serde_json::json;
use store::{Actor, Entry, JobContext, JobError, JobHandler, Runner, now};
use web::{Web, mail::Letter};

use crate::{Duty, RegimeError, Regimes, Result, Standing, today};

/// The job's kind.
const KIND: &str = "duty_reminders";
/// Every morning.
const CRON: &str = "30 6 * * *";
/// A letter that many days before, and once when the day has passed.
const BEFORE: [(i32, &str); 3] = [(1, "day"), (7, "week"), (30, "month")];

pub(crate) async fn schedule(regimes: &Regimes) -> Result<()> {
    let by = Actor::System("duties");
    regimes.store().schedule("regime:duties", KIND, CRON, "UTC", json!({}), by).await?;
    Ok(())
}

/// Adds the room's background work to a runner.
#[must_use]
pub fn add_handlers(runner: Runner, web: &Web, regimes: &Regimes) -> Runner {
    runner.handle(Reminders { web: web.clone(), regimes: regimes.clone() })
}

struct Reminders {
    web: Web,
    regimes: Regimes,
}

#[async_trait::async_trait]
impl JobHandler for Reminders {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        let retry = |error: RegimeError| JobError::Retry(error.to_string());
        self.regimes.refresh().await.map_err(retry)?;
        self.regimes.count_again().await.map_err(retry)?;
        self.regimes.notice(today()).await.map_err(retry)?;
        self.regimes.remind(&self.web).await.map_err(retry)?;
        Ok(())
    }
}

/// Which letter a duty asks for today.
fn stage(duty: &Duty, day: jiff::civil::Date) -> Option<&'static str> {
    let due = duty.due?;
    if duty.standing == Standing::Overdue {
        return Some("late");
    }
    let near = matches!(duty.standing, Standing::Soon | Standing::Later | Standing::Done);
    let left = day.until(due).ok()?.get_days();
    BEFORE.iter().find(|(days, _)| near && left <= *days).map(|(_, stage)| *stage)
}

impl Regimes {
    /// Writes to those who answer for it about duties that come due, once for each stage; says how
    /// many duties were told. Without mail nothing is written and nothing marked.
    pub async fn remind(&self, web: &Web) -> Result<usize> {
        if !web.has_mail() {
            return Ok(0);
        }
        let day = today();
        let mut told = 0;
        for duty in self.duties(day).await? {
            let Some(stage) = stage(&duty, day) else { continue };
            told += usize::from(self.tell(web, &duty, stage).await?);
        }
        Ok(told)
    }

    async fn tell(&self, web: &Web, duty: &Duty, stage: &str) -> Result<bool> {
        let due = duty.due.map(|due| due.to_string()).unwrap_or_default();
        let failed = |error: web::WebError| RegimeError::Letter(error.to_string());
        let readers = web.watchers().await.map_err(failed)?;
        let entry = Entry::new(Actor::System("duties"), "duty.reminded", "duty", &duty.fact.id);
        let mut tx = self.store().begin(entry).await?;
        let fresh = sqlx::query(
            "INSERT INTO regime_reminder (fact, due, stage, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (fact, due, stage) DO NOTHING",
        )
        .bind(&duty.fact.id)
        .bind(&due)
        .bind(stage)
        .bind(now())
        .execute(tx.conn())
        .await?;
        if fresh.rows_affected() == 0 {
            return Ok(false);
        }
        let url = format!("{}/console/duties/{}", web.base_url(), duty.fact.id);
        for (to, lang) in readers {
            let zh = lang == web::Lang::ZhCn;
            let when = web::translate(lang, &format!("duty-letter-{stage}"), &[]);
            let args = [
                ("duty", duty.fact.text.get(zh)),
                ("cite", duty.fact.cite.get(zh)),
                ("due", due.as_str()),
                ("when", when.as_str()),
            ];
            let letter = Letter::new("duty-letter", lang, to, &args).with_action(&url);
            web.queue_mail(&mut tx, &letter).await.map_err(failed)?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
