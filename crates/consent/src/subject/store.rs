//! All SQL of customers and their identifiers.

use std::fmt::Write as _;

use ::store::{Actor, Entry, HotRow, WriteTx, new_id, now};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _};
use vault::{BlindIndex, SubjectKey};

use super::{Identifier, IdentifierKind, Subject, SubjectId, pending::Taken, sealing};
use crate::{
    Consent, ConsentError, Result,
    decide::{Memory, feed::print},
};

const SUBJECT: &[&str] = &["id", "wrapped_key", "created_at"];
const IDENTIFIER: &[&str] = &["blind", "subject", "kind", "sealed", "linked_at"];

/// What is known of a subject's identifiers.
#[derive(Debug, Default)]
pub struct Known {
    /// The customer the identifiers lead to; with several, the oldest comes first.
    pub people: Vec<SubjectId>,
    /// Which identifiers, by their place in the subject, nobody has yet.
    pub missing: Vec<usize>,
    /// One of the people was erased.
    pub erased: bool,
}

/// A link between identifiers and a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The customer.
    pub subject: SubjectId,
    /// Whether anything was new.
    pub changed: bool,
}

/// A customer about to be written, with what a write needs.
pub(crate) struct NewSubject {
    pub id: SubjectId,
    pub key: Option<SubjectKey>,
    pub rows: Vec<HotRow>,
}

impl Consent {
    /// Whom the identifiers lead to. One read, shared with whoever else asks at the moment.
    pub async fn find(&self, blind: &[BlindIndex]) -> Result<Known> {
        self.inner.lookups.find(blind).await
    }

    /// The same for somebody about to be recorded, whose new identifiers nobody else on this server
    /// links meanwhile. Memory answers for people it has never heard of: should it not be up to date,
    /// the database refuses the second row of an identifier, and the caller comes again with `sure`.
    pub(crate) async fn find_to_write(
        &self,
        blind: &[BlindIndex],
        sure: bool,
    ) -> Result<(Known, Option<Taken<'_>>)> {
        let memory = self.feed().memory().filter(|_| !sure);
        loop {
            let unknown = |memory: &Memory| !blind.iter().any(|one| memory.knows(print(*one)));
            let nobody = memory.as_deref().is_some_and(unknown);
            let known = if nobody {
                Known { missing: (0..blind.len()).collect(), ..Known::default() }
            } else {
                self.find(blind).await?
            };
            if known.missing.is_empty() {
                return Ok((known, None));
            }
            let prints = known.missing.iter().map(|at| print(blind[*at])).collect();
            let Some(taken) = self.inner.pending.take(prints).await else { continue };
            // Whoever was here first may have finished between the look and the taking.
            if !nobody || memory.as_deref().is_some_and(unknown) {
                return Ok((known, Some(taken)));
            }
        }
    }

