//! All SQL of records, and the one way in which they are written.

use std::{collections::BTreeMap, fmt::Write as _};

use ::store::{Actor, Entry, HotRow, HotWrite, StoreError, new_id, now};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    Choice, Origin, PurposeState, Recording, Stored, check::Checked, minor, sealed::damaged, states,
};
use crate::{
    Catalogue, Consent, ConsentError, Receipt, Result,
    subject::{Subject, SubjectId},
};

/// How often a write is tried when others write the same customer at the same time.
pub(crate) const TRIES: usize = 8;

const COLUMNS: &[&str] = &[
    "id",
    "subject",
    "property",
    "notice",
    "notice_version",
    "notice_slot",
    "language",
    "choices",
    "channel",
    "page",
    "ip",
    "agent",
    "origin",
    "minor_until",
    "guardian",
    "guardian_verified_at",
    "given_at",
    "recorded_at",
    "idempotency",
    "request_digest",
];
/// Columns in the order [`Consent::read`] expects.
pub(crate) const READ: &str = "r.id, r.subject, r.property, r.notice, r.notice_version, r.notice_slot, r.language, \
    r.choices, r.channel, r.page, r.ip, r.agent, r.origin, r.minor_until, r.guardian, \
    r.guardian_verified_at, r.given_at, r.recorded_at";

