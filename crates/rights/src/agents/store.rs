//! All SQL of agents.

use ::store::{Actor, Entry, WriteTx, now};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use drp::{Token, VerifyKey};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{AGENT, Settings};
use crate::{Result, Rights, RightsError};

const SETTINGS: &str = "rights-agents";

/// Where an agent stands with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has a token.
    Ready,
    /// It is in the directory and has none.
    New,
    /// It is not in the directory (any more).
    Gone,
    /// Staff blocked it.
    Blocked,
}

impl Standing {
    /// Stable name: the end of `rights-agents-state-…`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Blocked => "blocked",
        }
    }

    /// The badge that shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Ready => "ok",
            Self::New => "none",
            Self::Gone => "warn",
            Self::Blocked => "danger",
        }
    }
}

/// An agent as staff see it, with what it sent.
#[derive(Debug, Clone, FromRow)]
pub struct Agent {
    /// Its id in the network.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its page, or "".
    pub web_url: String,
    /// How it verifies who people are, or "".
    pub assurance_url: String,
    /// 1 while the directory names it.
    pub listed: i64,
    /// It was given its token (µs), or 0.
    pub token_at: i64,
    /// Blocked (µs), or 0.
    pub blocked_at: i64,
    /// Requests that it brought.
    pub requests: i64,
    /// Of those, how many it could not be told about.
    pub untold: i64,
    /// The last request (µs), or 0.
    pub last_at: i64,
}

impl Agent {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match () {
            () if self.blocked_at > 0 => Standing::Blocked,
            () if self.listed == 0 => Standing::Gone,
            () if self.token_at > 0 => Standing::Ready,
            () => Standing::New,
        }
    }
}

/// A request that an agent brought, as the list shows it.
#[derive(Debug, Clone, FromRow)]
pub struct Last {
    /// Its id.
    pub id: String,
    /// `R-17` is 17.
    pub number: i64,
    /// The name of a [`crate::Kind`].
    pub kind: String,
    /// The name of a [`crate::State`].
    pub state: String,
    /// The right, as the protocol writes it.
    pub action: String,
    /// Received (µs).
    pub received_at: i64,
    /// 1: the agent could not be told how it stands.
    pub untold: i64,
    /// The agent's name.
    pub agent: String,
}

/// What we are in the network, and how reading its directory went.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub settings: Settings,
    pub read_at: i64,
    pub fault: String,
}

/// What goes with an agent's request, sealed: another's words and addresses may point at a person.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Own {
    pub agent_request_id: Option<String>,
    pub callback: Option<String>,
}

/// A request that an agent brought.
pub(super) struct Brought {
    pub agent: String,
    pub own: Own,
    pub told: String,
}

fn context(request: &str) -> String {
    format!("rights-agent-request:{request}")
}

/// A digest as it is stored.
pub(super) fn written(digest: &[u8; 32]) -> String {
    BASE64_STANDARD.encode(digest)
}

#[derive(FromRow)]
struct Known {
    id: String,
    name: String,
    verify_key: String,
    token_hash: String,
}

impl Known {
    fn agent(self) -> Result<drp::Agent> {
        let damaged = RightsError::Damaged("agent");
        Ok(drp::Agent {
            verify_key: VerifyKey::read(&self.verify_key).ok_or(damaged)?,
            id: self.id,
            name: self.name,
            web_url: None,
            identity_assurance_url: None,
            technical_contact: None,
            business_contact: None,
        })
    }
}

