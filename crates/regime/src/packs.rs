//! Rule packs: those that come with Privet, and those installed instead of them. A new one is first
//! loaded and looked at: what it changes is told before it is switched on, and it can be switched back.

use std::sync::{Arc, PoisonError};

use jiff::civil::Date;
use law::{Law, Pack, Problem, Truth};
use sqlx::{Row as _, any::AnyRow};
use store::{Actor, Entry, WriteTx, new_id, now};
use web::Lang;

use crate::{RegimeError, Regimes, Result, duties};

/// The largest pack that is taken: ten times the largest shipped.
pub const MOST: usize = 4_000_000;

/// Something of a room that a new law changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What, in the reader's language.
    pub text: String,
    /// Where to look at it.
    pub href: String,
}

/// A room that can say what of its own a new law changes: findings, policies, consents.
#[async_trait::async_trait]
pub trait Affected: Send + Sync {
    /// What the law that comes changes here, compared with the one in use.
    async fn affected(&self, before: &Law, after: &Law, lang: Lang) -> Vec<Effect>;
}

/// Where a loaded pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Loaded, to be looked at.
    Staged,
    /// In use.
    InUse,
    /// Was in use.
    Past,
}

impl Stage {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::InUse => "in_use",
            Self::Past => "past",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Staged, Self::InUse, Self::Past].into_iter().find(|one| one.as_str() == text)
    }
}

/// A pack that was loaded.
#[derive(Debug, Clone)]
pub struct Staged {
    /// Id.
    pub id: String,
    /// The pack's key.
    pub pack: String,
    /// Its version.
    pub version: String,
    /// Where it stands.
    pub stage: Stage,
    /// The file's name as it came.
    pub file: String,
    /// Who loaded it, as the ledger writes it.
    pub loaded_by: String,
    /// When (µs).
    pub loaded_at: i64,
    /// When it was switched on (µs); 0 for never.
    pub switched_at: i64,
    text: String,
}

/// What became of a file.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// It can be looked at under this id.
    Staged(String),
    /// It is refused.
    Refused(Vec<Problem>),
    /// The very same is in use.
    InUse,
}

/// What switching a pack on would change.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The pack.
    pub pack: Pack,
    /// The law in use.
    pub before: Arc<Law>,
    /// The law with the pack.
    pub after: Law,
    /// Duties that would begin, by id.
    pub begin: Vec<String>,
    /// Duties that would end.
    pub end: Vec<String>,
    /// Regimes that would begin to apply.
    pub apply: Vec<String>,
    /// Regimes that would no longer apply.
    pub cease: Vec<String>,
}

const COLUMNS: &str = "id, pack, version, state, file, loaded_by, loaded_at, switched_at, body";

fn read(row: &AnyRow) -> Result<Staged> {
    let state: String = row.try_get(3)?;
    Ok(Staged {
        id: row.try_get(0)?,
        pack: row.try_get(1)?,
        version: row.try_get(2)?,
        stage: Stage::parse(&state).ok_or(RegimeError::Damaged("rule pack"))?,
        file: row.try_get(4)?,
        loaded_by: row.try_get(5)?,
        loaded_at: row.try_get(6)?,
        switched_at: row.try_get(7)?,
        text: row.try_get(8)?,
    })
}

impl Staged {
    /// The pack itself.
    ///
    /// # Errors
    /// It was good when it was loaded: this version of Privet reads packs otherwise.
    pub fn parse(&self) -> Result<Pack> {
        Pack::parse(&self.file, &self.text).map_err(|_| RegimeError::Damaged("rule pack"))
    }
}

