//! Turns the hash chain of earlier versions into leaves of the tree, once, in one transaction: the
//! chain is checked link by link on the way, so that nothing damaged becomes a leaf.

use super::{
    LedgerRow, damaged,
    tree::{Tree, TreeHead, WALK},
};
use crate::{Result, secret::unhex};
use ledger::{Edge, Hash};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

const TAG: &[u8] = b"privet-ledger-v1";

impl Tree {
    pub(super) async fn convert(&self, conn: &mut AnyConnection) -> Result<TreeHead> {
        let target = self.chain_head(conn).await?;
        let mut tree = TreeHead { edge: Edge::default(), last: Hash([0; 32]) };
        let mut previous = [0; 32];
        let columns = super::COLUMNS;
        while tree.seq() < target.0 {
            let sql = format!(
                "SELECT {columns}, previous_hash, hash FROM ledger_entry WHERE seq > $1 \
                 AND seq <= $2 ORDER BY seq LIMIT {WALK}"
            );
            let rows = sqlx::query(AssertSqlSafe(sql))
                .bind(tree.seq())
                .bind(target.0)
                .fetch_all(&mut *conn)
                .await?;
            if rows.is_empty() {
                return Err(damaged(tree.seq() + 1, "the entry is gone"));
            }
            for row in rows {
                let expected = tree.seq() + 1;
                let hash: String = row.try_get(11)?;
                let row = LedgerRow::read(&row)?;
                let link: [u8; 32] = Sha256::digest(encode(&row, &previous)).into();
                if row.seq != expected {
                    return Err(damaged(expected, "the entry is gone"));
                }
                if unhex(&hash) != Some(link) {
                    return Err(damaged(expected, "it does not fit the chain"));
                }
                previous = link;
                tree.last = Hash(row.leaf.0);
                tree.edge.push(tree.last);
            }
        }
        if previous != target.1 {
            return Err(damaged(target.0, "the head names another hash"));
        }
        drop_links(conn).await?;
        self.write_head(conn, &tree).await?;
        self.begin_publishing(conn).await?;
        Ok(tree)
    }

    /// Makes what an accepted log stands on, whatever the damage took: the two rows, and the form of
    /// the entries if a damaged chain was never turned into leaves.
    pub(super) async fn mend_rows(&self, conn: &mut AnyConnection) -> Result<()> {
        let form: Option<i64> = sqlx::query_scalar("SELECT form FROM ledger_head WHERE id = 1")
            .fetch_optional(&mut *conn)
            .await?;
        if form == Some(1) {
            drop_links(conn).await?;
        }
        for sql in [
            "INSERT INTO ledger_head (id, seq, hash, mac, form) VALUES (1, 0, '', '', 2) \
             ON CONFLICT (id) DO NOTHING",
            "INSERT INTO ledger_published (id, epoch, seq, peaks, mac) VALUES (1, 1, 0, '', '') \
             ON CONFLICT (id) DO NOTHING",
        ] {
            sqlx::raw_sql(sql).execute(&mut *conn).await?;
        }
        Ok(())
    }

    async fn chain_head(&self, conn: &mut AnyConnection) -> Result<(i64, [u8; 32])> {
        let row = sqlx::query("SELECT seq, hash, mac FROM ledger_head WHERE id = 1")
            .fetch_one(conn)
            .await?;
        let seq: i64 = row.try_get(0)?;
        let changed = || damaged(seq, "the head was changed, or the key file is another one");
        let hash = unhex(&row.try_get::<String, _>(1)?).ok_or_else(changed)?;
        let mac = self.key.head_mac(&[seq.to_be_bytes().as_slice(), &hash].concat());
        if row.try_get::<String, _>(2)? == mac { Ok((seq, hash)) } else { Err(changed()) }
    }
}

