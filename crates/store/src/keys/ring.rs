//! The wrapped keys in the database: loading, first start, rotation.

use sqlx::{AnyConnection, Row as _};

use super::{KeySettings, NewRoot, Root};
use crate::{
    Actor, Entry, Result, Store, StoreError,
    secret::{Key, Wrap, random, wrapped_with},
};
use vault::Profile;

/// Made outside the migrations: the ledger, which migrations write to, needs the keys first.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS key_ring (
    name TEXT NOT NULL, version BIGINT NOT NULL, wrapped TEXT NOT NULL, root_check TEXT NOT NULL,
    created_at BIGINT NOT NULL, retired_at BIGINT, PRIMARY KEY (name, version))";
/// PostgreSQL advisory lock: one server makes the keys, or rotates, at a time ("keys").
const ADVISORY_LOCK: i64 = 0x6b65_7973;

const DEPLOYMENT: &str = "deployment";
const RING: &str = "ring";
const KEK: &str = "kek";

/// What an open database knows of its keys.
pub(crate) struct Ring {
    pub(crate) wrap: Wrap,
    /// The ring was made just now, in a database that there was before it.
    pub(crate) adopted: bool,
}

/// A key-encrypting key by its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KekState {
    /// 1, 2, 3 …
    pub version: i64,
    /// When it was made.
    pub created_at: i64,
    /// When a newer one took its place; it still opens what it wrapped.
    pub retired_at: Option<i64>,
}

/// The key hierarchy, told without any key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// Where the root key comes from: `key file`, `passphrase`, or the provider and its key.
    pub provider: String,
    /// The deployment's ciphers.
    pub profile: Profile,
    /// Recognises the root, useless to anyone else.
    pub root: String,
    /// The key-encrypting keys, oldest first.
    pub keks: Vec<KekState>,
}

/// Opens the deployment's keys; makes them in a new database, and in one that is older than the key
/// ring, where everything hung from the key file itself: those bytes go on as the deployment key.
pub(crate) async fn load(
    pool: &sqlx::AnyPool,
    conn: &mut AnyConnection,
    postgres: bool,
    root: Root,
    dir: &std::path::Path,
    profile: Profile,
) -> Result<(Key, Ring, Root)> {
    if exists(pool, postgres, "key_ring").await?
        && let Some((key, ring)) = read(conn, &root).await?
    {
        return with_root(key, ring, root, dir);
    }
    lock(conn, postgres).await?;
    sqlx::raw_sql(TABLE).execute(&mut *conn).await?;
    if let Some((key, ring)) = read(conn, &root).await? {
        return with_root(key, ring, root, dir);
    }
    let known = known_check(pool, postgres).await?;
    // Before there was a key ring there was one profile.
    let before = Profile::International;
    let (deployment, profile) = match &known {
        Some(check) if Key::from_root(before, root.bytes()).check() == *check => {
            (*root.bytes(), before)
        }
        Some(_) => return Err(not_the_one(dir)),
        None => (random()?, profile),
    };
    let (ring, kek) = (random()?, random()?);
    let wrap = Wrap::new(profile, &ring);
    for (name, bytes) in [(DEPLOYMENT, &deployment), (RING, &ring)] {
        let wrapped = root.wrap(profile, &context(name, 1), bytes);
        insert(conn, name, 1, &wrapped, root.check()).await?;
    }
    insert(conn, KEK, 1, &wrap.wrap(&context(KEK, 1), &kek), "").await?;
    let ring = Ring { wrap, adopted: known.is_some() };
    Ok((Key::from_root(profile, &deployment), ring, root))
}

/// Whether the rows are those of this root, or of one that a stopped rotation left.
fn with_root(
    key: Option<Key>,
    ring: Ring,
    root: Root,
    dir: &std::path::Path,
) -> Result<(Key, Ring, Root)> {
    Ok((key.ok_or_else(|| not_the_one(dir))?, ring, root))
}

/// `None` when there are no keys yet; no key when they do not open with this root.
async fn read(conn: &mut AnyConnection, root: &Root) -> Result<Option<(Option<Key>, Ring)>> {
    let mut bytes = Vec::new();
    // How the keys are wrapped says the profile: it cannot be changed without the root.
    let mut profile = Profile::default();
    for name in [DEPLOYMENT, RING] {
        let wrapped: Option<String> =
            sqlx::query_scalar("SELECT wrapped FROM key_ring WHERE name = $1 AND version = 1")
                .bind(name)
                .fetch_optional(&mut *conn)
                .await?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        profile = wrapped_with(&wrapped).unwrap_or_default();
        bytes.push(root.unwrap(&context(name, 1), &wrapped));
    }
    let key = bytes[0].map(|bytes| Key::from_root(profile, &bytes));
    let wrap = Wrap::new(profile, &bytes[1].unwrap_or_default());
    Ok(Some((key.filter(|_| bytes[1].is_some()), Ring { wrap, adopted: false })))
}