impl Consent {
    /// Records choices. On return they are durable, every decision of this server heeds them, and the
    /// receipt proves them.
    pub async fn record(&self, actor: &Actor, recording: &Recording) -> Result<Receipt> {
        let checked = recording.check(&self.catalogue(), now())?;
        let blind = recording.subject.blind(self.vault());
        let digest = match &recording.idempotency {
            Some(_) => request_digest(self, recording, &blind),
            None => String::new(),
        };
        for turn in 0..TRIES {
            let (known, _taken) = self.find_to_write(&blind, turn > 0).await?;
            if known.erased {
                return Err(ConsentError::Erased);
            }
            if known.people.len() > 1 {
                self.merge(actor, &known.people).await?;
                continue;
            }
            let mut new = self.write_subject(&recording.subject, &blind, &known).await?;
            let mut stored = self.stored(recording, &checked, &new).await?;
            if let Some(person) = known.people.first() {
                self.tell_withdrawals(person, &mut stored.choices).await?;
            }
            new.rows.push(self.row(&stored, recording.idempotency.as_deref(), &digest)?);
            let mut entry = Entry::new(actor.clone(), action(&stored), "consent", &*stored.id);
            entry.after = Some(self.digest_of(&stored)?);
            entry.subject = Some(stored.subject.clone());
            match self.store().submit(HotWrite { entry, rows: new.rows }).await {
                Ok(position) => {
                    self.recorded(&stored, &blind, position).await;
                    return self.receipt_of(&stored, position);
                }
                Err(error) if is_taken(&error) => {
                    if let Some(receipt) = self.repeated(recording, &digest).await? {
                        return Ok(receipt);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(crowded())
    }

    /// Says that the guardian of a minor was verified: the choices of the record hold from now on, as
    /// a new record with its own receipt.
    pub async fn verify_guardian(&self, actor: &Actor, id: &str, method: &str) -> Result<Receipt> {
        minor::check_method(method)?;
        let mut stored = self.stored_record(id).await?;
        let mut kept: minor::KeptGuardian =
            serde_json::from_str(&stored.guardian).map_err(|_| {
                ConsentError::Conflict("this record names no guardian to verify".to_owned())
            })?;
        method.clone_into(&mut kept.method);
        let at = now();
        stored.id = new_id();
        stored.guardian =
            serde_json::to_string(&kept).map_err(|e| ConsentError::Invalid(e.to_string()))?;
        stored.guardian_verified_at = Some(at);
        (stored.given_at, stored.recorded_at) = (at, at);
        let mut entry =
            Entry::new(actor.clone(), "consent.guardian_verified", "consent", &*stored.id);
        entry.after = Some(self.digest_of(&stored)?);
        entry.subject = Some(stored.subject.clone());
        let rows = vec![self.row(&stored, None, "")?];
        let position = self.store().submit(HotWrite { entry, rows }).await?;
        self.recorded(&stored, &[], position).await;
        self.receipt_of(&stored, position)
    }

    /// What the ledger holds of a record: the keyed digest of its canonical JSON.
    fn digest_of(&self, stored: &Stored) -> Result<::store::Digest> {
        let text =
            serde_json::to_string(stored).map_err(|e| ConsentError::Invalid(e.to_string()))?;
        Ok(self.store().digest_text(&text))
    }

    async fn stored(
        &self,
        recording: &Recording,
        checked: &Checked,
        new: &crate::subject::NewSubject,
    ) -> Result<Stored> {
        let at = now();
        let guardian = recording.minor.as_ref().and_then(|minor| minor.guardian.as_ref());
        let verified = guardian.is_some_and(|guardian| guardian.verified);
        let kept = match guardian {
            Some(guardian) => self.kept(guardian, new).await?,
            None => String::new(),
        };
        let notice = checked.notice.as_deref();
        Ok(Stored {
            id: new_id(),
            subject: new.id.0.clone(),
            property: recording.property.clone(),
            notice: notice.map(|n| n.notice.clone()).unwrap_or_default(),
            notice_version: notice.map_or(0, |n| n.version),
            notice_slot: notice.map_or(0, |n| i64::from(n.slot)),
            language: checked.language.clone(),
            choices: checked.choices.clone(),
            channel: recording.channel.clone(),
            page: checked.page.clone(),
            ip: checked.ip.clone(),
            agent: checked.agent.clone(),
            origin: recording.origin,
            minor_until: checked.minor_until,
            guardian: kept,
            guardian_verified_at: verified.then_some(at),
            given_at: checked.given_at,
            recorded_at: at,
        })
    }

    /// What is kept of a guardian, the contact sealed with the minor's key.
    async fn kept(
        &self,
        guardian: &minor::Guardian,
        new: &crate::subject::NewSubject,
    ) -> Result<String> {
        let contact = match &new.key {
            Some(key) => key.seal("guardian", &guardian.contact),
            None => self.subject_key(&new.id).await?.seal("guardian", &guardian.contact),
        };
        let (relation, method) = (guardian.relation.clone(), guardian.method.clone());
        let kept = minor::KeptGuardian { relation, method, contact };
        serde_json::to_string(&kept).map_err(|error| ConsentError::Invalid(error.to_string()))
    }

    /// A no after a yes is a withdrawal.
    async fn tell_withdrawals(
        &self,
        person: &SubjectId,
        choices: &mut BTreeMap<String, Choice>,
    ) -> Result<()> {
        if !choices.values().any(|choice| *choice == Choice::Denied) {
            return Ok(());
        }
        let before = states(&self.records_of(person).await?);
        for (purpose, choice) in choices {
            let granted = before
                .get(purpose)
                .is_some_and(|state| matches!(state.choice, Choice::Granted | Choice::Pending));
            if *choice == Choice::Denied && granted {
                *choice = Choice::Withdrawn;
            }
        }
        Ok(())
    }

    /// The receipt of a request that was already recorded under its idempotency key.
    async fn repeated(&self, recording: &Recording, digest: &str) -> Result<Option<Receipt>> {
        let Some(key) = &recording.idempotency else { return Ok(None) };
        let row =
            sqlx::query("SELECT id, request_digest FROM consent_record WHERE idempotency = $1")
                .bind(key)
                .fetch_optional(self.store().reader())
                .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<String, _>(1)? != digest {
            return Err(ConsentError::KeyReused);
        }
        self.receipt(&row.try_get::<String, _>(0)?).await.map(Some)
    }

    /// What makes an imported line the same line again.
    pub(crate) fn line_key(&self, recording: &Recording) -> String {
        request_digest(self, recording, &recording.subject.blind(self.vault()))
    }

    /// All records of a person, oldest first; those of customers merged into it too. An erased one has
    /// none.
    pub async fn records_of(&self, person: &SubjectId) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {READ} FROM consent_record r JOIN subject s ON s.id = r.subject
             WHERE s.id = $1 OR s.merged_into = $1 ORDER BY r.given_at, r.recorded_at, r.id"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(&person.0)
            .fetch_all(self.store().reader())
            .await?;
        self.opened(&rows).await
    }

    /// The records of rows of [`READ`]; those of erased customers are left out.
    pub(crate) async fn opened(&self, rows: &[AnyRow]) -> Result<Vec<Stored>> {
        let read = |catalogue: &Catalogue| {
            rows.iter().filter_map(|row| self.read(catalogue, row).transpose()).collect()
        };
        self.opening(read).await
    }

    /// One record. An error for an erased customer's: what they chose went with them.
    pub async fn stored_record(&self, id: &str) -> Result<Stored> {
        let sql = format!("SELECT {READ} FROM consent_record r WHERE r.id = $1");
        let row =
            sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.store().reader()).await?;
        let unknown =
            || ConsentError::Unknown { kind: "receipt", key: id.chars().take(36).collect() };
        let row = row.ok_or_else(unknown)?;
        let stored = self.opening(|catalogue| self.read(catalogue, &row)).await?;
        stored.ok_or(ConsentError::Erased)
    }

    /// The records whose entries in the ledger lie after `start` up to `last` and in which something waits
    /// for an e-mail to be answered, in their order.
    pub async fn waiting_between(&self, start: i64, last: i64) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {READ} FROM ledger_entry l JOIN consent_record r ON r.id = l.object_id
             WHERE l.seq > $1 AND l.seq <= $2 AND l.object_kind = 'consent'
             AND l.action IN ('consent.recorded', 'consent.withdrawn') ORDER BY l.seq"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(start)
            .bind(last)
            .fetch_all(self.store().reader())
            .await?;
        let mut records = self.opened(&rows).await?;
        let waits = |stored: &Stored| stored.choices.values().any(|one| *one == Choice::Pending);
        records.retain(waits);
        Ok(records)
    }

    /// What a person chose last, by purpose; empty for somebody unknown.
    pub async fn states_of(&self, subject: &Subject) -> Result<BTreeMap<String, PurposeState>> {
        let known = self.find(&subject.blind(self.vault())).await?;
        let mut records = Vec::new();
        for person in &known.people {
            records.extend(self.records_of(person).await?);
        }
        Ok(states(&records))
    }
}

/// `consent.withdrawn` when an agreement is taken back, so that whoever follows the ledger need not
/// read the record to know.
fn action(stored: &Stored) -> &'static str {
    let withdrawn = stored.choices.values().any(|choice| *choice == Choice::Withdrawn);
    if withdrawn { "consent.withdrawn" } else { "consent.recorded" }
}

