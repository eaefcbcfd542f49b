//! Mail that came in: a letter that asks for one thing becomes a request at once, which its sender still
//! confirms; anything else waits for somebody who reads it.

use ::store::{Actor, Entry, HotWrite, WriteTx, new_id, now};
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use sqlx::Row as _;
use web::{Lang, Rule};

use super::{BY, Message, guess};
use crate::{By, Channel, Kind, Level, New, Private, Request, Result, Rights, RightsError, tongue};

/// Letters of one sender that become requests by themselves; more wait for a reader.
const PER_SENDER: Rule = Rule { free: 3, longest: std::time::Duration::from_hours(1) };

/// What became of a letter.
#[derive(Debug)]
pub enum Taken {
    /// A machine sent it.
    Automatic,
    /// It came before.
    Known,
    /// It became a request.
    Made(Box<Request>),
    /// It waits for somebody who reads it.
    Waits,
}

/// A letter that waits, or waited.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// Came (µs).
    pub at: i64,
    /// `new` | `made` | `aside`.
    pub stage: String,
    /// The kind that was guessed, or `None`.
    pub guess: Option<Kind>,
    /// The request that was made of it, or "".
    pub request: String,
    /// The letter; empty once it was made a request or put aside.
    pub message: Message,
}

fn context(id: &str) -> String {
    format!("rights-mail:{id}")
}

/// Whether nothing happens before the sender confirms. An objection counts without proof, and anybody
/// can write a name into `From`: such a letter is read by somebody first.
fn asks_first(kind: Kind) -> bool {
    kind.needs() > Level::Claimed
}

fn person_of(message: &Message) -> Option<Subject> {
    let one = Identifier::parse(IdentifierKind::Email, &message.from, "").ok()?;
    Subject::new(vec![one]).ok()
}

/// Whoever writes Chinese reads it. A Japanese letter has its signs, too.
fn language(message: &Message) -> Lang {
    let all = [message.subject.as_str(), message.text.as_str()].join("\n");
    let han = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    let chinese = all.chars().filter(han).count() >= 4 && tongue::guess(&all) != "ja";
    if chinese { Lang::ZhCn } else { Lang::En }
}

impl Rights {
    /// Takes a letter in as a mail server hands it on.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for what is no letter, and those of Privet's own database.
    pub async fn take_mail(&self, actor: Actor, bytes: &[u8]) -> Result<Taken> {
        let message = Message::read(bytes).ok_or(RightsError::Asked("rights-error-no-letter"))?;
        if message.automatic {
            // Nothing of it is kept but that it came.
            let entry = Entry::new(actor, "rights.mail_ignored", "rights_mail", new_id());
            self.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
            return Ok(Taken::Automatic);
        }
        // Without a Message-ID the same words of the same sender are the same letter.
        let origin = match message.id.as_str() {
            "" => self.origin("mail", &[&message.from, &message.subject, &message.text]),
            id => self.origin("mail", &[&message.from, id]),
        };
        let seen: Option<String> =
            sqlx::query_scalar("SELECT id FROM rights_mail WHERE origin = $1")
                .bind(&origin)
                .fetch_optional(self.store().reader())
                .await?;
        if seen.is_some() {
            return Ok(Taken::Known);
        }
        let kind = guess(&message.subject, &message.text);
        // Kept before anything else is tried: what came is not lost.
        let id = self.keep_mail(&actor, &origin, kind, &message).await?;
        match (kind, person_of(&message)) {
            (Some(kind), Some(person))
                if asks_first(kind) && !message.list && self.may_make(&person) =>
            {
                let new = from_letter(kind, person, &message);
                Ok(Taken::Made(Box::new(self.make_of_mail(BY, &id, new).await?)))
            }
            _ => Ok(Taken::Waits),
        }
    }

    fn may_make(&self, person: &Subject) -> bool {
        let key = format!("rights-mail:{}", self.digest_of(person));
        let may = self.web().has_mail() && self.limits().wait(&key, PER_SENDER).is_none();
        self.limits().failed(&key);
        may
    }

