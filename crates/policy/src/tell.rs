//! Telling customers of a new version by e-mail. A run goes through the customers there were at its
//! start, in the order of their ids. The letters of a batch, the proof of each, the place the run has
//! reached and the ledger's entry are one transaction: a customer is written to once or not at all,
//! whoever is killed, and of several servers one goes on at a time.

use std::time::Duration;

use ::store::{
    Actor, Entry, JobContext, JobError, JobFilter, JobHandler, NewJob, Runner, new_id, now,
};
use consent::Reachable;
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use web::{
    Lang,
    mail::{Letter, MailState, Recipient},
};

use crate::{Audience, Policy, PolicyError, PolicyVersion, Result, public};

/// The kind of its job.
pub const JOB: &str = "policy-tell";
/// The letters' kind in the list of outgoing mail.
pub const LETTER: &str = "policy-told";
/// Customers in one transaction: short enough that nobody waits for it.
const BATCH: i64 = 50;
/// Letters that may wait in the outgoing mail before the run rests.
const WAITING: i64 = 500;
/// How long it rests then, and after each batch.
const REST: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

/// A run: how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Id.
    pub id: String,
    /// The policy.
    pub policy: String,
    /// The version it tells of.
    pub version: i64,
    /// Customers there were at its start, of all properties.
    pub total: i64,
    /// How many of them are done.
    pub done: i64,
    /// Letters written; the others have no address or are no customers of the property.
    pub queued: i64,
    /// Customers of the property without an e-mail address.
    pub without: i64,
    /// Who began it, as the ledger names them.
    pub actor: String,
    /// When (µs).
    pub started_at: i64,
    /// When the last letter was written (µs).
    pub finished_at: Option<i64>,
    reached: String,
    last: String,
}

/// How its letters fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Wait for the mail server.
    pub waiting: i64,
    /// The mail server took them.
    pub sent: i64,
    /// Refused for good.
    pub failed: i64,
}

const COLUMNS: &str = "id, policy, version, total, done, queued, without, actor, started_at, finished_at, reached, last";

fn read(row: &AnyRow) -> Result<Telling> {
    Ok(Telling {
        id: row.try_get(0)?,
        policy: row.try_get(1)?,
        version: row.try_get(2)?,
        total: row.try_get(3)?,
        done: row.try_get(4)?,
        queued: row.try_get(5)?,
        without: row.try_get(6)?,
        actor: row.try_get(7)?,
        started_at: row.try_get(8)?,
        finished_at: row.try_get(9)?,
        reached: row.try_get(10)?,
        last: row.try_get(11)?,
    })
}