/// Which root the database is wrapped by, if it has a key ring.
pub(crate) async fn root_check(pool: &sqlx::AnyPool, postgres: bool) -> Result<Option<String>> {
    if !exists(pool, postgres, "key_ring").await? {
        return Ok(None);
    }
    let sql = "SELECT root_check FROM key_ring WHERE name = $1 AND version = 1";
    Ok(sqlx::query_scalar(sql).bind(RING).fetch_optional(pool).await?)
}

/// The root to open the database with: a rotation that was cut short is brought to its end, or
/// forgotten, whichever the database says.
pub(crate) async fn settle_root(
    pool: &sqlx::AnyPool,
    postgres: bool,
    dir: &std::path::Path,
    root: Root,
    keys: &KeySettings,
) -> Result<Root> {
    let Some(wanted) = root_check(pool, postgres).await? else { return Ok(root) };
    if wanted == root.check() {
        return Ok(root);
    }
    match Root::next(dir, keys).await? {
        Some(next) if next.check() == wanted => {
            Root::adopt_next(dir)?;
            tracing::info!("the rotation of the root key that was cut short is finished");
            Ok(next)
        }
        // Another process may have finished one since the file was read.
        _ => Root::load(dir, false, keys).await,
    }
}

pub(super) async fn insert(
    conn: &mut AnyConnection,
    name: &str,
    version: i64,
    wrapped: &str,
    root: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO key_ring (name, version, wrapped, root_check, created_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(name)
    .bind(version)
    .bind(wrapped)
    .bind(root)
    .bind(crate::now())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) fn context(name: &str, version: i64) -> String {
    format!("key_ring/wrapped/{name}/{version}")
}

/// Asks the catalogue: a failed query would end a PostgreSQL transaction, and an unreachable
/// database must not look like an empty one.
async fn exists(pool: &sqlx::AnyPool, postgres: bool, table: &str) -> Result<bool> {
    let sql = if postgres {
        "SELECT COUNT(*) FROM information_schema.tables \
         WHERE table_name = $1 AND table_schema = current_schema()"
    } else {
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
    };
    let count: i64 = sqlx::query_scalar(sql).bind(table).fetch_one(pool).await?;
    Ok(count > 0)
}

/// What a database that is older than the key ring remembers of its key file.
async fn known_check(pool: &sqlx::AnyPool, postgres: bool) -> Result<Option<String>> {
    if !exists(pool, postgres, "deployment").await? {
        return Ok(None);
    }
    let sql = "SELECT key_check FROM deployment WHERE id = 1";
    Ok(sqlx::query_scalar(sql).fetch_optional(pool).await?)
}

pub(super) async fn lock(conn: &mut AnyConnection, postgres: bool) -> Result<()> {
    if postgres {
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
            .bind(ADVISORY_LOCK)
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub(crate) fn not_the_one(dir: &std::path::Path) -> StoreError {
    StoreError::DataDir(format!(
        "the key file in {} is not the one this database was made with (or the passphrase is \
         another): copy `privet.key` from the first server's data directory, or from your backup; \
         after a rotation of the root key, the new one",
        dir.display()
    ))
}

impl Store {
    /// The key-encrypting keys by version, oldest first; the last one is the one to wrap with.
    pub async fn keks(&self) -> Result<Vec<(u32, [u8; 32])>> {
        self.ring_keys(KEK).await
    }

    /// The keys of a name that the ring key wraps, oldest first.
    pub(super) async fn ring_keys(&self, name: &str) -> Result<Vec<(u32, [u8; 32])>> {
        let rows =
            sqlx::query("SELECT version, wrapped FROM key_ring WHERE name = $1 ORDER BY version")
                .bind(name)
                .fetch_all(self.reader())
                .await?;
        let mut keks = Vec::with_capacity(rows.len());
        for row in rows {
            let version: i64 = row.try_get(0)?;
            let opened = self.inner.ring.wrap.unwrap(&context(name, version), row.try_get(1)?);
            let (Ok(number), Some(bytes)) = (u32::try_from(version), opened) else {
                return Err(StoreError::Keys(format!(
                    "key {name}/{version} does not open: the table key_ring was changed; \
                     restore it from your backup"
                )));
            };
            keks.push((number, bytes));
        }
        Ok(keks)
    }

    /// The key hierarchy, told without any key.
    pub async fn key_status(&self) -> Result<KeyStatus> {
        let rows = sqlx::query(
            "SELECT version, created_at, retired_at FROM key_ring WHERE name = $1 ORDER BY version",
        )
        .bind(KEK)
        .fetch_all(self.reader())
        .await?;
        let mut keks = Vec::with_capacity(rows.len());
        for row in rows {
            keks.push(KekState {
                version: row.try_get(0)?,
                created_at: row.try_get(1)?,
                retired_at: row.try_get(2)?,
            });
        }
        let root = root_check(self.reader(), self.is_postgres()).await?.unwrap_or_default();
        Ok(KeyStatus {
            provider: self.inner.root_provider.clone(),
            profile: self.profile(),
            root,
            keks,
        })
    }

    /// Makes a new key-encrypting key; returns its version. Customers' keys stay with theirs until
    /// they are rewrapped, and every version goes on opening what it wrapped. Two servers that
    /// rotate at once make two versions, one after the other.
    pub async fn rotate_kek(&self, by: Actor) -> Result<i64> {
        self.rotate_ring_key(KEK, by).await
    }

    /// One more key of a name that the ring key wraps.
    pub(super) async fn rotate_ring_key(&self, name: &'static str, by: Actor) -> Result<i64> {
        // The version is known only under the lock, so the entry names the ring.
        let mut tx = self.begin(Entry::new(by, "key.rotated", "key", name)).await?;
        lock(tx.conn(), self.is_postgres()).await?;
        let last: i64 = sqlx::query_scalar("SELECT MAX(version) FROM key_ring WHERE name = $1")
            .bind(name)
            .fetch_one(tx.conn())
            .await?;
        let version = last + 1;
        let wrapped = self.inner.ring.wrap.wrap(&context(name, version), &random()?);
        sqlx::query("UPDATE key_ring SET retired_at = $1 WHERE name = $2 AND retired_at IS NULL")
            .bind(crate::now())
            .bind(name)
            .execute(tx.conn())
            .await?;
        insert(tx.conn(), name, version, &wrapped, "").await?;
        let digest = |version: i64| Some(self.digest(&format!("{name}/{version}")));
        tx.states(digest(last), digest(version));
        tx.commit().await?;
        Ok(version)
    }

    /// Makes a new root key and wraps the database's two keys with it: two rows, whatever the size.
    /// Servers that run keep their opened keys; other servers on the same PostgreSQL need the new
    /// key file before their next start. Cut short at any point, the next start finishes or forgets
    /// it.
    pub async fn rotate_root(&self, new: &NewRoot, by: Actor) -> Result<()> {
        let dir = self.data_dir();
        // Both may ask a provider over the network or take Argon2's time: not under the lock.
        let root = Root::load(dir, false, &self.inner.keys).await?;
        let next = Root::prepare(new.clone(), &self.inner.keys).await?;
        let mut tx = self.begin(Entry::new(by, "key.rotated", "key", "root")).await?;
        lock(tx.conn(), self.is_postgres()).await?;
        let mut opened = Vec::new();
        for name in [DEPLOYMENT, RING] {
            let wrapped: String =
                sqlx::query_scalar("SELECT wrapped FROM key_ring WHERE name = $1 AND version = 1")
                    .bind(name)
                    .fetch_one(tx.conn())
                    .await?;
            // Also when another process rotated since the file was read.
            opened.push((
                name,
                root.unwrap(&context(name, 1), &wrapped).ok_or_else(|| not_the_one(dir))?,
            ));
        }
        next.place(dir)?;
        let next = next.root;
        for (name, bytes) in opened {
            sqlx::query(
                "UPDATE key_ring SET wrapped = $1, root_check = $2 WHERE name = $3 AND version = 1",
            )
            .bind(next.wrap(self.profile(), &context(name, 1), &bytes))
            .bind(next.check())
            .bind(name)
            .execute(tx.conn())
            .await?;
        }
        let digest = |root: &Root| Some(self.digest(&root.check()));
        tx.states(digest(&root), digest(&next));
        // When the answer to the commit is lost, the next start asks the database which it was.
        tx.commit().await?;
        Root::adopt_next(dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

    /// Makes a data directory what it was before there was a key ring: everything hangs from the key
    /// file's bytes.
    async fn make_old(store: &Store) {
        let dir = store.data_dir();
        let root = Root::load(dir, false, &KeySettings::default()).await.unwrap();
        let wrapped: String =
            sqlx::query_scalar("SELECT wrapped FROM key_ring WHERE name = 'deployment'")
                .fetch_one(store.reader())
                .await
                .unwrap();
        let bytes = root.unwrap(&context(DEPLOYMENT, 1), &wrapped).unwrap();
        std::fs::write(dir.join(super::super::FILE), BASE64.encode(bytes)).unwrap();
        sqlx::raw_sql("DROP TABLE key_ring").execute(&store.inner.writer).await.unwrap();
        store.close().await;
    }

    async fn an_old_deployment_goes_on_and_its_root_can_change(
        (store, guard): (Store, testing::TestGuard),
    ) {
        let (sealed, derived) = (store.seal("c", "secret"), store.derive_key("vault"));
        let digest = store.digest(&"state");
        make_old(&store).await;

        // The wrong key file must not become the deployment key.
        let key = guard.dir().join(super::super::FILE);
        let right = std::fs::read_to_string(&key).unwrap();
        std::fs::write(&key, BASE64.encode([8; 32])).unwrap();
        assert!(
            Store::open(guard.config()).await.err().unwrap().to_string().contains("not the one")
        );
        std::fs::write(&key, &right).unwrap();

        let new = Store::open(guard.config()).await.unwrap();
        let kek = new.keks().await.unwrap();
        new.rotate_root(&NewRoot::KeyFile, Actor::CommandLine).await.unwrap();
        new.close().await;
        assert_ne!(std::fs::read_to_string(&key).unwrap(), right);

        let rotated = Store::open(guard.config()).await.unwrap();
        assert_eq!(rotated.unseal("c", &sealed).unwrap(), "secret");
        assert_eq!(rotated.derive_key("vault"), derived);
        assert_eq!(rotated.digest(&"state"), digest);
        assert_eq!(rotated.keks().await.unwrap(), kek);
        rotated.ledger().verify().await.unwrap();
        rotated.close().await;
        // The old key file opens nothing any more.
        std::fs::write(&key, &right).unwrap();
        assert!(
            Store::open(guard.config()).await.err().unwrap().to_string().contains("not the one")
        );
    }

    async fn a_rotation_cut_short_is_finished_or_forgotten(
        (store, guard): (Store, testing::TestGuard),
    ) {
        let dir = guard.dir();
        let sealed = store.seal("c", "secret");
        let path = |name: &str| dir.join(name);
        // Before the commit: the file waits, the database knows nothing of it.
        let next = Root::prepare(NewRoot::KeyFile, &KeySettings::default()).await.unwrap();
        next.place(dir).unwrap();
        let again = Store::open(guard.config()).await.unwrap();
        let before = std::fs::read(path("privet.key")).unwrap();

        // After the commit: only the renaming is missing.
        again.rotate_root(&NewRoot::KeyFile, Actor::CommandLine).await.unwrap();
        std::fs::rename(path("privet.key"), path("privet.key.next")).unwrap();
        std::fs::write(path("privet.key"), before).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(
            path("privet.key"),
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .unwrap();

        let last = Store::open(guard.config()).await.unwrap();
        assert_eq!(last.unseal("c", &sealed).unwrap(), "secret");
        assert!(!path("privet.key.next").exists());
    }

    async fn two_servers_rotating_at_once_make_two_versions(
        (store, guard): (Store, testing::TestGuard),
    ) {
        let other = Store::open(guard.config()).await.unwrap();

        let (a, b) = tokio::join!(
            store.rotate_kek(Actor::CommandLine),
            other.rotate_kek(Actor::CommandLine)
        );

        let mut made = [a.unwrap(), b.unwrap()];
        made.sort_unstable();
        assert_eq!(made, [2, 3]);
        assert_eq!(store.keks().await.unwrap(), other.keks().await.unwrap());
        let status = store.key_status().await.unwrap();
        assert_eq!(status.keks.iter().filter(|kek| kek.retired_at.is_none()).count(), 1);
        store.ledger().verify().await.unwrap();
    }

    macro_rules! on_both {
        ($($name:ident),* $(,)?) => {
            mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                super::$name(crate::testing::temp_sqlite().await).await;
            })* }
            mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                super::$name(crate::testing::temp_postgres().await).await;
            })* }
        };
    }
    on_both!(
        an_old_deployment_goes_on_and_its_root_can_change,
        a_rotation_cut_short_is_finished_or_forgotten,
        two_servers_rotating_at_once_make_two_versions,
    );
}