    /// The customer that all these identifiers belong to from now on, when nothing stands against it.
    /// Anonymous and known records become one person's; none is lost.
    pub async fn link(&self, actor: &Actor, subject: &Subject) -> Result<Linked> {
        let blind = subject.blind(self.vault());
        for _ in 0..crate::record::TRIES {
            let (known, _taken) = self.find_to_write(&blind, true).await?;
            if known.erased {
                return Err(ConsentError::Erased);
            }
            if known.people.len() > 1 {
                self.merge(actor, &known.people).await?;
                continue;
            }
            let new = self.write_subject(subject, &blind, &known).await?;
            if new.rows.is_empty() {
                return Ok(Linked { subject: new.id, changed: false });
            }
            let entry = Entry::new(actor.clone(), "subject.linked", "subject", &*new.id.0);
            match self.store().submit(::store::HotWrite { entry, rows: new.rows }).await {
                Ok(_) => {
                    self.follow().await?;
                    return Ok(Linked { subject: new.id, changed: true });
                }
                // Somebody else linked one of them in the meantime: look again.
                Err(error) if crate::record::is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(crate::record::crowded())
    }

    /// What must be written so that the identifiers lead to one customer: nothing, identifiers, or a
    /// new customer with them.
    pub(crate) async fn write_subject(
        &self,
        subject: &Subject,
        blind: &[BlindIndex],
        known: &Known,
    ) -> Result<NewSubject> {
        let at = now();
        let Some(id) = known.people.first().cloned() else {
            let id = SubjectId(new_id());
            let (key, wrapped) = self.vault().new_key(&id.0);
            let values = vec![id.0.clone().into(), wrapped.into(), at.into()];
            let mut rows = vec![HotRow { table: "subject", columns: SUBJECT, values }];
            rows.extend(known.missing.iter().map(|place| {
                identifier_row(&id, &key, &subject.identifiers()[*place], blind[*place], at)
            }));
            return Ok(NewSubject { id, key: Some(key), rows });
        };
        if known.missing.is_empty() {
            return Ok(NewSubject { id, key: None, rows: Vec::new() });
        }
        self.check_one_per_person(&id, subject, known).await?;
        let key = self.subject_key(&id).await?;
        let rows = known.missing.iter().map(|place| {
            identifier_row(&id, &key, &subject.identifiers()[*place], blind[*place], at)
        });
        let rows = rows.collect();
        Ok(NewSubject { id, key: Some(key), rows })
    }

    /// A customer's own number that another number of the kind already stands for: two people.
    async fn check_one_per_person(
        &self,
        id: &SubjectId,
        subject: &Subject,
        known: &Known,
    ) -> Result<()> {
        let new = known.missing.iter().map(|place| subject.identifiers()[*place].kind());
        for kind in new.filter(|kind| kind.is_one_per_person()) {
            let taken: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM identifier i JOIN subject s ON s.id = i.subject
                 WHERE i.kind = $1 AND (s.id = $2 OR s.merged_into = $2)",
            )
            .bind(kind.as_str())
            .bind(&id.0)
            .fetch_one(self.store().reader())
            .await?;
            if taken > 0 {
                return Err(ConsentError::TwoPeople(kind.as_str()));
            }
        }
        Ok(())
    }

    /// The key of a customer. An erased one has none any more.
    pub(crate) async fn subject_key(&self, id: &SubjectId) -> Result<SubjectKey> {
        let wrapped: Option<String> = sqlx::query_scalar(
            "SELECT wrapped_key FROM subject WHERE id = $1 AND erased_at IS NULL",
        )
        .bind(&id.0)
        .fetch_optional(self.store().reader())
        .await?;
        let wrapped = wrapped.ok_or(ConsentError::Erased)?;
        self.open_key(&id.0, &wrapped).await
    }

    /// Makes one person of several customers: the oldest stays, the others point to it. Their records
    /// stay as they are and are read together from now on.
    pub(crate) async fn merge(&self, actor: &Actor, people: &[SubjectId]) -> Result<()> {
        let Some((first, others)) = people.split_first() else { return Ok(()) };
        let Some(second) = others.first() else { return Ok(()) };
        let entry = Entry::new(actor.clone(), "subject.merged", "subject", &*second.0);
        let mut tx = self.store().begin(entry).await?;
        let sql = format!(
            "SELECT i.kind, COUNT(DISTINCT i.blind) FROM identifier i JOIN subject s ON s.id = i.subject
             WHERE s.id IN ({0}) OR s.merged_into IN ({0}) GROUP BY i.kind",
            places(people.len())
        );
        let query = people.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(&id.0));
        for row in query.fetch_all(tx.conn()).await? {
            let kind = IdentifierKind::parse(&row.try_get::<String, _>(0)?);
            if let Some(kind) = kind.filter(|kind| kind.is_one_per_person())
                && row.try_get::<i64, _>(1)? > 1
            {
                return Err(ConsentError::TwoPeople(kind.as_str()));
            }
        }
        for (at, other) in others.iter().enumerate() {
            if at > 0 {
                tx.also(Entry::new(actor.clone(), "subject.merged", "subject", &*other.0));
            }
            // What was merged into it earlier comes along: chains would cost every later read.
            sqlx::query("UPDATE subject SET merged_into = $1 WHERE id = $2 OR merged_into = $2")
                .bind(&first.0)
                .bind(&other.0)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Stops every use of a customer's data but keeping it (GDPR Art 18), or lifts that.
    pub async fn restrict(&self, actor: &Actor, id: &SubjectId, restricted: bool) -> Result<()> {
        let action = if restricted { "subject.restricted" } else { "subject.unrestricted" };
        let mut tx =
            self.store().begin(Entry::new(actor.clone(), action, "subject", &*id.0)).await?;
        sqlx::query("UPDATE subject SET restricted_at = $1 WHERE id = $2 OR merged_into = $2")
            .bind(restricted.then(now))
            .bind(&id.0)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        self.follow().await
    }

    /// Erases a customer: the keys are destroyed, and with them everything sealed; what they chose is
    /// taken away. The identifiers' blind indexes stay, so that nothing is ever recorded or allowed
    /// under them again.
    pub async fn erase(&self, actor: &Actor, id: &SubjectId) -> Result<()> {
        let entry = Entry::new(actor.clone(), "subject.erased", "subject", &*id.0).about(&*id.0);
        let tx = self.store().begin(entry).await?;
        self.erase_in(tx, id).await
    }

    /// The same in a transaction that was begun with the entry `subject.erased`.
    pub(crate) async fn erase_in(&self, mut tx: WriteTx, id: &SubjectId) -> Result<()> {
        let people: Vec<String> =
            sqlx::query_scalar("SELECT id FROM subject WHERE id = $1 OR merged_into = $1")
                .bind(&id.0)
                .fetch_all(tx.conn())
                .await?;
        self.remember_shredded(&people)?;
        // The customers first, as everybody locks them who changes what they sealed.
        sqlx::query(
            "UPDATE subject SET erased_at = $1, wrapped_key = '' WHERE id = $2 OR merged_into = $2",
        )
        .bind(now())
        .bind(&id.0)
        .execute(tx.conn())
        .await?;
        sqlx::query(
            "UPDATE identifier SET sealed = '' WHERE subject IN
             (SELECT id FROM subject WHERE id = $1 OR merged_into = $1)",
        )
        .bind(&id.0)
        .execute(tx.conn())
        .await?;
        // What they chose is sealed under a key that is made from their id: it is taken away itself.
        sqlx::query(
            "UPDATE consent_record SET choices = $2, notice = '', notice_version = 0, notice_slot = 0, \
               origin = ''
             WHERE subject IN (SELECT id FROM subject WHERE id = $1 OR merged_into = $1)",
        )
        .bind(&id.0)
        .bind(crate::record::GONE)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.follow().await
    }

    /// A customer's identifiers in clear, for the customer and for connectors that need them. The
    /// caller answers for why.
    pub async fn identifiers(&self, id: &SubjectId) -> Result<Vec<Identifier>> {
        let rows = sqlx::query(
            "SELECT s.id, s.wrapped_key, i.kind, i.sealed FROM identifier i
             JOIN subject s ON s.id = i.subject
             WHERE (s.id = $1 OR s.merged_into = $1) AND s.erased_at IS NULL ORDER BY i.kind, i.linked_at",
        )
        .bind(&id.0)
        .fetch_all(self.store().reader())
        .await?;
        let mut identifiers = Vec::with_capacity(rows.len());
        for row in &rows {
            let (owner, wrapped): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let kind = IdentifierKind::parse(&row.try_get::<String, _>(2)?)
                .ok_or(super::IdentifierError::Kind)?;
            let key = self.open_key(&owner, &wrapped).await?;
            let text = key.open(&sealing(kind), &row.try_get::<String, _>(3)?)?;
            identifiers.push(Identifier::parse(kind, &text, "")?);
        }
        Ok(identifiers)
    }
}

fn identifier_row(
    id: &SubjectId,
    key: &SubjectKey,
    one: &Identifier,
    blind: BlindIndex,
    at: i64,
) -> HotRow {
    let sealed = key.seal(&sealing(one.kind()), one.expose());
    let values: Vec<Value> = vec![
        blind.to_text().into(),
        id.0.clone().into(),
        one.kind().as_str().into(),
        sealed.into(),
        at.into(),
    ];
    HotRow { table: "identifier", columns: IDENTIFIER, values }
}

/// `$1, $2, …`
pub(crate) fn places(count: usize) -> String {
    (1..=count).fold(String::new(), |mut text, at| {
        let _ = write!(text, "{}${at}", if at > 1 { ", " } else { "" });
        text
    })
}