/// Remembers a message; `false` if it was there before. Two servers cannot both take it: the second
/// waits for the first one's transaction.
pub(super) async fn remember(tx: &mut WriteTx, digest: &[u8; 32], until: i64) -> Result<bool> {
    let sql = "INSERT INTO rights_agent_message (digest, until_at) VALUES ($1, $2)
               ON CONFLICT (digest) DO NOTHING";
    let done = sqlx::query(sql).bind(written(digest)).bind(until).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Notes which agent brought a request.
pub(super) async fn insert_brought(
    rights: &Rights,
    tx: &mut WriteTx,
    request: &str,
    agent: &str,
    (action, own): (&str, &Own),
) -> Result<()> {
    let text = serde_json::to_string(own).unwrap_or_default();
    sqlx::query(
        "INSERT INTO rights_agent_request (request, agent, action, received_at, sealed)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(request)
    .bind(agent)
    .bind(action)
    .bind(now())
    .bind(rights.store().seal(&context(request), &text))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was told last.
pub(super) async fn set_told(tx: &mut WriteTx, request: &str, told: &str) -> Result<()> {
    let sql = "UPDATE rights_agent_request SET told = $1, told_at = $2, untold = 0
               WHERE request = $3";
    sqlx::query(sql).bind(told).bind(now()).bind(request).execute(tx.conn()).await?;
    Ok(())
}

/// It could not be told.
pub(super) async fn set_untold(tx: &mut WriteTx, request: &str) -> Result<()> {
    let sql = "UPDATE rights_agent_request SET untold = 1 WHERE request = $1";
    sqlx::query(sql).bind(request).execute(tx.conn()).await?;
    Ok(())
}

impl Rights {
    /// What we are in the network, if we take part.
    pub(super) async fn part(&self) -> Result<Option<Part>> {
        let row: Option<(String, i64, String)> =
            sqlx::query_as("SELECT sealed, read_at, fault FROM rights_agents WHERE id = 1")
                .fetch_optional(self.store().reader())
                .await?;
        let Some((sealed, read_at, fault)) = row else { return Ok(None) };
        let text = self.store().unseal(SETTINGS, &sealed)?;
        let settings =
            serde_json::from_str(&text).map_err(|_| RightsError::Damaged("agents' setting"))?;
        Ok(Some(Part { settings, read_at, fault }))
    }

    /// Keeps what we are in the network, and queues reading its directory.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn set_agents(&self, by: &Actor, settings: &Settings) -> Result<()> {
        let before = self.part().await?;
        let text = serde_json::to_string(settings).unwrap_or_default();
        let entry = Entry::new(by.clone(), "rights.agents_set", "rights_agents", "1");
        let mut tx = self.store().begin(entry).await?;
        let before = before.map(|part| self.store().digest(&part.settings));
        tx.states(before, Some(self.store().digest(settings)));
        sqlx::query(
            "INSERT INTO rights_agents (id, sealed) VALUES (1, $1)
             ON CONFLICT (id) DO UPDATE SET sealed = $1, fault = ''",
        )
        .bind(self.store().seal(SETTINGS, &text))
        .execute(tx.conn())
        .await?;
        super::directory::queue(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes part no longer: every agent's access ends, requests stay.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn stop_agents(&self, by: &Actor) -> Result<()> {
        let entry = Entry::new(by.clone(), "rights.agents_stopped", "rights_agents", "1");
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM rights_agents").execute(tx.conn()).await?;
        sqlx::query("UPDATE rights_agent SET token_hash = '', token_at = 0")
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the agents of a directory. Whose key is another one now must set itself up again: its
    /// token was given to whoever had the old key.
    pub(super) async fn keep_agents(&self, agents: &[drp::Agent]) -> Result<()> {
        let entry =
            Entry::new(Actor::System("rights"), "rights.agents_refreshed", "rights_agents", "1");
        let mut tx = self.store().begin(entry).await?;
        let stood: Vec<_> = agents.iter().map(|one| (&one.id, one.verify_key.0)).collect();
        tx.states(None, Some(self.store().digest(&stood)));
        sqlx::query("UPDATE rights_agent SET listed = 0").execute(tx.conn()).await?;
        for one in agents {
            sqlx::query(
                "INSERT INTO rights_agent (id, name, verify_key, web_url, assurance_url)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (id) DO UPDATE SET name = $2, web_url = $4, assurance_url = $5,
                   listed = 1, verify_key = $3,
                   token_hash = CASE WHEN rights_agent.verify_key = $3
                     THEN rights_agent.token_hash ELSE '' END,
                   token_at = CASE WHEN rights_agent.verify_key = $3
                     THEN rights_agent.token_at ELSE 0 END",
            )
            .bind(&one.id)
            .bind(short(&one.name, &one.id))
            .bind(written(&one.verify_key.0))
            .bind(link(one.web_url.as_ref()))
            .bind(link(one.identity_assurance_url.as_ref()))
            .execute(tx.conn())
            .await?;
        }
        sqlx::query("UPDATE rights_agents SET read_at = $1, fault = ''")
            .bind(now())
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes why the directory could not be read.
    pub(super) async fn note_fault(&self, fault: &str) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query("UPDATE rights_agents SET fault = $1").bind(fault).execute(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// An agent that may ask: the directory names it and nobody blocked it.
    pub(super) async fn agent_by_id(&self, id: &str) -> Result<Option<drp::Agent>> {
        let sql = "SELECT id, name, verify_key, token_hash FROM rights_agent
                   WHERE id = $1 AND listed = 1 AND blocked_at = 0";
        let known: Option<Known> =
            sqlx::query_as(sql).bind(id).fetch_optional(self.store().reader()).await?;
        known.map(Known::agent).transpose()
    }

    /// The agent that this token was given to, if it may (still) ask.
    pub(super) async fn agent_by_token(&self, token: &Token) -> Result<Option<drp::Agent>> {
        let sql = "SELECT id, name, verify_key, token_hash FROM rights_agent
                   WHERE token_hash = $1 AND listed = 1 AND blocked_at = 0";
        let hash = written(&token.digest());
        let known: Option<Known> =
            sqlx::query_as(sql).bind(&hash).fetch_optional(self.store().reader()).await?;
        // The index finds a digest of 256 random bits; what was found is compared in constant time.
        let same = |known: &Known| {
            let kept = BASE64_STANDARD.decode(&known.token_hash).ok();
            kept.and_then(|kept| kept.try_into().ok()).is_some_and(|kept| token.is(&kept))
        };
        known.filter(same).map(Known::agent).transpose()
    }

    /// Gives an agent its token; `false` if the message that asked for it was there before, or the
    /// agent was blocked meanwhile.
    pub(super) async fn give_token(
        &self,
        agent: &str,
        token: &Token,
        (digest, until): (&[u8; 32], i64),
    ) -> Result<bool> {
        let entry = Entry::new(AGENT, "rights.agent_set_up", "rights_agent", agent);
        let mut tx = self.store().begin(entry).await?;
        if !remember(&mut tx, digest, until).await? {
            return Ok(false);
        }
        let done = sqlx::query(
            "UPDATE rights_agent SET token_hash = $1, token_at = $2
             WHERE id = $3 AND listed = 1 AND blocked_at = 0",
        )
        .bind(written(&token.digest()))
        .bind(now())
        .bind(agent)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// A page of agents with what they sent, those that sent last first, and how many there are.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn agents(&self, limit: i64, offset: i64) -> Result<(Vec<Agent>, i64)> {
        let shown = "a.listed = 1 OR a.blocked_at > 0 OR r.requests > 0";
        let from = "rights_agent a LEFT JOIN (
               SELECT agent, COUNT(*) AS requests, CAST(SUM(untold) AS BIGINT) AS untold,
                 MAX(received_at) AS last_at FROM rights_agent_request GROUP BY agent
             ) r ON r.agent = a.id";
        let sql = format!(
            "SELECT a.id, a.name, a.web_url, a.assurance_url, a.listed, a.token_at, a.blocked_at,
               COALESCE(r.requests, 0) AS requests, COALESCE(r.untold, 0) AS untold,
               COALESCE(r.last_at, 0) AS last_at
             FROM {from} WHERE {shown} ORDER BY 10 DESC, a.name, a.id LIMIT $1 OFFSET $2"
        );
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let sql = format!("SELECT COUNT(*) FROM {from} WHERE {shown}");
        let total =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.store().reader()).await?;
        Ok((rows, total))
    }

    /// Blocks an agent, or lets it in again. Its access ends at once; it then sets itself up anew.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is no such agent, or nothing would change.
    pub async fn block_agent(&self, by: &Actor, id: &str, block: bool) -> Result<()> {
        let action = if block { "rights.agent_blocked" } else { "rights.agent_unblocked" };
        let mut tx = self.store().begin(Entry::new(by.clone(), action, "rights_agent", id)).await?;
        let sql = if block {
            "UPDATE rights_agent SET blocked_at = $1, token_hash = '', token_at = 0
             WHERE id = $2 AND blocked_at = 0"
        } else {
            "UPDATE rights_agent SET blocked_at = 0 WHERE id = $2 AND blocked_at > 0 AND $1 > 0"
        };
        let done = sqlx::query(sql).bind(now()).bind(id).execute(tx.conn()).await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::NotFound("agent"));
        }
        tx.commit().await?;
        Ok(())
    }

    /// The last requests that agents brought, the newest first. No person is named.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn brought_last(&self, limit: i64) -> Result<Vec<Last>> {
        let rows = sqlx::query_as(
            "SELECT q.id, q.number, q.kind, q.state, b.action, b.received_at, b.untold,
               COALESCE(a.name, b.agent) AS agent
             FROM rights_agent_request b JOIN rights_request q ON q.id = b.request
             LEFT JOIN rights_agent a ON a.id = b.agent
             ORDER BY b.received_at DESC, b.request DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.store().reader())
        .await?;
        Ok(rows)
    }

    /// Which agent brought a request, if one did.
    pub(super) async fn brought(&self, request: &str) -> Result<Option<Brought>> {
        let row: Option<(String, String, String)> = sqlx::query_as(
            "SELECT agent, sealed, told FROM rights_agent_request WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some((agent, sealed, told)) = row else { return Ok(None) };
        let text = self.store().unseal(&context(request), &sealed)?;
        let own = serde_json::from_str(&text).map_err(|_| RightsError::Damaged("request"))?;
        Ok(Some(Brought { agent, own, told }))
    }

    /// Forgets messages that are no longer good, and what belonged to requests that are gone.
    pub(super) async fn forget_messages(&self) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        sqlx::query("DELETE FROM rights_agent_message WHERE until_at < $1")
            .bind(now())
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "DELETE FROM rights_agent_request
             WHERE request NOT IN (SELECT id FROM rights_request)",
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A name that people can read: the directory is another's, and its texts have no end by themselves.
fn short(name: &str, id: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    if name.trim().is_empty() { id.to_owned() } else { name.trim().to_owned() }
}

/// An address that a page may lead to, or "".
fn link(url: Option<&String>) -> String {
    let fits = |url: &&String| url.starts_with("https://") && url.len() <= 500;
    url.filter(fits).cloned().unwrap_or_default()
}
