//! The sending side: a person's copy is pushed to the ticket they named. A killed server, or one whose
//! receiver was down, asks how far it came and goes on from there.

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, new_id, now};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{MANIFEST, PIECE, RECEIPT, hex};
use crate::{
    Kind, Request, Result, Rights, RightsError,
    bundle::Stage,
    request::{NewEvent, insert_event},
};

const KIND: &str = "rights_move";
const BY: Actor = Actor::System("portability");

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveState {
    /// It begins soon, or tries again.
    Queued,
    /// It is on its way.
    Sending,
    /// The other side has it, and signed for it.
    Arrived,
    /// The other side does not take it.
    Refused,
    /// It could not be sent.
    Failed,
}

impl MoveState {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Queued, "queued"),
        (Self::Sending, "sending"),
        (Self::Arrived, "arrived"),
        (Self::Refused, "refused"),
        (Self::Failed, "failed"),
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|one| one.0 == self).map_or("", |one| one.1)
    }

    /// The badge that shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Queued | Self::Sending => "info",
            Self::Arrived => "ok",
            Self::Refused | Self::Failed => "danger",
        }
    }

    /// It changes by itself.
    pub fn moves(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}

/// A move.
#[derive(Debug, Clone)]
pub struct Move {
    /// How far it is.
    pub state: MoveState,
    /// What went wrong: the end of `rights-move-why-…`, or "".
    pub error: String,
    /// The server it goes to.
    pub host: String,
    /// Asked for (µs).
    pub asked_at: i64,
    /// Ended (µs), or 0.
    pub ended_at: i64,
    /// Bytes that the other side has.
    pub sent: i64,
    /// Bytes in all.
    pub bytes: i64,
    /// The other side's signed receipt, or "".
    pub receipt: String,
}

fn context(request: &str) -> String {
    format!("rights-move:{request}")
}

/// The server's name in a ticket's address, which is that and nothing more.
fn host_of(address: &str) -> Option<String> {
    let (host, path) = super::parts(address)?;
    let ticket = path.strip_prefix("v1/portability/")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let fits = !ticket.is_empty() && ticket.len() <= 64 && ticket.chars().all(plain);
    fits.then(|| host.to_owned())
}

/// What the other side's answer means.
enum Fault {
    /// The end of `rights-move-why-…`.
    Refused(&'static str),
    Passing(String),
    Job(JobError),
}

impl<E: Into<RightsError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Passing(error.into().to_string())
    }
}