impl Regimes {
    /// Reads the law in use again if it was changed, here or by another server.
    pub async fn refresh(&self) -> Result<()> {
        let version: i64 = sqlx::query_scalar("SELECT version FROM regime_version WHERE id = 1")
            .fetch_one(self.store().reader())
            .await?;
        let kept = self.inner.law.read().unwrap_or_else(PoisonError::into_inner).0;
        if kept == version {
            return Ok(());
        }
        let mut law = Law::shipped().clone();
        for staged in self.packs().await?.iter().filter(|one| one.stage == Stage::InUse) {
            law = law.with(staged.parse()?);
        }
        *self.inner.law.write().unwrap_or_else(PoisonError::into_inner) = (version, Arc::new(law));
        Ok(())
    }

    /// Packs that were loaded, the last first.
    pub async fn packs(&self) -> Result<Vec<Staged>> {
        let sql = format!("SELECT {COLUMNS} FROM regime_pack ORDER BY loaded_at DESC, id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        rows.iter().map(read).collect()
    }

    /// One of them.
    pub async fn pack(&self, id: &str) -> Result<Staged> {
        let sql = format!("SELECT {COLUMNS} FROM regime_pack WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?;
        read(row.as_ref().ok_or(RegimeError::NotFound("rule pack"))?)
    }

    /// Checks a file against the law in use, without keeping it.
    ///
    /// # Errors
    /// Every fault, with line and reason.
    pub fn check_pack(&self, file: &str, text: &str) -> Result<Pack, Vec<Problem>> {
        Pack::parse_beside(file, text, &self.law())
    }

    /// Loads a pack to be looked at. Loading the same again leads to the same id.
    pub async fn load_pack(&self, by: Actor, file: &str, text: &str) -> Result<Loaded> {
        self.refresh().await?;
        let pack = match self.check_pack(file, text) {
            Ok(pack) => pack,
            Err(problems) => return Ok(Loaded::Refused(problems)),
        };
        if self.law().packs().any(|used| *used == pack) {
            return Ok(Loaded::InUse);
        }
        // An amendment is kept as the whole pack it makes: what it changed may itself be changed later.
        let text = &pack.to_text().map_err(|_| RegimeError::Damaged("rule pack"))?;
        let same = |one: &Staged| one.text == *text && one.stage == Stage::Staged;
        if let Some(known) = self.packs().await?.into_iter().find(same) {
            return Ok(Loaded::Staged(known.id));
        }
        let id = new_id();
        let entry = Entry::new(by, "law.loaded", "law_pack", &id);
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(&text)));
        sqlx::query(
            "INSERT INTO regime_pack (id, pack, version, state, file, body, loaded_by, loaded_at,
               switched_by, switched_at) VALUES ($1, $2, $3, 'staged', $4, $5, $6, $7, '', 0)",
        )
        .bind(&id)
        .bind(&pack.head.id)
        .bind(&pack.head.version)
        .bind(file)
        .bind(text)
        .bind(actor)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(Loaded::Staged(id))
    }

    /// What switching a loaded pack on would change, on a day.
    pub async fn preview(&self, id: &str, day: Date) -> Result<Preview> {
        self.refresh().await?;
        let pack = self.pack(id).await?.parse()?;
        let after = (*self.law()).clone().with(pack.clone());
        self.compare(pack, after, day).await
    }

    async fn compare(&self, pack: Pack, after: Law, day: Date) -> Result<Preview> {
        let (before, known) = (self.law(), self.known().await?);
        let duties = |law: &Law| -> Vec<String> {
            let reached = duties::reached(law, &known, day).into_iter();
            reached.filter(|one| one.truth == Truth::Yes).map(|one| one.fact.id.clone()).collect()
        };
        let regimes = |law: &Law| -> Vec<String> {
            law.applying(&known, day).into_iter().map(|one| one.regime).collect()
        };
        let (duties_before, duties_after) = (duties(&before), duties(&after));
        let (regimes_before, regimes_after) = (regimes(&before), regimes(&after));
        let only = |all: &[String], without: &[String]| -> Vec<String> {
            all.iter().filter(|one| !without.contains(one)).cloned().collect()
        };
        Ok(Preview {
            begin: only(&duties_after, &duties_before),
            end: only(&duties_before, &duties_after),
            apply: only(&regimes_after, &regimes_before),
            cease: only(&regimes_before, &regimes_after),
            pack,
            before,
            after,
        })
    }

    /// Lets a room say what of its own a new law changes.
    pub fn ask(&self, room: Arc<dyn Affected>) {
        self.inner.affected.write().unwrap_or_else(PoisonError::into_inner).push(room);
    }

    /// What a new law changes in consents and in other rooms.
    pub async fn effects(&self, preview: &Preview, lang: Lang) -> Vec<Effect> {
        let rooms = self.inner.affected.read().unwrap_or_else(PoisonError::into_inner).clone();
        let own = self.consents_affected(&preview.before, &preview.after, lang).await;
        let mut effects = own.unwrap_or_else(|error| {
            tracing::error!(%error, "consents could not be worked out under a new law");
            let text = web::translate(lang, "effect-failed", &[]);
            vec![Effect { text, href: "/console/purposes".to_owned() }]
        });
        for room in rooms {
            effects.extend(room.affected(&preview.before, &preview.after, lang).await);
        }
        effects
    }

    /// Switches a loaded pack on, instead of the one with its key.
    pub async fn switch_pack(&self, by: Actor, id: &str) -> Result<()> {
        let staged = self.pack(id).await?;
        if staged.stage == Stage::InUse {
            return Ok(());
        }
        let entry = Entry::new(by, "law.switched", "law_pack", id);
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        leave(&mut tx, &staged.pack).await?;
        sqlx::query(
            "UPDATE regime_pack SET state = 'in_use', switched_by = $1, switched_at = $2
             WHERE id = $3",
        )
        .bind(actor)
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        self.changed(tx).await
    }

    /// Goes back to the version that was in use before: a loaded one, or the one that came with Privet.
    pub async fn switch_back(&self, by: Actor, pack: &str) -> Result<()> {
        let packs = self.packs().await?;
        let of = |stage| packs.iter().filter(move |one| one.pack == pack && one.stage == stage);
        let Some(used) = of(Stage::InUse).next() else {
            return Err(RegimeError::NotFound("rule pack"));
        };
        let before = of(Stage::Past)
            .filter(|one| one.switched_at < used.switched_at)
            .max_by_key(|one| one.switched_at);
        let mut tx =
            self.store().begin(Entry::new(by, "law.reverted", "law_pack", &used.id)).await?;
        leave(&mut tx, pack).await?;
        if let Some(before) = before {
            sqlx::query("UPDATE regime_pack SET state = 'in_use' WHERE id = $1")
                .bind(&before.id)
                .execute(tx.conn())
                .await?;
        }
        self.changed(tx).await
    }

    /// Throws away a pack that was loaded and is not in use.
    pub async fn drop_pack(&self, by: Actor, id: &str) -> Result<()> {
        let mut tx = self.store().begin(Entry::new(by, "law.dropped", "law_pack", id)).await?;
        let gone = sqlx::query("DELETE FROM regime_pack WHERE id = $1 AND state = 'staged'")
            .bind(id)
            .execute(tx.conn())
            .await?;
        if gone.rows_affected() == 0 {
            return Err(RegimeError::NotFound("rule pack"));
        }
        tx.commit().await?;
        Ok(())
    }

    async fn changed(&self, mut tx: WriteTx) -> Result<()> {
        sqlx::query("UPDATE regime_version SET version = version + 1 WHERE id = 1")
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        self.refresh().await?;
        self.notice(crate::today()).await
    }
}

/// The pack of this key that is in use no longer is.
async fn leave(tx: &mut WriteTx, pack: &str) -> Result<()> {
    sqlx::query("UPDATE regime_pack SET state = 'past' WHERE pack = $1 AND state = 'in_use'")
        .bind(pack)
        .execute(tx.conn())
        .await?;
    Ok(())
}
