//! Follows the ledger: for each agreement that waits, one letter.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use consent::{Choice, IdentifierKind, Stored, Subject, SubjectId, purpose::text_in};
use store::{Entry, WriteTx, now};
use tokio::sync::watch;
use web::{
    Lang,
    mail::{Letter, Recipient},
};

use crate::{
    PreferenceError, Preferences, Result,
    link::{LinkKind, NewLink},
    session::CUSTOMER,
};

/// How soon an agreement of another server is seen.
const POLL: Duration = Duration::from_millis(500);
/// Entries looked at in one step.
const STEP: i64 = 500;
/// Where the follower stands, in the settings' table.
const KEY: &str = "confirm.position";

/// Writes the confirmation letters until told to stop.
pub struct Follower {
    preferences: Preferences,
    /// Up to here nothing waits; not worth a write each time.
    seen: AtomicI64,
}

impl Follower {
    /// A follower.
    pub fn new(preferences: Preferences) -> Self {
        Self { preferences, seen: AtomicI64::new(0) }
    }

    /// Runs until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let more = match self.step().await {
                Ok(more) => more,
                Err(error) => {
                    tracing::warn!(%error, "confirmation letters wait; trying again");
                    false
                }
            };
            if more {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One look at what is new; whether there may be more at once.
    pub async fn step(&self) -> Result<bool> {
        // Without a way to send, agreements wait: a letter that comes later is better than none.
        if !self.preferences.web().has_mail() {
            return Ok(false);
        }
        let position = self.position().await?;
        let start = position.max(self.seen.load(Ordering::Relaxed));
        let newest: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(seq) FROM (SELECT seq FROM ledger_entry WHERE seq > $1 ORDER BY seq LIMIT $2) s",
        )
        .bind(start)
        .bind(STEP)
        .fetch_one(self.preferences.store().reader())
        .await?;
        let Some(last) = newest else { return Ok(false) };
        // One statement however many choices were recorded: nearly none of them waits.
        let waiting = self.preferences.consent().waiting_between(start, last).await?;
        if !waiting.is_empty() || last - position > STEP {
            self.write(position, last, &waiting).await?;
        }
        self.seen.store(last, Ordering::Relaxed);
        Ok(last - start >= STEP)
    }

    async fn position(&self) -> Result<i64> {
        let kept: Option<String> =
            sqlx::query_scalar("SELECT value FROM preference_setting WHERE key = $1")
                .bind(KEY)
                .fetch_optional(self.preferences.store().reader())
                .await?;
        Ok(kept.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// The letters and the new position in one transaction. Another server that was faster has moved
    /// the position: then nothing is written here.
    async fn write(&self, from: i64, to: i64, waiting: &[Stored]) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "confirm.followed", "setting", KEY);
        let mut tx = self.preferences.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO preference_setting (key, value) VALUES ($1, '0') ON CONFLICT (key) DO NOTHING",
        )
        .bind(KEY)
        .execute(tx.conn())
        .await?;
        let moved =
            sqlx::query("UPDATE preference_setting SET value = $1 WHERE key = $2 AND value = $3")
                .bind(to.to_string())
                .bind(KEY)
                .bind(from.to_string())
                .execute(tx.conn())
                .await?;
        if moved.rows_affected() == 0 {
            return Err(PreferenceError::Web("another server follows too; looking again".into()));
        }
        for record in waiting {
            self.write_letter(&mut tx, record).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn write_letter(&self, tx: &mut WriteTx, record: &Stored) -> Result<()> {
        let days = self.preferences.shown().confirm_days;
        let left = record.recorded_at / 1_000_000 + days * 24 * 3600 - now() / 1_000_000;
        if left <= 0 {
            return Ok(());
        }
        let known =
            self.preferences.consent().identifiers(&SubjectId(record.subject.clone())).await?;
        // Several addresses: the newest is the one they gave now.
        let mut mails = known.into_iter().filter(|one| one.kind() == IdentifierKind::Email);
        let Some(address) = mails.next_back() else { return Ok(()) };
        let Some(to) = Recipient::parse(address.expose()) else { return Ok(()) };
        let Ok(person) = Subject::new(vec![address]) else { return Ok(()) };
        let lang = Lang::from_tag(&record.language).unwrap_or_default();
        let new = NewLink {
            kind: LinkKind::Confirm,
            person: &person,
            property: &record.property,
            lang,
            life: left,
            record: &record.id,
        };
        let secret = self.preferences.insert_link(tx, &new).await?;
        let organisation = self.preferences.web().organisation();
        let purposes = self.names(record, lang);
        let args = [
            ("organisation", organisation.as_str()),
            ("purposes", purposes.as_str()),
            ("days", &days.to_string()),
        ];
        let letter = Letter::new("preference-confirm", lang, to, &args)
            .with_action(&self.preferences.address(&format!("/privacy/confirm/{secret}")));
        self.preferences.web().queue_mail(tx, &letter).await?;
        Ok(())
    }

    fn names(&self, record: &Stored, lang: Lang) -> String {
        let catalogue = self.preferences.consent().catalogue();
        let waits = record.choices.iter().filter(|(_, choice)| **choice == Choice::Pending);
        let names: Vec<String> = waits
            .map(|(key, _)| match catalogue.purpose(key) {
                Ok(purpose) => text_in(&purpose.body.name, lang.tag()).to_owned(),
                Err(_) => key.clone(),
            })
            .collect();
        names.join(if lang == Lang::ZhCn { "、" } else { ", " })
    }
}