/// What makes two requests the same: everything that would be kept, keyed so that it says nothing.
fn request_digest(consent: &Consent, recording: &Recording, blind: &[vault::BlindIndex]) -> String {
    let blind: Vec<String> = blind.iter().map(|one| one.to_text()).collect();
    let minor = recording.minor.as_ref().map(|minor| minor.age);
    let state = serde_json::json!([
        blind,
        recording.property,
        recording.notice,
        recording.language,
        recording.choices,
        recording.channel,
        recording.given_at,
        recording.origin,
        minor,
    ]);
    let bytes = consent.store().digest(&state).0;
    bytes.chunks(16).fold(String::with_capacity(64), |mut text, half| {
        let half = half.try_into().map_or(0, u128::from_be_bytes);
        let _ = write!(text, "{half:032x}");
        text
    })
}

impl Consent {
    /// A record's row: who chose, when and where in clear; what they chose, sealed.
    fn row(&self, stored: &Stored, idempotency: Option<&str>, digest: &str) -> Result<HotRow> {
        let values: Vec<Value> = vec![
            stored.id.clone().into(),
            stored.subject.clone().into(),
            stored.property.clone().into(),
            // Notice and origin stand beside the choices.
            "".into(),
            0.into(),
            0.into(),
            stored.language.clone().into(),
            self.seal_said(&self.catalogue(), stored)?.into(),
            stored.channel.clone().into(),
            stored.page.clone().into(),
            stored.ip.clone().into(),
            stored.agent.clone().into(),
            "".into(),
            stored.minor_until.into(),
            stored.guardian.clone().into(),
            stored.guardian_verified_at.into(),
            stored.given_at.into(),
            stored.recorded_at.into(),
            idempotency.into(),
            digest.into(),
        ];
        Ok(HotRow { table: "consent_record", columns: COLUMNS, values })
    }