impl Policy {
    /// The run that tells of a version, if there is one.
    pub async fn telling(&self, policy: &str, version: i64) -> Result<Option<Telling>> {
        let sql =
            format!("SELECT {COLUMNS} FROM policy_telling WHERE policy = $1 AND version = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(policy)
            .bind(version)
            .fetch_optional(self.store().reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    async fn unfinished(&self) -> Result<Option<Telling>> {
        let sql = format!("SELECT {COLUMNS} FROM policy_telling WHERE unfinished = 1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_optional(self.store().reader()).await?;
        row.as_ref().map(read).transpose()
    }

    /// Whether the run rests until the mail server has taken more.
    pub(crate) async fn mail_is_full(&self) -> Result<bool> {
        let full = self.web().mail_is_full(LETTER, WAITING).await;
        full.map_err(|error| PolicyError::Mail(error.to_string()))
    }

    /// How the letters of a run fared, as the outgoing mail says.
    pub async fn fates(&self, telling: &Telling) -> Result<Fates> {
        let until = telling.finished_at.unwrap_or(i64::MAX);
        let fates = self.web().mail_fates(LETTER, telling.started_at, until).await;
        let fates = fates.map_err(|error| PolicyError::Mail(error.to_string()))?;
        let count = |state| fates.iter().find(|(one, _)| *one == state).map_or(0, |(_, n)| *n);
        Ok(Fates {
            waiting: count(MailState::Queued),
            sent: count(MailState::Sent),
            failed: count(MailState::Failed),
        })
    }

    /// Begins to tell the customers of a property of a version. One version is told once.
    pub async fn start_telling(&self, actor: Actor, policy: &str, version: i64) -> Result<()> {
        if !self.web().has_mail() {
            return Err(PolicyError::Conflict("policy-error-no-mail"));
        }
        self.version(policy, version).await?;
        let (total, last) = self.consent().people_mark().await?;
        let by = actor.to_text();
        let entry = Entry::new(actor, "privacy_policy.telling_started", "privacy_policy", policy);
        let mut tx = self.store().begin(entry).await?;
        let told: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM policy_telling
             WHERE unfinished = 1 OR (policy = $1 AND version = $2)",
        )
        .bind(policy)
        .bind(version)
        .fetch_one(tx.conn())
        .await?;
        if told > 0 {
            return Err(PolicyError::Conflict("policy-error-told"));
        }
        sqlx::query(
            "INSERT INTO policy_telling (id, policy, version, unfinished, total, done, queued,
                 without, actor, started_at, finished_at, reached, last)
             VALUES ($1, $2, $3, 1, $4, 0, 0, 0, $5, $6, NULL, '', $7)",
        )
        .bind(new_id())
        .bind(policy)
        .bind(version)
        .bind(total)
        .bind(by)
        .bind(now())
        .bind(last)
        .execute(tx.conn())
        .await?;
        tx.enqueue(NewJob {
            kind: JOB,
            payload: serde_json::Value::Null,
            dedupe: Some(JOB.to_owned()),
            max_attempts: 20,
        })
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes up a run whose job was given up, because servers stopped again and again while they worked
    /// on it. Once for each start: what stops every server must not do so for ever.
    pub(crate) async fn resume_telling(&self) -> Result<()> {
        if self.unfinished().await?.is_none() {
            return Ok(());
        }
        let filter = JobFilter { kind: Some(JOB.to_owned()), ..JobFilter::default() };
        if let Some(job) = self.store().list_jobs(&filter, None, 1).await?.first() {
            // Only one that failed or was cancelled is queued again.
            self.store().retry_job(&job.id, Actor::System("policy")).await?;
        }
        Ok(())
    }

    /// One batch of the run that is not finished; tells the run as it was before, `None` without one.
    pub async fn tell_some(&self) -> Result<Option<Telling>> {
        let Some(run) = self.unfinished().await? else { return Ok(None) };
        if self.mail_is_full().await? {
            tokio::time::sleep(REST).await;
            return Ok(Some(run));
        }
        let mut people = self.consent().reachable_after(&run.reached, BATCH).await?;
        people.retain(|one| one.subject.0 <= run.last);
        match people.last() {
            Some(last) => self.tell(&run, &last.subject.0.clone(), &people).await?,
            None => self.finish_telling(&run).await?,
        }
        Ok(Some(run))
    }

    /// The letters of a batch. Does nothing when somebody else was quicker.
    async fn tell(&self, run: &Telling, reached: &str, people: &[Reachable]) -> Result<()> {
        let version = self.version(&run.policy, run.version).await?;
        let property = &version.body.document.property;
        let by = Actor::System("policy");
        let entry = Entry::new(by, "privacy_policy.told", "privacy_policy", &*run.policy);
        let mut tx = self.store().begin(entry).await?;
        let (mut letters, mut without) = (0_i64, 0_i64);
        // First of all: it holds off whoever else works on the run.
        let mine = sqlx::query(
            "UPDATE policy_telling SET reached = $1, done = done + $2
             WHERE id = $3 AND reached = $4 AND unfinished = 1",
        )
        .bind(reached)
        .bind(i64::try_from(people.len()).unwrap_or(0))
        .bind(&run.id)
        .bind(&run.reached)
        .execute(tx.conn())
        .await?;
        if mine.rows_affected() == 0 {
            return Ok(());
        }
        let children = version.body.document.audience == Audience::Children;
        let meant =
            |one: &&Reachable| one.properties.contains(property) && (one.child || !children);
        for person in people.iter().filter(meant) {
            let mail = person.mail.as_ref().and_then(|mail| Recipient::parse(mail.expose()));
            let Some(to) = mail else {
                without += 1;
                continue;
            };
            if told_as_another(tx.conn(), &run.id, &person.merged).await? {
                continue;
            }
            let letter = self.letter(&version, Lang::from_tag(&person.language), to);
            let queued = self.web().queue_mail(&mut tx, &letter).await;
            let mail = queued.map_err(|error| PolicyError::Mail(error.to_string()))?;
            sqlx::query("INSERT INTO policy_told (telling, subject, mail) VALUES ($1, $2, $3)")
                .bind(&run.id)
                .bind(&person.subject.0)
                .bind(mail)
                .execute(tx.conn())
                .await?;
            letters += 1;
        }
        sqlx::query(
            "UPDATE policy_telling SET queued = queued + $1, without = without + $2
             WHERE id = $3",
        )
        .bind(letters)
        .bind(without)
        .bind(&run.id)
        .execute(tx.conn())
        .await?;
        tx.states(None, Some(self.store().digest(&(&run.id, reached, letters))));
        tx.commit().await?;
        Ok(())
    }

    fn letter(&self, version: &PolicyVersion, lang: Option<Lang>, to: Recipient) -> Letter {
        let document = &version.body.document;
        let lang = lang.unwrap_or_default();
        let zh = lang == Lang::ZhCn;
        let day = public::look(lang, String::new()).day(version.effective_at);
        let reason = version.body.reason.get(zh);
        let args = [
            ("organisation", document.controller.get(zh)),
            ("place", document.place.get(zh)),
            ("reason", reason),
            ("day", &day),
        ];
        let (base, address) = (self.web().base_url(), public::address(version));
        let url = if version.version > 1 {
            format!("{base}{address}/v/{}/changes?lang={}", version.version, lang.tag())
        } else {
            format!("{base}{address}?lang={}", lang.tag())
        };
        Letter::new(LETTER, lang, to, &args).with_action(&url)
    }

    async fn finish_telling(&self, run: &Telling) -> Result<()> {
        let by = Actor::System("policy");
        let entry = Entry::new(by, "privacy_policy.telling_ended", "privacy_policy", &*run.policy);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(&run.id, run.done, run.queued))));
        let mine = sqlx::query(
            "UPDATE policy_telling SET unfinished = NULL, finished_at = $1
             WHERE id = $2 AND reached = $3 AND unfinished = 1",
        )
        .bind(now())
        .bind(&run.id)
        .bind(&run.reached)
        .execute(tx.conn())
        .await?;
        if mine.rows_affected() == 1 {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Whether somebody was written to before they were found to be the same person as another.
async fn told_as_another(conn: &mut AnyConnection, run: &str, merged: &[String]) -> Result<bool> {
    for subject in merged {
        let told: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM policy_told WHERE telling = $1 AND subject = $2",
        )
        .bind(run)
        .bind(subject)
        .fetch_one(&mut *conn)
        .await?;
        if told > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Works on a run as a job: claimed by one server, gone on with by another when that one dies.
struct Teller(Policy);

#[async_trait::async_trait]
impl JobHandler for Teller {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        loop {
            let step = self.0.tell_some().await;
            match step.map_err(|error| JobError::Retry(error.to_string()))? {
                Some(run) => context.progress(run.done, run.total, "").await?,
                None => return Ok(()),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Adds the handlers of the room's jobs.
#[must_use]
pub fn add_handlers(runner: Runner, policy: &Policy) -> Runner {
    runner.handle(Teller(policy.clone()))
}