/// A tree needs no links in its rows.
pub(super) async fn drop_links(conn: &mut AnyConnection) -> Result<()> {
    for column in ["previous_hash", "hash"] {
        let sql = format!("ALTER TABLE ledger_entry DROP COLUMN {column}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The chain's encoding of an entry.
fn encode(row: &LedgerRow, previous: &[u8; 32]) -> Vec<u8> {
    let mut out = TAG.to_vec();
    out.extend_from_slice(&row.seq.to_be_bytes());
    out.extend_from_slice(&row.at.to_be_bytes());
    out.extend_from_slice(previous);
    for text in [&row.actor, &row.action, &row.object_kind, &row.object_id] {
        put(&mut out, text);
    }
    for digest in [&row.before, &row.after] {
        out.push(u8::from(digest.is_some()));
        if let Some(digest) = digest {
            out.extend_from_slice(&digest.0);
        }
    }
    if row.purpose.is_some() || row.subject.is_some() {
        for text in [&row.purpose, &row.subject] {
            out.push(u8::from(text.is_some()));
            put(&mut out, text.as_deref().unwrap_or_default());
        }
    }
    out
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Actor, Entry, Store, StoreError,
        secret::{Key, hex},
        testing::{self, TestGuard},
    };
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    use sqlx::Connection as _;

    /// A database as the version with the chain left it: `count` entries, the last about a customer.
    async fn old_deployment(guard: &TestGuard, count: i64) {
        std::fs::create_dir_all(guard.dir()).unwrap();
        let (root, file) = ([9; 32], guard.dir().join("privet.key"));
        std::fs::write(&file, BASE64.encode(root)).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let key = Key::from_root(vault::Profile::International, &root);
        sqlx::any::install_default_drivers();
        let file = format!("sqlite://{}/privet.db?mode=rwc", guard.dir().display());
        let address = guard.config().database.unwrap_or(file);
        let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
        let run = async |conn: &mut AnyConnection, sql: String| {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.unwrap();
        };
        run(&mut conn, include_str!("../schema.sql").into()).await;
        run(&mut conn, include_str!("../schema-2.sql").into()).await;
        run(
            &mut conn,
            "CREATE TABLE migration (room TEXT NOT NULL, version BIGINT NOT NULL, \
            checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (room, version))"
                .into(),
        )
        .await;
        let steps = [include_str!("../schema.sql"), include_str!("../schema-2.sql")];
        for (sql, version) in steps.iter().zip(1..) {
            let sum = hex(&Sha256::digest(sql.as_bytes()));
            run(
                &mut conn,
                format!("INSERT INTO migration VALUES ('store', {version}, '{sum}', 1)"),
            )
            .await;
        }
        run(&mut conn, format!("INSERT INTO deployment VALUES (1, '{}', 1)", key.check())).await;
        let mut previous = [0; 32];
        for seq in 1..=count {
            let mut entry =
                Entry::new(Actor::CommandLine, "item.created", "item", format!("i{seq}"));
            if seq == count {
                entry = entry.about("s1").for_purpose("delivery");
            }
            let row = LedgerRow::next(seq, seq, &entry).unwrap();
            let link: [u8; 32] = Sha256::digest(encode(&row, &previous)).into();
            let text = |text: &Option<String>| {
                text.as_ref().map_or("NULL".to_owned(), |text| format!("'{text}'"))
            };
            run(
                &mut conn,
                format!(
                    "INSERT INTO ledger_entry (seq, at, actor, action, object_kind, object_id, \
                 previous_hash, hash, purpose, subject) VALUES ({seq}, {seq}, 'cli', \
                 'item.created', 'item', 'i{seq}', '{}', '{}', {}, {})",
                    hex(&previous),
                    hex(&link),
                    text(&row.purpose),
                    text(&row.subject)
                ),
            )
            .await;
            previous = link;
        }
        let mac = key.head_mac(&[count.to_be_bytes().as_slice(), &previous].concat());
        run(
            &mut conn,
            format!("INSERT INTO ledger_head VALUES (1, {count}, '{}', '{mac}')", hex(&previous)),
        )
        .await;
        conn.close().await.unwrap();
    }

    async fn a_chain_becomes_leaves(guard: TestGuard) {
        old_deployment(&guard, 300).await;

        let store = Store::open(guard.config()).await.unwrap();

        let head = store.ledger().verify().await.unwrap();
        assert_eq!(head.seq, 303, "each step is an entry, and that of the keys");
        let filter = crate::LedgerFilter { subject: Some("s1".into()), ..Default::default() };
        let rows = store.ledger().page(&filter, None, 9).await.unwrap();
        assert_eq!((rows.len(), rows[0].seq), (1, 300));
        let checkpoint = store.ledger().publish().await.unwrap().checkpoint;
        assert!(
            store
                .ledger()
                .inclusion(300)
                .await
                .unwrap()
                .proves(&Hash(rows[0].leaf.0), &checkpoint.root)
        );
        drop(store);
        assert_eq!(
            Store::open(guard.config()).await.unwrap().ledger().verify().await.unwrap(),
            head
        );
    }

    async fn a_damaged_chain_stops_writes_and_can_be_accepted(guard: TestGuard) {
        old_deployment(&guard, 30).await;
        let file = format!("sqlite://{}/privet.db", guard.dir().display());
        let address = guard.config().database.unwrap_or(file);
        let mut conn = sqlx::AnyConnection::connect(&address).await.unwrap();
        sqlx::raw_sql("UPDATE ledger_entry SET actor = 'x' WHERE seq = 17")
            .execute(&mut conn)
            .await
            .unwrap();
        conn.close().await.unwrap();

        for _ in 0..2 {
            let store = Store::open(guard.config()).await.unwrap();
            let entry = Entry::new(Actor::CommandLine, "item.created", "item", "x");
            let error = store.begin(entry).await.err().unwrap();
            assert!(matches!(error, StoreError::Ledger { position: 17, .. }), "{error}");
            assert_eq!(store.ledger().damages().await.unwrap().len(), 1);
            let rows = store.ledger().page(&crate::LedgerFilter::default(), None, 99).await;
            assert_eq!(rows.unwrap().len(), 30, "reading goes on");
            store.close().await;
        }

        let store = Store::open(guard.config()).await.unwrap();
        let head = store.ledger().accept(Actor::CommandLine, "it was us").await.unwrap();

        assert_eq!(head.seq, 31);
        assert_eq!(store.ledger().publish().await.unwrap().checkpoint.size, 31);
        assert_eq!(store.ledger().verify().await.unwrap(), head);
        drop(store);
        let again = Store::open(guard.config()).await.unwrap();
        assert_eq!(again.ledger().verify().await.unwrap(), head);
    }

    #[tokio::test]
    async fn a_chain_becomes_leaves_on_sqlite() {
        a_chain_becomes_leaves(testing::temp_sqlite_guard()).await;
    }

    #[tokio::test]
    async fn a_chain_becomes_leaves_on_postgres() {
        a_chain_becomes_leaves(testing::temp_postgres_guard().await).await;
    }

    #[tokio::test]
    async fn a_damaged_chain_stops_writes_on_sqlite() {
        a_damaged_chain_stops_writes_and_can_be_accepted(testing::temp_sqlite_guard()).await;
    }

    #[tokio::test]
    async fn a_damaged_chain_stops_writes_on_postgres() {
        a_damaged_chain_stops_writes_and_can_be_accepted(testing::temp_postgres_guard().await)
            .await;
    }
}
