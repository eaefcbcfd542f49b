//! The receiving side: pieces of a copy are taken in, sealed, under a ticket and a signed manifest.

use std::path::PathBuf;

use ::store::{Actor, Entry, now};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{post, put},
};
use consent::Subject;
use ledger::PublicKey;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vault::Blob;
use web::{ClientAddress, Rule, problem};

use super::{KEY_PATH, MANIFEST, MOST, Manifest, PIECE, RECEIPT, Ticket, hex};
use crate::{CUSTOMER, Result, Rights, RightsError, Room, token};

/// What comes stays for a month (µs).
const KEPT: i64 = 30 * 24 * 3600 * 1_000_000;
/// Wrong codes from one address before it becomes slower.
const WRONG: Rule = Rule { free: 10, longest: std::time::Duration::from_hours(1) };
const BY: Actor = Actor::System("portability");

/// What came, as staff see it.
pub type Arrival = Ticket;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/portability/{ticket}", post(begin))
        .route("/v1/portability/{ticket}/{n}", put(piece))
        .layer(DefaultBodyLimit::max(PIECE + 1024))
}

/// Why something was not taken.
#[derive(Debug)]
enum Refused {
    /// No such ticket, or another code: the same answer to both.
    Code,
    /// Too many wrong codes; seconds to wait.
    Slow(u64),
    /// A manifest that does not fit: what is wrong with it.
    Manifest(&'static str),
    /// The sender's key cannot be asked for now.
    Key(String),
    /// A piece that is not the next one.
    Order(i64),
    /// The whole is not what the manifest says.
    Content,
    Room(RightsError),
}

impl<E: Into<RightsError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Room(error.into())
    }
}

impl Refused {
    fn answer(self) -> Response {
        let (status, kind, detail) = match self {
            Self::Code => (
                StatusCode::NOT_FOUND,
                "urn:privet:problem:portability-ticket",
                "there is no such ticket, or it has another code, was used, or is over".to_owned(),
            ),
            Self::Slow(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                "urn:privet:problem:too-many-requests",
                format!("too many wrong codes; try again in {seconds} seconds"),
            ),
            Self::Manifest(why) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "urn:privet:problem:portability-manifest",
                why.to_owned(),
            ),
            Self::Key(why) => (
                StatusCode::BAD_GATEWAY,
                "urn:privet:problem:portability-key",
                format!("the key that your server publishes could not be read: {why}"),
            ),
            Self::Order(next) => (
                StatusCode::CONFLICT,
                "urn:privet:problem:portability-order",
                format!("piece {next} is the next one"),
            ),
            Self::Content => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "urn:privet:problem:portability-content",
                "what was sent is not what the manifest says; nothing of it was kept".to_owned(),
            ),
            Self::Room(error) => return web::WebError::from(error).into_response(),
        };
        problem(status, kind, &detail)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    code: String,
    manifest: Value,
}

async fn begin(
    State(room): State<Room>,
    address: ClientAddress,
    Path(ticket): Path<String>,
    body: Result<Json<Begin>, JsonRejection>,
) -> Response {
    // Who sends something else has no ticket, as far as they are told.
    let Ok(Json(begin)) = body else { return Refused::Code.answer() };
    let from = format!("portability:{}", address.reveal());
    let taken = room.rights.begin_arrival(&from, &ticket, &begin.code, &begin.manifest).await;
    taken.map_or_else(Refused::answer, |said| Json(said).into_response())
}