    async fn keep_mail(
        &self,
        actor: &Actor,
        origin: &str,
        kind: Option<Kind>,
        message: &Message,
    ) -> Result<String> {
        let id = new_id();
        let entry = Entry::new(actor.clone(), "rights.mail_came", "rights_mail", &id);
        let mut tx = self.store().begin(entry).await?;
        let text = serde_json::to_string(message).unwrap_or_default();
        sqlx::query(
            "INSERT INTO rights_mail (id, origin, at, stage, guess, sealed)
             VALUES ($1, $2, $3, 'new', $4, $5)",
        )
        .bind(&id)
        .bind(origin)
        .bind(now())
        .bind(kind.map_or("", Kind::as_str))
        .bind(self.store().seal(&context(&id), &text))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn make_of_mail(&self, actor: Actor, id: &str, new: New) -> Result<Request> {
        // A crash after this makes no second request: the letter is its origin.
        let made = self.receive_once(actor.clone(), new, Some(&format!("mail:{id}"))).await?;
        let entry = Entry::new(actor, "rights.mail_made", "rights_mail", id);
        let mut tx = self.store().begin(entry).await?;
        end_mail(&mut tx, id, ("made", &made.id)).await?;
        tx.commit().await?;
        Ok(made.request)
    }

    /// Makes a request of a letter that somebody read. It came in when the letter did.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is not waiting (any more), [`RightsError::Asked`] where it has no
    /// sender who could be asked.
    pub async fn make_from_mail(
        &self,
        actor: Actor,
        id: &str,
        kind: Kind,
        words: &str,
    ) -> Result<Request> {
        let mail = self.mail(id).await?;
        if mail.stage != "new" {
            return Err(RightsError::Conflict("rights-error-mail"));
        }
        let person =
            person_of(&mail.message).ok_or(RightsError::Asked("rights-error-mail-sender"))?;
        let new = from_letter(kind, person, &mail.message);
        let private = Private { words: words.to_owned(), ..new.private };
        self.make_of_mail(actor, id, New { received_at: mail.at, private, ..new }).await
    }

    /// Puts a letter aside that is no request; it is wiped.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if it is not waiting (any more).
    pub async fn put_mail_aside(&self, actor: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.mail_dropped", "rights_mail", id);
        let mut tx = self.store().begin(entry).await?;
        end_mail(&mut tx, id, ("aside", "")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Letters that wait, the oldest first, and how many there are.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn inbox(&self, limit: i64, offset: i64) -> Result<(Vec<Mail>, i64)> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM rights_mail WHERE stage = 'new'")
            .fetch_one(self.store().reader())
            .await?;
        let rows = sqlx::query(
            "SELECT id, at, stage, guess, request, sealed FROM rights_mail WHERE stage = 'new'
             ORDER BY at, id LIMIT $1 OFFSET $2",
        )
        .bind(limit)
        .bind(offset)
        .fetch_all(self.store().reader())
        .await?;
        let mails: Result<Vec<Mail>> = rows.iter().map(|row| self.mail_of(row)).collect();
        Ok((mails?, count))
    }

    /// One letter.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn mail(&self, id: &str) -> Result<Mail> {
        let row = sqlx::query(
            "SELECT id, at, stage, guess, request, sealed FROM rights_mail WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?
        .ok_or(RightsError::NotFound("letter"))?;
        self.mail_of(&row)
    }

    fn mail_of(&self, row: &sqlx::any::AnyRow) -> Result<Mail> {
        let id: String = row.try_get(0)?;
        let sealed: String = row.try_get(5)?;
        let message = if sealed.is_empty() {
            Message::default()
        } else {
            let text = self.store().unseal(&context(&id), &sealed)?;
            serde_json::from_str(&text).map_err(|_| RightsError::Damaged("letter"))?
        };
        Ok(Mail {
            at: row.try_get(1)?,
            stage: row.try_get(2)?,
            guess: Kind::parse(&row.try_get::<String, _>(3)?),
            request: row.try_get(4)?,
            message,
            id,
        })
    }
}

fn from_letter(kind: Kind, person: Subject, message: &Message) -> New {
    let words = [message.subject.as_str(), message.text.as_str()];
    let words = words.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    New {
        kind,
        by: By::Person,
        channel: Channel::Mail,
        person,
        private: Private {
            name: message.name.clone(),
            words: words.join("\n\n").chars().take(Private::LONGEST).collect(),
            ..Private::default()
        },
        property: DEFAULT.to_owned(),
        lang: language(message),
        level: Level::Claimed,
        received_at: now(),
        about: String::new(),
    }
}

async fn end_mail(tx: &mut WriteTx, id: &str, (stage, request): (&str, &str)) -> Result<()> {
    let done = sqlx::query(
        "UPDATE rights_mail SET stage = $1, request = $2, sealed = '' WHERE id = $3 AND stage = 'new'",
    )
    .bind(stage)
    .bind(request)
    .bind(id)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(RightsError::Conflict("rights-error-mail"));
    }
    Ok(())
}