impl Rights {
    /// Sends a person's copy to the ticket that they named.
    ///
    /// # Errors
    /// [`RightsError::Asked`] for an address that is none, [`RightsError::Conflict`] without a copy.
    pub async fn send_copy(
        &self,
        by: &Actor,
        request: &Request,
        address: &str,
        code: &str,
    ) -> Result<()> {
        let (address, code) = (address.trim(), code.trim());
        if request.kind != Kind::Portability {
            return Err(RightsError::Conflict("rights-error-no-move"));
        }
        if request.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        let host = host_of(address).ok_or(RightsError::Asked("rights-error-move-address"))?;
        if code.is_empty() || code.len() > 200 {
            return Err(RightsError::Asked("rights-error-move-code"));
        }
        let bundle = self.bundle(&request.id).await?.filter(|one| one.stage == Stage::Ready);
        let bundle = bundle.ok_or(RightsError::Conflict("rights-error-no-copy"))?;
        if self.moved(&request.id).await?.is_some_and(|one| one.state.moves()) {
            return Err(RightsError::Conflict("rights-error-moving"));
        }
        let entry = Entry::new(by.clone(), "rights.move_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        let id = new_id();
        let sealed = json!({ "address": address, "code": code, "id": id, "at": now() });
        sqlx::query(
            "INSERT INTO rights_move (request, state, host, sealed, asked_at, bytes)
             VALUES ($1, 'queued', $2, $3, $4, $5)
             ON CONFLICT (request) DO UPDATE SET state = 'queued', error = '', host = $2,
               sealed = $3, asked_at = $4, ended_at = 0, sent = 0, bytes = $5, receipt = ''",
        )
        .bind(&request.id)
        .bind(host)
        .bind(self.store().seal(&context(&request.id), &sealed.to_string()))
        .bind(now())
        .bind(bundle.bytes)
        .execute(tx.conn())
        .await?;
        let event = NewEvent { request: &request.id, what: "move-asked", detail: "" };
        insert_event(&mut tx, by, &event).await?;
        let payload = json!({ "request": request.id });
        // Each push has its own job: the last one's may not have ended yet.
        let dedupe = Some(format!("rights-move:{}:{id}", request.id));
        tx.enqueue(NewJob { kind: KIND, payload, dedupe, max_attempts: 12 }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The move of a request.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn moved(&self, request: &str) -> Result<Option<Move>> {
        type Row = (String, String, String, i64, i64, i64, i64, String);
        let row: Option<Row> = sqlx::query_as(
            "SELECT state, error, host, asked_at, ended_at, sent, bytes, receipt
             FROM rights_move WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some((state, error, host, asked_at, ended_at, sent, bytes, receipt)) = row else {
            return Ok(None);
        };
        let state = MoveState::ALL.iter().find(|one| one.1 == state);
        let state = state.map(|one| one.0).ok_or(RightsError::Damaged("move"))?;
        Ok(Some(Move { state, error, host, asked_at, ended_at, sent, bytes, receipt }))
    }

    async fn push(&self, context_: &JobContext, id: &str) -> Result<(), JobError> {
        let Some(found) = self.moved(id).await?.filter(|one| one.state.moves()) else {
            return Ok(());
        };
        let ended = match self.try_push(context_, id, &found).await {
            Ok(receipt) => self.end_move(id, MoveState::Arrived, "", &receipt).await,
            Err(Fault::Refused(why)) => self.end_move(id, MoveState::Refused, why, "").await,
            Err(Fault::Job(error)) => return Err(error),
            Err(Fault::Passing(why)) => return Err(JobError::Retry(why)),
        };
        Ok(ended?)
    }

    async fn try_push(
        &self,
        context_: &JobContext,
        id: &str,
        found: &Move,
    ) -> Result<String, Fault> {
        let reach = self.reach().ok_or_else(|| Fault::Passing("no way out is set up".into()))?;
        let sealed: String =
            sqlx::query_scalar("SELECT sealed FROM rights_move WHERE request = $1")
                .bind(id)
                .fetch_one(self.store().reader())
                .await
                .map_err(RightsError::from)?;
        let to: Value = self
            .store()
            .unseal(&context(id), &sealed)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .ok_or(RightsError::Damaged("move"))?;
        let text = |name: &str| to[name].as_str().unwrap_or_default().to_owned();
        let (address, code) = (text("address"), text("code"));
        let request = self.request(id).await?;
        let made_at = web::rfc3339(to["at"].as_i64().unwrap_or(0));
        let manifest = self.manifest_for(&request, (&text("id"), &made_at), &address).await?;
        let body = json!({ "code": code, "manifest": manifest }).to_string().into_bytes();
        let kind = ("content-type", "application/json");
        let said = answer(reach.send("POST", &address, &[kind], body).await)?;
        if said["state"] == "arrived" {
            return self.signed_for(&address, &said, &manifest).await;
        }
        let mut next = said["next"].as_u64().unwrap_or(0);
        let mut pieces = self.read_bundle(id).await?;
        let (mut n, mut buffer, mut ended) = (0_u64, Vec::with_capacity(PIECE), false);
        while !ended {
            // Filled up, so that pieces are the same each time.
            while buffer.len() < PIECE && !ended {
                match pieces.recv().await {
                    Some(piece) => buffer.extend(piece.map_err(|error| {
                        Fault::Passing(format!("the copy could not be read ({error})"))
                    })?),
                    None => ended = true,
                }
            }
            let rest = buffer.split_off(buffer.len().min(PIECE));
            let piece = std::mem::replace(&mut buffer, rest);
            ended &= buffer.is_empty();
            if piece.is_empty() {
                break;
            }
            n += 1;
            if n <= next {
                continue;
            }
            let url = format!("{address}/{}", n - 1);
            let heads = [("content-type", "application/octet-stream"), ("x-privet-code", &*code)];
            let length = i64::try_from(piece.len()).unwrap_or(0);
            let said = answer(reach.send("PUT", &url, &heads, piece).await)?;
            if said["state"] == "arrived" {
                return self.signed_for(&address, &said, &manifest).await;
            }
            next = said["next"].as_u64().unwrap_or(n);
            let sent = i64::try_from(n - 1).unwrap_or(0) * 4_194_304 + length;
            self.sent(id, sent).await?;
            let told = context_.progress(sent, found.bytes, "").await;
            told.map_err(Fault::Job)?;
        }
        Err(Fault::Passing("the other side has everything and did not sign for it".into()))
    }

    /// The receipt in an answer, signed with the key that the receiving server publishes.
    async fn signed_for(
        &self,
        address: &str,
        said: &Value,
        manifest: &Value,
    ) -> Result<String, Fault> {
        let scheme = address.split("://").next().unwrap_or("https");
        let host = host_of(address).unwrap_or_default();
        let key = self.key_of(&format!("{scheme}://{host}")).await.map_err(Fault::Passing)?;
        let receipt = &said["receipt"];
        let fits = receipt["type"] == RECEIPT
            && receipt["sha256"] == manifest["sha256"]
            && receipt["bytes"] == manifest["bytes"]
            && ledger::verify(receipt, Some(&key)).is_ok();
        if fits { Ok(receipt.to_string()) } else { Err(Fault::Refused("receipt")) }
    }

    /// The signed manifest; the same for each try.
    async fn manifest_for(
        &self,
        request: &Request,
        (id, made_at): (&str, &str),
        address: &str,
    ) -> Result<Value> {
        let mut pieces = self.read_bundle(&request.id).await?;
        let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
        while let Some(piece) = pieces.recv().await {
            let piece = piece.map_err(|error| RightsError::Search(error.to_string()))?;
            bytes += piece.len() as u64;
            hash.update(&piece);
        }
        let document = json!({
            "type": MANIFEST,
            "id": id,
            "organisation": self.organisation(),
            "from": self.address(""),
            "to": address,
            "request": request.name(),
            "sha256": hex(&hash.finalize()),
            "bytes": bytes,
            "made_at": made_at,
        });
        let Value::Object(document) = document else { unreachable!("made above") };
        Ok(self.consent().signer().sign(document))
    }

    async fn sent(&self, id: &str, sent: i64) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query("UPDATE rights_move SET state = 'sending', sent = $1 WHERE request = $2")
            .bind(sent)
            .bind(id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn end_move(&self, id: &str, to: MoveState, why: &str, receipt: &str) -> Result<()> {
        let action = match to {
            MoveState::Arrived => "rights.moved",
            _ => "rights.move_failed",
        };
        let mut tx = self.store().begin(Entry::new(BY, action, "rights_request", id)).await?;
        tx.states(None, Some(self.store().digest(&(to.as_str(), receipt))));
        sqlx::query(
            "UPDATE rights_move SET state = $1, error = $2, receipt = $3, ended_at = $4,
               sent = CASE WHEN $1 = 'arrived' THEN bytes ELSE sent END
             WHERE request = $5",
        )
        .bind(to.as_str())
        .bind(why)
        .bind(receipt)
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        let what = if to == MoveState::Arrived { "moved" } else { "move-failed" };
        insert_event(&mut tx, &BY, &NewEvent { request: id, what, detail: "" }).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// An answer as JSON; a refusal for good, or one that passes. The other server's words are not shown:
/// they would stand on our pages as ours.
fn answer(said: Result<(u16, Vec<u8>), String>) -> Result<Value, Fault> {
    let (status, body) = said.map_err(Fault::Passing)?;
    match status {
        200 => Ok(serde_json::from_slice(&body).unwrap_or_default()),
        409 | 429 | 500.. => Err(Fault::Passing(format!("the other side answers {status}"))),
        403 | 404 => Err(Fault::Refused("code")),
        422 => Err(Fault::Refused("content")),
        _ => Err(Fault::Refused("other")),
    }
}

/// The job that pushes.
pub(crate) struct Push {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Push {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.push(&context, &request)).await
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        let ended = self.rights.end_move(request, MoveState::Failed, "unreachable", "").await;
        if let Err(error) = ended {
            tracing::warn!(%error, "the end of a move could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tickets_address_is_one() {
        assert_eq!(
            host_of("https://privacy.example.com/v1/portability/01a2-b3"),
            Some("privacy.example.com".to_owned())
        );
        for wrong in [
            "privacy.example.com/v1/portability/a",
            "https://privacy.example.com/",
            "https://li@example.com/v1/portability/a",
            "https://privacy.example.com/v1/portability/",
            "https://privacy.example.com/v1/portability/a?b=c",
            "https://privacy.example.com/x?y=v1/portability/a",
            "https://privacy.example.com/x/v1/portability/a",
            "https://privacy.example.com#/v1/portability/a",
            "file:///v1/portability/a",
        ] {
            assert_eq!(host_of(wrong), None, "{wrong}");
        }
    }
}