async fn piece(
    State(room): State<Room>,
    address: ClientAddress,
    Path((ticket, n)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let code = headers.get("x-privet-code").and_then(|one| one.to_str().ok()).unwrap_or_default();
    let from = format!("portability:{}", address.reveal());
    let n = n.parse().unwrap_or(-1);
    let taken = room.rights.take_piece(&from, (&ticket, code), n, body.to_vec()).await;
    taken.map_or_else(Refused::answer, |said| Json(said).into_response())
}

#[derive(sqlx::FromRow)]
struct Line {
    code_hash: String,
    state: String,
    expires_at: i64,
    manifest: String,
    pieces: i64,
    bytes: i64,
    receipt: String,
}

impl Rights {
    fn arrival_folder(&self, ticket: &str) -> PathBuf {
        let name: String = ticket.chars().filter(char::is_ascii_alphanumeric).collect();
        self.store().data_dir().join("arrivals").join(name)
    }

    fn arrival_blob(&self) -> Blob {
        let key = self.store().derive_key("rights/arrival");
        Blob::with_profile(self.store().profile(), &key)
    }

    /// The ticket of that code; wrong ones become slower.
    async fn ticket_of(&self, from: &str, ticket: &str, code: &str) -> Result<Line, Refused> {
        if let Some(seconds) = self.limits().wait(from, WRONG) {
            return Err(Refused::Slow(seconds));
        }
        let line: Option<Line> = sqlx::query_as(
            "SELECT code_hash, state, expires_at, manifest, pieces, bytes, receipt
             FROM rights_ticket WHERE id = $1",
        )
        .bind(ticket)
        .fetch_optional(self.store().reader())
        .await?;
        // Both are hashes of 256 random bits: how long the comparison takes tells nothing.
        let known = line.filter(|line| line.code_hash == token::hash(code));
        let usable = |line: &Line| match line.state.as_str() {
            "open" | "receiving" => line.expires_at > now(),
            "arrived" | "imported" | "declined" => true,
            _ => false,
        };
        let Some(line) = known.filter(usable) else {
            self.limits().failed(from);
            return Err(Refused::Code);
        };
        self.limits().clear(from);
        Ok(line)
    }

    async fn begin_arrival(
        &self,
        from: &str,
        ticket: &str,
        code: &str,
        document: &Value,
    ) -> Result<Value, Refused> {
        let line = self.ticket_of(from, ticket, code).await?;
        if !line.receipt.is_empty() {
            return Ok(arrived(&line.receipt));
        }
        let manifest = self.manifest(ticket, document)?;
        let text = document.to_string();
        if line.state == "receiving" && line.manifest == text {
            if u64::try_from(line.bytes).unwrap_or(0) == manifest.bytes {
                // Everything came, and a server died before it was looked at.
                return self.complete(ticket, manifest, line.pieces).await;
            }
            return Ok(json!({ "state": "receiving", "next": line.pieces }));
        }
        let key = self.key_of(&manifest.from).await.map_err(Refused::Key)?;
        if ledger::verify(document, Some(&key)).is_err() {
            return Err(Refused::Manifest("its signature is not of the server that it names"));
        }
        // A push that is begun anew, under another manifest: what came before is nothing.
        self.drop_pieces(ticket).await?;
        let entry = Entry::new(BY, "rights.arrival_begun", "rights_ticket", ticket);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&manifest.sha256)));
        sqlx::query(
            "UPDATE rights_ticket SET state = 'receiving', manifest = $1, sender = $2, place = $3,
               sender_key = $4, bytes = 0, pieces = 0
             WHERE id = $5 AND state IN ('open', 'receiving')",
        )
        .bind(&text)
        .bind(&manifest.organisation)
        .bind(&manifest.from)
        .bind(key.to_string())
        .bind(ticket)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(json!({ "state": "receiving", "next": 0 }))
    }

    fn manifest(&self, ticket: &str, document: &Value) -> Result<Manifest, Refused> {
        let mut own = document.clone();
        if let Value::Object(own) = &mut own {
            // It is kept in clear: nothing may stand in it that nobody looks at.
            if own.keys().any(|name| !MEMBERS.contains(&name.as_str()) && name != PROOF) {
                return Err(Refused::Manifest("it has members that are none of a manifest"));
            }
            own.remove(PROOF);
        }
        let long = document.to_string().len() > 16 << 10;
        let manifest: Manifest =
            serde_json::from_value(own).map_err(|_| Refused::Manifest("a member is missing"))?;
        let fault = match () {
            () if manifest.kind != MANIFEST => "it is of another type",
            () if manifest.to != self.ticket_address(ticket) => "it is for another ticket",
            () if long || manifest.organisation.chars().any(char::is_control) => "it is none",
            () if super::parts(&manifest.from).is_none_or(|(_, path)| !path.is_empty()) => {
                "its server is not told as https://host"
            }
            () if manifest.bytes == 0 || manifest.bytes > MOST => "it is empty or too large",
            () if manifest.organisation.chars().count() > 200 => "its name is too long",
            () if manifest.from.len() > 300 || manifest.sha256.len() != 64 => "it is none",
            () => return Ok(manifest),
        };
        Err(Refused::Manifest(fault))
    }

    /// The key that a server publishes.
    pub(super) async fn key_of(&self, server: &str) -> Result<PublicKey, String> {
        let reach = self.reach().ok_or("no way out is set up")?;
        let (status, body) = reach.get(&format!("{server}{KEY_PATH}")).await?;
        if status != 200 {
            return Err(format!("it answers {status}"));
        }
        let text = String::from_utf8_lossy(&body);
        text.trim().parse().map_err(|_| "it is no key".to_owned())
    }

    async fn take_piece(
        &self,
        from: &str,
        (ticket, code): (&str, &str),
        n: i64,
        body: Vec<u8>,
    ) -> Result<Value, Refused> {
        // One piece at a time: a late second one must not overwrite what is there.
        let _turn = self.arriving().lock().await;
        let line = self.ticket_of(from, ticket, code).await?;
        if !line.receipt.is_empty() {
            return Ok(arrived(&line.receipt));
        }
        if line.state != "receiving"
            || n < 0
            || n > line.pieces
            || body.is_empty()
            || body.len() > PIECE
        {
            return Err(Refused::Order(line.pieces));
        }
        let document: Value = serde_json::from_str(&line.manifest).unwrap_or_default();
        let manifest = self.manifest(ticket, &document)?;
        let mut taken = line.bytes;
        if n == line.pieces {
            taken += i64::try_from(body.len()).unwrap_or(i64::MAX);
            if u64::try_from(taken).unwrap_or(u64::MAX) > manifest.bytes {
                self.refuse_arrival(ticket).await?;
                return Err(Refused::Content);
            }
            self.keep_piece(ticket, n, body).await?;
            let mut tx = self.store().begin_upkeep().await?;
            let done = sqlx::query(
                "UPDATE rights_ticket SET pieces = $1 + 1, bytes = $2
                 WHERE id = $3 AND pieces = $1 AND state = 'receiving'",
            )
            .bind(n)
            .bind(taken)
            .bind(ticket)
            .execute(tx.conn())
            .await?;
            if done.rows_affected() == 0 {
                return Err(Refused::Code);
            }
            tx.commit().await?;
        }
        if u64::try_from(taken).unwrap_or(0) < manifest.bytes {
            return Ok(json!({ "next": n.max(line.pieces - 1) + 1 }));
        }
        self.complete(ticket, manifest, line.pieces.max(n + 1)).await
    }

    /// Looks at the whole; it goes on when the caller does not wait for it, and whoever asks again is
    /// told how it ended.
    async fn complete(
        &self,
        ticket: &str,
        manifest: Manifest,
        pieces: i64,
    ) -> Result<Value, Refused> {
        let (rights, ticket) = (self.clone(), ticket.to_owned());
        let work = tokio::spawn(async move {
            if rights.hash_of(&ticket, pieces).await? != manifest.sha256 {
                rights.refuse_arrival(&ticket).await?;
                return Err(Refused::Content);
            }
            rights.arrive(&ticket, &manifest).await
        });
        let ended = work.await;
        ended.unwrap_or_else(|error| Err(RightsError::Search(error.to_string()).into()))
    }

    async fn keep_piece(&self, ticket: &str, n: i64, body: Vec<u8>) -> Result<()> {
        let (folder, blob) = (self.arrival_folder(ticket), self.arrival_blob());
        let context = context(ticket, n);
        let write = move || {
            std::fs::create_dir_all(&folder)?;
            let (path, half) = (folder.join(n.to_string()), folder.join("half"));
            let mut file = std::fs::File::create(&half)?;
            std::io::Write::write_all(&mut file, &blob.seal(&context, body))?;
            file.sync_all()?;
            std::fs::rename(half, path)
        };
        let written = tokio::task::spawn_blocking(write).await;
        written.map_err(|error| RightsError::Search(error.to_string()))?.map_err(disk)
    }

    async fn piece_of(&self, ticket: &str, n: i64) -> Result<Vec<u8>> {
        let path = self.arrival_folder(ticket).join(n.to_string());
        let sealed = tokio::fs::read(path).await.map_err(disk)?;
        let opened = self.arrival_blob().open(&context(ticket, n), sealed);
        opened.map_err(|_| RightsError::Damaged("arrival"))
    }

    async fn hash_of(&self, ticket: &str, pieces: i64) -> Result<String> {
        let mut hash = Sha256::new();
        for n in 0..pieces {
            hash.update(self.piece_of(ticket, n).await?);
        }
        Ok(hex(&hash.finalize()))
    }

    /// Everything is there: the ticket is used up, and the sender gets a receipt.
    async fn arrive(&self, ticket: &str, manifest: &Manifest) -> Result<Value, Refused> {
        let document = json!({
            "type": RECEIPT,
            "id": ticket,
            "organisation": self.organisation(),
            "from": manifest.from,
            "manifest": manifest.id,
            "sha256": manifest.sha256,
            "bytes": manifest.bytes,
            "received_at": web::rfc3339(now()),
        });
        let Value::Object(document) = document else { unreachable!("made above") };
        let receipt = self.consent().signer().sign(document).to_string();
        let entry = Entry::new(BY, "rights.arrived", "rights_ticket", ticket);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&(&manifest.sha256, manifest.bytes))));
        let done = sqlx::query(
            "UPDATE rights_ticket SET state = 'arrived', arrived_at = $1, receipt = $2
             WHERE id = $3 AND state = 'receiving'",
        )
        .bind(now())
        .bind(&receipt)
        .bind(ticket)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            // Somebody else was quicker, or the person took the ticket back.
            drop(tx);
            let receipt: String =
                sqlx::query_scalar("SELECT receipt FROM rights_ticket WHERE id = $1")
                    .bind(ticket)
                    .fetch_one(self.store().reader())
                    .await?;
            return if receipt.is_empty() { Err(Refused::Code) } else { Ok(arrived(&receipt)) };
        }
        tx.commit().await?;
        Ok(arrived(&receipt))
    }

    /// What came is not what was announced: nothing of it stays, the ticket can be used again.
    async fn refuse_arrival(&self, ticket: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.arrival_refused", "rights_ticket", ticket);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE rights_ticket SET state = 'open', manifest = '', pieces = 0, bytes = 0
             WHERE id = $1 AND state = 'receiving'",
        )
        .bind(ticket)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.drop_pieces(ticket).await
    }

    pub(super) async fn drop_pieces(&self, ticket: &str) -> Result<()> {
        match tokio::fs::remove_dir_all(self.arrival_folder(ticket)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
            _ => Ok(()),
        }
    }

    /// What came, the newest first, and how much there is.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn arrivals(&self, limit: i64, offset: i64) -> Result<(Vec<Arrival>, i64)> {
        const WHERE: &str =
            "state IN ('arrived', 'imported', 'declined', 'gone') AND arrived_at > 0";
        let sql = format!(
            "SELECT id, made_at, expires_at, state, sender, place, bytes, arrived_at
             FROM rights_ticket WHERE {WHERE} ORDER BY arrived_at DESC LIMIT $1 OFFSET $2"
        );
        let found = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let sql = format!("SELECT COUNT(*) FROM rights_ticket WHERE {WHERE}");
        let total =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.store().reader()).await?;
        Ok((found, total))
    }

    /// The person whose data came, for who may look people up.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn arrival_person(&self, ticket: &str) -> Result<Subject> {
        self.person_of_ticket(ticket).await
    }

    /// The bytes of what came, piece by piece; fetching is an entry of the ledger.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where nothing came, or not any more.
    pub async fn fetch_arrival(
        &self,
        by: &Actor,
        ticket: &str,
    ) -> Result<tokio::sync::mpsc::Receiver<std::io::Result<Vec<u8>>>> {
        let pieces: Option<i64> = sqlx::query_scalar(
            "SELECT pieces FROM rights_ticket
             WHERE id = $1 AND state IN ('arrived', 'imported')",
        )
        .bind(ticket)
        .fetch_optional(self.store().reader())
        .await?;
        let pieces = pieces.ok_or(RightsError::NotFound("arrival"))?;
        let entry = Entry::new(by.clone(), "rights.arrival_fetched", "rights_ticket", ticket);
        self.store().begin(entry).await?.commit().await?;
        let (out, taken) = tokio::sync::mpsc::channel(2);
        let (rights, ticket) = (self.clone(), ticket.to_owned());
        tokio::spawn(async move {
            for n in 0..pieces {
                let piece = rights.piece_of(&ticket, n).await;
                let piece = piece.map_err(|error| std::io::Error::other(error.to_string()));
                let broken = piece.is_err();
                if out.send(piece).await.is_err() || broken {
                    return;
                }
            }
        });
        Ok(taken)
    }

    /// What came was taken over into the company's systems, or is not wanted.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where nothing waits.
    pub async fn settle_arrival(&self, by: &Actor, ticket: &str, taken: bool) -> Result<()> {
        let action = if taken { "rights.arrival_imported" } else { "rights.arrival_declined" };
        let mut tx =
            self.store().begin(Entry::new(by.clone(), action, "rights_ticket", ticket)).await?;
        let done =
            sqlx::query("UPDATE rights_ticket SET state = $1 WHERE id = $2 AND state = 'arrived'")
                .bind(if taken { "imported" } else { "declined" })
                .bind(ticket)
                .execute(tx.conn())
                .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::NotFound("arrival"));
        }
        tx.commit().await?;
        if !taken {
            self.drop_pieces(ticket).await?;
        }
        Ok(())
    }

    /// Removes what came a month ago, and what a push left behind that never ended.
    ///
    /// # Errors
    /// Those of the disk and of Privet's own database.
    pub async fn remove_arrivals(&self) -> Result<usize> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM rights_ticket
             WHERE (state IN ('arrived', 'imported', 'declined') AND arrived_at < $1)
                OR (state IN ('open', 'receiving', 'revoked') AND expires_at < $2) LIMIT 500",
        )
        .bind(now() - KEPT)
        .bind(now())
        .fetch_all(self.store().reader())
        .await?;
        for id in &ids {
            self.drop_pieces(id).await?;
            let entry = Entry::new(BY, "rights.arrival_removed", "rights_ticket", id);
            let mut tx = self.store().begin(entry).await?;
            for sql in [
                "DELETE FROM rights_ticket_person WHERE ticket = $1",
                "UPDATE rights_ticket SET state = 'gone', manifest = '', person_sealed = ''
                 WHERE id = $1",
            ] {
                sqlx::query(sql).bind(id).execute(tx.conn()).await?;
            }
            tx.commit().await?;
        }
        Ok(ids.len())
    }

    /// A ticket of the person's own.
    pub(super) async fn own_ticket(&self, person: &Subject, id: &str) -> Result<Ticket> {
        let all = self.tickets_of(person).await?;
        all.into_iter().find(|one| one.id == id).ok_or(RightsError::NotFound("ticket"))
    }

    /// The person does not want what came here any more.
    pub(super) async fn give_back(&self, person: &Subject, id: &str) -> Result<()> {
        let ticket = self.own_ticket(person, id).await?;
        self.settle_arrival(&CUSTOMER, &ticket.id, false).await
    }
}

/// Members of a manifest; the signature's own come beside them.
const PROOF: &str = "proof";
const MEMBERS: [&str; 9] =
    ["type", "id", "organisation", "from", "to", "request", "sha256", "bytes", "made_at"];

fn arrived(receipt: &str) -> Value {
    let receipt: Value = serde_json::from_str(receipt).unwrap_or_default();
    json!({ "state": "arrived", "receipt": receipt })
}

fn context(ticket: &str, n: i64) -> Vec<u8> {
    format!("arrival\u{1f}{ticket}\u{1f}{n}").into_bytes()
}

fn disk(error: std::io::Error) -> RightsError {
    RightsError::Search(format!("the arrival could not be written or read ({error})"))
}
