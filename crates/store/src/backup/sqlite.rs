//! SQLite's copy.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use tokio::sync::mpsc;

use super::{Beside, Manifest, Part, cannot, file::PIECE, next, send};
use crate::{Result, StoreError, open};

/// Where the snapshot and what is restored are, until they are whole.
const COPY: &str = "privet.db.backup";
const COMING: &str = "privet.db.restoring";

/// Removes a file when it goes.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

pub(super) async fn read(dir: &Path, parts: &mpsc::Sender<Part>) -> Result<Manifest> {
    let copy = Gone(dir.join(COPY));
    let _ = fs::remove_file(&copy.0);
    // Made before SQLite writes into it, so that nobody else can read it.
    open::make_private(&copy.0).map_err(|error| cannot(&copy.0, &error))?;
    let mut conn = connect(&dir.join(open::FILE), true).await?;
    sqlx::query("VACUUM INTO $1")
        .bind(copy.0.to_string_lossy().into_owned())
        .execute(&mut conn)
        .await?;
    conn.close().await?;

    let mut conn = connect(&copy.0, true).await?;
    let manifest = manifest(&mut conn).await?;
    conn.close().await?;
    send(parts, Part::File(open::FILE.to_owned())).await?;
    let (sender, path) = (parts.clone(), copy.0.clone());
    tokio::task::spawn_blocking(move || stream(&path, &sender))
        .await
        .map_err(|error| StoreError::Backup(error.to_string()))??;
    Ok(manifest)
}

async fn connect(file: &Path, reading: bool) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).read_only(reading);
    Ok(options.busy_timeout(std::time::Duration::from_secs(30)).connect().await?)
}

fn stream(path: &Path, parts: &mpsc::Sender<Part>) -> Result<()> {
    let mut file = fs::File::open(path).map_err(|error| cannot(path, &error))?;
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece);
        if read.map_err(|error| cannot(path, &error))? == 0 {
            return Ok(());
        }
        let gone = |_| StoreError::Backup("the backup could not be written".to_owned());
        parts.blocking_send(Part::Bytes(piece)).map_err(gone)?;
    }
}

/// What is in a database.
async fn manifest(conn: &mut SqliteConnection) -> Result<Manifest> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut manifest = Manifest::default();
    for name in names {
        let quoted = name.replace('"', "\"\"");
        let count = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{quoted}\"")))
            .fetch_one(&mut *conn)
            .await?;
        manifest.tables.insert(name, count);
    }
    manifest.ledger = sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
        .fetch_one(&mut *conn)
        .await?;
    let rows = sqlx::query("SELECT room, version, checksum FROM migration ORDER BY room, version")
        .fetch_all(&mut *conn)
        .await?;
    for row in rows {
        manifest.migrations.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    }
    Ok(manifest)
}

pub(super) async fn put(dir: &Path, parts: &mut mpsc::Receiver<Result<Part>>) -> Result<Manifest> {
    let place = dir.join(open::FILE);
    if place.exists() {
        return Err(StoreError::Backup(format!(
            "{} exists: restore into another directory, or move it away first",
            place.display()
        )));
    }
    let coming = Gone(dir.join(COMING));
    let _ = fs::remove_file(&coming.0);
    open::make_private(&coming.0).map_err(|error| cannot(&coming.0, &error))?;
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(&coming.0)
        .map_err(|error| cannot(&coming.0, &error))?;
    let mut beside = Beside::default();
    let mut name = String::new();
    let said = loop {
        match next(parts).await? {
            Part::File(next) => {
                if next != open::FILE {
                    beside.begin(&next)?;
                }
                name = next;
            }
            Part::Bytes(bytes) if name == open::FILE => {
                file = write(file, bytes, &coming.0).await?;
            }
            Part::Bytes(bytes) => beside.more(&name, &bytes),
            Part::Table(..) => {
                return Err(StoreError::Backup("this backup is of PostgreSQL".to_owned()));
            }
            Part::End(manifest) => break manifest,
        }
    };
    file.sync_all().map_err(|error| cannot(&coming.0, &error))?;
    let mut conn = connect(&coming.0, true).await?;
    let found = manifest(&mut conn).await?;
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut conn).await?;
    conn.close().await?;
    if whole != "ok" || (Manifest { with_key: said.with_key, ..found }) != said {
        return Err(StoreError::Backup(
            "what came back is not what the backup says was in it; nothing was restored".to_owned(),
        ));
    }
    beside.settle(dir)?;
    fs::rename(&coming.0, &place).map_err(|error| cannot(&place, &error))?;
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| cannot(dir, &error))?;
    Ok(said)
}

async fn write(mut file: fs::File, bytes: Vec<u8>, path: &Path) -> Result<fs::File> {
    let wrote = tokio::task::spawn_blocking(move || file.write_all(&bytes).map(|()| file));
    let wrote = wrote.await.map_err(|error| StoreError::Backup(error.to_string()))?;
    wrote.map_err(|error| cannot(path, &error))
}