    /// The record of a row of [`READ`]; `None` when its customer was erased.
    pub(crate) fn read(&self, catalogue: &Catalogue, row: &AnyRow) -> Result<Option<Stored>> {
        let (id, subject): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let kept: &str = row.try_get(7)?;
        let Some(said) = self.said(&id, &subject, kept, row.try_get(5)?)? else {
            return Ok(None);
        };
        let notice_slot = said.notice_slot();
        let (notice, notice_version) = match (said.origin(), notice_slot) {
            // From before choices were sealed: these columns are as they were written.
            (None, _) => (row.try_get(3)?, row.try_get(4)?),
            (_, 0) => (String::new(), 0),
            (_, slot) => {
                let notice = catalogue.notice_by_slot(slot).ok_or_else(|| damaged("notice"))?;
                (notice.notice.clone(), notice.version)
            }
        };
        let origin = match said.origin() {
            Some(origin) => origin,
            None => Origin::parse(row.try_get(12)?).ok_or_else(|| damaged("origin"))?,
        };
        Ok(Some(Stored {
            id,
            subject,
            property: row.try_get(2)?,
            notice,
            notice_version,
            notice_slot: notice_slot.into(),
            language: row.try_get(6)?,
            choices: said.choices(catalogue)?,
            channel: row.try_get(8)?,
            page: row.try_get(9)?,
            ip: row.try_get(10)?,
            agent: row.try_get(11)?,
            origin,
            minor_until: row.try_get(13)?,
            guardian: row.try_get(14)?,
            guardian_verified_at: row.try_get(15)?,
            given_at: row.try_get(16)?,
            recorded_at: row.try_get(17)?,
        }))
    }
}

/// A key that must be unique is there already.
pub(crate) fn is_taken(error: &StoreError) -> bool {
    match error {
        StoreError::Database(sqlx::Error::Database(error)) => {
            error.is_unique_violation()
                // The driver over all databases does not always pass the kind on.
                || error.message().contains("UNIQUE constraint failed")
                || error.message().contains("duplicate key value")
        }
        _ => false,
    }
}

pub(crate) fn crowded() -> ConsentError {
    ConsentError::Conflict(
        "others are changing the same customer at this moment; send the request again".to_owned(),
    )
}

/// A record with nothing in it, for tests.
#[cfg(test)]
pub(crate) fn nothing() -> Stored {
    Stored {
        agent: String::new(),
        channel: String::new(),
        choices: BTreeMap::new(),
        given_at: 0,
        guardian: String::new(),
        guardian_verified_at: None,
        id: String::new(),
        ip: String::new(),
        language: String::new(),
        minor_until: None,
        notice: String::new(),
        notice_slot: 0,
        notice_version: 0,
        origin: Origin::Api,
        page: String::new(),
        property: String::new(),
        recorded_at: 0,
        subject: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_records_json_is_canonical_as_it_is() {
        let stored = Stored {
            id: "r".to_owned(),
            choices: BTreeMap::from([
                ("b".to_owned(), Choice::Denied),
                ("a".to_owned(), Choice::Granted),
            ]),
            page: "https://shop.example.com/\u{e9}\"".to_owned(),
            minor_until: Some(5),
            ..nothing()
        };

        let text = serde_json::to_string(&stored).unwrap();

        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, ledger::canonical(&value));
    }
}
